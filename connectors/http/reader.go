package http

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"creditsync/connectors"
	"creditsync/connectors/columns"
	"creditsync/connectors/jsonrows"
	"creditsync/connectors/remote"
)

// reader reads the rows of one API. It implements connectors.Reader.
type reader struct {
	o        Options
	want     connectors.Request
	client   *client
	fetch    *fetch
	span     span
	seen     *latest
	began    time.Time
	deadline time.Time
	done     *atomic.Int64

	build  *columns.Builder // nil until all pages are there
	rows   *bufio.Reader    // of the store
	json   []byte
	row    jsonrows.Row
	cells  [][]byte
	places remote.Places
	held   bool // cells and ref of a row for the next batch
	ref    []byte
	bad    int64
	badRef string
	cursor []byte
	err    error
}

// errClosed answers a Next after Close.
var errClosed = errors.New("read of a closed reader")

// first asks for the first page: what is wrong with the address, the credentials or the paths is known then.
func (r *reader) first(ctx context.Context) error {
	if err := r.page(ctx); err != nil {
		return err
	}
	names := r.fetch.shape.Names()
	if slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "\uFFFD") }) {
		return notUTF8(r.o)
	}
	if len(names) > 0 && r.want.Match != nil && r.want.Match(names) == 0 {
		return noKnownKeys(r.o, names)
	}
	return nil
}

// page reads the next page within the time of the whole read.
func (r *reader) page(ctx context.Context) error {
	bounded, cancel := context.WithDeadline(ctx, r.deadline)
	defer cancel()
	err := r.fetch.page(bounded)
	if stopped := ctx.Err(); stopped != nil {
		return stopped
	}
	return err
}

// Next implements connectors.Reader.
func (r *reader) Next(ctx context.Context) (*connectors.Batch, error) {
	if r.err != nil {
		return nil, r.err
	}
	b, err := r.next(ctx)
	if err == io.EOF {
		err = r.finish()
	}
	if err != nil {
		r.err = err
		r.end()
		return nil, err
	}
	return b, nil
}

// fill reads the pages that are left.
func (r *reader) fill(ctx context.Context) error {
	for !r.fetch.ended {
		if err := r.page(ctx); err != nil {
			return err
		}
	}
	r.client.close()
	names := r.fetch.shape.Names()
	r.build = columns.New(r.want.Memory, names)
	r.rows = bufio.NewReaderSize(io.NewSectionReader(r.fetch.rows, 0, r.fetch.rows.Size()), 256<<10)
	r.places.What = r.o.name()
	for _, k := range r.o.Key {
		if i := slices.Index(names, k); i >= 0 {
			r.places.Key = append(r.places.Key, i)
		}
	}
	if len(r.places.Key) < len(r.o.Key) {
		r.places.Key = nil
	}
	return nil
}

// next is the next batch.
func (r *reader) next(ctx context.Context) (*connectors.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.build == nil {
		if err := r.fill(ctx); err != nil {
			return nil, err
		}
	}
	var refused []connectors.Refused
	for r.build.Rows()+len(refused) < connectors.MaxBatchRows {
		if !r.held {
			rule, err := r.load()
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, err
			}
			if rule != "" {
				refused = append(refused, remote.Refuse(string(r.ref), rule, r.cells))
				continue
			}
		}
		if r.held = !r.build.Fits(len(r.row.Text) + len(r.ref)); r.held {
			break
		}
		r.build.Add(r.cells, r.ref)
	}
	if r.build.Rows()+len(refused) == 0 {
		return nil, io.EOF
	}
	return r.build.Batch(0, refused), nil
}

// load takes the next row out of the store, with its place, and says why it is none.
func (r *reader) load() (rule string, err error) {
	if r.want.Rows > 0 && r.places.Rows() >= int64(r.want.Rows) {
		return "", io.EOF
	}
	length, err := binary.ReadUvarint(r.rows)
	if err != nil {
		return "", err
	}
	r.cells = r.cells[:0]
	if length == 0 {
		r.ref = r.places.Of(make([][]byte, len(r.fetch.shape.Names())))
		return connectors.RuleCellTooLarge, nil
	}
	r.json = slices.Grow(r.json[:0], int(length-1))[:length-1]
	if _, err := io.ReadFull(r.rows, r.json); err != nil {
		return "", noRoom(r.o, err)
	}
	if err := r.fetch.shape.Row(r.json, &r.row); err != nil {
		return "", err // it was read before, when its keys were learned
	}
	for i, c := range r.row.Cells {
		cell := r.row.Cell(i)
		if cell == nil && c.Lo >= 0 {
			cell = []byte{} // of a row without any text
		}
		r.cells = append(r.cells, cell)
	}
	r.ref = r.places.Of(r.cells)
	if r.row.Rule == connectors.RuleUndecodable {
		if r.bad++; r.bad == 1 {
			r.badRef = strings.Clone(string(r.ref))
		}
		if r.want.Undecodable <= 0 {
			return "", undecodable(r.o, r.badRef, r.bad, r.places.Rows())
		}
	}
	return r.row.Rule, nil
}

// finish is what is left to say after the last row.
func (r *reader) finish() error {
	rows := r.places.Rows()
	if float64(r.bad) > r.want.Undecodable*float64(rows) {
		return undecodable(r.o, r.badRef, r.bad, rows)
	}
	if rows == 0 && r.o.Since == nil && !r.o.AllowEmpty {
		return empty(r.o)
	}
	clock := r.began
	if at := r.fetch.date; !at.IsZero() && at.Before(clock) {
		clock = at
	}
	if next := r.o.settle(r.span.from, r.seen, clock); next != nil {
		r.cursor = r.o.mark(*next).encode()
	}
	return io.EOF
}

// Inputs implements connectors.Reader: the API is the one input.
func (r *reader) Inputs() []connectors.Input {
	return []connectors.Input{{Name: r.o.name(), Size: -1}}
}

// Read implements connectors.Reader: in bytes as they came over the wire. How many there will be is not known.
func (r *reader) Read() (done, size int64) { return r.done.Load(), -1 }

// Cursor implements connectors.Reader.
func (r *reader) Cursor() []byte { return r.cursor }

// Close implements connectors.Reader.
func (r *reader) Close() error {
	if r.err == nil {
		r.err = errClosed
	}
	r.end()
	return nil
}

// end frees what the read holds. It may be called twice.
func (r *reader) end() {
	r.client.close()
	if r.build != nil {
		r.build.Release()
	}
	_ = r.fetch.rows.Close()
}
