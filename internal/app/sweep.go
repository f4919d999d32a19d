package app

import (
	"context"
	"time"

	"creditsync/schemas"
)

// sweepStages is how many ended runs one sweep cleans up after.
const sweepStages = 20

// lateness is for how long an abandoned statement may still arrive.
const lateness = 24 * time.Hour

// Sweep is the janitor's round: it removes what ended runs staged and what abandoned commits wrote, again and again for
// what may arrive late. Nothing that it removes is looked at by anybody.
func (a *App) Sweep(ctx context.Context) error {
	l, err := a.ledger(ctx)
	if err != nil {
		return err
	}
	w, err := a.warehouse(ctx)
	if err != nil {
		return err
	}
	runs, err := l.TerminalRuns(ctx, true, sweepStages)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if k, ok := schemas.Find(r.Kind); ok {
			if err := w.DropStage(ctx, k, r.No); err != nil {
				return err
			}
		}
		if err := l.MarkCleaned(ctx, r.ID); err != nil {
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
