package show

import (
	"cmp"

	"creditsync/internal/app"
)

// runDocument is what `run --json` prints. The names and their order are an interface of the program.
type runDocument struct {
	Pipelines []pipelineResult `json:"pipelines"`
	Error     *Problem         `json:"error,omitempty"` // of what went wrong before or beside the runs
}

type pipelineResult struct {
	Name           string            `json:"name"`
	Kind           string            `json:"kind"`
	Run            string            `json:"run"`
	State          string            `json:"state"`
	Read           uint64            `json:"read"`
	Accepted       uint64            `json:"accepted"`
	Rejected       uint64            `json:"rejected"`
	Inserted       uint64            `json:"inserted"`
	Updated        uint64            `json:"updated"`
	Deleted        uint64            `json:"deleted"`
	Unchanged      uint64            `json:"unchanged"`
	Superseded     uint64            `json:"superseded"`
	Withheld       uint64            `json:"withheld"`
	Warnings       uint64            `json:"warnings"`
	Published      uint64            `json:"published"`
	Relayed        uint64            `json:"relayed"`
	Seconds        float64           `json:"seconds"`
	LiveSeconds    float64           `json:"live_seconds"`
	PublishSeconds float64           `json:"publish_seconds"`
	Error          *Problem          `json:"error"`
	Rules          map[string]uint64 `json:"rules"` // violations of refused rows by rule
	Hints          map[string]uint64 `json:"hints"` // warnings of accepted rows by rule
}

// RunsJSON is the document of `run --json`: the runs, and what went wrong beside them.
func (p Printer) RunsJSON(results []app.RunResult, err error) []byte {
	return encode(p.runDocument(results, err))
}

func (p Printer) runDocument(results []app.RunResult, err error) runDocument {
	d := runDocument{Pipelines: []pipelineResult{}, Error: p.NewProblem(err)}
	for _, r := range results {
		c := r.Counts
		d.Pipelines = append(d.Pipelines, pipelineResult{
			Name: r.Pipeline, Kind: r.Kind, Run: r.Run, State: string(r.State),
			Read: c.Read, Accepted: c.Accepted, Rejected: c.Rejected, Inserted: c.Inserted, Updated: c.Updated, Deleted: c.Deleted,
			Unchanged: c.Unchanged, Superseded: c.Superseded, Withheld: c.Withheld, Warnings: c.Warnings,
			Published: r.Published, Relayed: r.Relayed,
			Seconds: milli(r.Seconds), LiveSeconds: milli(r.Live), PublishSeconds: milli(r.PublishSeconds),
			Error: p.NewProblem(cmp.Or(r.Err, r.PublishErr)),
			Rules: hits(r.Rules), Hints: hits(r.Hints),
		})
	}
	return d
}

// hits are the rules with hits, never nil; encoding/json orders them by name.
func hits(m map[string]uint64) map[string]uint64 {
	out := map[string]uint64{}
	for rule, n := range m {
		if n > 0 {
			out[rule] = n
		}
	}
	return out
}
