package warehouse

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"creditsync/schemas"
)

// pick is one row of a batch that a commit writes.
type pick struct {
	row     int    // its place in the batch
	n       uint64 // its number in the commit
	version uint32
	status  int8
	adopted bool // only the owner changes: nobody is told
}

// numbered is which rows of a batch a commit writes, in the order of the source.
type numbered struct {
	batch uint32
	// whole: every row is the first version of its record and numbered by its place. places and what follows are empty.
	whole    bool
	places   []uint64
	numbers  []uint64
	versions []uint32
	statuses []int8
	actions  []int8
}

// The actions of the diff that take their row from the source, by their numbers in the diff's Enum8.
const (
	actionInsert = 1
	actionUpdate = 2
	actionAdopt  = 4
)

// dense passes on every batch as a whole.
func dense(ctx context.Context, batches uint32, to chan<- numbered) error {
	for no := range batches {
		select {
		case to <- numbered{batch: no, whole: true}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// numbers passes on which rows of the stage the commit writes.
func (w *Warehouse) numbers(ctx context.Context, s Scope, to chan<- numbered) error {
	sql := fmt.Sprintf("SELECT place, n, version, status, CAST(action, 'Int8') AS act FROM %s WHERE run_no = %d AND commit_no = %d AND action IN ('insert', 'update', 'adopt') ORDER BY place",
		table(s.Kind, "diff"), s.Run, s.Commit)
	body, err := w.stream(ctx, "read what changed in "+s.Kind.Name, "ArrowStream", sql)
	if err != nil {
		return err
	}
	defer body.Close()
	in, err := ipc.NewReader(body)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read what changed: %w", err)
	}
	defer in.Release()
	var now numbered
	for in.Next() {
		if now, err = now.add(ctx, in.Record(), to); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read what changed: %w", err)
	}
	return now.send(ctx, to)
}

// add takes the rows of the engine's answer up and passes on the batches that are complete.
func (n numbered) add(ctx context.Context, rec arrow.Record, to chan<- numbered) (numbered, error) {
	place, ok1 := rec.Column(0).(*array.Uint64)
	number, ok2 := rec.Column(1).(*array.Uint64)
	version, ok3 := rec.Column(2).(*array.Uint32)
	status, ok4 := rec.Column(3).(*array.Int8)
	action, ok5 := rec.Column(4).(*array.Int8)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 {
		return n, fmt.Errorf("read what changed: the engine answered %s", rec.Schema())
	}
	for i := range int(rec.NumRows()) {
		if no := uint32(place.Value(i) >> 32); no != n.batch {
			if err := n.send(ctx, to); err != nil {
				return n, err
			}
			n = numbered{batch: no}
		}
		n.places, n.numbers, n.versions = append(n.places, place.Value(i)), append(n.numbers, number.Value(i)), append(n.versions, version.Value(i))
		n.statuses, n.actions = append(n.statuses, status.Value(i)), append(n.actions, action.Value(i))
	}
	return n, nil
}

func (n numbered) send(ctx context.Context, to chan<- numbered) error {
	if len(n.places) == 0 {
		return nil
	}
	select {
	case to <- n:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// part finds the rows in their batch: those that are written as they are, and those that replace another version.
func (n numbered) part(batch arrow.Record) (straight, changed []pick, err error) {
	at := batch.Schema().FieldIndices(schemas.ColPlace)
	if len(at) != 1 {
		return nil, nil, fmt.Errorf("batch %d has no column %s", n.batch, schemas.ColPlace)
	}
	place, ok := batch.Column(at[0]).(*array.Uint64)
	if !ok {
		return nil, nil, fmt.Errorf("batch %d: %s is of type %s", n.batch, schemas.ColPlace, batch.Column(at[0]).DataType())
	}
	if n.whole {
		straight = make([]pick, place.Len())
		for i := range straight {
			p := place.Value(i)
			straight[i] = pick{row: i, n: p>>32<<batchBits + p&0xFFFFFFFF + 1, version: 1, status: 1}
		}
		return straight, nil, nil
	}
	row := 0
	for k, p := range n.places {
		for row < place.Len() && place.Value(row) < p {
			row++
		}
		if row == place.Len() || place.Value(row) != p {
			return nil, nil, fmt.Errorf("batch %d has no row at place %d", n.batch, p)
		}
		one := pick{row: row, n: n.numbers[k], version: n.versions[k], status: n.statuses[k], adopted: n.actions[k] == actionAdopt}
		if n.actions[k] == actionUpdate {
			changed = append(changed, one)
		} else {
			straight = append(straight, one)
		}
	}
	return straight, changed, nil
}
