package embedded

import (
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// The pinned kfake has these lines: a version that words them otherwise would go on after a write that the disk refused.
func TestUnwritten_AreLinesOfThePinnedVersion(t *testing.T) {
	t.Parallel()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/twmb/franz-go/pkg/kfake").Output()
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	err = filepath.WalkDir(strings.TrimSpace(string(dir)), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		b, err := os.ReadFile(path)
		source.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range unwritten {
		if !strings.Contains(source.String(), `LogLevelError, "`+line) && !strings.Contains(source.String(), `"`+line) {
			t.Errorf("kfake has no line that begins with %q", line)
		}
	}
}

// Whoever writes such a line goes no further, so that nothing is answered; everybody else does.
func TestLogger_HoldsWhoCouldNotWrite(t *testing.T) {
	t.Parallel()
	for _, line := range unwritten {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			broken, answered := make(chan string, 1), make(chan struct{})
			l := logger{slog.New(slog.DiscardHandler), broken}
			l.Logf(kfake.LogLevelError, "something else: %v", fs.ErrClosed)
			go func() {
				l.Logf(kfake.LogLevelError, line+strings.Repeat(" %v", 2-strings.Count(line, "%")), "t", fs.ErrClosed)
				close(answered)
			}()
			select {
			case what := <-broken:
				if !strings.Contains(what, fs.ErrClosed.Error()) {
					t.Errorf("it does not say why: %q", what)
				}
			case <-time.After(time.Minute):
				t.Fatal("nobody was told")
			}
			select {
			case <-answered:
				t.Error("it goes on, and would answer")
			default:
			}
		})
	}
}
