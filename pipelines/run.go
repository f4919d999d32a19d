package pipelines

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/connectors"
	"creditsync/internal/fault"
	"creditsync/transforms"
	"creditsync/transforms/cndate"
)

// Runner runs pipelines. It is safe for concurrent use.
type Runner struct {
	Ledger    Ledger
	Warehouse Warehouse
	// Spool makes the room in which a run keeps its accepted rows.
	Spool   func() (Spool, error)
	Protect transforms.Protection
	// Original finds the refused row that a receipt number names; nil knows none.
	Original func(receipt string) ([]transforms.Cell, bool)
	Now      func() time.Time
	Zone     *time.Location
	Language string
	Log      *slog.Logger
	Alloc    memory.Allocator
	// SliceRows is how many rows, staged and known, one commit looks at; 0 means 8 Mi.
	SliceRows uint64
	// Progress is told, now and then, how far a run has read; nil for nobody.
	Progress func(Progress)
	// At is told each named step as it is reached; nil for nobody. Tests stop the process there.
	At func(step string)
}

// attempts is how often a read is begun that its source breaks off for no fault of either.
const attempts = 3

// Run runs the pipeline. The report says all, its Err included. A read that the source broke off (connectors.Interrupted)
// is begun anew as another run: nothing of the first one was applied, and the rest under another snapshot would not fit it.
func (r *Runner) Run(ctx context.Context, p Pipeline, wish Wish) Report {
	for attempt := 1; ; attempt++ {
		t := &trip{Runner: r, p: p, wish: wish}
		rep := r.ride(ctx, t, string(p.Mode), t.travel)
		var broken *connectors.Interrupted
		if !errors.As(rep.Err, &broken) || attempt == attempts || ctx.Err() != nil {
			return rep
		}
		r.Log.Warn("the source broke the read off; it is begun anew", "pipeline", p.Name, "run", rep.Run, "error", rep.Err)
	}
}

// ride takes a road under the lease of the pipeline and writes down how it ended.
func (r *Runner) ride(ctx context.Context, t *trip, mode string, road func(context.Context) (State, error)) Report {
	t.rep = Report{Pipeline: t.p.Name, Kind: t.p.Kind.Name, Started: r.Now(), DryRun: t.wish.DryRun}
	var err error
	if t.run, err = r.Ledger.Begin(ctx, t.p.Name, t.p.Kind.Name, mode, t.note()); err != nil { // 1. lease
		t.rep.State, t.rep.Err = Failed, err
		return t.rep
	}
	t.rep.Run, t.rep.RunNo = t.run.ID, t.run.No
	r.at("leased")
	kept, release := r.Ledger.Keep(ctx, t.run)
	defer release()
	t.rep.State, t.rep.Err = t.safely(kept, road)
	t.rep.Err = fault.Ended(t.rep.Err, kept, ctx) // the lease may have been lost
	t.finish(ctx)
	return t.rep
}

// safely takes the road and lives through a defect: whoever runs many pipelines goes on with the others, and the ledger is
// told.
func (t *trip) safely(ctx context.Context, road func(context.Context) (State, error)) (state State, err error) {
	state = Failed
	defer func() {
		var p *fault.Panic
		if errors.As(err, &p) {
			t.Log.Error("a run panicked", "pipeline", t.p.Name, "run", t.run.ID, "panic", p.Value, "stack", string(p.Stack))
			state = Failed
		}
	}()
	defer fault.Rescue(&err)
	if err := t.settle(ctx, t.p.Kind); err != nil {
		return Failed, err
	}
	return road(ctx)
}

// travel takes the steps after the lease, left to right.
func (t *trip) travel(ctx context.Context) (State, error) {
	return t.whenStaged(ctx, func() (State, error) { // 2. read → transform → stage
		t.at("staged")
		if err := t.guard(ctx); err != nil { // 3. guard
			return Failed, t.setAside(ctx, err)
		}
		t.at("guarded")
		return t.outcome(t.commit(ctx)) // 4. commit and roll forward
	})
}

// at reports a named step.
func (r *Runner) at(step string) {
	r.Log.Debug("step", "name", step)
	if r.At != nil {
		r.At(step)
	}
}

// today is the calendar day of the configured zone.
func (r *Runner) today() cndate.Day {
	y, m, d := r.Now().In(r.Zone).Date()
	day, _ := cndate.FromCivil(y, int(m), d) // a date of the calendar exists
	return day
}
