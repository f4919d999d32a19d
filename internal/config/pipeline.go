package config

import (
	"time"

	"creditsync/connectors"
)

// Pipeline is one source that feeds one record kind.
type Pipeline struct {
	// At is where it stands in the configuration, "creditsync.yaml:12:5".
	At string `yaml:"-"`

	// Name is stable: ledger, tables and messages carry it.
	Name string `yaml:"name" is:"name"`
	// Kind is the record kind that it feeds.
	Kind string `yaml:"kind"`
	// Enabled is false for a pipeline that neither the schedule nor a run of all starts.
	Enabled bool `yaml:"enabled"`
	// Schedule is a cron expression in Config.Timezone; "" runs on demand only.
	Schedule string `yaml:"schedule"`
	// When is on which days Schedule counts.
	When When `yaml:"when"`
	// CatchUp says what becomes of ticks that were missed.
	CatchUp CatchUp `yaml:"catch_up"`
	// Overlap says what becomes of a tick while the last run still goes.
	Overlap Overlap `yaml:"overlap"`
	// Retry is how often a scheduled run is tried again.
	Retry Retry `yaml:"retry"`
	// ExpectEvery is the longest silence that is not an alert; 0 expects nothing.
	ExpectEvery time.Duration `yaml:"expect_every"`
	// Mode is what absence from the source means; Source can serve it.
	Mode connectors.Mode `yaml:"mode"`
	// SourceType is the key under `source:`, Options what its definition decoded (a pointer), Source what it built.
	SourceType string            `yaml:"-"`
	Options    any               `yaml:"-"`
	Source     connectors.Source `yaml:"source" is:"source"`
	// Map names the source column of a field, for columns that do not match by themselves: field → column.
	Map map[string]string `yaml:"map"`
	// ErrorBudget is how much of a run may be rejected before it fails.
	ErrorBudget Budget `yaml:"error_budget"`
	// MassDelete is how much of what the pipeline owns one snapshot may delete before the run fails.
	MassDelete Budget `yaml:"mass_delete"`
	// Priority decides between pipelines that deliver the same record; the higher one owns it.
	Priority int `yaml:"priority" min:"-1000000" max:"1000000"`
}

// defaultPipeline is a pipeline of which the file says nothing.
func defaultPipeline() Pipeline {
	return Pipeline{
		Enabled:     true,
		When:        WhenAlways,
		CatchUp:     CatchUp{Policy: CatchUpLatest},
		Overlap:     OverlapSkip,
		Retry:       Retry{Max: 3, Wait: time.Minute},
		Mode:        connectors.Snapshot,
		ErrorBudget: Budget{Share: 0.05, MinRows: 20},
		MassDelete:  Budget{Share: 0.20, MinRows: 20},
	}
}

// Budget is a bound on a share of rows that does not bite on a few.
type Budget struct {
	// Share of the whole, 0 to 1.
	Share float64 `yaml:"share" is:"share"`
	// MinRows is how many rows may be affected whatever their share is.
	MinRows int `yaml:"min_rows" min:"0" max:"1000000000"`
}

// shorthand is the key that a bare value stands for: `error_budget: 5%`.
func (Budget) shorthand() string { return "share" }
