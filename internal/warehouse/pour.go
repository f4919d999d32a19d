package warehouse

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"golang.org/x/sync/errgroup"

	"creditsync/internal/fault"
)

// Rows are the accepted rows of a run, batch by batch: what the caller kept while only their keys were staged.
type Rows interface {
	// Batches is one more than the number of the last batch.
	Batches() uint32
	// Get returns the rows of a batch in the order of their places, which the caller releases; nil where it has none.
	Get(batch uint32) (arrow.Record, error)
}

// pours is how many statements write the versions of a commit at once: one keeps one core of the engine busy.
const pours = 2

// pour writes the new versions of a commit from the rows themselves: the first versions and those that only change their owner
// go straight to the versions table, in pours statements; updated ones go to K_changed, where they meet what they replace.
// A statement that breaks off leaves rows of a commit that will not be closed.
func (w *Warehouse) pour(ctx context.Context, s Scope, c Changes, rows Rows) error {
	group, ctx := errgroup.WithContext(ctx)
	batches := make(chan numbered)
	group.Go(func() (err error) {
		defer fault.Rescue(&err)
		defer close(batches)
		if c.Fresh {
			return dense(ctx, rows.Batches(), batches)
		}
		return w.numbers(ctx, s, batches)
	})
	for range pours {
		group.Go(func() (err error) {
			defer fault.Rescue(&err)
			out := w.newInsertion(ctx, s)
			err = w.pourBatches(ctx, s, rows, batches, out)
			return errors.Join(err, out.close(err))
		})
	}
	return group.Wait()
}

// pourBatches writes the batches that come until there are no more.
func (w *Warehouse) pourBatches(ctx context.Context, s Scope, rows Rows, batches <-chan numbered, out *insertion) error {
	for n := range batches {
		batch, err := rows.Get(n.batch)
		if err != nil {
			return err
		}
		if batch == nil {
			return fmt.Errorf("write the versions of %s: batch %d is gone", s.Kind.Name, n.batch)
		}
		err = w.pourBatch(ctx, s, batch, n, out)
		batch.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *Warehouse) pourBatch(ctx context.Context, s Scope, batch arrow.Record, n numbered, out *insertion) error {
	straight, changed, err := n.part(batch)
	if err != nil {
		return err
	}
	if len(straight) > 0 {
		rec, err := versionsOf(s, batch, straight)
		if err != nil {
			return err
		}
		err = out.write(rec)
		rec.Release()
		if err != nil {
			return err
		}
	}
	if len(changed) == 0 {
		return nil
	}
	rec, err := taken(batch, changed)
	if err != nil {
		return err
	}
	defer rec.Release()
	return w.insert(ctx, "stage changed rows of "+s.Kind.Name, table(s.Kind, "changed"), fmt.Sprintf("%d:%d:%d", s.Run, s.Commit, n.batch), rec)
}
