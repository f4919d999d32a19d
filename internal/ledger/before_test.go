package ledger

import (
	"context"
	"reflect"
	"testing"
	"time"
)

// moved is a run that is done and has moved the cursor of its pipeline.
func moved(t *testing.T, l *Ledger, cursor string, inputs ...string) *Run {
	t.Helper()
	run := begin(t, l, penalties)
	k := lock(t, l, run)
	must(t, l.CloseCommit(context.Background(), run, k, Close{No: openCommit(t, l, run, k, 0), Last: true, Cursor: []byte(cursor), Inputs: inputs}))
	must(t, l.Finish(context.Background(), run, Outcome{State: RunDone}))
	return run
}

func TestBefore_I1_IsRememberedWithTheCommit(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	l := w.open("node-1", 1)
	want := func(run *Run, cursor string, inputs []string, ok bool) {
		t.Helper()
		c, in, known, err := l.Before(ctx, run.ID)
		if err != nil || known != ok || string(c) != cursor || (len(in)+len(inputs) > 0 && !reflect.DeepEqual(in, inputs)) {
			t.Errorf("before run %d: got %q, %v, %v, %v, want %q, %v, %v", run.No, c, in, known, err, cursor, inputs, ok)
		}
	}
	first := moved(t, l, "c1", "a.csv")
	want(first, "", nil, true)
	second := moved(t, l, "c2", "b.csv")
	want(second, "c1", []string{"a.csv"}, true)
	// A later run has read b.csv: it stays the list of what is expected, and the cursor goes back all the same.
	want(first, "", []string{"b.csv"}, true)
	idle := begin(t, l, penalties)
	k := lock(t, l, idle)
	must(t, l.CloseCommit(ctx, idle, k, Close{No: openCommit(t, l, idle, k, 0)}))
	must(t, l.Finish(ctx, idle, Outcome{State: RunFailed}))
	want(idle, "", nil, false)
	if _, _, _, err := l.Before(ctx, [16]byte{1}); err == nil {
		t.Error("a run that never was stood somewhere")
	}
}

func TestClosedBy(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	l := w.open("node-1", 1)
	start := w.clock.Now()
	for _, after := range []time.Duration{0, time.Hour, time.Minute, 3 * time.Hour} { // the third is closed by a clock that was set back
		w.clock.Add(start.Add(after).Sub(w.clock.Now()))
		moved(t, l, "c")
	}
	for _, at := range []struct {
		after time.Duration
		want  uint64
	}{{-time.Second, 0}, {0, 1}, {30 * time.Minute, 1}, {time.Hour, 3}, {2 * time.Hour, 3}, {3 * time.Hour, 4}, {1000 * time.Hour, 4}} {
		if got, err := l.ClosedBy(ctx, penalties.Kind, start.Add(at.after)); err != nil || got != at.want {
			t.Errorf("closed by %s: got %d, %v, want %d", at.after, got, err, at.want)
		}
	}
	if got, err := l.ClosedBy(ctx, "court_notice", start.Add(time.Hour)); err != nil || got != 0 {
		t.Errorf("of a kind without commits: got %d, %v", got, err)
	}
}
