package pipelines

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"creditsync/schemas"
)

// keysAtOnce is how many keys go to the stage together: an insert costs the engine a part, however few rows it has.
const keysAtOnce = 1 << 17

// keys gathers the keys of several batches for one insert. It belongs to one of the hands.
type keys struct {
	*trip
	first uint32
	held  []arrow.Record
	rows  int64
}

// add takes the keys of a batch's accepted rows up, and stages what has gathered when it is enough.
func (k *keys) add(ctx context.Context, batch uint32, rows arrow.Record) error {
	if rows.NumRows() == 0 {
		return nil
	}
	one, err := schemas.Keys(rows)
	if err != nil {
		return err
	}
	if len(k.held) == 0 {
		k.first = batch
	}
	k.held, k.rows = append(k.held, one), k.rows+one.NumRows()
	if k.rows < keysAtOnce {
		return nil
	}
	return k.flush(ctx)
}

// flush stages what has gathered, under a token that names the first of its batches: no batch is in two inserts of a run.
func (k *keys) flush(ctx context.Context) error {
	if len(k.held) == 0 {
		return nil
	}
	defer k.drop()
	return k.Warehouse.Stage(ctx, k.kind(), fmt.Sprintf("%s:%d", k.run.ID, k.first), k.held)
}

// drop lets go of what has gathered.
func (k *keys) drop() {
	for _, one := range k.held {
		one.Release()
	}
	k.held, k.rows = nil, 0
}
