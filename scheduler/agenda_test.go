package scheduler

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"creditsync/internal/fault"
)

var (
	errAway  = fault.New(fault.Environment, "test.away", fault.T("连不上", "cannot be reached"))
	errWrong = fault.New(fault.Input, "test.wrong", fault.T("输入有误", "the input is wrong"))
	errCrash = errors.New("a defect")
	// errForgotten is in place of an error that was not stored when the process died.
	errForgotten = errors.New("forgotten")
)

// machine is several pipelines, a clock and a process that comes and goes.
type machine struct {
	t       *rapid.T
	store   *memory
	jobs    map[string]*Job
	off     map[string]bool
	now     time.Time
	latest  time.Time // that now ever was
	agenda  *agenda   // nil: the process is down
	running map[string]*entry
	workers int

	begun map[string]time.Time             // when the rule of a pipeline became known, so that nothing before it may run
	ended map[string]map[time.Time][]error // how the attempts of each tick ended
}

func newMachine(t *rapid.T) *machine {
	m := &machine{t: t, store: newMemory(), jobs: map[string]*Job{}, off: map[string]bool{}, running: map[string]*entry{},
		workers: rapid.IntRange(1, 3).Draw(t, "workers"), begun: map[string]time.Time{}, ended: map[string]map[time.Time][]error{},
		now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	m.latest = m.now
	for i := range 3 {
		j := &Job{Name: fmt.Sprint("p", i), Retries: rapid.IntRange(0, 2).Draw(t, "retries"), Wait: time.Minute,
			CatchUp: rapid.SampledFrom([]CatchUp{Latest, All, None}).Draw(t, "catch up"), Max: rapid.IntRange(1, 5).Draw(t, "max"),
			Overlap: rapid.SampledFrom([]Overlap{Skip, Queue}).Draw(t, "overlap")}
		m.jobs[j.Name] = j
		m.ended[j.Name] = map[time.Time][]error{}
		m.newRule(j)
	}
	return m
}

func (m *machine) newRule(j *Job) {
	exprs := []string{"* * * * *", "*/7 * * * *", "30 * * * *", "15 1,13 * * *", "0 0 * * 1"}
	z := rapid.SampledFrom([]string{"Asia/Shanghai", "America/New_York"}).Draw(m.t, "zone")
	j.Rule = rule(m.t, rapid.SampledFrom(exprs).Draw(m.t, "expression"), z)
}

// up starts the process.
func (m *machine) up() {
	marks, _ := m.store.Marks(context.Background())
	var jobs []Job
	for _, name := range slices.Sorted(maps.Keys(m.jobs)) {
		if m.off[name] {
			continue
		}
		jobs = append(jobs, *m.jobs[name])
		if old, known := marks[name]; !known || old.Rule != m.jobs[name].Rule.String() {
			m.begun[name+m.jobs[name].Rule.String()] = m.now
			m.ended[name] = map[time.Time][]error{}
		}
	}
	var gone []string
	m.agenda, gone = newAgenda(jobs, marks, m.now)
	_ = m.store.Forget(context.Background(), gone)
	m.flush()
}

// down ends the process at once. Attempts that go may have ended well without anybody having said so.
func (m *machine) down() {
	for name, e := range m.running {
		if rapid.Bool().Draw(m.t, "ended well") {
			m.succeeded(name, e.turn.Tick)
		}
	}
	m.forget()
}

// forget ends the process: what was not stored is not known any more.
func (m *machine) forget() {
	// Nor has it been stored how these ended: who could not say that an attempt failed for good tries once more.
	for name := range m.agenda.changed {
		for tick, list := range m.ended[name] {
			for i, err := range list {
				if err != nil {
					m.ended[name][tick][i] = errForgotten
				}
			}
		}
	}
	m.agenda, m.running = nil, map[string]*entry{}
}

func (m *machine) succeeded(name string, tick time.Time) {
	m.store.finish(name, tick)
	m.note(name, tick, nil)
}

// note holds the end of an attempt against those before it.
func (m *machine) note(name string, tick time.Time, err error) {
	before := m.ended[name][tick]
	if slices.Contains(before, nil) {
		m.t.Fatalf("%s: the tick %s ran again after it had ended well", name, tick)
	}
	m.ended[name][tick] = append(before, err)
}

func (m *machine) flush() {
	if marks := m.agenda.marks(); len(marks) > 0 {
		if m.store.Put(context.Background(), marks) != nil {
			for name := range marks {
				m.agenda.changed[name] = true
			}
		}
	}
}

// step is what the loop does when it wakes.
func (m *machine) step() {
	m.agenda.settle(m.now)
	m.agenda.look(m.now)
	for len(m.running) < m.workers {
		e, mark, ok := m.agenda.start(m.now)
		if !ok {
			break
		}
		name, turn := e.job.Name, e.turn
		taken, err := m.store.Take(context.Background(), name, mark)
		switch {
		case err != nil:
			m.agenda.end(e, errUntaken, m.now)
		case !taken:
			m.t.Fatalf("%s: the tick %s was taken by nobody else and could not be taken", name, turn.Tick)
		default:
			m.starts(name, e, turn)
		}
	}
	m.flush()
}

func (m *machine) starts(name string, e *entry, turn Turn) {
	r := m.jobs[name].Rule
	if m.running[name] != nil {
		m.t.Fatalf("%s runs twice at once", name)
	}
	if got := r.Next(turn.Tick.Add(-time.Millisecond)); !got.Equal(turn.Tick) {
		m.t.Fatalf("%s: %s is no tick of %s", name, turn.Tick, r)
	}
	if begun := m.begun[name+r.String()]; !turn.Tick.After(begun) {
		m.t.Fatalf("%s: the tick %s lies before %s, when the rule began", name, turn.Tick, begun)
	}
	if turn.Tick.After(m.latest) {
		m.t.Fatalf("%s: the tick %s has not come yet at %s", name, turn.Tick, m.now)
	}
	failed := 0
	for _, err := range m.ended[name][turn.Tick] {
		switch {
		case err == nil, errors.Is(err, errWrong), errors.Is(err, errCrash):
			m.t.Fatalf("%s: the tick %s is run again after it ended with %v", name, turn.Tick, err)
		case errors.Is(err, errAway):
			failed++
		}
	}
	if failed > m.jobs[name].Retries {
		m.t.Fatalf("%s: the tick %s is tried again after %d failures", name, turn.Tick, failed)
	}
	for later := range m.ended[name] {
		if later.After(turn.Tick) {
			m.t.Fatalf("%s: the tick %s is run after %s", name, turn.Tick, later)
		}
	}
	m.running[name] = e
}

func (m *machine) finish(name string, err error) {
	e := m.running[name]
	delete(m.running, name)
	if err == nil {
		m.succeeded(name, e.turn.Tick)
	} else {
		m.note(name, e.turn.Tick, err)
	}
	m.agenda.end(e, err, m.now)
}

func (m *machine) tick(d time.Duration) {
	if m.now = m.now.Add(d); m.now.After(m.latest) {
		m.latest = m.now
	}
}

// Whatever the order of ticks, ends, crashes, restarts, full disks, changed rules and steps of the clock: a tick ends well
// at most once, a pipeline runs once at a time, and when all is quiet nothing that is due was forgotten.
func TestAgenda_AnyOrderOfThings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := newMachine(rt)
		m.up()
		for range rapid.IntRange(5, 60).Draw(rt, "things") {
			m.happen(rapid.SampledFrom([]string{"time", "time", "step", "step", "step", "end", "end", "end", "crash", "end process", "back", "forward", "disk", "rule", "off"}).Draw(rt, "what"))
			if m.agenda != nil && rapid.Bool().Draw(rt, "then step") {
				m.step()
			}
		}
		m.quiet()
	})
}

func (m *machine) happen(what string) {
	names := slices.Sorted(maps.Keys(m.running))
	switch what {
	case "time":
		m.tick(time.Duration(rapid.IntRange(1, 7200).Draw(m.t, "seconds")) * time.Second)
	case "back":
		d := time.Duration(rapid.IntRange(1, 36).Draw(m.t, "hours")) * time.Hour
		if m.latest.Sub(m.now)+d < 6*24*time.Hour {
			m.tick(-d)
		}
	case "forward":
		m.tick(time.Duration(rapid.IntRange(1, 30*24).Draw(m.t, "hours")) * time.Hour)
	case "step":
		if m.agenda == nil {
			m.up()
		}
		m.step()
	case "end":
		if len(names) > 0 {
			m.finish(rapid.SampledFrom(names).Draw(m.t, "whose"), rapid.SampledFrom([]error{nil, nil, errAway, errWrong, errCrash, ErrBusy}).Draw(m.t, "how"))
		}
	case "crash":
		if m.agenda != nil {
			m.down()
		}
	case "end process":
		if m.agenda != nil {
			for _, name := range names {
				m.finish(name, rapid.SampledFrom([]error{nil, errInterrupted}).Draw(m.t, "drained"))
			}
			m.flush()
			m.forget()
		}
	case "disk":
		m.store.fail = rapid.IntRange(0, 2).Draw(m.t, "failures")
		m.store.lie = rapid.IntRange(0, 1).Draw(m.t, "lies")
	default:
		m.change(what)
	}
}

// change changes the configuration, which the process reads at its next start.
func (m *machine) change(what string) {
	if m.agenda != nil {
		m.down()
	}
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(m.jobs))).Draw(m.t, "whose")
	if what == "rule" {
		m.newRule(m.jobs[name])
	} else {
		m.off[name] = !m.off[name]
	}
	m.up()
}

// quiet lets everything end well and holds what was seen to against what was due.
func (m *machine) quiet() {
	m.store.fail, m.store.lie = 0, 0
	if m.agenda == nil {
		m.up()
	}
	m.tick(m.latest.Sub(m.now) + 2*MaxWait)
	for range 200 {
		m.step()
		if len(m.running) == 0 {
			break
		}
		for _, name := range slices.Sorted(maps.Keys(m.running)) {
			m.finish(name, nil)
		}
	}
	for name, e := range m.agenda.entries {
		if ticks := lastTicks(e.job.Rule, e.mark.Seen, m.now, 1); len(ticks) > 0 {
			m.t.Fatalf("%s: at %s all is quiet, and %s was not seen to: %+v", name, m.now, ticks[0], e.mark)
		}
		if stored := m.store.marks[name]; !stored.Seen.Equal(e.mark.Seen) {
			m.t.Fatalf("%s: stored %s, want %s", name, stored.Seen, e.mark.Seen)
		}
	}
}

func hours(list []time.Time) string {
	s := ""
	for _, at := range list {
		s += at.UTC().Format("02T15 ")
	}
	return s
}

// What runs after a night of six hours in which nothing could, per policy, with the tick of 04:00 seen to before.
func TestAgenda_CatchUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		policy  CatchUp
		max     int
		back    time.Duration // how late after the last tick
		want    string
		missed  uint64
		overlap Overlap
	}{
		{"latest", Latest, 0, 20 * time.Minute, "01T10 ", 0, Skip},
		{"all", All, 31, 20 * time.Minute, "01T05 01T06 01T07 01T08 01T09 01T10 ", 0, Skip},
		{"all, the latest three", All, 3, 20 * time.Minute, "01T08 01T09 01T10 ", 0, Skip},
		{"none", None, 0, 20 * time.Minute, "", 1, Skip},
		{"none, but in time", None, 0, 20 * time.Second, "01T10 ", 0, Skip},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := rule(t, "0 * * * *", "UTC")
			seen := time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)
			now := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC).Add(c.back)
			a, _ := newAgenda([]Job{{Name: "p", Rule: r, CatchUp: c.policy, Max: c.max}}, map[string]Mark{"p": {Rule: r.String(), Seen: seen}}, now)
			var ran []time.Time
			for range 20 {
				a.look(now)
				e, _, ok := a.start(now)
				if !ok {
					break
				}
				ran = append(ran, e.turn.Tick)
				a.end(e, nil, now)
			}
			if got := hours(ran); got != c.want {
				t.Errorf("ran %s, want %s", got, c.want)
			}
			if got := a.entries["p"].mark; got.Missed != c.missed || !got.Seen.Equal(time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// A pipeline that is switched off and on again, or that gets another expression, makes up for nothing.
func TestAgenda_NoBackfill(t *testing.T) {
	t.Parallel()
	old, r := rule(t, "0 * * * *", "UTC"), rule(t, "30 * * * *", "UTC")
	now := time.Date(2026, 3, 9, 10, 45, 0, 0, time.UTC)
	for name, marks := range map[string]map[string]Mark{
		"another expression": {"p": {Rule: old.String(), Seen: now.Add(-24 * time.Hour), Trying: now.Add(-24 * time.Hour), Since: now.Add(-999 * time.Hour)}},
		"switched on again":  {},
	} {
		a, _ := newAgenda([]Job{{Name: "p", Rule: r, CatchUp: All, Max: 100}}, marks, now)
		a.look(now)
		if _, _, ok := a.start(now); ok {
			t.Errorf("%s: something runs at once", name)
		}
		if got, want := a.wake(), now.Add(45*time.Minute); !got.Equal(want) {
			t.Errorf("%s: next look at %s, want %s", name, got, want)
		}
	}
	_, gone := newAgenda(nil, map[string]Mark{"p": {}}, now)
	if !slices.Equal(gone, []string{"p"}) {
		t.Errorf("gone: got %v", gone)
	}
}

func TestAgenda_Overlap(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		overlap Overlap
		catchUp CatchUp
		want    string
		skipped uint64
	}{
		"skip":              {Skip, Latest, "01T01 01T05 ", 3},
		"queue":             {Queue, Latest, "01T01 01T04 01T05 ", 0},
		"queue, none":       {Queue, None, "01T01 01T04 01T05 ", 0},
		"queue, all":        {Queue, All, "01T01 01T02 01T03 01T04 01T05 ", 0},
		"skip outranks all": {Skip, All, "01T01 01T05 ", 3},
	} {
		r := rule(t, "0 * * * *", "UTC")
		now := time.Date(2026, 3, 1, 0, 30, 0, 0, time.UTC)
		a, _ := newAgenda([]Job{{Name: "p", Rule: r, CatchUp: c.catchUp, Max: 31, Overlap: c.overlap}}, nil, now)
		var ran []time.Time
		var going *entry
		for ; now.Hour() < 6; now = now.Add(time.Minute) { // the first run takes from 1:00 to 4:30, others a minute
			a.look(now)
			if going != nil && (now.Hour() > 4 || now.Hour() == 4 && now.Minute() >= 30) {
				a.end(going, nil, now)
				going = nil
			}
			if going == nil {
				if e, _, ok := a.start(now); ok {
					going = e
					ran = append(ran, e.turn.Tick)
				}
			}
		}
		if got := hours(ran); got != c.want {
			t.Errorf("%s: ran %s, want %s", name, got, c.want)
		}
		if got := a.entries["p"].mark.Skipped; got != c.skipped {
			t.Errorf("%s: %d skipped, want %d", name, got, c.skipped)
		}
	}
}

// Errors of the environment are tried again, later and later; what only a person can mend is not.
func TestAgenda_Retries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"environment":       {errAway, "01:30 01:31 01:33 01:37 "},
		"input":             {errWrong, "01:30 "},
		"a defect":          {errCrash, "01:30 "},
		"says it passes":    {fault.New(fault.Run, "test.again", fault.T("", "")).Again(), "01:30 01:31 01:33 01:37 "},
		"says when it does": {&fault.Error{Class: fault.Run, Retry: true, After: 10 * time.Minute}, "01:30 01:40 01:50 02:00 "},
	} {
		r := rule(t, "30 1 * * *", "UTC")
		now := time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)
		a, _ := newAgenda([]Job{{Name: "p", Rule: r, Retries: 3, Wait: time.Minute}}, nil, now)
		got := ""
		for range 6 {
			wake := a.wake()
			if wake.Day() != 1 {
				break
			}
			now = latest(now, wake)
			a.look(now)
			e, _, ok := a.start(now)
			if !ok {
				break
			}
			got += now.Format("15:04 ")
			a.end(e, c.err, now)
		}
		if got != c.want {
			t.Errorf("%s: attempts at %s, want %s", name, got, c.want)
		}
	}
}

// A clock that is set back a day runs nothing twice; one that was years ahead does not silence the pipeline.
func TestAgenda_ClockSetBack(t *testing.T) {
	t.Parallel()
	r := rule(t, "0 * * * *", "UTC")
	now := time.Date(2026, 3, 10, 10, 0, 0, 0, time.UTC)
	for back, want := range map[time.Duration]string{24 * time.Hour: "10T11 ", 10 * 365 * 24 * time.Hour: "12T11 "} {
		a, _ := newAgenda([]Job{{Name: "p", Rule: r}}, map[string]Mark{"p": {Rule: r.String(), Seen: now}}, now)
		at := now.Add(-back).Add(time.Minute)
		a.settle(at)
		var ran []time.Time
		for len(ran) == 0 {
			at = latest(at, a.wake())
			a.look(at)
			if e, _, ok := a.start(at); ok {
				ran = append(ran, e.turn.Tick)
			}
		}
		if got := hours(ran); got != want {
			t.Errorf("back %s: ran %s, want %s", back, got, want)
		}
	}
}
