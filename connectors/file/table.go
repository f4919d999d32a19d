package file

import (
	"context"
	"fmt"
	"io"

	"creditsync/connectors"
	"creditsync/connectors/columns"
	"creditsync/internal/fault"
)

// content is what the look at an input found it to be. It holds nothing open.
type content interface {
	// columns of its rows, unique.
	columns() []string
	// receipt: one of them marks corrected rows.
	receipt() bool
	// note is what a person should know of how it is read; empty for nothing.
	note() fault.Text
	// open opens it to be read from its first row on.
	open(ctx context.Context, in *input, enc charset) (rowSource, error)
	// empty is the fault of an input without rows; nil where it may be so.
	empty(name string) error
}

// rowSource yields the rows of one input. It is used by one goroutine.
type rowSource interface {
	// next is the next row, or io.EOF at a proper end. Its bytes are valid until the one after it is asked for.
	next(ctx context.Context) (record, error)
	close()
}

// record is one row as it was found.
type record struct {
	bytes  []byte
	cells  []span // into bytes; of a source with nulls, one that begins before 0 is null
	place  string // where it stands, up to its number
	line   int    // its number, from 1 on
	suffix string // behind the number
	rule   string // why it is no row; "" where nothing speaks against it
}

// ref says where the row stands.
func (r *record) ref() string { return fmt.Sprintf("%s%d%s", r.place, r.line, r.suffix) }

// table is one input being read into batches.
type table struct {
	in      *input
	rows    rowSource
	columns *columns.Builder
	refSize int // bytes of a row beside its text: its place and an offset a column
	meter   *meter
	held    *record // read already, for the next batch
	any     bool    // a row has been read
}

func openTable(ctx context.Context, in *input, r *reader) (*table, error) {
	in.meter = &meter{total: &r.done, size: in.size}
	rows, err := in.content.open(ctx, in, r.enc)
	if err != nil {
		return nil, err
	}
	names := in.content.columns()
	return &table{in: in, rows: rows, columns: columns.New(r.mem, names), refSize: 8 + 4*(len(names)+1), meter: in.meter}, nil
}

// next is the next row.
func (t *table) next(ctx context.Context) (record, error) {
	if t.held != nil {
		rec := *t.held
		t.held = nil
		return rec, nil
	}
	rec, err := t.rows.next(ctx)
	if err == io.EOF && !t.any {
		if bad := t.in.content.empty(t.in.name); bad != nil {
			return rec, bad
		}
	}
	t.any = t.any || err == nil
	return rec, err
}

// sizeOf is what a row takes in a batch.
func (t *table) sizeOf(rec record) int { return len(rec.bytes) + len(rec.place) + t.refSize }

// hold keeps rec, the last one that next returned, for the next batch: its bytes stay as they are until the one after it is
// asked for.
func (t *table) hold(rec record) { t.held = &rec }

// refuse copies what could be read of a refused row, up to connectors.MaxCell bytes.
func refuse(rec record) connectors.Refused {
	out := connectors.Refused{Ref: rec.ref(), Rule: rec.rule}
	room := connectors.MaxCell
	for _, c := range rec.cells {
		if c.Lo < 0 {
			out.Cells = append(out.Cells, "")
			continue
		}
		cell := rec.bytes[c.Lo:c.Hi]
		if len(cell) > room {
			cell = cell[:wholeRunes(cell[:room])]
		}
		out.Cells = append(out.Cells, string(cell))
		if room -= len(cell); room <= 0 {
			break
		}
	}
	return out
}

// close frees what is held; finished says that the input was read to its end.
func (t *table) close(finished bool) {
	t.rows.close()
	t.columns.Release()
	if finished {
		t.meter.finish()
	}
}
