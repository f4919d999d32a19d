package app

import (
	"context"
	"errors"
	"sync"

	"creditsync/internal/bus"
	"creditsync/internal/config"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/process"
	"creditsync/internal/vault"
	"creditsync/internal/warehouse"
	"creditsync/pipelines"
	"creditsync/schemas"
)

// opened is what has been opened so far. Each is opened once, when first asked for.
type opened struct {
	mu        sync.Mutex
	ledger    *ledger.Ledger
	warehouse *warehouse.Warehouse
	vault     *vault.Vault
	kafka     *bus.Config
	sliceRows uint64           // see pipelines.Runner; tests lower it
	children  []*process.Child // in the order of their start
	engine    *process.Child   // of children, the embedded engine
	// server is set within serve, which opens warehouse and kafka, and takes them away when they go down.
	server *server
}

// Close closes what was opened, in reverse order: stores first, then the engine and the broker that were started.
func (a *App) Close() error {
	a.open.mu.Lock()
	defer a.open.mu.Unlock()
	var errs []error
	if a.open.warehouse != nil {
		errs = append(errs, a.open.warehouse.Close())
	}
	if a.open.ledger != nil {
		errs = append(errs, a.open.ledger.Close())
	}
	var ending sync.WaitGroup
	for _, child := range a.open.children {
		ending.Go(func() { _ = child.Stop(context.Background()) })
	}
	ending.Wait()
	a.open.warehouse, a.open.ledger, a.open.vault, a.open.kafka, a.open.children, a.open.engine = nil, nil, nil, nil, nil, nil
	return errors.Join(errs...)
}

// pipeline finds a pipeline of the configuration by name.
func (a *App) pipeline(name string) (*config.Pipeline, error) {
	var names []string
	for i := range a.Config.Pipelines {
		if a.Config.Pipelines[i].Name == name {
			return &a.Config.Pipelines[i], nil
		}
		names = append(names, a.Config.Pipelines[i].Name)
	}
	return nil, unknownPipeline(name, names)
}

// onRoad is a configured pipeline as package pipelines wants it.
func (a *App) onRoad(p *config.Pipeline) pipelines.Pipeline {
	kind, _ := schemas.Find(p.Kind) // the configuration was checked against the kinds
	out := pipelines.Pipeline{
		Name: p.Name, Kind: kind, Mode: p.Mode, Source: p.Source, Map: p.Map,
		ErrorBudget: pipelines.Limit{Share: p.ErrorBudget.Share, MinRows: uint64(p.ErrorBudget.MinRows)},
		MassDelete:  pipelines.Limit{Share: p.MassDelete.Share, MinRows: uint64(p.MassDelete.MinRows)},
	}
	for _, other := range a.Config.Pipelines {
		if other.Kind == p.Kind && other.Priority < p.Priority {
			out.Lower = append(out.Lower, other.Name)
		}
	}
	return out
}

// notice tells people something at once.
func (a *App) notice(t fault.Text) {
	if a.Notice != nil {
		a.Notice(t)
	}
}
