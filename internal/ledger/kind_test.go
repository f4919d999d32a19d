package ledger

import (
	"context"
	"errors"
	"testing"
	"time"

	"creditsync/internal/fault"
)

var court = BeginRun{Pipeline: "court-penalties", Kind: "admin_penalty", Mode: "append"}

func TestLockKind_OneAfterAnother(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	a, b := w.open("node-1", 1), w.open("node-2", 2)
	one, two := begin(t, a, penalties), begin(t, b, court)
	k := lock(t, a, one)
	_, err := b.LockKind(ctx, two, 30*time.Millisecond)
	wantFault(t, err, fault.Run, "kind.busy")
	if h, ok, err := b.KindHolder(ctx, one.Kind); err != nil || !ok || h.Holder != a.o.Self {
		t.Errorf("holder %+v, %v, %v", h, ok, err)
	}
	got := make(chan error, 1)
	go func() {
		next, err := b.LockKind(ctx, two, time.Minute)
		if err == nil && next.Fence != k.Fence+1 {
			err = errors.New("the fence was not raised")
		}
		got <- err
	}()
	must(t, a.UnlockKind(ctx, k))
	must(t, <-got)
	wantErr(t, a.RenewKind(ctx, k), ErrFenced, "lease.lost")
	_, err = a.OpenCommit(ctx, one, k, 0)
	wantErr(t, err, ErrFenced, "lease.lost")
}

func TestLockKind_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open("node-1", 1)
	one, two := begin(t, a, penalties), begin(t, a, court)
	lock(t, a, one)
	why := errors.New("stopped by a test")
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(30*time.Millisecond, func() { cancel(why) })
	if _, err := a.LockKind(ctx, two, time.Hour); !errors.Is(err, why) {
		t.Errorf("%v, want %v", err, why)
	}
}

func TestLockKind_AbandonsWhatIsOpen(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, c := range []struct {
		name string
		gone func(*world)
	}{
		{"expired", func(w *world) { w.clock.Add(ttl) }},
		{"dead", func(w *world) { w.procs.kill(1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a, b := w.open("node-1", 1), w.open("node-1", 2)
			one := begin(t, a, penalties)
			k := lock(t, a, one)
			closed := openCommit(t, a, one, k, 0)
			must(t, a.CloseCommit(ctx, one, k, Close{No: closed}))
			open := openCommit(t, a, one, k, 0)
			c.gone(w)
			two := begin(t, b, court) // of another pipeline: it does not touch the first run
			lock(t, b, two)
			all, err := b.CommitsOf(ctx, one.ID)
			if err != nil || len(all) != 2 || all[0].State != CommitClosed || all[1].No != open || all[1].State != CommitAbandoned {
				t.Fatalf("commits %+v, %v", all, err)
			}
			// The first run holds its pipeline still, and has learned nothing. Its commit cannot be closed any more.
			err = a.CloseCommit(ctx, one, k, Close{No: open, Last: true, Cursor: []byte("x")})
			wantErr(t, err, ErrFenced, "lease.lost")
			if got, err := b.Abandoned(ctx, w.clock.Now()); err != nil || len(got) != 1 || got[0].No != open {
				t.Errorf("abandoned %+v, %v", got, err)
			}
			if got, err := b.Abandoned(ctx, w.clock.Now().Add(time.Millisecond)); err != nil || len(got) != 0 {
				t.Errorf("abandoned later %+v, %v", got, err)
			}
		})
	}
}

func TestLockKind_AgainByTheSameRun(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a := newWorld(t).open("node-1", 1)
	run := begin(t, a, penalties)
	k := lock(t, a, run)
	no := openCommit(t, a, run, k, 0)
	again := lock(t, a, run) // its answer may have been lost
	wantErr(t, a.CloseCommit(ctx, run, k, Close{No: no}), ErrFenced, "lease.lost")
	wantErr(t, a.CloseCommit(ctx, run, again, Close{No: no}), ErrNotOpen, "commit.not_open")
	next := openCommit(t, a, run, again, 0)
	must(t, a.CloseCommit(ctx, run, again, Close{No: next}))
}

func TestFinish_GivesEverythingBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	a, b := w.open("node-1", 1), w.open("node-2", 2)
	one := begin(t, a, penalties)
	k := lock(t, a, one)
	no := openCommit(t, a, one, k, 0)
	must(t, a.Finish(ctx, one, Outcome{State: RunFailed, Error: "source broke", ErrorCode: "file.truncated_gzip"}))
	if all, err := a.CommitsOf(ctx, one.ID); err != nil || len(all) != 1 || all[0].State != CommitAbandoned || all[0].No != no {
		t.Errorf("commits %+v, %v", all, err)
	}
	two := begin(t, b, penalties)
	lock(t, b, two)
	must(t, a.Finish(ctx, one, Outcome{State: RunFailed})) // its answer was lost
	wantErr(t, a.Finish(ctx, one, Outcome{State: RunDone}), ErrFenced, "lease.lost")
	row, err := b.FindRun(ctx, "1")
	if err != nil || row.Error != "source broke" || row.ErrorCode != "file.truncated_gzip" {
		t.Errorf("run %+v, %v", row, err)
	}
	log, err := b.AuditLog(ctx, 1)
	if err != nil || len(log) != 1 || log[0].What != "run.failed" || log[0].Subject != one.Pipeline {
		t.Errorf("audit %+v, %v", log, err)
	}
}

// I3: a run is not done whose counts do not add up.
func TestFinish_I3_CountsAddUp(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a := newWorld(t).open("node-1", 1)
	run := begin(t, a, penalties)
	bad := counts
	bad.Unchanged++
	wantFault(t, a.Finish(ctx, run, Outcome{State: RunDone, Counts: bad}), fault.Run, "run.counts")
	if err := a.Finish(ctx, run, Outcome{State: "open"}); err == nil {
		t.Error("ended as open")
	}
	row, err := a.FindRun(ctx, "1")
	if err != nil || row.State != RunOpen {
		t.Errorf("run %+v, %v", row, err)
	}
	must(t, a.Finish(ctx, run, Outcome{State: RunDone, Counts: counts}))
	if row, err = a.FindRun(ctx, "1"); err != nil || row.Counts != counts {
		t.Errorf("run %+v, %v", row, err)
	}
}

// I3: a run that died has the sums of its closed commits.
func TestBegin_I3_ADeadRunHasTheSumsOfItsCommits(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	a, b := w.open("node-1", 1), w.open("node-1", 2)
	run := begin(t, a, penalties)
	k := lock(t, a, run)
	for range 2 {
		must(t, a.CloseCommit(ctx, run, k, Close{No: openCommit(t, a, run, k, 0), Counts: counts}))
	}
	must(t, a.MarkApplied(ctx, run.Kind, 1))
	openCommit(t, a, run, k, 0)
	w.procs.kill(1)
	begin(t, b, penalties)
	want := counts
	want.Add(counts)
	row, err := b.FindRun(ctx, "1")
	if err != nil || row.Counts != want || row.State != RunFailed {
		t.Errorf("run %+v, %v, want %+v", row, err, want)
	}
	if sum, err := b.Sums(ctx, run.ID); err != nil || sum != want {
		t.Errorf("sums %+v, %v, want %+v", sum, err, want)
	}
}
