package console

import (
	"context"
	"time"

	"creditsync/internal/fault"
)

// Source says how things are. It is called for every page and every scrape.
type Source interface {
	Status(ctx context.Context) (Status, error)
}

// Status is how a deployment is at one moment. Zero times are never.
type Status struct {
	At      time.Time
	Version string
	// Serving is when serve was started; zero where it is not at work, and then Parts is empty and nobody runs or waits.
	Serving time.Time
	// Console is where its status page is.
	Console   string
	Parts     []Part
	Pipelines []Pipeline // in the order of the configuration
	Kinds     []Kind
	// Alerting says that somebody is told of troubles; AlertErr why that failed last.
	Alerting bool
	AlertErr fault.Text
}

// Part is something that has to be up.
type Part struct {
	Name     string // "engine" or "broker"
	Title    fault.Text
	Address  string
	Up       bool
	Why      fault.Text // that it is not
	Since    time.Time
	Restarts int
}

// Pipeline is how a pipeline is.
type Pipeline struct {
	Name, Kind string
	KindTitle  string // in the configured language
	Enabled    bool
	Schedule   string // "" runs on demand only
	Workdays   bool   // on working days only
	Next       time.Time
	// Waiting and Running say that a run waits for its turn, or goes; Since when.
	Waiting, Running bool
	Since            time.Time
	Progress         Progress
	// Last is the newest run that has ended; nil where there is none.
	Last        *Run
	LastSuccess time.Time
	// Retry is when a failed run is tried again, and Attempts how often it was tried.
	Retry       time.Time
	Attempts    int
	ExpectEvery time.Duration
	// Overdue is how much longer it is silent than expected; 0: it is not.
	Overdue time.Duration
	// Skipped are ticks that came while the last run still went, Missed those that passed while nothing ran.
	Skipped, Missed     uint64
	SkippedAt, MissedAt time.Time
	// Open is how many of its rows are open in quarantine, Refused by which rules, the most frequent first; nil where that is
	// not known.
	Open    uint64
	Refused []Refused
}

// Failed reports whether the newest run has failed for good.
func (p *Pipeline) Failed() bool {
	return p.Last != nil && p.Last.State == "failed" && !p.Running && !p.Waiting
}

// Silent reports whether the newest run found no input, which is no success.
func (p *Pipeline) Silent() bool { return p.Last != nil && p.Last.State == "no_input" }

// Progress is how far a run has read. Size is below 0 where it is not known.
type Progress struct {
	Done, Size     int64 // bytes of the source
	Rows, Rejected uint64
}

// Run is a run that has ended.
type Run struct {
	No                                                    uint64
	State                                                 string // done, failed, no_input or skipped
	Started, Finished                                     time.Time
	Tick                                                  time.Time // that it was for; zero: nobody scheduled it
	Read, Rejected, Inserted, Updated, Deleted, Unchanged uint64
	Published                                             uint64
	ErrorCode, Error                                      string
}

// Refused is how many open rows of a pipeline were refused by a rule. A row that several rules refused counts for each.
type Refused struct {
	Rule  string
	About fault.Text // what the rule says
	Rows  uint64
}

// Kind is how the messages of a record kind are.
type Kind struct {
	Name, Title string
	// Waiting are messages that are committed and not told yet.
	Waiting uint64
	// Trouble says what keeps them from being told, or the kind's pipelines from being run.
	Trouble fault.Text
}
