package scheduler

import (
	"container/heap"
	"errors"
	"time"
)

// agenda is what is to be done when: the scheduler without clock, goroutines and store, so that a year fits into a test.
// It is used by one goroutine at a time.
type agenda struct {
	entries map[string]*entry
	queue   wakes    // entries by the time of their next look
	line    []*entry // entries that wait for a worker, first come, first served
	changed map[string]bool
}

// doing is what a pipeline does.
type doing int

const (
	idle doing = iota
	waiting
	running
)

// entry is one pipeline on the agenda.
type entry struct {
	job   *Job
	order int // in the configuration, which decides between equal times
	mark  Mark
	doing doing
	since time.Time // when it began to wait or to run
	turn  Turn      // of the run
	// queued says that a tick came while it ran, and waits for the end of the run.
	queued bool
	at     time.Time // of its next look; zero: none
	index  int       // in queue, -1: not there
}

// newAgenda lays the jobs over what is remembered. gone are pipelines with a mark that are no longer there.
func newAgenda(jobs []Job, marks map[string]Mark, now time.Time) (a *agenda, gone []string) {
	a = &agenda{entries: map[string]*entry{}, changed: map[string]bool{}}
	for i := range jobs {
		e := &entry{job: &jobs[i], order: i, index: -1}
		m, known := marks[e.job.Name]
		e.mark = m
		if !known {
			e.mark.Since = now
		}
		if rule := e.job.rule(); !known || m.Rule != rule || m.Seen.After(now.Add(maxAhead)) {
			// Nothing that lies before now is made up for: a new expression, or a pipeline that was switched on again.
			e.mark.Rule, e.mark.Seen, e.mark.Trying, e.mark.Attempts, e.mark.Retry = rule, now, time.Time{}, 0, time.Time{}
			a.changed[e.job.Name] = true
		}
		if m := &e.mark; !m.Trying.IsZero() && m.Attempts > e.job.Retries {
			m.Trying, m.Attempts, m.Retry = time.Time{}, 0, time.Time{}
			a.changed[e.job.Name] = true
		} else if !m.Trying.IsZero() && m.Retry.IsZero() { // its process died in the middle
			m.Retry = now
		}
		a.entries[e.job.Name] = e
		if next := e.job.next(latest(e.mark.Seen, now)); !next.Equal(e.mark.Next) {
			e.mark.Next = next
			a.changed[e.job.Name] = true
		}
		a.sleep(e, e.job.wake(e.mark))
	}
	for name := range marks {
		if a.entries[name] == nil {
			gone = append(gone, name)
		}
	}
	return a, gone
}

func (j *Job) rule() string {
	if j.Rule == nil {
		return ""
	}
	return j.Rule.String()
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// sleep sets the next look at an entry.
func (a *agenda) sleep(e *entry, at time.Time) {
	e.at = at
	switch {
	case at.IsZero() && e.index >= 0:
		heap.Remove(&a.queue, e.index)
	case at.IsZero():
	case e.index >= 0:
		heap.Fix(&a.queue, e.index)
	default:
		heap.Push(&a.queue, e)
	}
}

// wake is when the agenda has to be looked at again; zero: not by itself.
func (a *agenda) wake() time.Time {
	if len(a.queue) == 0 {
		return time.Time{}
	}
	return a.queue[0].at
}

// look sees to every pipeline whose time has come.
func (a *agenda) look(now time.Time) {
	for len(a.queue) > 0 && !a.queue[0].at.After(now) {
		e := a.queue[0]
		if e.doing == running {
			a.overlap(e, now)
		} else {
			a.consider(e, now, false)
		}
	}
}

// consider decides about a pipeline that does not run: it waits for a worker, or for its next time.
func (a *agenda) consider(e *entry, now time.Time, awaited bool) {
	c := e.job.choose(e.mark, now, awaited)
	if !c.run.IsZero() {
		e.doing, e.since = waiting, now
		a.line = append(a.line, e)
		a.sleep(e, time.Time{}) // what comes meanwhile is found when its turn comes
		return
	}
	if !c.passed.IsZero() {
		m := &e.mark
		m.Seen, m.Trying, m.Attempts, m.Retry = c.passed, time.Time{}, 0, time.Time{}
		m.Missed, m.MissedAt = m.Missed+1, c.passed
		a.touch(e, now)
	}
	e.doing, e.since = idle, time.Time{}
	a.sleep(e, e.job.wake(e.mark))
}

// overlap sees to the ticks that come while the pipeline runs.
func (a *agenda) overlap(e *entry, now time.Time) {
	ticks := lastTicks(e.job.Rule, e.mark.Seen, now, 1)
	switch {
	case len(ticks) == 0: // the clock was put back
	case e.job.Overlap == Queue:
		e.queued = true
		a.sleep(e, time.Time{}) // until the run has ended
		return
	default:
		e.mark.Seen = ticks[0]
		e.mark.Skipped, e.mark.SkippedAt = e.mark.Skipped+1, ticks[0]
		a.touch(e, now)
	}
	a.sleep(e, e.job.next(e.mark.Seen))
}

// start takes the first of the line whose tick is still due. m is what the store has to take before the run begins.
func (a *agenda) start(now time.Time) (e *entry, m Mark, ok bool) {
	for len(a.line) > 0 {
		e := a.line[0]
		a.line = a.line[1:]
		c := e.job.choose(e.mark, now, true)
		if c.run.IsZero() { // the clock was put back
			e.doing = idle
			a.sleep(e, e.job.wake(e.mark))
			continue
		}
		m := &e.mark
		if c.retry {
			m.Attempts++
		} else {
			m.Seen, m.Trying, m.Attempts = c.run, c.run, 1
		}
		m.Turns, m.Retry = m.Turns+1, time.Time{}
		m.Next = e.job.next(latest(m.Seen, now))
		e.doing, e.since, e.turn = running, now, Turn{c.run, m.Attempts}
		a.sleep(e, e.job.next(m.Seen))
		return e, *m, true
	}
	a.line = nil
	return nil, Mark{}, false
}

// Ways of an attempt to end that are no error of the run.
var (
	errLost        = errors.New("another scheduler has taken the tick")
	errUntaken     = errors.New("the tick could not be taken")
	errInterrupted = errors.New("the scheduler was told to end")
)

// untakenWait is how long to wait after the store has failed.
const untakenWait = 5 * time.Second

// end notes how the attempt of a pipeline ended.
func (a *agenda) end(e *entry, err error, now time.Time) {
	m := &e.mark
	awaited := e.queued
	e.doing, e.since, e.turn, e.queued = idle, time.Time{}, Turn{}, false
	switch {
	case errors.Is(err, errLost): // the store has its mark, and the run is the other's affair
		m.Trying, m.Attempts = time.Time{}, 0
	case errors.Is(err, errUntaken):
		m.Attempts, m.Retry = m.Attempts-1, now.Add(untakenWait) // it does not count
	case errors.Is(err, errInterrupted):
		m.Attempts, m.Retry = m.Attempts-1, now
		a.touch(e, now)
	case errors.Is(err, ErrBusy) && e.job.Overlap == Queue:
		m.Attempts, m.Retry = m.Attempts-1, now.Add(busyWait)
		a.touch(e, now)
	case errors.Is(err, ErrBusy):
		m.Skipped, m.SkippedAt = m.Skipped+1, m.Trying
		m.Trying, m.Attempts = time.Time{}, 0
		a.touch(e, now)
	case err != nil && Retryable(err) && m.Attempts <= e.job.Retries:
		m.Retry = now.Add(e.job.pause(m.Attempts, err))
		a.touch(e, now)
	default:
		m.Trying, m.Attempts = time.Time{}, 0
		a.touch(e, now)
	}
	a.consider(e, now, awaited)
}

// touch notes that a mark is to be stored.
func (a *agenda) touch(e *entry, now time.Time) {
	e.mark.Next = e.job.next(latest(e.mark.Seen, now))
	a.changed[e.job.Name] = true
}

// settle sees to what the clock left in the future when it was put back: a tick so far ahead that waiting for it would
// silence the pipeline, and times of retries.
func (a *agenda) settle(now time.Time) {
	for _, e := range a.entries {
		if e.mark.Retry.After(now.Add(MaxWait)) {
			e.mark.Retry = now
			a.touch(e, now)
			if e.doing == idle {
				a.sleep(e, e.job.wake(e.mark))
			}
		}
		if e.mark.Seen.After(now.Add(maxAhead)) && e.doing != running {
			e.mark.Seen = now
			a.touch(e, now)
			if e.doing == idle {
				a.sleep(e, e.job.wake(e.mark))
			}
		}
	}
}

// marks hands over what has to be stored; give it back with changed where that failed.
func (a *agenda) marks() map[string]Mark {
	if len(a.changed) == 0 {
		return nil
	}
	out := make(map[string]Mark, len(a.changed))
	for name := range a.changed {
		out[name] = a.entries[name].mark
	}
	clear(a.changed)
	return out
}

// wakes is a heap of entries by the time of their next look.
type wakes []*entry

func (w wakes) Len() int { return len(w) }
func (w wakes) Less(i, j int) bool {
	if !w[i].at.Equal(w[j].at) {
		return w[i].at.Before(w[j].at)
	}
	return w[i].order < w[j].order
}
func (w wakes) Swap(i, j int) {
	w[i], w[j] = w[j], w[i]
	w[i].index, w[j].index = i, j
}
func (w *wakes) Push(x any) {
	e := x.(*entry)
	e.index = len(*w)
	*w = append(*w, e)
}
func (w *wakes) Pop() any {
	old := *w
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*w, e.index = old[:len(old)-1], -1
	return e
}
