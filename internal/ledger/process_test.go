package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestThisProcess_IsAlive(t *testing.T) {
	t.Parallel()
	self, err := ThisProcess("run")
	must(t, err)
	if self.Host == "" || self.PID != os.Getpid() || self.What != "run" {
		t.Errorf("this process %+v", self)
	}
	if age := time.Since(self.Started); age < -5*time.Second || age > time.Hour {
		t.Errorf("started %v ago", age)
	}
	if !Alive(self) {
		t.Error("this process is dead")
	}
	set := self
	set.Started = self.Started.Add(-time.Hour) // as it looks when the clock was set
	if !Alive(set) {
		t.Error("this process died because the clock was set")
	}
	for _, other := range []string{self.Birth + "0", "another boot/1"} {
		reused := self
		if reused.Birth = other; Alive(reused) {
			t.Errorf("%s: an earlier process with this id is alive", other)
		}
	}
	if Alive(Holder{PID: 1<<31 - 1}) {
		t.Error("a process that never was is alive")
	}
}

// A run whose process was killed is taken over at once, whether its parent has noticed its end or not, and one that lives
// is not.
func TestBegin_TakesOverFromAKilledProcess(t *testing.T) {
	t.Parallel()
	for _, reaped := range []bool{false, true} {
		t.Run(fmt.Sprintf("reaped %v", reaped), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ledger.db")
			child := startChild(t, "hold", path)
			if got := child.line(t); got != "holding" {
				t.Fatalf("the child says %q", got)
			}
			l := realLedger(t, path)
			_, err := l.Begin(context.Background(), penalties)
			var busy *Busy
			if !errors.As(err, &busy) || busy.Holder.PID != child.cmd.Process.Pid {
				t.Fatalf("%v, want busy by %d", err, child.cmd.Process.Pid)
			}
			must(t, child.cmd.Process.Kill())
			if reaped {
				_ = child.cmd.Wait()
			}
			eventually(t, "takeover", func() bool {
				run, err := l.Begin(context.Background(), penalties)
				return err == nil && run.Fence == 2
			})
		})
	}
}

// realLedger is a ledger as the program opens it.
func realLedger(t testing.TB, path string) *Ledger {
	t.Helper()
	self, err := ThisProcess("test")
	must(t, err)
	l, err := Open(context.Background(), path, Options{Now: time.Now, Self: self, Alive: Alive})
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	return l
}
