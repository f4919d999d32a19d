package pipelines

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"creditsync/connectors"
	"creditsync/internal/fault"
	"creditsync/transforms"
)

// hands is how many batches are transformed and staged at once, beside the one that is being read.
const hands = 2

// numbered is a batch with its number in the run, which with the row's number is its place in source order.
type numbered struct {
	no    uint32
	batch *connectors.Batch
}

// whenStaged reads the source to its end and goes on while its rows are kept.
func (t *trip) whenStaged(ctx context.Context, next func() (State, error)) (State, error) {
	in, err := t.open(ctx)
	if err != nil {
		return Failed, err
	}
	defer in.Close()
	if len(in.Inputs()) == 0 {
		return NoInput, nil
	}
	if t.spool, err = t.Spool(); err != nil {
		return Failed, err
	}
	defer t.spool.Close()
	if err := t.read(ctx, in); err != nil {
		return Failed, err
	}
	return next()
}

// read reads the source to its end, turns every batch into typed rows and refused rows, keeps the rows, and stages their
// keys and what was refused. A source that
// breaks half-way fails the run: a part of a snapshot is never applied.
func (t *trip) read(ctx context.Context, in connectors.Reader) error {
	fold, err := transforms.New(transforms.Options{
		Kind: t.kind(), Map: t.p.Map, Today: t.today, Protect: t.Protect, Alloc: t.Alloc, RunNo: t.run.No,
		Receipt: ReceiptHeader, Original: t.Original, Language: t.Language,
	})
	if err != nil {
		return err
	}
	t.rep.Rules, t.rep.Hints = map[string]uint64{}, map[string]uint64{}
	meter := newMeter(t.Runner, t.p.Name, in)
	batches := make(chan numbered)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		defer fault.Rescue(&err)
		defer close(batches)
		return feed(ctx, in, batches)
	})
	var mu sync.Mutex // guards the trip's sums
	for range hands {
		group.Go(func() (err error) {
			defer fault.Rescue(&err)
			staged := &keys{trip: t}
			defer staged.drop()
			for b := range batches {
				out, err := t.stage(ctx, fold, in.Inputs()[b.batch.Input], b, staged)
				if err != nil {
					return err
				}
				func() {
					mu.Lock()
					defer mu.Unlock()
					t.count(out)
					meter.tell(t.rep.Counts)
				}()
				out.Release()
			}
			return staged.flush(ctx)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	t.moved(in)
	return nil
}

// feed numbers the batches of the source.
func feed(ctx context.Context, in connectors.Reader, batches chan<- numbered) error {
	for no := uint32(0); ; no++ {
		batch, err := in.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case batches <- numbered{no, batch}:
		case <-ctx.Done():
			batch.Release()
			return ctx.Err()
		}
	}
}

// stage transforms one batch, keeps its rows, and hands its keys and what was refused to the stage.
func (t *trip) stage(ctx context.Context, fold *transforms.Transformer, from connectors.Input, b numbered, staged *keys) (*transforms.Output, error) {
	defer b.batch.Release()
	refused := make([]transforms.RefusedRow, len(b.batch.Refused))
	for i, r := range b.batch.Refused {
		refused[i] = transforms.RefusedRow{Ref: r.Ref, Rule: r.Rule, Cells: r.Cells}
	}
	out, err := fold.Apply(transforms.Input{BatchNo: b.no, Rows: b.batch.Rows, Refs: b.batch.Refs, Refused: refused})
	if err != nil {
		return nil, Unfit(from.Name, err)
	}
	if err := t.keep(ctx, b.no, out, staged); err != nil {
		out.Release()
		return nil, err
	}
	return out, nil
}

func (t *trip) keep(ctx context.Context, no uint32, out *transforms.Output, staged *keys) error {
	if err := t.spool.Put(no, out.Accepted); err != nil {
		return err
	}
	if err := staged.add(ctx, no, out.Accepted); err != nil {
		return err
	}
	t.at("batch half staged")
	if err := t.Warehouse.StageRejects(ctx, fmt.Sprintf("%s:%d", t.run.ID, no), out.Rejects); err != nil {
		return err
	}
	t.at("batch staged")
	return nil
}

// Unfit says which input's columns do not fit the kind.
func Unfit(input string, err error) error {
	var bind *transforms.BindError
	if errors.As(err, &bind) {
		hint := fault.T("请改正表头，或在 map 中写明字段对应的列。", "Mend the header, or say in map which column feeds the field.")
		if bind.Rule == transforms.BindUnit { // a mapping does not change what the numbers mean
			hint = fault.T("请改正来源中的单位。", "Mend the unit in the source.")
		}
		return fault.New(fault.Input, "columns."+bind.Rule, fault.T("%[1]s：%[2]s", "%[1]s: %[3]s", input, bind.Sentence.ZH, bind.Sentence.EN)).Do(hint)
	}
	return fmt.Errorf("transform %s: %w", input, err)
}

// count adds what came of one batch to the run's sums.
func (t *trip) count(out *transforms.Output) {
	t.rep.Counts.Add(Counts{Read: out.Count.Read, Accepted: out.Count.Accepted, Rejected: out.Count.Rejected, Warnings: out.Count.Warned})
	t.sent.Rows += out.Count.Accepted
	t.sent.Check ^= out.AcceptedCheck
	t.refused.Rows += out.Count.Rejected
	t.refused.Check ^= out.RejectsCheck
	t.unkeyed += out.Count.Unkeyed
	for rule, n := range out.Rules {
		t.rep.Rules[rule] += n
	}
	for rule, n := range out.Warnings {
		t.rep.Hints[rule] += n
	}
	for _, r := range out.Receipts {
		if r.Accepted {
			t.answered = append(t.answered, strings.TrimPrefix(r.Number, ReceiptPrefix))
		}
	}
}
