package console

import (
	"time"

	"creditsync/internal/fault"
)

// Document is a Status as JSON: of /status.json and of `creditsync status --json`.
func Document(st Status, lang fault.Language, zone *time.Location) any {
	when := moments{zone}.when
	doc := statusDoc{
		At: st.At.In(zone).Truncate(time.Millisecond), Version: st.Version, Serving: when(st.Serving), Console: st.Console, Alerting: st.Alerting, AlertError: st.AlertErr.In(lang),
		Parts: []partDoc{}, Pipelines: []pipelineDoc{}, Kinds: []kindDoc{},
	}
	for _, p := range st.Parts {
		doc.Parts = append(doc.Parts, partDoc{p.Name, p.Address, p.Up, p.Why.In(lang), when(p.Since), p.Restarts})
	}
	for i := range st.Pipelines {
		doc.Pipelines = append(doc.Pipelines, documentOf(&st.Pipelines[i], when))
	}
	for _, k := range st.Kinds {
		doc.Kinds = append(doc.Kinds, kindDoc{k.Name, k.Waiting, k.Trouble.In(lang)})
	}
	return doc
}

type statusDoc struct {
	At         time.Time     `json:"at"`
	Version    string        `json:"version,omitempty"`
	Serving    *time.Time    `json:"serving_since"`
	Console    string        `json:"console,omitempty"`
	Parts      []partDoc     `json:"parts"`
	Pipelines  []pipelineDoc `json:"pipelines"`
	Kinds      []kindDoc     `json:"kinds"`
	Alerting   bool          `json:"alerting"`
	AlertError string        `json:"alert_error,omitempty"`
}

type partDoc struct {
	Name     string     `json:"name"`
	Address  string     `json:"address,omitempty"`
	Up       bool       `json:"up"`
	Why      string     `json:"why,omitempty"`
	Since    *time.Time `json:"since"`
	Restarts int        `json:"restarts"`
}

type kindDoc struct {
	Name    string `json:"name"`
	Waiting uint64 `json:"waiting_messages"`
	Trouble string `json:"trouble,omitempty"`
}

type pipelineDoc struct {
	Name           string       `json:"name"`
	Kind           string       `json:"kind"`
	Enabled        bool         `json:"enabled"`
	Schedule       string       `json:"schedule,omitempty"`
	Workdays       bool         `json:"workdays,omitempty"`
	Next           *time.Time   `json:"next"`
	State          string       `json:"state"` // idle, waiting or running
	Since          *time.Time   `json:"since"`
	Progress       *progressDoc `json:"progress,omitempty"`
	LastRun        *runDoc      `json:"last_run"`
	LastSuccess    *time.Time   `json:"last_success"`
	Failed         bool         `json:"failed"`
	Overdue        bool         `json:"overdue"`
	OverdueSeconds float64      `json:"overdue_seconds,omitempty"`
	ExpectSeconds  float64      `json:"expect_every_seconds,omitempty"`
	Retry          *time.Time   `json:"retry,omitempty"`
	Attempts       int          `json:"attempts,omitempty"`
	Skipped        uint64       `json:"ticks_skipped,omitempty"`
	Missed         uint64       `json:"ticks_missed,omitempty"`
	Open           *uint64      `json:"refused_rows"` // null: not known
	Refused        []refusedDoc `json:"refused"`      // likewise; a row that several rules refused counts for each
}

type progressDoc struct {
	Done     int64  `json:"bytes_done"`
	Size     *int64 `json:"bytes"`
	Rows     uint64 `json:"rows"`
	Rejected uint64 `json:"rejected"`
}

type refusedDoc struct {
	Rule string `json:"rule"`
	Rows uint64 `json:"rows"`
}

type runDoc struct {
	No        uint64     `json:"run_no"`
	State     string     `json:"state"`
	Tick      *time.Time `json:"tick"`
	Started   *time.Time `json:"started"`
	Finished  *time.Time `json:"finished"`
	Read      uint64     `json:"read"`
	Rejected  uint64     `json:"rejected"`
	Inserted  uint64     `json:"inserted"`
	Updated   uint64     `json:"updated"`
	Deleted   uint64     `json:"deleted"`
	Unchanged uint64     `json:"unchanged"`
	Published uint64     `json:"published"`
	ErrorCode string     `json:"error_code,omitempty"`
	Error     string     `json:"error,omitempty"`
}

func documentOf(p *Pipeline, when func(time.Time) *time.Time) pipelineDoc {
	d := pipelineDoc{
		Name: p.Name, Kind: p.Kind, Enabled: p.Enabled, Schedule: p.Schedule, Workdays: p.Workdays, Next: when(p.Next), State: "idle", Since: when(p.Since),
		LastSuccess: when(p.LastSuccess), Failed: p.Failed(), Overdue: p.Overdue > 0, OverdueSeconds: p.Overdue.Seconds(), ExpectSeconds: p.ExpectEvery.Seconds(),
		Retry: when(p.Retry), Attempts: p.Attempts, Skipped: p.Skipped, Missed: p.Missed,
	}
	switch {
	case p.Running:
		d.State = "running"
		d.Progress = &progressDoc{Done: p.Progress.Done, Rows: p.Progress.Rows, Rejected: p.Progress.Rejected}
		if p.Progress.Size >= 0 {
			d.Progress.Size = &p.Progress.Size
		}
	case p.Waiting:
		d.State = "waiting"
	}
	if r := p.Last; r != nil {
		d.LastRun = &runDoc{r.No, r.State, when(r.Tick), when(r.Started), when(r.Finished), r.Read, r.Rejected, r.Inserted, r.Updated, r.Deleted, r.Unchanged, r.Published, r.ErrorCode, r.Error}
	}
	if p.Refused != nil {
		d.Open, d.Refused = &p.Open, []refusedDoc{}
	}
	for _, r := range p.Refused {
		d.Refused = append(d.Refused, refusedDoc{r.Rule, r.Rows})
	}
	return d
}

type moments struct{ zone *time.Location }

// when is a time in the zone, to the millisecond; nil for never.
func (m moments) when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(m.zone).Truncate(time.Millisecond)
	return &t
}
