package ledger

import (
	"context"
	"errors"
	"testing"
	"time"
)

// quick is a ledger whose leases are renewed every few milliseconds of real time.
func quick(t *testing.T, w *world, pid int, live time.Duration) *Ledger {
	t.Helper()
	l, err := Open(context.Background(), w.path, Options{Now: w.clock.Now, Alive: w.procs.Alive, LeaseTTL: live, Self: Holder{Host: "node-1", PID: pid}})
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// eventually waits until ok, and fails the test where that takes long.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(20 * time.Second)
	for !ok() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("%s: not within 20 s", what)
		}
	}
}

func TestKeep_RenewsUntilStopped(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	a := quick(t, w, 1, 30*time.Millisecond)
	run := begin(t, a, penalties)
	k := lock(t, a, run)
	relay, err := a.TakeRelay(ctx, run.Kind)
	must(t, err)
	expires := func() (all [3]time.Time) {
		for i, s := range []string{scopePipeline, scopeKind, scopeRelay} {
			name := run.Kind
			if i == 0 {
				name = run.Pipeline
			}
			must(t, a.write(ctx, func(x *tx) error {
				r, err := x.leaseOf(s, name)
				all[i] = r.Expires
				return err
			}))
		}
		return all
	}
	kept, stop := a.Keep(ctx, run)
	keptKind, stopKind := a.KeepKind(ctx, k)
	keptRelay, stopRelay := a.KeepRelay(ctx, relay)
	for range 3 {
		w.clock.Add(20 * time.Millisecond)
		eventually(t, "renewal", func() bool {
			for _, e := range expires() {
				if !e.Equal(w.clock.Now().Add(30 * time.Millisecond)) {
					return false
				}
			}
			return true
		})
	}
	if kept.Err() != nil || keptKind.Err() != nil || keptRelay.Err() != nil {
		t.Error("ended while it was kept")
	}
	for _, f := range []func(){stop, stopKind, stopRelay, stop} {
		f()
	}
	if !errors.Is(context.Cause(kept), context.Canceled) || errors.Is(context.Cause(kept), ErrFenced) {
		t.Errorf("cause %v", context.Cause(kept))
	}
	before := expires()
	w.clock.Add(time.Millisecond)
	if after := expires(); after != before {
		t.Error("renewed after it was stopped")
	}
}

func TestKeep_EndsWhenTheLeaseIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := quick(t, w, 1, 30*time.Millisecond), quick(t, w, 2, 30*time.Millisecond)
	run := begin(t, a, penalties)
	w.procs.kill(1)
	begin(t, b, penalties)
	kept, stop := a.Keep(context.Background(), run)
	defer stop()
	eventually(t, "end", func() bool { return kept.Err() != nil })
	wantErr(t, context.Cause(kept), ErrFenced, "lease.lost")
}

func TestKeep_EndsWhenItCannotRenew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := quick(t, w, 1, 30*time.Millisecond)
	run := begin(t, a, penalties)
	must(t, a.writer.Close()) // the disk is gone, say
	kept, stop := a.Keep(context.Background(), run)
	defer stop()
	w.clock.Add(29 * time.Millisecond)
	if kept.Err() != nil {
		t.Error("ended before the lease expired")
	}
	w.clock.Add(time.Millisecond)
	eventually(t, "end", func() bool { return kept.Err() != nil })
	if cause := context.Cause(kept); !errors.Is(cause, ErrFenced) {
		t.Errorf("cause %v, want ErrFenced", cause)
	}
}

func TestKeep_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	a := quick(t, newWorld(t), 1, time.Hour)
	run := begin(t, a, penalties)
	ctx, cancel := context.WithCancel(context.Background())
	kept, stop := a.Keep(ctx, run)
	cancel()
	<-kept.Done()
	stop()
	must(t, a.Renew(context.Background(), run))
}
