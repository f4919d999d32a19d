package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"creditsync/internal/fault"
)

func TestBegin_RefusesWhileTheHolderLives(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	a, b := w.open("node-1", 1), w.open("node-1", 2)
	run := begin(t, a, penalties)
	for _, l := range []*Ledger{a, b} { // also for another run of the same process
		_, err := l.Begin(ctx, penalties)
		wantFault(t, err, fault.Run, "pipeline.busy")
		var busy *Busy
		if !errors.As(err, &busy) || busy.Holder != a.o.Self || !busy.Since.Equal(run.Started) || !busy.Expires.Equal(run.Started.Add(ttl)) {
			t.Errorf("busy %+v", busy)
		}
		for _, lang := range []fault.Language{fault.Chinese, fault.English} {
			said := fault.Say(err, lang)
			for _, part := range []string{"market-penalties", "2026-11-23 01:02:03", "node-1", "1", "run"} {
				if !strings.Contains(said, part) {
					t.Errorf("%q does not say %q", said, part)
				}
			}
		}
	}
	// Another pipeline is free.
	if other := begin(t, b, BeginRun{Pipeline: "court", Kind: "admin_penalty"}); other.No != 2 || other.Fence != 1 {
		t.Errorf("other run %+v", other)
	}
	h, ok, err := b.PipelineHolder(ctx, run.Pipeline)
	if err != nil || !ok || h.Holder != a.o.Self {
		t.Errorf("holder %+v, %v, %v", h, ok, err)
	}
}

func TestBegin_TakesOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		host  string // of the second process; the first is process 1 of node-1
		gone  func(*world)
		taken bool
	}{
		{"it lives", "node-2", func(*world) {}, false},
		{"nearly expired", "node-2", func(w *world) { w.clock.Add(ttl - time.Millisecond) }, false},
		{"expired", "node-2", func(w *world) { w.clock.Add(ttl) }, true},
		{"expired though it lives, same host", "node-1", func(w *world) { w.clock.Add(ttl) }, true},
		{"dead, same host", "node-1", func(w *world) { w.procs.kill(1) }, true},
		{"dead, other host", "node-2", func(w *world) { w.procs.kill(1) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a, b := w.open("node-1", 1), w.open(c.host, 2)
			old := begin(t, a, penalties)
			c.gone(w)
			run, err := b.Begin(context.Background(), penalties)
			if !c.taken {
				wantFault(t, err, fault.Run, "pipeline.busy")
				must(t, a.Renew(context.Background(), old))
				return
			}
			must(t, err)
			if run.Fence != old.Fence+1 || run.No != old.No+1 {
				t.Errorf("run %+v after %+v", run, old)
			}
			row, err := b.FindRun(context.Background(), "1")
			if err != nil || row.State != RunFailed || row.ErrorCode != "run.ended" || !row.Finished.Equal(w.clock.Now()) {
				t.Errorf("the old run: %+v, %v", row, err)
			}
		})
	}
}

// A run that was taken over may come back to life at any line. Whatever it then writes is refused and changes nothing.
func TestLedger_I5_AFencedRunChangesNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	a, b := w.open("node-1", 1), w.open("node-2", 2)
	old := begin(t, a, penalties)
	k := lock(t, a, old)
	no := openCommit(t, a, old, k, 0)
	w.clock.Add(ttl)
	run := begin(t, b, penalties)
	writes := map[string]func() error{
		"Renew":         func() error { return a.Renew(ctx, old) },
		"LockKind":      func() error { _, err := a.LockKind(ctx, old, 0); return err },
		"OpenCommit":    func() error { _, err := a.OpenCommit(ctx, old, k, 0); return err },
		"CloseCommit":   func() error { return a.CloseCommit(ctx, old, k, Close{No: no, Last: true, Cursor: []byte("x")}) },
		"Finish done":   func() error { return a.Finish(ctx, old, Outcome{State: RunDone}) },
		"Finish failed": func() error { return a.Finish(ctx, old, Outcome{State: RunFailed, Error: "late"}) },
	}
	refused := func(when string) {
		t.Helper()
		for name, write := range writes {
			before := dump(t, b)
			if err := write(); !errors.Is(err, ErrFenced) {
				t.Errorf("%s %s: %v, want ErrFenced", name, when, err)
			} else {
				wantFault(t, err, fault.Run, "lease.lost")
			}
			if after := dump(t, b); after != before {
				t.Errorf("%s %s changed\n%s\nto\n%s", name, when, before, after)
			}
		}
	}
	refused("while the next one runs")
	writes["RenewKind"] = func() error { return a.RenewKind(ctx, k) }
	nextLock := lock(t, b, run)
	refused("while the next one commits")
	before := dump(t, b)
	must(t, a.UnlockKind(ctx, k))             // nothing to give back, nothing taken away
	must(t, a.AbandonCommit(ctx, old, k, no)) // it is abandoned already
	if after := dump(t, b); after != before {
		t.Errorf("unlock and abandon changed\n%s\nto\n%s", before, after)
	}
	next := openCommit(t, b, run, nextLock, 0)
	if next != no+1 {
		t.Errorf("commit %d, want %d: a number is given once", next, no+1)
	}
	must(t, b.CloseCommit(ctx, run, nextLock, Close{No: next, Last: true, Cursor: []byte("y")}))
	refused("after the next one committed")
	must(t, b.Finish(ctx, run, Outcome{State: RunDone}))
	refused("after the next one ended")
	if cursor, err := a.Cursor(ctx, run.Pipeline); err != nil || string(cursor) != "y" {
		t.Errorf("cursor %q, %v", cursor, err)
	}
}

func TestRenew_PutsExpiryOff(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	a, b := w.open("node-1", 1), w.open("node-2", 2)
	run := begin(t, a, penalties)
	k := lock(t, a, run)
	for range 5 {
		w.clock.Add(ttl * 2 / 3)
		must(t, a.Renew(ctx, run))
		must(t, a.RenewKind(ctx, k))
		_, err := b.Begin(ctx, penalties)
		wantFault(t, err, fault.Run, "pipeline.busy")
	}
	// Late, but nobody took it: it is still the holder's.
	w.clock.Add(3 * ttl)
	must(t, a.Renew(ctx, run))
	must(t, a.RenewKind(ctx, k))
	no := openCommit(t, a, run, k, 0)
	must(t, a.CloseCommit(ctx, run, k, Close{No: no}))
}

// dump is all that a ledger holds, for comparing.
func dump(t testing.TB, l *Ledger) string {
	t.Helper()
	var all strings.Builder
	for _, table := range []string{"meta", "leases", "runs", "commits", "cursors", "positions", "schedules", "alerts", "audit"} {
		rows, err := l.reader.Query("SELECT * FROM " + table + " ORDER BY 1, 2")
		must(t, err)
		columns, err := rows.Columns()
		must(t, err)
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			must(t, rows.Scan(values...))
			fmt.Fprint(&all, table, ":")
			for _, v := range values {
				fmt.Fprintf(&all, " %v", *v.(*any))
			}
			all.WriteByte('\n')
		}
		must(t, rows.Err())
		must(t, rows.Close())
	}
	return all.String()
}
