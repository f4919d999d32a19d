package ledger

import (
	"context"
	"reflect"
	"testing"
	"time"
)

// The whole road of a run, seen by another process at every step.
func TestLedger_ARunFromBeginToLive(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	l, other := w.open("a", 1), w.open("b", 2)
	if l.Deployment() == "" || l.Deployment() != other.Deployment() {
		t.Errorf("deployments %q and %q", l.Deployment(), other.Deployment())
	}
	run := begin(t, l, penalties)
	if run.No != 1 || run.Fence != 1 || run.ID.Version() != 7 || !run.Started.Equal(w.clock.Now()) {
		t.Errorf("run %+v", run)
	}
	k := lock(t, l, run)
	first := openCommit(t, l, run, k, 41)
	if first != 42 {
		t.Errorf("commit %d, want 42", first)
	}
	c := Close{No: first, Counts: counts, Rows: 12, Notify: 11, Checksum: 1<<64 - 3, QuarantineRows: 1, QuarantineChecksum: 1 << 63}
	must(t, l.CloseCommit(ctx, run, k, c))
	if cursor, err := other.Cursor(ctx, run.Pipeline); err != nil || cursor != nil {
		t.Errorf("cursor %q, %v before the last commit", cursor, err)
	}
	second := openCommit(t, l, run, k, 0)
	must(t, l.CloseCommit(ctx, run, k, Close{No: second, Counts: Counts{Deleted: 1}, Last: true, Cursor: []byte("\x00c"), Inputs: []string{"a.csv", "b.csv"}}))
	if cursor, err := other.Cursor(ctx, run.Pipeline); err != nil || string(cursor) != "\x00c" {
		t.Errorf("cursor %q, %v", cursor, err)
	}
	if got, err := other.Inputs(ctx, run.Pipeline); err != nil || !reflect.DeepEqual(got, []string{"a.csv", "b.csv"}) {
		t.Errorf("inputs %v, %v", got, err)
	}
	must(t, l.UnlockKind(ctx, k))

	all, err := other.Unapplied(ctx, run.Kind)
	if err != nil || len(all) != 2 {
		t.Fatalf("unapplied %v, %v", all, err)
	}
	want := Commit{Kind: run.Kind, No: 42, Run: run.ID, RunNo: 1, Pipeline: run.Pipeline, State: CommitClosed, Rows: 12, Notify: 11,
		Checksum: 1<<64 - 3, QuarantineRows: 1, QuarantineChecksum: 1 << 63, Counts: counts, OpenedAt: run.Started, ClosedAt: run.Started}
	if !reflect.DeepEqual(all[0], want) {
		t.Errorf("got  %+v\nwant %+v", all[0], want)
	}
	for _, c := range all {
		must(t, other.MarkApplied(ctx, c.Kind, c.No))
	}
	if got, err := l.NotLive(ctx, run.Kind); err != nil || len(got) != 2 {
		t.Errorf("not live %v, %v", got, err)
	}
	must(t, other.MarkLive(ctx, run.Kind, 42))
	if got, err := l.NotLive(ctx, run.Kind); err != nil || len(got) != 1 || got[0].No != 43 {
		t.Errorf("not live %v, %v", got, err)
	}
	w.clock.Add(2 * time.Second)
	sum, err := l.Sums(ctx, run.ID)
	if err != nil || sum.Deleted != 6 || sum.Read != 10 {
		t.Errorf("sums %+v, %v", sum, err)
	}
	must(t, l.Finish(ctx, run, Outcome{State: RunDone, Counts: sum, Seconds: 1.5, LiveSeconds: 0.5}))
	must(t, other.SetPublished(ctx, run.ID, 11, 0.25))
	row, err := other.FindRun(ctx, run.ID.String()[:13])
	if err != nil || row.State != RunDone || row.Counts != sum || row.Published != 11 || row.Seconds != 1.5 || !row.Finished.Equal(w.clock.Now()) {
		t.Errorf("run %+v, %v", row, err)
	}
	if again := begin(t, other, penalties); again.No != 2 || again.Fence != 2 {
		t.Errorf("next run %+v", again)
	}
}
