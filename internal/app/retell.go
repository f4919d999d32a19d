package app

import (
	"context"
	"fmt"

	"creditsync/internal/fault"
	"creditsync/internal/reconcile"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// RetellWish says what is told again on the replay topic: a seq or a date for From and To, a record's whole id, or all.
type RetellWish struct {
	Kind, From, To, Record string
	DryRun                 bool
}

// Retold is what was told again.
type Retold = reconcile.Replayed

// Retell tells committed versions again on the kind's replay topic.
func (a *App) Retell(ctx context.Context, w RetellWish) (Retold, error) {
	k, ok := schemas.Find(w.Kind)
	if !ok {
		return Retold{}, a.unknown(w.Kind)
	}
	if w.Record != "" && (len(w.Record) != 32 || !warehouse.IsID(w.Record)) {
		return Retold{}, fault.New(fault.Input, "replay.record", fault.T("%q 不是完整的记录标识", "%q is not a whole record id", w.Record)).
			Do(fault.T("记录标识是 32 位十六进制数", "A record id has 32 hexadecimal digits"))
	}
	from, err := reconcile.ParseBound(w.From, a.Config.Timezone, false)
	if err != nil {
		return Retold{}, err
	}
	to, err := reconcile.ParseBound(w.To, a.Config.Timezone, true)
	if err != nil {
		return Retold{}, err
	}
	s, err := a.openStores(ctx)
	if err != nil {
		return Retold{}, err
	}
	if err := a.fit(ctx, k); err != nil {
		return Retold{}, err
	}
	out, err := s.Replay(ctx, k, reconcile.ReplayWish{From: from, To: to, Record: w.Record, DryRun: w.DryRun})
	if err != nil || w.DryRun {
		return out, err
	}
	return out, a.audit(ctx, "replay", k.Name, fmt.Sprintf("%d messages, seq %d to %d, replay %s", out.Messages, out.From, out.To, out.ID))
}
