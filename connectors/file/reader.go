package file

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"creditsync/connectors"
	"creditsync/connectors/columns"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// reader reads files one after another. It implements connectors.Reader.
type reader struct {
	files  []input
	inputs []connectors.Input
	enc    charset
	want   connectors.Request
	mem    memory.Allocator

	at      int    // the file that is read
	open    *table // nil before it is opened
	err     error  // what ended the read
	done    atomic.Int64
	size    int64
	rows    int64
	lost    int64  // rows that could not be decoded
	lostRef string // the first of them
	lostIn  string // the file that it is in
}

// errClosed answers a Next after Close.
var errClosed = errors.New("read of a closed reader")

func newReader(files []input, enc charset, want connectors.Request) *reader {
	r := &reader{files: files, enc: enc, want: want, mem: want.Memory}
	if r.mem == nil {
		r.mem = new(columns.Recycler)
	}
	for _, f := range files {
		r.inputs = append(r.inputs, connectors.Input{Name: f.name, Size: f.size, Receipt: f.content.receipt(), Note: f.note()})
		r.size += f.size
	}
	return r
}

// Next implements connectors.Reader.
func (r *reader) Next(ctx context.Context) (*connectors.Batch, error) {
	if r.err != nil {
		return nil, r.err
	}
	b, err := r.next(ctx)
	if err != nil {
		r.err = err
		r.stop()
	}
	return b, err
}

func (r *reader) next(ctx context.Context) (*connectors.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for ; r.at < len(r.files); r.at++ {
		if r.open == nil {
			t, err := openTable(ctx, &r.files[r.at], r)
			if err != nil {
				return nil, err
			}
			r.open = t
		}
		b, err := r.batch(ctx, r.open)
		if b != nil || err != nil {
			return b, err
		}
		r.open.close(true)
		r.open = nil
	}
	if float64(r.lost) > r.want.Undecodable*float64(r.rows) {
		return nil, r.tooManyLost()
	}
	return nil, io.EOF
}

// batch is the next batch of one file; nil after its last one.
func (r *reader) batch(ctx context.Context, t *table) (*connectors.Batch, error) {
	var refused []connectors.Refused
	room := connectors.MaxBatchBytes
	for t.columns.Rows()+len(refused) < connectors.MaxBatchRows {
		rec, err := t.next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		size := t.sizeOf(rec)
		if size > room && t.columns.Rows()+len(refused) > 0 {
			t.hold(rec)
			break
		}
		room -= size
		r.rows++
		if rec.rule == "" {
			t.columns.AddSpans(rec.bytes, rec.cells, columns.Place{Before: rec.place, Number: rec.line, After: rec.suffix})
			continue
		}
		one := refuse(rec)
		refused = append(refused, one)
		if rec.rule == connectors.RuleUndecodable {
			if r.lost++; r.lost == 1 {
				r.lostRef, r.lostIn = one.Ref, t.in.name
			}
			if r.want.Undecodable <= 0 {
				return nil, r.tooManyLost()
			}
		}
	}
	if t.columns.Rows()+len(refused) == 0 {
		return nil, nil
	}
	return t.columns.Batch(r.at, refused), nil
}

func (r *reader) tooManyLost() error { return undecodable(r.lostIn, r.lostRef, r.lost, r.rows) }

// Inputs implements connectors.Reader.
func (r *reader) Inputs() []connectors.Input { return r.inputs }

// Read implements connectors.Reader: in bytes as stored, packed ones of a packed file.
func (r *reader) Read() (done, size int64) { return min(r.done.Load(), r.size), r.size }

// Cursor implements connectors.Reader: files have none.
func (r *reader) Cursor() []byte { return nil }

// Close implements connectors.Reader.
func (r *reader) Close() error {
	if r.err == nil {
		r.err = errClosed
	}
	r.stop()
	return nil
}

func (r *reader) stop() {
	if r.open != nil {
		r.open.close(false)
		r.open = nil
	}
}
