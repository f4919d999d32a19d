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
	want("ended", numbers(a.TerminalRuns(ctx, false, 0)), 1, 2, 3)
	rows, err := a.TerminalRuns(ctx, true, 1)
	want("first to clean", numbers(rows, err), 1)
	must(t, a.MarkCleaned(ctx, rows[0].ID))
	must(t, a.MarkCleaned(ctx, rows[0].ID))
	must(t, a.MarkCleaned(ctx, open.ID)) // it has not ended: its stage is in use
	want("to clean", numbers(a.TerminalRuns(ctx, true, 0)), 2, 3)
	must(t, a.Finish(ctx, open, Outcome{State: RunSkipped}))
	want("to clean", numbers(a.TerminalRuns(ctx, true, 0)), 2, 3, 4)

	must(t, a.SetPublished(ctx, open.ID, 7, 1.5))
	must(t, a.SetPublished(ctx, open.ID, 5, 9)) // late
	row, err := a.FindRun(ctx, "4")
	if err != nil || row.Published != 7 || row.PublishSeconds != 1.5 {
		t.Errorf("run %+v, %v", row, err)
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
