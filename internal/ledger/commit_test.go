package ledger

import (
	"context"
	"testing"
)

func TestOpenCommit_NumbersAreGivenOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a := newWorld(t).open("node-1", 1)
	run := begin(t, a, penalties)
	k := lock(t, a, run)
	for _, c := range []struct{ atLeast, want uint64 }{{0, 1}, {0, 2}, {7, 8}, {3, 9}, {9, 10}} {
		if got := openCommit(t, a, run, k, c.atLeast); got != c.want {
			t.Errorf("at least %d: %d, want %d", c.atLeast, got, c.want)
		}
		must(t, a.AbandonCommit(ctx, run, k, c.want))
		must(t, a.AbandonCommit(ctx, run, k, c.want))
	}
	if got, err := a.MaxCommit(ctx, run.Kind); err != nil || got != 10 {
		t.Errorf("highest %d, %v", got, err)
	}
	if got, err := a.MaxCommit(ctx, "court_notice"); err != nil || got != 0 {
		t.Errorf("highest of another kind %d, %v", got, err)
	}
	if _, err := a.OpenCommit(ctx, run, k, MaxCommitNo); err == nil {
		t.Error("gave out a number beyond the last")
	}
	if got := openCommit(t, a, run, k, MaxCommitNo-1); got != MaxCommitNo {
		t.Errorf("last number %d", got)
	}
	if _, err := a.OpenCommit(ctx, run, k, 0); err == nil {
		t.Error("gave out a number beyond the last")
	}
}

func TestCloseCommit_Refuses(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	a := w.open("node-1", 1)
	run := begin(t, a, penalties)
	k := lock(t, a, run)
	first, second := openCommit(t, a, run, k, 0), openCommit(t, a, run, k, 0)
	must(t, a.CloseCommit(ctx, run, k, Close{No: second, Rows: 5, Counts: counts}))
	last := func(no, rows uint64) Close {
		return Close{No: no, Rows: rows, Counts: counts, Last: true, Cursor: []byte("x")}
	}

	before := dump(t, a)
	wantErr(t, a.CloseCommit(ctx, run, k, last(first, 5)), ErrNotOpen, "commit.not_open")  // a later one is closed
	wantErr(t, a.CloseCommit(ctx, run, k, last(second, 5)), ErrNotOpen, "commit.not_open") // it was not the last one
	wantErr(t, a.CloseCommit(ctx, run, k, Close{No: second, Rows: 6, Counts: counts}), ErrNotOpen, "commit.not_open")
	wantErr(t, a.AbandonCommit(ctx, run, k, second), ErrNotOpen, "commit.not_open")
	wantErr(t, a.MarkApplied(ctx, run.Kind, first), ErrNotOpen, "commit.not_open")
	wantErr(t, a.MarkLive(ctx, run.Kind, second), ErrNotOpen, "commit.not_open")
	if err := a.CloseCommit(ctx, run, k, Close{No: 99}); err == nil {
		t.Error("closed a commit that was never opened")
	}
	must(t, a.CloseCommit(ctx, run, k, Close{No: second, Rows: 5, Counts: counts})) // I2: the answer was lost
	if after := dump(t, a); after != before {
		t.Errorf("changed\n%s\nto\n%s", before, after)
	}
	must(t, a.AbandonCommit(ctx, run, k, first))
	wantErr(t, a.CloseCommit(ctx, run, k, last(first, 5)), ErrNotOpen, "commit.not_open")
	wantErr(t, a.MarkApplied(ctx, run.Kind, first), ErrNotOpen, "commit.not_open")

	// Of another run: not even with leases of one's own.
	other := begin(t, a, court)
	must(t, a.UnlockKind(ctx, k))
	otherLock := lock(t, a, other)
	no := openCommit(t, a, other, otherLock, 0)
	wantErr(t, a.CloseCommit(ctx, run, k, last(no, 0)), ErrFenced, "lease.lost")
	wantErr(t, a.CloseCommit(ctx, run, otherLock, last(no, 0)), ErrNotOpen, "commit.not_open")
	if cursor, err := a.Cursor(ctx, run.Pipeline); err != nil || cursor != nil {
		t.Errorf("cursor %q, %v", cursor, err)
	}
	if _, err := a.OpenCommit(ctx, other, &KindLock{Kind: "court_notice"}, 0); err == nil {
		t.Error("opened a commit of another kind")
	}
}

// I1: cursor and inputs move with the last commit and with nothing else.
func TestCloseCommit_I1_MovesTheCursor(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a := newWorld(t).open("node-1", 1)
	want := ""
	for i, c := range []struct {
		last   bool
		cursor string
		after  string
	}{{false, "1", ""}, {true, "2", "2"}, {false, "3", "2"}, {true, "", ""}, {true, "5", "5"}} {
		run := begin(t, a, penalties)
		k := lock(t, a, run)
		no := openCommit(t, a, run, k, 0)
		closing := Close{No: no, Last: c.last, Cursor: []byte(c.cursor), Inputs: []string{c.cursor}}
		if cursor, err := a.Cursor(ctx, run.Pipeline); err != nil || string(cursor) != want {
			t.Errorf("%d: cursor %q, %v before the close, want %q", i, cursor, err, want)
		}
		must(t, a.CloseCommit(ctx, run, k, closing))
		must(t, a.CloseCommit(ctx, run, k, closing))
		want = c.after
		if cursor, err := a.Cursor(ctx, run.Pipeline); err != nil || string(cursor) != want {
			t.Errorf("%d: cursor %q, %v, want %q", i, cursor, err, want)
		}
		must(t, a.Finish(ctx, run, Outcome{State: RunFailed})) // and how the run ends does not matter
	}
	if cursor, err := a.Cursor(ctx, "court"); err != nil || cursor != nil {
		t.Errorf("cursor of another pipeline %q, %v", cursor, err)
	}
	if inputs, err := a.Inputs(ctx, "court"); err != nil || inputs != nil {
		t.Errorf("inputs of another pipeline %q, %v", inputs, err)
	}
}

func TestCloseCommit_WithoutInputs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a := newWorld(t).open("node-1", 1)
	run := begin(t, a, penalties)
	k := lock(t, a, run)
	must(t, a.CloseCommit(ctx, run, k, Close{No: openCommit(t, a, run, k, 0), Last: true}))
	if cursor, err := a.Cursor(ctx, run.Pipeline); err != nil || cursor != nil {
		t.Errorf("cursor %q, %v", cursor, err)
	}
	if inputs, err := a.Inputs(ctx, run.Pipeline); err != nil || len(inputs) != 0 {
		t.Errorf("inputs %q, %v", inputs, err)
	}
}

func TestCommitted_InOrderOfNumbers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a := newWorld(t).open("node-1", 1)
	run := begin(t, a, penalties)
	k := lock(t, a, run)
	for i := range 6 {
		no := openCommit(t, a, run, k, 0)
		if i%3 == 0 {
			must(t, a.AbandonCommit(ctx, run, k, no))
			continue
		}
		must(t, a.CloseCommit(ctx, run, k, Close{No: no}))
	}
	must(t, a.MarkApplied(ctx, run.Kind, 2)) // 2, 3, 5, 6 are closed
	must(t, a.MarkApplied(ctx, run.Kind, 2))
	must(t, a.MarkLive(ctx, run.Kind, 2))
	must(t, a.MarkLive(ctx, run.Kind, 2))
	numbers := func(all []Commit, err error) (nos []uint64) {
		t.Helper()
		must(t, err)
		for _, c := range all {
			if !c.Committed() {
				t.Errorf("commit %d is %s", c.No, c.State)
			}
			nos = append(nos, c.No)
		}
		return nos
	}
	want := func(what string, got []uint64, want ...uint64) {
		t.Helper()
		if len(got) != len(want) {
			t.Errorf("%s: %v, want %v", what, got, want)
			return
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
	}
	want("all", numbers(a.Committed(ctx, run.Kind, 0, 0)), 2, 3, 5, 6)
	want("after 2", numbers(a.Committed(ctx, run.Kind, 2, 2)), 3, 5)
	want("after 6", numbers(a.Committed(ctx, run.Kind, 6, 0)))
	want("of another kind", numbers(a.Committed(ctx, "court_notice", 0, 0)))
	want("unapplied", numbers(a.Unapplied(ctx, run.Kind)), 3, 5, 6)
	want("not live", numbers(a.NotLive(ctx, run.Kind)))
}
