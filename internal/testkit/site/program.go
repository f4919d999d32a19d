package site

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"creditsync/internal/testkit/module"
	"creditsync/internal/vault"
)

// Program is the program that the tests of a package run, built once, in a folder of the whole test run.
type Program struct {
	dir  string
	once sync.Once
	path string
	err  error
}

// Main makes the folder, runs the tests, removes it and returns their status; it is for TestMain, after flag.Parse.
func (p *Program) Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "creditsync-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	p.dir = dir
	return m.Run()
}

// Dir is the folder of the whole test run.
func (p *Program) Dir() string { return p.dir }

// Path builds the program if this is the first call, with the engine's library beside it, and returns its path.
func (p *Program) Path(tb testing.TB) string {
	tb.Helper()
	p.once.Do(func() { p.path, p.err = build(filepath.Join(p.dir, "bin")) })
	if p.err != nil {
		tb.Fatal(p.err)
	}
	return p.path
}

// build builds the program into a new folder.
func build(dir string) (string, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	root, err := module.Root()
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
