package pipelines

import (
	"context"

	"creditsync/connectors"
)

// ModeVerify is the mode of runs that compare and change nothing.
const ModeVerify = "verify"

// The ways in which a source and what is stored of it differ.
const (
	Missing   = "missing"   // the source has the record, and it is not stored, or as deleted
	Different = "different" // both have it with other contents
	Surplus   = "surplus"   // it is stored as present, and a snapshot does not have it
	Unknown   = "unknown"   // as Surplus, but one of the refused rows may be it
)

// Mismatches is how the staged keys and the current records differ, by record.
type Mismatches struct {
	Equal, Missing, Different, Surplus, Unknown uint64
	// Other are staged records that another pipeline decides, or that the next run takes over from one.
	Other    uint64
	Examples []Mismatch
}

// Mismatch is one record that differs.
type Mismatch struct {
	How      string // Missing, Different, Surplus or Unknown
	RecordID string // hexadecimal
	Ref      string // where it stands in the source; of a record that the source lacks: where it last stood
	Seq      uint64 // of the version that is stored; 0 for none
	Fields   []string
}

// Comparison is how a source and what is stored of it differ. Its Report has the counts of what was read.
type Comparison struct {
	Report
	Mismatches
	// Unkeyed are refused rows of which it cannot be told which record they are: so many of Unknown may be them.
	Unkeyed uint64
}

// Compare reads the whole source of the pipeline as a run would and holds it against what is stored, record by record. It
// commits nothing; what it stages is scratch, which the caller drops by the number of the run. The pipeline's lease is held
// meanwhile, so that no run changes what is compared.
func (r *Runner) Compare(ctx context.Context, p Pipeline, examples int) Comparison {
	var found Mismatches
	// A file that vanished since is no reason to stop: its records are what differs.
	t := &trip{Runner: r, p: p, wish: Wish{DryRun: true, AcceptDeletes: 1, Reread: p.Mode == connectors.Incremental}}
	rep := r.ride(ctx, t, ModeVerify, func(ctx context.Context) (State, error) {
		return t.whenStaged(ctx, func() (_ State, err error) {
			if err = t.tallied(ctx); err != nil {
				return Failed, err
			}
			if found, err = t.compare(ctx, examples); err != nil {
				return Failed, err
			}
			return Done, nil
		})
	})
	return Comparison{rep, found, t.unkeyed}
}

// compare adds up the mismatches of the slices.
func (t *trip) compare(ctx context.Context, examples int) (sum Mismatches, err error) {
	size, err := t.Warehouse.Size(ctx, t.scope(0, 0, 1))
	if err != nil {
		return sum, err
	}
	slices := t.slices(size)
	for slice := range slices {
		m, err := t.Warehouse.Mismatches(ctx, t.scope(0, slice, slices), t.spool, examples)
		if err != nil {
			return sum, err
		}
		sum.add(m, examples)
	}
	return sum, nil
}

func (m *Mismatches) add(o Mismatches, examples int) {
	m.Equal += o.Equal
	m.Missing += o.Missing
	m.Different += o.Different
	m.Surplus += o.Surplus
	m.Unknown += o.Unknown
	m.Other += o.Other
	had := map[string]int{}
	for _, e := range m.Examples {
		had[e.How]++
	}
	for _, e := range o.Examples {
		if had[e.How]++; had[e.How] <= examples {
			m.Examples = append(m.Examples, e)
		}
	}
}

// Count is how many records differ.
func (m Mismatches) Count() uint64 { return m.Missing + m.Different + m.Surplus + m.Unknown }
