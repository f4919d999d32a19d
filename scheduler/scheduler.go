package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"creditsync/internal/fault"
)

// Options say how a Scheduler acts.
type Options struct {
	Jobs  []Job
	Store Store
	Clock Clock
	Log   *slog.Logger
	// Workers is how many runs go at once; 0 means 1. It bounds goroutines, connections and memory however many are due.
	Workers int
	// Poll is how long the scheduler sleeps at most, because timers do not notice that the wall clock was set, nor that the
	// machine slept; 0 means 5 s.
	Poll time.Duration
	// Drain is how long runs may go on after the context of Run has ended; then their own contexts end.
	Drain time.Duration
}

// Scheduler runs jobs at their ticks.
type Scheduler struct {
	o       Options
	mu      sync.Mutex // of agenda and busy
	agenda  *agenda    // nil before Run
	busy    int        // runs that go
	lastNow time.Time
}

// New returns a scheduler that does nothing yet.
func New(o Options) *Scheduler {
	o.Workers = max(1, o.Workers)
	if o.Poll <= 0 {
		o.Poll = poll
	}
	return &Scheduler{o: o}
}

const (
	poll = 5 * time.Second
	// closing is how long the last store may take.
	closing = 3 * time.Second
)

// ended is how an attempt ended.
type ended struct {
	entry *entry
	err   error
}

// Run runs jobs until ctx ends, then waits for the runs that go and returns nil. An error says that the store could not be
// read at the start; nothing has run then.
func (s *Scheduler) Run(ctx context.Context) error {
	marks, err := s.o.Store.Marks(ctx)
	if err != nil {
		return fmt.Errorf("read when pipelines ran last: %w", err)
	}
	now := s.o.Clock.now()
	agenda, gone := newAgenda(s.o.Jobs, marks, now)
	if len(gone) > 0 {
		if err := s.o.Store.Forget(ctx, gone); err != nil {
			return fmt.Errorf("forget pipelines that are switched off: %w", err)
		}
	}
	s.mu.Lock()
	s.agenda, s.lastNow = agenda, now
	s.mu.Unlock()
	runs, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	ends := make(chan ended, s.o.Workers)
	for ctx.Err() == nil {
		s.step(ctx, runs, ends)
		s.store(ctx)
		s.sleep(ctx, ends)
	}
	s.drain(cut, ends)
	return nil
}

// step sees to what is due and starts runs while there are workers. ctx ends the wait for the store, runs the runs.
func (s *Scheduler) step(ctx, runs context.Context, ends chan<- ended) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Clock.now()
	if now.Before(s.lastNow.Add(-time.Second)) {
		s.o.Log.Warn("the clock was put back", "from", s.lastNow, "to", now)
		s.agenda.settle(now)
	}
	s.lastNow = now
	s.agenda.look(now)
	for s.busy < s.o.Workers {
		e, m, ok := s.agenda.start(now)
		if !ok {
			return
		}
		turn := e.turn
		// The tick is taken here and not by the run's goroutine: what is stored meanwhile must not tell of a turn that
		// nobody has taken.
		s.mu.Unlock()
		taken, err := s.o.Store.Take(ctx, e.job.Name, m)
		s.mu.Lock()
		switch {
		case err != nil:
			s.o.Log.Error("take a tick", "pipeline", e.job.Name, "tick", turn.Tick, "error", err)
			s.agenda.end(e, errUntaken, now)
			return // the others would not fare better
		case !taken:
			s.o.Log.Warn("another scheduler took a tick", "pipeline", e.job.Name, "tick", turn.Tick)
			s.agenda.end(e, errLost, now)
			continue
		}
		s.busy++
		go func() { ends <- ended{e, s.attempt(runs, e.job, turn)} }()
	}
}

// attempt runs the job.
func (s *Scheduler) attempt(ctx context.Context, j *Job, turn Turn) (err error) {
	defer func() {
		var p *fault.Panic
		if errors.As(err, &p) {
			s.o.Log.Error("a run panicked", "pipeline", j.Name, "tick", turn.Tick, "panic", p.Value, "stack", string(p.Stack))
		}
	}()
	defer fault.Rescue(&err)
	err = j.Run(ctx, turn)
	if err != nil && ctx.Err() != nil && !errors.Is(err, ErrBusy) {
		return errInterrupted
	}
	return err
}

// store stores the marks that changed; what cannot be stored now is stored later.
func (s *Scheduler) store(ctx context.Context) {
	s.mu.Lock()
	marks := s.agenda.marks()
	s.mu.Unlock()
	if len(marks) == 0 {
		return
	}
	if err := s.o.Store.Put(ctx, marks); err != nil {
		s.o.Log.Error("remember when pipelines ran", "error", err)
		s.mu.Lock()
		for name := range marks {
			s.agenda.changed[name] = true
		}
		s.mu.Unlock()
	}
}

// sleep waits until something is due, a run ends or ctx does.
func (s *Scheduler) sleep(ctx context.Context, ends <-chan ended) {
	s.mu.Lock()
	wait := s.o.Poll
	if at := s.agenda.wake(); !at.IsZero() {
		wait = max(0, min(wait, at.Sub(s.o.Clock.now())))
	}
	s.mu.Unlock()
	elapsed, stop := s.o.Clock.After(wait)
	defer stop()
	select {
	case <-ctx.Done():
	case <-elapsed:
	case e := <-ends:
		s.end(e)
	}
}

// end notes how an attempt ended, and all others that ended with it.
func (s *Scheduler) end(e ended) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	s.agenda.end(e.entry, e.err, s.o.Clock.now())
}

// drain waits for the runs that go: for a while to their end, then until they have stopped.
func (s *Scheduler) drain(cut func(), ends <-chan ended) {
	elapsed, stop := s.o.Clock.After(s.o.Drain)
	defer stop()
	for {
		s.mu.Lock()
		left := s.busy
		s.mu.Unlock()
		if left == 0 {
			break
		}
		select {
		case e := <-ends:
			s.end(e)
		case <-elapsed:
			cut()
			elapsed = nil
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	s.store(ctx)
}
