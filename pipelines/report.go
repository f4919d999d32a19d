package pipelines

import (
	"time"

	"creditsync/internal/fault"
)

// State is how a run ended.
type State string

// The states of a run that has ended.
const (
	Done    State = "done"     // committed, though an error beside it may say that not all of it shows yet; rows refused within the error budget are done too
	Failed  State = "failed"   // the source was not applied, or only in those of several commits that the counts tell of
	NoInput State = "no_input" // there was nothing to read
)

// Counts tells where every row of a run went. Read = Inserted + Updated + Unchanged + Superseded + Rejected (I3).
type Counts struct {
	Read, Accepted, Rejected                          uint64
	Inserted, Updated, Deleted, Unchanged, Superseded uint64
	// Withheld are deletions that were not applied, because a refused row hides which record it is.
	Withheld uint64
	// Warnings are accepted rows with at least one warning.
	Warnings uint64
}

// Add counts more in.
func (c *Counts) Add(o Counts) {
	c.Read += o.Read
	c.Accepted += o.Accepted
	c.Rejected += o.Rejected
	c.Inserted += o.Inserted
	c.Updated += o.Updated
	c.Deleted += o.Deleted
	c.Unchanged += o.Unchanged
	c.Superseded += o.Superseded
	c.Withheld += o.Withheld
	c.Warnings += o.Warnings
}

// Balanced reports an error unless every row that was read ended in exactly one place (I3).
func (c Counts) Balanced() error {
	if sum := c.Inserted + c.Updated + c.Unchanged + c.Superseded + c.Rejected; sum != c.Read {
		return fault.New(fault.Run, "run.unbalanced", fault.T("读入 %d 行，去向合计 %d 行，对不上", "%d rows were read and %d accounted for", c.Read, sum)).
			Do(fault.T("请重新运行；如再次出现，请报告此缺陷。", "Run again; if it stays, report it as a defect."))
	}
	return nil
}

// Report is how one run went.
type Report struct {
	Pipeline string
	Kind     string
	Run      string // UUID, "" when none was begun
	RunNo    uint64
	State    State
	Counts   Counts
	// Rules counts violations and Hints counts warnings, by rule.
	Rules, Hints map[string]uint64
	// LastCommit is the number of the run's last commit; the relay has told all when it is past it.
	LastCommit uint64
	// Touched are, of a run that reverts another, the records that were changed again since, by who changed them last.
	Touched []Touched
	Started time.Time
	Seconds float64 // from the lease to the last commit applied
	Live    float64 // from there until the analysts' view had it
	DryRun  bool
	Err     error
}
