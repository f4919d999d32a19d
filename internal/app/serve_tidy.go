package app

import (
	"context"
	"errors"
	"time"

	"creditsync/internal/fault"
)

// tidy does what nobody waits for: it brings forward what a dead run left undone, tells analysts of runs, removes stages, and
// counts what is in quarantine.
func (s *server) tidy(ctx context.Context) {
	tick := time.NewTicker(showEvery)
	defer tick.Stop()
	var forwarded, swept, counted time.Time
	var ended bool // since the last sweep
	for {
		if _, err := s.engine.await(ctx, time.Hour); err != nil {
			if ctx.Err() != nil {
				return
			}
			continue
		}
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
			s.try(ctx, "remove the stages of ended runs", s.Sweep)
			swept, ended = now, false
		}
		if ran || due(now, counted, refusedEvery) {
			s.try(ctx, "count the rows in quarantine", s.countRefused)
			counted = now
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
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
