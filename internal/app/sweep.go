package app

import (
	"context"
	"strconv"
	"time"

	"creditsync/internal/ledger"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// sweepStages is how many ended runs one sweep cleans up after.
const sweepStages = 20

// lateness is for how long an abandoned statement may still arrive.
const lateness = 24 * time.Hour

// Sweep is the janitor's round: it removes what ended runs staged and what abandoned commits wrote, each time anew, because
// an abandoned statement may arrive late. Nothing that it removes is looked at by anybody.
func (a *App) Sweep(ctx context.Context) error {
	l, err := a.ledger(ctx)
	if err != nil {
		return err
	}
	w, err := a.warehouse(ctx)
	if err != nil {
		return err
	}
	if _, err := l.EndDead(ctx); err != nil {
		return err
	}
	for _, k := range schemas.All() {
		if err := sweepKind(ctx, l, w, k); err != nil {
			return err
		}
	}
	abandoned, err := l.Abandoned(ctx, a.Now().Add(-lateness))
	if err != nil {
		return err
	}
	for _, c := range abandoned {
		if k, ok := schemas.Find(c.Kind); ok {
			if err := w.DropCommit(ctx, k, c.No); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepKind drops the stages of the runs that have ended. What is there is asked of the engine: a stage may arrive after its
// run was cleaned up.
func sweepKind(ctx context.Context, l *ledger.Ledger, w *warehouse.Warehouse, k *schemas.Kind) error {
	runs, err := w.StagedRuns(ctx, k)
	if err != nil {
		return err
	}
	dropped := 0
	for _, no := range runs {
		if dropped == sweepStages {
			return nil
		}
		r, err := l.FindRun(ctx, strconv.FormatUint(no, 10))
		if err != nil {
			return err
		}
		if r.State == ledger.RunOpen || r.Kind != k.Name {
			continue
		}
		if err := w.DropStage(ctx, k, no); err != nil {
			return err
		}
		dropped++
		if err := l.MarkCleaned(ctx, r.ID); err != nil {
			return err
		}
	}
	return nil
}
