package app

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"time"

	"creditsync/internal/fault"
	"creditsync/scheduler"
)

// housekeeping.
const (
	// showEvery is how soon the analysts' list has a run that has ended.
	showEvery = 2 * time.Second
	// sweepSoon and sweepEvery are how often stages are removed while runs end and while none do.
	sweepSoon  = 10 * time.Second
	sweepEvery = time.Minute
	// refusedEvery is how often the rows in quarantine are counted at least.
	refusedEvery = 5 * time.Minute
	// fitEvery is how often the stores are held against each other while runs go.
	fitEvery = time.Minute
	// forgetOften is how often it is asked whether tombstones are due.
	forgetOften = time.Hour
)

// tidy does what nobody waits for: it brings forward what a dead run left undone, tells analysts of runs, removes stages, and
// counts what is in quarantine.
func (s *server) tidy(ctx context.Context) {
	tick := time.NewTicker(showEvery)
	defer tick.Stop()
	var forwarded, swept, counted time.Time
	var ended, worked bool // since the last sweep; since memory was given back
	for s.up(ctx) {
		now := s.Now()
		ran := s.ranSince()
		ended = ended || ran
		if ran {
			s.try(ctx, "add runs to the analysts' list", s.showRuns)
		}
		if due(now, forwarded, sweepEvery) {
			s.try(ctx, "bring commits forward", s.forward)
			forwarded = now
		}
		if due(now, swept, sweepEvery) || ended && due(now, swept, sweepSoon) {
			s.try(ctx, "remove the stages of ended runs", s.sweepFit)
			swept, ended = now, false
		}
		if ran || due(now, counted, refusedEvery) {
			s.try(ctx, "count the rows in quarantine", s.countRefused)
			counted = now
		}
		if worked = worked || ran; worked && s.quiet() {
			debug.FreeOSMemory() // what runs took is given back, for most of the day there are none
			worked = false
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// forgets writes tombstones when they are due, and merges the analysts' copies at a quiet hour. It waits for Kafka, and for
// merges, which is why it has a loop of its own.
func (s *server) forgets(ctx context.Context) {
	for s.up(ctx) {
		s.try(ctx, "write the tombstones of deleted records", func(ctx context.Context) error {
			if bad, err := s.misfits(ctx); err != nil || len(bad) > 0 {
				return err
			}
			return s.forget(ctx, false)
		})
		s.try(ctx, "merge the analysts' copies", s.merge)
		_ = pause(ctx, forgetOften)
	}
}

// up waits until the engine is up; false says that ctx has ended.
func (s *server) up(ctx context.Context) bool {
	for ctx.Err() == nil {
		if _, err := s.engine.await(ctx, time.Minute); err == nil {
			return true
		}
	}
	return false
}

// misfits says for which kinds nothing may be run, and why: their stores do not belong together any more. What was found is
// believed for a while.
func (s *server) misfits(ctx context.Context) (map[string]error, error) {
	s.fitting.Lock()
	defer s.fitting.Unlock()
	if now := s.Now(); s.bad == nil || due(now, s.fitAt, fitEvery) {
		bad, err := s.unfit(ctx, s.kinds()...)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		s.bad, s.fitAt = bad, now
		s.mu.Unlock()
	}
	return s.bad, nil
}

// sweepFit sweeps, unless the ledger may have forgotten what was committed.
func (s *server) sweepFit(ctx context.Context) error {
	if bad, err := s.misfits(ctx); err != nil || len(bad) > 0 {
		return err
	}
	return s.Sweep(ctx)
}

// quiet reports whether no run goes or waits for its turn.
func (s *server) quiet() bool {
	return !slices.ContainsFunc(s.scheduler.States(), func(p scheduler.State) bool { return p.Running || p.Waiting })
}

// due reports whether so much time has passed since last, or the clock was put back.
func due(now, last time.Time, every time.Duration) bool {
	since := now.Sub(last)
	return since >= every || since < 0
}

// ranSince reports whether runs have ended since it was asked last.
func (s *server) ranSince() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ran := s.ran
	s.ran = false
	return ran
}

// try does something that is tried again anyway.
func (s *server) try(ctx context.Context, what string, do func(context.Context) error) {
	err := func() (err error) {
		defer fault.Rescue(&err)
		return do(ctx)
	}()
	if err != nil && !errors.Is(err, context.Canceled) {
		s.Log.Warn(what, "error", err)
	}
}

// forward brings every kind up to its closed commits: what a process that died left undone.
func (s *server) forward(ctx context.Context) error {
	r, err := s.runner(ctx)
	if err != nil {
		return err
	}
	for _, k := range s.kinds() {
		if err := r.Forward(ctx, k); err != nil {
			return err
		}
		if err := r.Live(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) countRefused(ctx context.Context) error {
	found, err := s.refusedNow(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = found
	return nil
}
