package app

import (
	"cmp"
	"context"

	"creditsync/internal/bus"
	"creditsync/internal/config"
	"creditsync/internal/ledger"
	"creditsync/internal/reconcile"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// stores are the three that are held against each other, without Kafka where kafka is nil.
func (a *App) stores(l *ledger.Ledger, w *warehouse.Warehouse, kafka *bus.Config) *reconcile.Stores {
	return &reconcile.Stores{
		Ledger: l, Warehouse: w, Bus: kafka, Rows: func(ctx context.Context, k *schemas.Kind, from, to uint64, record string) (bus.Rows, error) {
			rows, err := w.VersionsBetween(ctx, k, from, to, record)
			return versions{rows}, err
		},
		Zone: a.Config.Timezone, Now: a.Now, Log: a.Log, Step: a.Step, Mending: a.mending,
	}
}

// complete refuses to make tables anew that held what runs go by, before they are made: empty ones would say that nothing
// is known. A repair makes them.
func (a *App) complete(ctx context.Context, l *ledger.Ledger, w *warehouse.Warehouse) error {
	if a.mending {
		return nil
	}
	for _, k := range schemas.All() {
		if err := a.stores(l, w, nil).Complete(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// unfit says for which of the kinds nothing may be run, and why: their stores do not belong together any more.
// Kafka is asked too, as long as it answers; that it does not is no reason to stop.
func (a *App) unfit(ctx context.Context, kinds ...*schemas.Kind) (map[string]error, error) {
	l, err := a.ledger(ctx)
	if err != nil {
		return nil, err
	}
	w, err := a.warehouse(ctx)
	if err != nil {
		return nil, err
	}
	var kafka *bus.Config
	if c, err := a.kafka(ctx); err == nil {
		kafka = &c
	} else if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	} else {
		a.Log.Info("Kafka was not asked whether the stores belong together", "error", err)
	}
	bad := map[string]error{}
	found, busErr, err := a.stores(l, w, kafka).Examine(ctx, kinds)
	if err != nil {
		return nil, err
	}
	if busErr != nil {
		a.Log.Info("Kafka was not asked whether the stores belong together", "error", busErr)
	}
	for _, d := range found {
		if bad[d.Kind.Name] == nil {
			bad[d.Kind.Name] = d.Fault
		}
	}
	return bad, nil
}

// fit refuses to act on a kind whose stores do not belong together any more.
func (a *App) fit(ctx context.Context, k *schemas.Kind) error {
	unfit, err := a.unfit(ctx, k)
	return cmp.Or(err, unfit[k.Name])
}

// kindsOf are the kinds of pipelines, each once.
func kindsOf(chosen []*config.Pipeline) (list []*schemas.Kind) {
	seen := map[string]bool{}
	for _, p := range chosen {
		if k, ok := schemas.Find(p.Kind); ok && !seen[p.Kind] {
			seen[p.Kind] = true
			list = append(list, k)
		}
	}
	return list
}
