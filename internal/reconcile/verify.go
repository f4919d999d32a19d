package reconcile

import (
	"context"

	"creditsync/internal/fault"
	"creditsync/schemas"
)

// Part is one comparison: two sides of which one says how the other should be.
type Part struct {
	// Name is stable: stores, source, commits, current, live, quarantine or topic.
	Name           string
	Kind, Pipeline string
	What           fault.Text // the two sides
	Checked        uint64     // how much was compared
	Unit           fault.Text // of what
	// Note says what was left out, and why; empty for nothing.
	Note        fault.Text
	Differences []Difference
	// Err says why it could not be compared.
	Err error
}

// Difference is one way in which the sides differ.
type Difference struct {
	Sort     string // stable: "missing", "different", …
	What     fault.Text
	Count    uint64
	Examples []Example
	Do       fault.Text // what to do next; may be empty
}

// Example is one thing that differs. What does not apply is zero. It holds no personal data.
type Example struct {
	RecordID string // hexadecimal
	Version  uint32
	Seq      uint64
	Commit   uint64
	Ref      string   // where it stands: in the source, or topic/partition/offset
	Fields   []string // that differ
	Detail   fault.Text
}

// Differs reports whether anything differs.
func (p Part) Differs() bool { return len(p.Differences) > 0 }

// find adds a difference, if there is one.
func (p *Part) find(sort string, count uint64, what fault.Text, examples []Example, do fault.Text) {
	if count > 0 {
		p.Differences = append(p.Differences, Difference{Sort: sort, What: what, Count: count, Examples: examples, Do: do})
	}
}

// mend is what to do about what a repair can make again.
func mend() fault.Text {
	return fault.T("creditsync repair 从版本重建", "creditsync repair makes it again from the versions")
}

// Wish says what is verified and how much is said of it.
type Wish struct {
	Examples int   // of each difference, at most
	Since    Bound // leave out what was committed before; the zero Bound leaves out nothing
}

// Verify compares everything that the stores hold of a kind, most fundamental first. What cannot be compared says so in its
// part; the error is that of ctx.
func (s *Stores) Verify(ctx context.Context, k *schemas.Kind, w Wish) ([]Part, error) {
	var parts []Part
	for _, do := range []func(context.Context, *schemas.Kind, Wish) Part{s.verifyStores, s.verifyCommits, s.verifyCurrent, s.verifyLive, s.verifyQuarantine, s.verifyTopic} {
		if ctx.Err() != nil {
			return parts, context.Cause(ctx)
		}
		p := do(ctx, k, w)
		p.Kind = k.Name
		parts = append(parts, p)
	}
	return parts, ctx.Err()
}

// verifyStores is what every start looks at.
func (s *Stores) verifyStores(ctx context.Context, k *schemas.Kind, _ Wish) Part {
	p := Part{Name: "stores", What: fault.T("台账、ClickHouse、Kafka 是否同步", "ledger, ClickHouse and Kafka in step"), Unit: fault.T("次提交", "commits")}
	found, busErr, err := s.Examine(ctx, []*schemas.Kind{k})
	if err != nil {
		p.Err = err
		return p
	}
	if tip, err := s.Ledger.Tip(ctx, k.Name); err != nil {
		p.Err = err
	} else {
		p.Checked = tip.Closed
	}
	for _, d := range found {
		p.Differences = append(p.Differences, Difference{Sort: d.Code(), What: d.Fault.What, Count: 1, Do: d.Fault.Hint})
	}
	if busErr != nil {
		p.Note = fault.T("Kafka 连接不上，没有对照", "Kafka cannot be reached and was not asked")
	}
	return p
}
