package pipelines

import (
	"creditsync/connectors"
	"creditsync/schemas"
)

// Pipeline is one source that feeds one record kind.
type Pipeline struct {
	Name   string
	Kind   *schemas.Kind
	Mode   connectors.Mode
	Source connectors.Source
	// Map says which source column feeds a field, for headers that do not match by themselves.
	Map map[string]string
	// Lower are the pipelines of the kind with a lower priority: their records may be taken over.
	Lower       []string
	ErrorBudget Limit
	MassDelete  Limit
}

// Limit is exceeded by more than MinRows rows that are more than Share of all.
type Limit struct {
	Share   float64
	MinRows uint64
}

// Exceeded reports whether n of all is over the limit.
func (l Limit) Exceeded(n, all uint64) bool {
	return n > l.MinRows && float64(n) > l.Share*float64(all)
}

// Wish is what an operator asks of one run beside the configuration.
type Wish struct {
	// DryRun finds out what would change and commits nothing.
	DryRun bool
	// ApplyDeletes deletes although a refused row hides which record it is.
	ApplyDeletes bool
	// Replay says that the source is the quarantine itself: what is accepted leaves it as replayed.
	Replay bool
	// Window reads a part of an incremental source again; the cursor stays where it is.
	Window connectors.Window
	// Reread reads an incremental source from its beginning, whatever the cursor; the cursor is set anew.
	Reread bool
	// AcceptDeletes is how many deletions are accepted above the mass-delete guard, and that files may be missing.
	AcceptDeletes uint64
}
