package scheduler

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// bench is a scheduler in a bubble of time, with a clock that can be set.
type bench struct {
	t      *testing.T
	store  *memory
	offset atomic.Int64
	log    bytes.Buffer
	mu     sync.Mutex
	ran    map[string][]time.Time
	stop   func() // ends the scheduler and waits for it
	s      *Scheduler
	drain  time.Duration
	poll   time.Duration
	hands  int
}

func newBench(t *testing.T) *bench {
	return &bench{t: t, store: newMemory(), ran: map[string][]time.Time{}, poll: time.Hour, hands: 2, drain: time.Second}
}

func (b *bench) now() time.Time { return time.Now().Add(time.Duration(b.offset.Load())) }

// start starts the scheduler; jobs without a Run note their ticks and end well.
func (b *bench) start(jobs ...Job) {
	for i := range jobs {
		j := &jobs[i]
		run := j.Run
		j.Run = func(ctx context.Context, turn Turn) error {
			b.mu.Lock()
			b.ran[j.Name] = append(b.ran[j.Name], turn.Tick)
			b.mu.Unlock()
			if run == nil {
				b.store.finish(j.Name, turn.Tick)
				return nil
			}
			return run(ctx, turn)
		}
	}
	b.s = New(Options{Jobs: jobs, Store: b.store, Clock: WallClock(b.now), Log: slog.New(slog.NewTextHandler(&b.log, nil)), Workers: b.hands, Drain: b.drain, Poll: b.poll})
	ctx, cancel := context.WithCancel(b.t.Context())
	done := make(chan error, 1)
	go func() { done <- b.s.Run(ctx) }()
	b.stop = func() {
		cancel()
		if err := <-done; err != nil {
			b.t.Error(err)
		}
	}
	synctest.Wait()
}

// pass lets time pass.
func (b *bench) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (b *bench) ticks(name string) []time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ran[name]
}

// The clock of a bubble begins at midnight UTC, 2000-01-01.
func TestScheduler_AYear(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		rules := map[string]*Rule{
			"quarters": rule(t, "*/15 * * * *", "Asia/Shanghai"), "nightly": rule(t, "30 1 * * *", "Asia/Shanghai"),
			"new york": rule(t, "30 2 * * *", "America/New_York"), "doubled": rule(t, "30 1 * * *", "America/New_York"),
			"sundays": rule(t, "0 4 * * 0", "Asia/Shanghai"), "leap day": rule(t, "0 0 29 2 *", "Asia/Shanghai"),
		}
		var jobs []Job
		for name, r := range rules {
			jobs = append(jobs, Job{Name: name, Rule: r})
		}
		from := time.Now()
		b.start(jobs...)
		b.pass(366 * 24 * time.Hour)
		b.stop()
		for name, r := range rules {
			var want []time.Time
			for at := r.Next(from); !at.After(from.AddDate(0, 0, 366)); at = r.Next(at) {
				want = append(want, at)
			}
			got := b.ticks(name)
			if len(got) != len(want) {
				t.Errorf("%s: %d runs, want %d", name, len(got), len(want))
				continue
			}
			for i := range want {
				if !got[i].Equal(want[i]) {
					t.Fatalf("%s: run %d is of %s, want %s", name, i, got[i], want[i])
				}
			}
		}
		if got := len(b.ticks("new york")); got != 366 {
			t.Errorf("a nightly pipeline ran %d times in a leap year", got)
		}
	})
}

// Killed before, in and after a tick, and down while ticks pass: what comes up again takes each tick once.
func TestScheduler_RestartsAcrossTicks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		job := Job{Name: "p", Rule: rule(t, "0 * * * *", "UTC"), Retries: 3, Wait: time.Minute}
		b.start(job)
		b.pass(59 * time.Minute)
		b.stop()
		b.pass(time.Minute + time.Second) // 1:00 passes while it is down
		b.start(job)
		b.stop()
		b.start(job)
		b.pass(4 * time.Hour) // 2:00 to 5:00
		b.stop()
		b.pass(10 * time.Hour)
		b.start(job) // 15:00 for all that were missed
		b.pass(time.Hour)
		b.stop()
		if got, want := hours(b.ticks("p")), "01T01 01T02 01T03 01T04 01T05 01T15 01T16 "; got != want {
			t.Errorf("ran %s, want %s", got, want)
		}
	})
}

func TestScheduler_ClockIsSet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.poll = 5 * time.Second
		b.start(Job{Name: "p", Rule: rule(t, "0 * * * *", "UTC")})
		b.pass(150 * time.Minute) // it is 2:30
		b.offset.Add(int64(-24 * time.Hour))
		b.pass(23 * time.Hour) // it is 1:30 again, and all is quiet
		if got, want := hours(b.ticks("p")), "01T01 01T02 "; got != want {
			t.Errorf("set back a day: ran %s, want %s", got, want)
		}
		b.pass(2 * time.Hour)
		if got, want := hours(b.ticks("p")), "01T01 01T02 01T03 "; got != want {
			t.Errorf("when the old time has come: ran %s, want %s", got, want)
		}
		b.offset.Add(int64(24 * time.Hour))
		b.pass(10 * time.Second)
		if got, want := hours(b.ticks("p")), "01T01 01T02 01T03 02T03 "; got != want {
			t.Errorf("set forward a day: ran %s, want %s", got, want)
		}
		b.stop()
		if !strings.Contains(b.log.String(), "the clock was put back") {
			t.Error("nobody was told")
		}
	})
}

func TestScheduler_PanicFailsThatRunOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		every := rule(t, "0 * * * *", "UTC")
		b.start(Job{Name: "bad", Rule: every, Run: func(context.Context, Turn) error { panic("index out of range") }}, Job{Name: "good", Rule: every})
		b.pass(3*time.Hour + time.Minute)
		b.stop()
		if bad, good := len(b.ticks("bad")), len(b.ticks("good")); bad != 3 || good != 3 {
			t.Errorf("bad ran %d times and good %d times, want 3 and 3", bad, good)
		}
		if log := b.log.String(); !strings.Contains(log, "index out of range") || !strings.Contains(log, "scheduler_test.go") {
			t.Errorf("the log tells no panic with its stack: %s", log)
		}
	})
}

// A thousand at one tick: as many at once as there are workers, in their order, and then the line is empty.
func TestScheduler_AThousandAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.hands = 4
		every := rule(t, "0 * * * *", "UTC")
		var now, most, goroutines atomic.Int64
		var order []string
		jobs := make([]Job, 1000)
		for i := range jobs {
			name := fmt.Sprintf("p%03d", i)
			jobs[i] = Job{Name: name, Rule: every, Run: func(ctx context.Context, _ Turn) error {
				n := now.Add(1)
				defer now.Add(-1)
				most.Store(max(most.Load(), n))
				goroutines.Store(max(goroutines.Load(), int64(runtime.NumGoroutine())))
				b.mu.Lock()
				order = append(order, name)
				b.mu.Unlock()
				<-time.After(time.Second)
				return nil
			}}
		}
		before := runtime.NumGoroutine()
		b.start(jobs...)
		b.pass(time.Hour + 10*time.Second)
		waiting := 0
		for _, s := range b.s.States() {
			if s.Waiting {
				waiting++
			}
		}
		b.pass(5 * time.Minute)
		b.stop()
		if len(order) != 1000 || most.Load() != 4 {
			t.Errorf("%d ran, %d at once; want 1000, 4", len(order), most.Load())
		}
		if waiting < 950 || waiting > 960 {
			t.Errorf("%d waited after ten seconds, want some 956", waiting)
		}
		if got := goroutines.Load() - int64(before); got > 20 { // other tests run beside this one
			t.Errorf("%d goroutines more than before", got)
		}
		for i, name := range order {
			if at := 0; i >= 4 {
				if _, err := fmt.Sscanf(name, "p%d", &at); err != nil || at < i-4 || at > i+4 {
					t.Fatalf("%s ran as number %d", name, i)
				}
			}
		}
	})
}

// A pipeline that is always due does not keep others from running.
func TestScheduler_Fair(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.hands = 1
		busy := func(context.Context, Turn) error { <-time.After(90 * time.Second); return nil }
		b.start(
			Job{Name: "greedy", Rule: rule(t, "* * * * *", "UTC"), Overlap: Queue, CatchUp: All, Max: 1000, Run: busy},
			Job{Name: "also", Rule: rule(t, "* * * * *", "UTC"), Overlap: Queue, Run: busy},
			Job{Name: "hourly", Rule: rule(t, "30 * * * *", "UTC")})
		b.pass(2*time.Hour + time.Minute)
		b.drain = 0
		b.stop()
		if got := hours(b.ticks("hourly")); got != "01T00 01T01 " {
			t.Errorf("hourly ran %s", got)
		}
		if greedy, also := len(b.ticks("greedy")), len(b.ticks("also")); greedy-also > 2 || also-greedy > 2 {
			t.Errorf("greedy ran %d times, also %d times", greedy, also)
		}
	})
}

func TestScheduler_Drains(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		takes, drain, want time.Duration
		trying             bool
	}{
		"a short run ends":            {3 * time.Second, 7 * time.Second, 3 * time.Second, false},
		"a long run is cut and stays": {time.Hour, 7 * time.Second, 7 * time.Second, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			b.drain = c.drain
			tick := rule(t, "0 * * * *", "UTC")
			b.start(Job{Name: "p", Rule: tick, Run: func(ctx context.Context, _ Turn) error {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(c.takes):
					return nil
				}
			}})
			b.pass(time.Hour)
			from := time.Now()
			b.stop()
			if got := time.Since(from); got != c.want {
				t.Errorf("%s: it took %s, want %s", name, got, c.want)
			}
			if m := b.store.marks["p"]; m.Trying.IsZero() == c.trying || m.Attempts != 0 {
				t.Errorf("%s: got %+v", name, m)
			}
			b.start(Job{Name: "p", Rule: tick})
			b.stop()
			if got, want := len(b.ticks("p")), map[bool]int{true: 2, false: 1}[c.trying]; got != want {
				t.Errorf("%s: after the restart %d runs, want %d", name, got, want)
			}
		})
	}
}

// While the ledger cannot be written nothing runs; afterwards what is due does, once.
func TestScheduler_StoreIsBroken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.poll = 5 * time.Second
		b.start(Job{Name: "p", Rule: rule(t, "0 * * * *", "UTC")})
		b.store.mu.Lock()
		b.store.fail = 1000
		b.store.mu.Unlock()
		b.pass(time.Hour + time.Minute)
		if n := len(b.ticks("p")); n != 0 {
			t.Errorf("%d runs without a ledger", n)
		}
		b.store.mu.Lock()
		b.store.fail = 0
		b.store.mu.Unlock()
		b.pass(time.Hour)
		b.stop()
		if got, want := hours(b.ticks("p")), "01T01 01T02 "; got != want {
			t.Errorf("ran %s, want %s", got, want)
		}
	})
}

func TestScheduler_AnotherHasIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		busy := 0
		b.start(Job{Name: "p", Rule: rule(t, "0 * * * *", "UTC"), Overlap: Queue, Run: func(context.Context, Turn) error {
			if busy++; busy < 4 {
				return fmt.Errorf("run p: %w", ErrBusy)
			}
			return nil
		}}, Job{Name: "q", Rule: rule(t, "0 * * * *", "UTC"), Run: func(context.Context, Turn) error { return ErrBusy }})
		b.pass(90 * time.Minute)
		b.stop()
		if got, want := hours(b.ticks("p")), "01T01 01T01 01T01 01T01 "; got != want {
			t.Errorf("queued: ran %s, want %s", got, want)
		}
		if m := b.store.marks["q"]; len(b.ticks("q")) != 1 || m.Skipped != 1 || !m.Trying.IsZero() {
			t.Errorf("skipped: got %+v after %d runs", m, len(b.ticks("q")))
		}
	})
}

func TestOverdue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ success, since, expect, want time.Duration }{
		{25 * time.Hour, 900 * time.Hour, 26 * time.Hour, 0},
		{27 * time.Hour, 900 * time.Hour, 26 * time.Hour, time.Hour},
		{-1, 27 * time.Hour, 26 * time.Hour, time.Hour},
		{-1, time.Hour, 26 * time.Hour, 0},
		{-1, -1, 26 * time.Hour, 0},
		{99 * time.Hour, 99 * time.Hour, 0, 0},
	} {
		ago := func(d time.Duration) time.Time {
			if d < 0 {
				return time.Time{}
			}
			return now.Add(-d)
		}
		if got := Overdue(now, ago(c.success), ago(c.since), c.expect); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}

func TestScheduler_UnreadableStore(t *testing.T) {
	t.Parallel()
	s := New(Options{Store: unreadable{}, Clock: WallClock(time.Now)})
	if err := s.Run(t.Context()); !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
}

type unreadable struct{ Store }

func (unreadable) Marks(context.Context) (map[string]Mark, error) { return nil, errDisk }
