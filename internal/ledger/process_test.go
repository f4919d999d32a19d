package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"creditsync/internal/process"
)

// thisProcess is this process as a Holder.
func thisProcess(what string) (Holder, error) {
	own, err := process.Own()
	return Holder{Host: own.Host, PID: own.PID, Started: own.Started, Birth: own.Birth, What: what}, err
}

// alive asks the system.
func alive(h Holder) bool {
	return process.Identity{Host: h.Host, PID: h.PID, Birth: h.Birth}.Alive()
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
	self, err := thisProcess("test")
	must(t, err)
	l, err := Open(context.Background(), path, Options{Now: time.Now, Self: self, Alive: alive})
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	return l
}
