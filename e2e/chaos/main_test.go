package chaos

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var (
	rounds = flag.Int("chaos.rounds", 1, "how many sites go through every kind of kill and pause once")
	seed   = flag.Uint64("chaos.seed", 1, "of the order and the moments; the rounds count up from it")
)

// shared is a folder of the whole test run: it holds the binary.
var shared string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "creditsync-chaos-")
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
var binary = sync.OnceValues(func() (string, error) {
	library, err := exec.Command("../../scripts/libchdb.sh").Output()
	if err != nil {
		return "", fmt.Errorf("scripts/libchdb.sh: %w", err)
	}
	if err := os.Symlink(strings.TrimSpace(string(library)), filepath.Join(shared, "libchdb.so")); err != nil {
		return "", err
	}
	path := filepath.Join(shared, "creditsync")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", path, "../../cmd/creditsync").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})
