package scheduler

import (
	"slices"
	"time"
)

// State is what a pipeline does now.
type State struct {
	Name string
	// Running and Waiting say that a run goes, or waits for a worker; both false: neither.
	Running, Waiting bool
	// Since is when it began to.
	Since time.Time
	// Turn is the run's; zero unless Running.
	Turn Turn
	// Mark is what is remembered.
	Mark Mark
}

// States are what all pipelines do, in the order of the jobs; nil before Run has begun.
func (s *Scheduler) States() []State {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.agenda == nil {
		return nil
	}
	entries := make([]*entry, 0, len(s.agenda.entries))
	for _, e := range s.agenda.entries {
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b *entry) int { return a.order - b.order })
	out := make([]State, len(entries))
	for i, e := range entries {
		out[i] = State{Name: e.job.Name, Running: e.doing == running, Waiting: e.doing == waiting, Since: e.since, Turn: e.turn, Mark: e.mark}
	}
	return out
}

// Overdue says for how long a pipeline has been silent beyond what is expected: since its last success, or since it was
// first seen where it never had one. 0: it is not overdue, or nothing is expected. Where neither time is known it is not.
func Overdue(now, success, since time.Time, expect time.Duration) time.Duration {
	from := latest(success, since)
	if expect <= 0 || from.IsZero() {
		return 0
	}
	return max(0, now.Sub(from)-expect)
}
