package app

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"

	"creditsync/internal/warehouse"
	"creditsync/pipelines"
	"creditsync/schemas"
)

// store is the warehouse as package pipelines wants it.
type store struct{ *warehouse.Warehouse }

var _ pipelines.Warehouse = store{}

func (s store) Stage(ctx context.Context, k *schemas.Kind, token string, keys []arrow.Record) error {
	return s.Warehouse.Stage(ctx, k, token, keys)
}

func (s store) Staged(ctx context.Context, k *schemas.Kind, run uint64) (pipelines.Tally, error) {
	t, err := s.Warehouse.Staged(ctx, k, run)
	return pipelines.Tally(t), err
}

func (s store) StagedRejects(ctx context.Context, run uint64) (pipelines.Tally, error) {
	t, err := s.Warehouse.StagedRejects(ctx, run)
	return pipelines.Tally(t), err
}

func (s store) Size(ctx context.Context, sc pipelines.Scope) (uint64, error) {
	return s.Warehouse.Size(ctx, scope(sc))
}

func (s store) Absent(ctx context.Context, sc pipelines.Scope) (uint64, error) {
	return s.Warehouse.Absent(ctx, scope(sc))
}

func (s store) Touched(ctx context.Context, sc pipelines.Scope) ([]pipelines.Touched, error) {
	list, err := s.Warehouse.Touched(ctx, scope(sc))
	out := make([]pipelines.Touched, len(list))
	for i, by := range list {
		out[i] = pipelines.Touched(by)
	}
	return out, err
}

func (s store) Diff(ctx context.Context, sc pipelines.Scope) (pipelines.Changes, error) {
	c, err := s.Warehouse.Diff(ctx, scope(sc))
	return pipelines.Changes{
		Inserted: c.Inserted, Updated: c.Updated, Deleted: c.Deleted, Unchanged: c.Unchanged, Superseded: c.Superseded, Withheld: c.Withheld,
		Rows: c.Rows(), Notify: c.Notify(), Checksum: c.Checksum, Detail: c,
	}, err
}

func (s store) Mismatches(ctx context.Context, sc pipelines.Scope, rows pipelines.Spool, examples int) (pipelines.Mismatches, error) {
	c, err := s.Warehouse.Compare(ctx, scope(sc), rows, examples)
	out := pipelines.Mismatches{
		Equal: c.Actions["equal"], Missing: c.Actions["insert"], Different: c.Actions["update"], Surplus: c.Actions["delete"],
		Unknown: c.Actions["withheld"], Other: c.Actions["adopt"] + c.Actions["superseded"],
	}
	how := map[string]string{"insert": pipelines.Missing, "update": pipelines.Different, "delete": pipelines.Surplus, "withheld": pipelines.Unknown}
	for _, e := range c.Examples {
		out.Examples = append(out.Examples, pipelines.Mismatch{How: how[e.Action], RecordID: e.RecordID, Ref: e.Ref, Seq: e.Seq, Fields: e.Fields})
	}
	return out, err
}

func (s store) Write(ctx context.Context, sc pipelines.Scope, c pipelines.Changes, rows pipelines.Spool) error {
	return s.Warehouse.Write(ctx, scope(sc), c.Detail.(warehouse.Changes), rows)
}

func (s store) Verify(ctx context.Context, sc pipelines.Scope, c pipelines.Changes) error {
	return s.Warehouse.Verify(ctx, scope(sc), c.Detail.(warehouse.Changes))
}

func (s store) WriteQuarantine(ctx context.Context, sc pipelines.Scope, v pipelines.Verdict) (rows, checksum uint64, err error) {
	q, err := s.Warehouse.WriteQuarantine(ctx, scope(sc), warehouse.Verdict(v))
	return q.Rows, q.Checksum, err
}

func (s store) Forward(ctx context.Context, k *schemas.Kind, c pipelines.Commit) error {
	return s.Warehouse.Forward(ctx, closed(k, c))
}

func (s store) Live(ctx context.Context, k *schemas.Kind, c pipelines.Commit) error {
	return s.Warehouse.Live(ctx, closed(k, c))
}

func scope(s pipelines.Scope) warehouse.Scope {
	var act *warehouse.Act
	if a := s.Act; a != nil {
		act = &warehouse.Act{Forget: a.Forget, Revert: a.Revert}
	}
	return warehouse.Scope{
		Act: act, Kind: s.Kind, Pipeline: s.Pipeline, Run: s.Run, Commit: s.Commit, Snapshot: s.Snapshot, Withhold: s.Withhold,
		Lower: s.Lower, Slice: warehouse.Slice{I: s.Slice, N: s.Slices}, At: s.At,
	}
}

func closed(k *schemas.Kind, c pipelines.Commit) warehouse.Closed {
	n := c.Counts
	return warehouse.Closed{
		Kind: k, No: c.No, Run: c.Run, RunNo: c.RunNo, Pipeline: c.Pipeline, Rows: c.Rows, Notify: c.Notify, Checksum: c.Checksum, Quarantine: c.Quarantine,
		Inserted: n.Inserted, Updated: n.Updated, Deleted: n.Deleted, At: c.ClosedAt,
		Read: n.Read, Accepted: n.Accepted, Rejected: n.Rejected, Unchanged: n.Unchanged, Superseded: n.Superseded, Withheld: n.Withheld, Warnings: n.Warnings,
		QuarantineChecksum: c.QuarantineOf, Last: c.Last, Cursor: c.Cursor, Inputs: c.Inputs,
	}
}
