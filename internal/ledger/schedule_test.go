package ledger

import (
	"context"
	"testing"
	"time"
)

func schedules(t *testing.T, l *Ledger) map[string]Schedule {
	t.Helper()
	list, err := l.Schedules(context.Background())
	must(t, err)
	out := map[string]Schedule{}
	for _, s := range list {
		out[s.Pipeline] = s
	}
	return out
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.open("node-1", 1), w.open("node-1", 2)
	ctx, at := context.Background(), w.clock.Now().UTC().Truncate(time.Millisecond)
	whole := Schedule{Pipeline: "p", Rule: "30 1 * * * Asia/Shanghai", Since: at, Seen: at, Next: at.Add(time.Hour), Trying: at, Attempts: 2, Turns: 7,
		Retry: at.Add(time.Minute), Skipped: 3, SkippedAt: at, Missed: 4, MissedAt: at}
	must(t, a.PutSchedules(ctx, []Schedule{whole, {Pipeline: "q", Since: at, Seen: at}}))
	if got := schedules(t, b); got["p"] != whole || got["q"] != (Schedule{Pipeline: "q", Since: at, Seen: at}) {
		t.Errorf("got %+v", got)
	}

	next := whole
	next.Turns, next.Seen, next.Trying = 8, at.Add(time.Hour), at.Add(time.Hour)
	if taken, err := a.TakeTurn(ctx, next); err != nil || !taken {
		t.Errorf("the first: %v, %v", taken, err)
	}
	if taken, err := b.TakeTurn(ctx, next); err != nil || taken {
		t.Errorf("the second: %v, %v", taken, err)
	}
	must(t, b.PutSchedules(ctx, []Schedule{whole})) // of one who does not know
	if got := schedules(t, b)["p"]; got != next {
		t.Errorf("an older schedule took the place of a newer: %+v", got)
	}
	must(t, a.ForgetSchedules(ctx, []string{"p", "unknown"}))
	if got := schedules(t, b); len(got) != 1 {
		t.Errorf("got %+v", got)
	}
}

// A scheduler that comes up again is told whether the attempt that its predecessor began has ended.
func TestSchedules_TellWhatBecameOfAnAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.open("node-1", 1)
	ctx, tick := context.Background(), w.clock.Now().UTC().Truncate(time.Millisecond)
	must(t, l.PutSchedules(ctx, []Schedule{{Pipeline: penalties.Pipeline, Since: tick, Seen: tick, Trying: tick, Turns: 1}}))
	ended := func(want bool, when string) {
		t.Helper()
		if got := schedules(t, l)[penalties.Pipeline]; got.Ended != want {
			t.Errorf("%s: got ended %v", when, got.Ended)
		}
	}
	ended(false, "before its run began")
	scheduled := penalties
	scheduled.Tick = tick
	run := begin(t, l, scheduled)
	ended(false, "while it goes")
	must(t, l.Finish(ctx, run, Outcome{State: RunFailed, ErrorCode: "test"}))
	ended(false, "after it failed")
	must(t, l.Finish(ctx, begin(t, l, penalties), Outcome{State: RunDone}))
	ended(false, "after a run that nobody scheduled")
	must(t, l.Finish(ctx, begin(t, l, scheduled), Outcome{State: RunNoInput}))
	ended(true, "after another attempt ended well")
	if rows, err := l.Recent(ctx, "", 2); err != nil || !rows[0].Tick.Equal(tick) || !rows[1].Tick.IsZero() {
		t.Errorf("got %+v, %v", rows, err)
	}
}

func TestLatest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.open("node-1", 1)
	ctx := context.Background()
	for _, state := range []string{RunDone, RunFailed, RunSkipped} {
		must(t, l.Finish(ctx, begin(t, l, penalties), Outcome{State: state}))
	}
	begin(t, l, penalties)
	for want, states := range map[uint64][]string{1: {RunDone}, 2: {RunDone, RunFailed, RunNoInput}, 4: {RunOpen, RunDone}} {
		got, err := l.Latest(ctx, []string{penalties.Pipeline, "unknown"}, states...)
		if err != nil || len(got) != 1 || got[penalties.Pipeline].No != want {
			t.Errorf("%v: got %+v, %v; want run %d", states, got, err, want)
		}
	}
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.open("node-1", 1)
	ctx, at := context.Background(), w.clock.Now().UTC().Truncate(time.Millisecond)
	whole := Alert{Pipeline: "p", Problem: "failed", ID: "1", Since: at, Code: "c", Detail: "d", Run: "r", Told: at, Over: at, Tries: 2, Retry: at}
	other := Alert{Pipeline: "p", Problem: "overdue", ID: "2", Since: at}
	must(t, l.PutAlerts(ctx, []Alert{whole, other}, nil))
	whole.Tries = 3
	must(t, l.PutAlerts(ctx, []Alert{whole}, []Alert{{Pipeline: "p", Problem: "overdue", ID: "another"}}))
	got, err := l.Alerts(ctx)
	if err != nil || len(got) != 2 || got[0] != whole || got[1] != other {
		t.Errorf("got %+v, %v", got, err)
	}
	must(t, l.PutAlerts(ctx, nil, []Alert{other}))
	if got, err := l.Alerts(ctx); err != nil || len(got) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}
