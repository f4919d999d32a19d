package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// shared is a folder of the whole test run: the binary, and input files that several tests read.
var shared string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "creditsync-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	shared = dir
	status := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// binary is the path of the program, built once, with the engine's library beside it.
func binary(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var build = sync.OnceValues(func() (string, error) {
	library, err := exec.Command("../scripts/libchdb.sh").Output()
	if err != nil {
		return "", fmt.Errorf("scripts/libchdb.sh: %w", err)
	}
	dir := filepath.Join(shared, "bin")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	if err := os.Symlink(strings.TrimSpace(string(library)), filepath.Join(dir, "libchdb.so")); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "creditsync")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", path, "../cmd/creditsync").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})
