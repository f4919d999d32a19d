package site

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"creditsync/internal/vault"
)

// Build builds the program into dir, with the engine's library beside it, and returns its path.
func Build(dir string) (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	library, err := exec.Command(filepath.Join(root, "scripts", "libchdb.sh")).Output()
	if err != nil {
		return "", fmt.Errorf("scripts/libchdb.sh: %w", err)
	}
	if err := os.Symlink(strings.TrimSpace(string(library)), filepath.Join(dir, "libchdb.so")); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "creditsync")
	cmd := exec.Command("go", "build", "-trimpath", "-o", path, "./cmd/creditsync")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", errors.New("no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
}

// NewKeys makes the keys that sites share whose books are compared.
func NewKeys(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.json")
	if _, _, err := vault.Open(path, vault.Options{MayCreate: true, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
