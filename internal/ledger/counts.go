package ledger

import (
	"context"

	"creditsync/internal/fault"

	"github.com/google/uuid"
)

// Counts are the rows of a run or of one of its commits by what became of them.
type Counts struct {
	Read       uint64 // rows that the source delivered
	Accepted   uint64 // of them, those that the transforms accepted
	Rejected   uint64 // of them, those that were refused
	Inserted   uint64 // records that are new or came back
	Updated    uint64 // records that changed
	Deleted    uint64 // records that a snapshot no longer delivers; not rows read
	Unchanged  uint64 // rows equal to their record
	Superseded uint64 // rows that a later one of the run, or another pipeline, goes before
	Withheld   uint64 // deletions that were not applied; not rows read
	Warnings   uint64 // warnings, of which a row may have several
}

// countColumns are the columns of runs and commits in the order of Counts.values.
const countColumns = "read, accepted, rejected, inserted, updated, deleted, unchanged, superseded, withheld, warnings"

// setCounts is countColumns as the SET of an UPDATE.
const setCounts = "read = ?, accepted = ?, rejected = ?, inserted = ?, updated = ?, deleted = ?, unchanged = ?, superseded = ?, withheld = ?, warnings = ?"

func (c *Counts) fields() []*uint64 {
	return []*uint64{&c.Read, &c.Accepted, &c.Rejected, &c.Inserted, &c.Updated, &c.Deleted, &c.Unchanged, &c.Superseded, &c.Withheld, &c.Warnings}
}

// Add adds other to c.
func (c *Counts) Add(other Counts) {
	add := other.fields()
	for i, f := range c.fields() {
		*f += *add[i]
	}
}

// Check holds I3: every row read ended in exactly one of inserted, updated, unchanged, superseded, rejected. Its error is a
// fault of class Run with code "run.counts".
func (c Counts) Check() error {
	ended := c.Inserted + c.Updated + c.Unchanged + c.Superseded + c.Rejected
	if ended == c.Read {
		return nil
	}
	return fault.New(fault.Run, "run.counts", fault.T(
		"计数不符：读取 %d 行，去向合计 %d 行（新增 %d、变更 %d、未变 %d、被取代 %d、拒绝 %d）",
		"the counts do not add up: %d rows read, %d accounted for (inserted %d, updated %d, unchanged %d, superseded %d, rejected %d)",
		c.Read, ended, c.Inserted, c.Updated, c.Unchanged, c.Superseded, c.Rejected)).
		Do(fault.T("这是程序错误，请连同运行编号报告", "this is an error of the program: report it with the run's number"))
}

// Messages is how many messages the rows are told in: one for each record that is new, changed or gone. A tombstone is told
// and counted nowhere.
func (c Counts) Messages() uint64 { return c.Inserted + c.Updated + c.Deleted }

// args are the values for setCounts.
func (c Counts) args() []any {
	all := make([]any, 0, 10)
	for _, f := range c.fields() {
		all = append(all, int64(*f))
	}
	return all
}

// dest are the places to scan countColumns into.
func (c *Counts) dest() []any {
	all := make([]any, 0, 10)
	for _, f := range c.fields() {
		all = append(all, f)
	}
	return all
}

// Sums are the counts of a run's closed commits together: all that is known of a run that died (I3).
func (l *Ledger) Sums(ctx context.Context, run uuid.UUID) (Counts, error) {
	commits, err := l.CommitsOf(ctx, run)
	var sum Counts
	for _, c := range commits {
		if c.Committed() {
			sum.Add(c.Counts)
		}
	}
	return sum, err
}
