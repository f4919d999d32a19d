package app

import (
	"context"
	"time"

	"creditsync/schemas"
)

// Analysts sleep from midnight to six in the configured zone: the hours in which their copy is merged.
const quietUntil = 6

// mergeEvery is how often the copy of a kind is merged at most, and mergeFor for how long a merge is waited for.
const (
	mergeEvery = 20 * time.Hour
	mergeFor   = 30 * time.Minute
)

// merge puts the analysts' copies together at a quiet hour, once a night: their filters are ten times faster then.
func (a *App) merge(ctx context.Context) error {
	if a.Now().In(a.Config.Timezone).Hour() >= quietUntil {
		return nil
	}
	w, err := a.warehouse(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, mergeFor)
	defer cancel()
	for _, k := range schemas.All() {
		due, err := w.Scattered(ctx, k, a.Now().Add(-mergeEvery))
		if err != nil {
			return err
		}
		if !due {
			continue
		}
		began := a.Now()
		if err := w.MergeLive(ctx, k); err != nil {
			return err
		}
		a.Log.Info("merged the analysts' copy", "kind", k.Name, "seconds", a.Now().Sub(began).Seconds())
	}
	return nil
}
