package ledger

import (
	"context"
	"testing"

	"creditsync/internal/fault"
)

func TestFindRun(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a := newWorld(t).open("node-1", 1)
	one := begin(t, a, BeginRun{Pipeline: "one", Kind: "k", Mode: "append", Note: "by hand"})
	two := begin(t, a, BeginRun{Pipeline: "two", Kind: "k"})
	for _, text := range []string{"1", " 1 ", one.ID.String(), one.ID.String()[:35]} {
		if got, err := a.FindRun(ctx, text); err != nil || got.ID != one.ID || got.Note != "by hand" || got.Mode != "append" || got.Holder != a.o.Self {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "3", "-1", "%", "____", "zzzz", "99999999999999999999", two.ID.String() + "0"} {
		_, err := a.FindRun(ctx, text)
		wantFault(t, err, fault.Input, "run.unknown")
	}
	_, err := a.FindRun(ctx, one.ID.String()[:4]) // version 7 begins with the time
	wantFault(t, err, fault.Input, "run.ambiguous")
}

func TestRuns_Lists(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	a := w.open("node-1", 1)
	for range 3 {
		run := begin(t, a, penalties)
		must(t, a.Finish(ctx, run, Outcome{State: RunNoInput}))
	}
	open := begin(t, a, court)
	numbers := func(rows []RunRow, err error) (nos []uint64) {
		t.Helper()
		must(t, err)
		for _, r := range rows {
			nos = append(nos, r.No)
		}
		return nos
	}
	want := func(what string, got []uint64, want ...uint64) {
		t.Helper()
		same := len(got) == len(want)
		for i := 0; same && i < len(got); i++ {
			same = got[i] == want[i]
		}
		if !same {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	want("all", numbers(a.Recent(ctx, "", 0)), 4, 3, 2, 1)
	want("of one pipeline", numbers(a.Recent(ctx, penalties.Pipeline, 2)), 3, 2)
	one, err := a.FindRun(ctx, "1")
	must(t, err)
	must(t, a.MarkCleaned(ctx, one.ID))
	must(t, a.MarkCleaned(ctx, open.ID)) // it has not ended: its stage is in use
	for no, cleaned := range map[string]bool{"1": true, "2": false, "4": false} {
		if row, err := a.FindRun(ctx, no); err != nil || row.Cleaned.IsZero() == cleaned {
			t.Errorf("run %s is cleaned at %v, %v", no, row.Cleaned, err)
		}
	}
	must(t, a.Finish(ctx, open, Outcome{State: RunSkipped}))

	must(t, a.SetPublished(ctx, open.ID, 7, 1.5))
	must(t, a.SetPublished(ctx, open.ID, 5, 9)) // late
	row, err := a.FindRun(ctx, "4")
	if err != nil || row.Published != 7 || row.PublishSeconds != 1.5 {
		t.Errorf("run %+v, %v", row, err)
	}
}

// What another process told of a run is counted as published once the position has passed the run's last commit.
func TestCompletePublished(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	l := w.open("node-1", 1)
	commit := func(run *Run, c Counts) {
		t.Helper()
		k := lock(t, l, run)
		must(t, l.CloseCommit(ctx, run, k, Close{No: openCommit(t, l, run, k, 0), Counts: c}))
		must(t, l.UnlockKind(ctx, k))
	}
	one := begin(t, l, penalties)
	commit(one, Counts{Read: 3, Inserted: 2, Unchanged: 1})
	commit(one, Counts{Read: 1, Updated: 1, Deleted: 4})
	must(t, l.Finish(ctx, one, Outcome{State: RunDone, Counts: Counts{Read: 4, Inserted: 2, Updated: 1, Unchanged: 1, Deleted: 4}}))
	two := begin(t, l, penalties)
	commit(two, Counts{Read: 5, Inserted: 5})
	w.procs.kill(1) // before it can finish
	other := w.open("node-1", 2)
	if _, err := other.EndDead(ctx); err != nil {
		t.Fatal(err)
	}
	lease, err := other.TakeRelay(ctx, penalties.Kind)
	must(t, err)
	for _, at := range []struct{ seq, one, two uint64 }{
		{1<<24 | 0xffffff, 0, 0}, {2<<24 | 3, 0, 0}, {2<<24 | 0xffffff, 7, 0}, {3<<24 | 5, 7, 0}, {3<<24 | 0xffffff, 7, 5},
	} {
		must(t, other.SetPosition(ctx, lease, Position{Seq: at.seq}))
		must(t, other.CompletePublished(ctx, penalties.Kind))
		must(t, other.CompletePublished(ctx, penalties.Kind))
		rows, err := other.Recent(ctx, "", 0)
		if err != nil || len(rows) != 2 || rows[1].Published != at.one || rows[0].Published != at.two {
			t.Errorf("at %x: got %+v, %v, want %d and %d published", at.seq, rows, err, at.one, at.two)
		}
	}
}

func TestEndDead(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	a, b := w.open("node-1", 1), w.open("node-1", 2)
	dead, alive := begin(t, a, penalties), begin(t, b, court)
	k := lock(t, a, dead)
	no := openCommit(t, a, dead, k, 0)
	if n, err := b.EndDead(ctx); err != nil || n != 0 {
		t.Errorf("ended %d, %v while both live", n, err)
	}
	w.procs.kill(1)
	for _, want := range []int{1, 0} {
		if n, err := b.EndDead(ctx); err != nil || n != want {
			t.Errorf("ended %d, %v, want %d", n, err, want)
		}
	}
	row, err := b.FindRun(ctx, "1")
	if err != nil || row.State != RunFailed || row.ErrorCode != "run.ended" {
		t.Errorf("run %+v, %v", row, err)
	}
	// Should it not have been dead after all: it can do no harm.
	wantErr(t, a.Renew(ctx, dead), ErrFenced, "lease.lost")
	wantErr(t, a.CloseCommit(ctx, dead, k, Close{No: no}), ErrFenced, "lease.lost")
	must(t, b.Renew(ctx, alive))
}
