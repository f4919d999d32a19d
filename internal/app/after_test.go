package app

import (
	"context"
	"testing"
	"time"

	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/pipelines"
)

// loses runs the site's only pipeline and kills the engine when a step is reached for the nth time.
func (s *site) loses(step string, nth int, change func(*pipelines.Runner)) RunResult {
	s.t.Helper()
	ctx := context.Background()
	r, err := s.runner(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	change(r)
	r.At = func(at string) {
		if at != step {
			return
		}
		if nth--; nth == 0 {
			s.killEngine()
		}
	}
	return s.publish(ctx, r.Run(ctx, s.onRoad(&s.Config.Pipelines[0]), pipelines.Wish{}))
}

// killEngine ends the embedded engine that the open deployment has started.
func (s *site) killEngine() {
	s.t.Helper()
	s.open.mu.Lock()
	defer s.open.mu.Unlock()
	if err := s.open.children[0].Stop(context.Background()); err != nil {
		s.t.Logf("the engine: %v", err)
	}
}

func (s *site) lastRun() ledger.RunRow {
	s.t.Helper()
	l, err := s.ledger(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	list, err := l.Recent(context.Background(), "", 1)
	if err != nil || len(list) != 1 {
		s.t.Fatalf("got %d runs, %v", len(list), err)
	}
	return list[0]
}

// A commit that is closed stands, whatever becomes of the engine after it: the run is done, with the error beside it, and
// the next run shows and tells what it committed.
func TestRun_I5_EngineLostAfterTheCommit(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"closed", "applied"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.deliver(60)
			began := time.Now()
			res := s.loses(step, 1, func(*pipelines.Runner) {})
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("the run took %s without its engine", took)
			}
			s.wantFault(res.Err, fault.Environment, "commit.unseen")
			s.wantFault(res.PublishErr, fault.Environment, "warehouse.unreachable")
			if res.State != pipelines.Done || res.Counts.Inserted != 60 || res.Waiting != 60 {
				t.Errorf("got %s %+v with %d waiting, want done with 60", res.State, res.Counts, res.Waiting)
			}
			if r := s.lastRun(); r.State != ledger.RunDone || r.ErrorCode != "commit.unseen" || r.Counts.Inserted != 60 {
				t.Errorf("the ledger has %+v", r)
			}
			s.again()
			if err := s.run(); err != nil {
				t.Fatal(err)
			}
			if n := s.query("SELECT count() FROM credit.admin_penalty"); n != "60" {
				t.Errorf("the view has %s records after the next run, want 60", n)
			}
			list, err := s.Runs(context.Background(), "", 0)
			if err != nil || len(list) != 2 || list[1].Published != 60 || list[0].Published != 0 {
				t.Errorf("got %+v, %v; want 60 published by the first run", list, err)
			}
		})
	}
}

// A run of several commits that loses the engine after its first has failed; its counts say what was committed.
func TestRun_I3_EngineLostBetweenCommits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.deliver(60)
	res := s.loses("closed", 1, func(r *pipelines.Runner) { r.SliceRows = 20 })
	if res.State != pipelines.Failed || res.Counts.Inserted == 0 || res.Counts.Inserted == 60 {
		t.Errorf("got %s %+v, want failed with some inserted", res.State, res.Counts)
	}
	if r := s.lastRun(); r.State != ledger.RunFailed || r.Counts.Inserted != res.Counts.Inserted {
		t.Errorf("the ledger has %+v, want %d inserted", r, res.Counts.Inserted)
	}
	s.again()
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	list, err := s.Runs(context.Background(), "", 0)
	if err != nil || len(list) != 2 || list[1].Published != res.Counts.Inserted || list[0].Published != 60-res.Counts.Inserted {
		t.Errorf("got %+v, %v; want every run's messages published", list, err)
	}
}
