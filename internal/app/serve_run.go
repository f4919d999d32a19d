package app

import (
	"context"
	"errors"
	"fmt"

	"creditsync/internal/config"
	"creditsync/internal/console"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/pipelines"
	"creditsync/scheduler"
)

// jobs are the enabled pipelines as the scheduler wants them. Those without a schedule are among them, for it is the
// scheduler that remembers since when silence counts.
func (s *server) jobs() ([]scheduler.Job, error) {
	rules, err := rules(s.Config)
	if err != nil {
		return nil, err
	}
	var list []scheduler.Job
	for i := range s.Config.Pipelines {
		p := &s.Config.Pipelines[i]
		if !p.Enabled {
			continue
		}
		job := scheduler.Job{
			Name: p.Name, Rule: rules[p.Name], Max: p.CatchUp.Max, Retries: p.Retry.Max, Wait: p.Retry.Wait,
			Run: func(ctx context.Context, turn scheduler.Turn) error { return s.runTurn(ctx, p, turn) },
		}
		switch p.CatchUp.Policy {
		case config.CatchUpAll:
			job.CatchUp = scheduler.All
		case config.CatchUpNone:
			job.CatchUp = scheduler.None
		}
		if p.Overlap == config.OverlapQueue {
			job.Overlap = scheduler.Queue
		}
		list = append(list, job)
	}
	return list, nil
}

// runTurn runs a pipeline for a tick. It does not wait for Kafka: what it committed is the relay's.
func (s *server) runTurn(ctx context.Context, p *config.Pipeline, turn scheduler.Turn) error {
	runner, err := s.ready(ctx, p)
	if err != nil {
		s.Log.Error("run could not begin", "pipeline", p.Name, "tick", turn.Tick, "attempt", turn.Attempt, "code", fault.CodeOf(err), "error", err)
		if ctx.Err() == nil {
			s.unbegun(ctx, p, turn, err)
		}
		return err
	}
	runner.Ledger = books{s.ledger, s.Config.Language, turn.Tick}
	runner.Progress = s.tell
	s.Log.Info("run", "pipeline", p.Name, "tick", turn.Tick, "attempt", turn.Attempt)
	rep := runner.Run(ctx, s.onRoad(p), pipelines.Wish{})
	s.mu.Lock()
	delete(s.progress, p.Name)
	s.ran = s.ran || rep.Run != ""
	s.mu.Unlock()
	if rep.Run == "" && fault.CodeOf(rep.Err) == "pipeline.busy" {
		return fmt.Errorf("%w: %w", scheduler.ErrBusy, rep.Err)
	}
	s.ended(p, rep)
	return rep.Err
}

// ready waits for what a run needs, and refuses one that must not begin.
func (s *server) ready(ctx context.Context, p *config.Pipeline) (*pipelines.Runner, error) {
	if _, err := s.engine.await(ctx, partWait); err != nil {
		return nil, err
	}
	bad, err := s.misfits(ctx)
	if err != nil {
		return nil, err
	}
	if err := bad[p.Kind]; err != nil { // before anything is written
		return nil, err
	}
	return s.runner(ctx)
}

// unbegun writes down a run that could not begin, so that people see it among the others and are told.
func (s *server) unbegun(ctx context.Context, p *config.Pipeline, turn scheduler.Turn, why error) {
	started := s.Now()
	run, err := s.ledger.Begin(ctx, ledger.BeginRun{Pipeline: p.Name, Kind: p.Kind, Mode: string(p.Mode), Tick: turn.Tick})
	if err == nil {
		err = s.ledger.Finish(ctx, run, ledger.Outcome{State: ledger.RunFailed, Error: fault.Say(why, s.Config.Language), ErrorCode: fault.CodeOf(why)})
	}
	if err != nil {
		s.Log.Warn("write down a run that could not begin", "pipeline", p.Name, "error", err)
		return
	}
	s.metrics.Ended(p.Name, p.Kind, console.Run{State: ledger.RunFailed, Started: started, Finished: s.Now()}, false)
}

// tell notes how far a run has read.
func (s *server) tell(p pipelines.Progress) {
	s.mu.Lock()
	s.progress[p.Pipeline] = p
	s.mu.Unlock()
	if s.Progress != nil {
		s.Progress(p)
	}
}

// ended tells the relay, the metrics and the log of a run that has ended.
func (s *server) ended(p *config.Pipeline, rep pipelines.Report) {
	if r := s.relays[p.Kind]; r != nil && rep.LastCommit > 0 {
		r.poke()
	}
	c := rep.Counts
	now := s.Now()
	s.metrics.Ended(p.Name, p.Kind, console.Run{
		State: string(rep.State), Started: rep.Started, Finished: now, Read: c.Read, Rejected: c.Rejected, Inserted: c.Inserted, Updated: c.Updated, Deleted: c.Deleted,
	}, rep.LastCommit > 0)
	seconds := now.Sub(rep.Started).Seconds()
	if rep.Err != nil {
		if !errors.Is(rep.Err, context.Canceled) {
			s.Log.Error("run failed", "pipeline", p.Name, "run", rep.Run, "seconds", seconds, "code", fault.CodeOf(rep.Err), "error", rep.Err)
		}
		return
	}
	s.Log.Info("run ended", "pipeline", p.Name, "run", rep.Run, "state", rep.State, "seconds", seconds, "read", c.Read, "rejected", c.Rejected,
		"inserted", c.Inserted, "updated", c.Updated, "deleted", c.Deleted)
}

// progressOf is how far the run of a pipeline has read.
func (s *server) progressOf(name string) console.Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.progress[name]
	if !ok {
		return console.Progress{Size: -1}
	}
	return console.Progress{Done: p.Done, Size: p.Size, Rows: p.Counts.Read, Rejected: p.Counts.Rejected}
}
