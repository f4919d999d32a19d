package app

import (
	"context"
	"fmt"
	"time"

	"creditsync/internal/ledger"
	"creditsync/pipelines"
	"creditsync/schemas"
)

// The mode of runs that write tombstones, and the pipelines that they run as: names that no configured one can have.
const (
	modeForget = "forget"
	janitor    = "janitor:"
)

// forgetEvery is how often a kind gets tombstones at most: those of a day are one commit, however often something runs.
const forgetEvery = 20 * time.Hour

// forget tells consumers to forget the records that have been gone for so long: a tombstone for each, so that a topic that
// keeps the last message of every key need not keep theirs.
func (a *App) forget(ctx context.Context, dryRun bool) error {
	after := a.Config.Bus.TombstoneAfter
	if after == 0 || dryRun {
		return nil
	}
	for _, k := range schemas.All() {
		if err := a.forgetKind(ctx, k, a.Now().Add(-after)); err != nil {
			return err
		}
	}
	return nil
}

// forgetKind writes the tombstones of one kind for what was deleted at a time or before.
func (a *App) forgetKind(ctx context.Context, k *schemas.Kind, before time.Time) error {
	l, err := a.ledger(ctx)
	if err != nil {
		return err
	}
	upTo, err := l.ClosedBy(ctx, k.Name, before)
	if err != nil || upTo == 0 {
		return err
	}
	name := janitor + k.Name
	last, err := l.Recent(ctx, name, 1)
	if err != nil || len(last) > 0 && last[0].State == ledger.RunDone && a.Now().Sub(last[0].Started) < forgetEvery {
		return err
	}
	w, err := a.warehouse(ctx)
	if err != nil {
		return err
	}
	act := pipelines.Act{Mode: modeForget, Note: fmt.Sprintf("tombstones of what commits up to %d deleted", upTo), Forget: upTo}
	n, err := store{w}.Size(ctx, pipelines.Scope{Kind: k, Act: &act})
	if err != nil || n == 0 {
		return err
	}
	if err := a.fit(ctx, k); err != nil {
		return err
	}
	done, err := a.act(ctx, name, k, act, false)
	if err != nil {
		return err
	}
	if done.Err != nil {
		return done.Err
	}
	return done.PublishErr
}
