package xlsx

import (
	"bytes"
	"context"
	"errors"
	"io"

	"creditsync/connectors"
	"creditsync/connectors/window"
)

// maxRow bounds the XML of a row that is kept; a longer one is refused and passed over.
const maxRow = connectors.MaxBatchBytes / 2

// Rows reads the rows of one sheet from top to bottom. It is used by one goroutine.
type Rows struct {
	book    *Book
	part    string
	src     io.ReadCloser
	ahead   *window.Ahead
	win     *window.Window
	texts   texts
	width   int
	falling falling
	from    int // rows before that are passed over
	// above: only the rows up to that number, and the one behind them whatever is in it; what stands behind the rows is left
	// in the window.
	above bool
	until int

	row    Row
	raw    []byte
	last   int // number of the row before
	state  sheetState
	passed int // rows, for the look at the context
	err    error
}

type sheetState uint8

const (
	before  sheetState = iota // the rows
	inRows                    //
	behind                    // them
	wasting                   // a row that is too long
)

// Rows opens a sheet. Of each row, from number from on, the first columns are read, up to width; merged are its merged cells as Survey found
// them, and shared its texts, which outlive it. Whoever gets it closes it.
func (b *Book) Rows(s Sheet, shared *Strings, merged []Rect, from, width int) (*Rows, error) {
	r, err := b.openRows(s, shared)
	if err != nil {
		return nil, err
	}
	r.width, r.from = min(width, maxColumns), from
	r.falling = newFalling(merged, r.width)
	return r, nil
}

func (b *Book) openRows(s Sheet, shared texts) (*Rows, error) {
	src, err := b.parts.open(s.part, maxSheet)
	if err != nil {
		return nil, err
	}
	ahead := window.NewAhead(src)
	return &Rows{book: b, part: s.part, src: src, ahead: ahead, win: window.New(ahead, maxRow), texts: shared, width: maxColumns}, nil
}

// Close frees what is held; it may be called twice.
func (r *Rows) Close() {
	r.ahead.Close()
	r.src.Close()
}

// Next is the next row that is not blank, or io.EOF when the whole part was read.
func (r *Rows) Next(ctx context.Context) (*Row, error) {
	for r.err == nil {
		if r.passed++; r.passed%256 == 0 && ctx.Err() != nil {
			r.err = ctx.Err()
			break
		}
		row, err := r.step()
		if err != nil {
			r.err = err
			break
		}
		if row != nil {
			return row, nil
		}
	}
	return nil, r.err
}

// step passes over one piece of the sheet, and returns a row if it was one to be read.
func (r *Rows) step() (*Row, error) {
	switch {
	case r.state == wasting:
		return nil, r.waste()
	case r.state == behind && r.above:
		return nil, io.EOF
	}
	n, ok, err := r.parse(r.win.Bytes())
	if err != nil {
		return nil, r.fault(err)
	}
	if !ok {
		return r.more()
	}
	r.win.Drop(n)
	if r.row.Number == 0 {
		return nil, nil
	}
	return r.finish()
}

// finish judges the row that was parsed as a whole.
func (r *Rows) finish() (*Row, error) {
	row := &r.row
	if r.above && row.Number > r.until {
		return row, nil
	}
	if !r.above {
		row.widen(r.width)
	}
	if row.Number < r.from || row.Rule == "" && row.blank() {
		if row.Number < r.from {
			r.falling.apply(row) // what begins above may reach below
		}
		return nil, nil
	}
	r.falling.apply(row)
	return row, nil
}

// more waits for the rest of what is in hand.
func (r *Rows) more() (*Row, error) {
	err := r.win.More()
	switch {
	case err == window.ErrFull && r.state == inRows && r.row.Number > 0:
		r.state, r.last = wasting, r.row.Number
		r.row.reset()
		r.row.refuse(connectors.RuleCellTooLarge, -1)
		return r.finish()
	case err == window.ErrFull:
		return nil, tooLarge(r.part, maxRow)
	case err == io.EOF && r.state == behind:
		return nil, io.EOF
	case err == io.EOF:
		return nil, r.fault(io.ErrUnexpectedEOF)
	}
	return nil, err
}

// waste passes over the rest of a row that is too long.
func (r *Rows) waste() error {
	b := r.win.Bytes()
	for i := 0; ; {
		k := bytes.Index(b[i:], []byte("</"))
		if k < 0 {
			r.win.Drop(max(0, len(b)-1))
			break
		}
		t, end, ok := readTag(b, i+k)
		if !ok {
			r.win.Drop(i + k)
			break
		}
		if t.ends("row") {
			r.win.Drop(end)
			r.state = inRows
			return nil
		}
		i = end
	}
	err := r.win.More()
	if err == io.EOF || err == window.ErrFull {
		return r.fault(io.ErrUnexpectedEOF)
	}
	return err
}

// fault names the part in an error.
func (r *Rows) fault(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	return damaged(r.part, err)
}

// parse reads the next piece of XML in b: a whole row, or markup outside of rows, after which the row has the number 0. ok is
// false where b ends before it does.
func (r *Rows) parse(b []byte) (n int, ok bool, err error) {
	r.row.Number = 0
	k := indexTag(b)
	if k < 0 {
		if r.state == behind && len(b) > 0 {
			return len(b), true, nil
		}
		return 0, false, nil
	}
	t, end, ok := readTag(b, k)
	switch {
	case !ok:
		return 0, false, nil
	case t.form == doctype:
		return 0, false, errDoctype()
	case r.state == before && t.is("sheetData"):
		if r.state = inRows; t.form == single {
			r.state = behind
		}
	case r.state == inRows && t.ends("sheetData"):
		r.state = behind
	case r.state == inRows && t.is("row"):
		return r.parseRow(b, end, &t)
	}
	return end, true, nil
}

func errRowOrder() error { return because("行的次序不对", "its rows are not in order") }

// parseRow reads the row whose opening tag t ends at i.
func (r *Rows) parseRow(b []byte, i int, t *tag) (n int, ok bool, err error) {
	number := r.last + 1
	if v := t.attr("r"); v != nil {
		if number, ok = parseRow(v); !ok {
			return 0, false, errRef()
		}
	}
	if number <= r.last || number > maxRows {
		return 0, false, errRowOrder()
	}
	r.row.Number = number
	r.row.reset()
	if t.form == opening {
		if i, ok, err = r.cells(b, i); !ok || err != nil {
			return 0, false, err
		}
	}
	r.last = number
	return i, true, nil
}

// cells reads the cells of a row up to its closing tag.
func (r *Rows) cells(b []byte, i int) (end int, ok bool, err error) {
	next := 0
	for {
		k := indexTag(b[i:])
		if k < 0 {
			return 0, false, nil
		}
		t, end, ok := readTag(b, i+k)
		if !ok {
			return 0, false, nil
		}
		i = end
		switch {
		case t.form == closing:
			if string(t.name) != "row" {
				return 0, false, errNested()
			}
			return i, true, nil
		case t.form == doctype:
			return 0, false, errDoctype()
		case t.is("c"):
			h, err := cellHead(&t, next)
			if err != nil {
				return 0, false, err
			}
			if h.column < next || h.column >= maxColumns {
				return 0, false, errOrder()
			}
			next = h.column + 1
			switch {
			case t.form == single:
			case h.column >= r.width || len(r.row.Text) > maxRow:
				i, ok = skip(b, i, &t)
			default:
				i, ok, err = r.cell(b, i, h)
			}
			if !ok || err != nil {
				return 0, false, err
			}
			if len(r.row.Text) > maxRow {
				r.row.refuse(connectors.RuleCellTooLarge, h.column)
			}
		case t.form == opening:
			if i, ok = skip(b, i, &t); !ok {
				return 0, false, nil
			}
		}
	}
}

// indexTag is where the next tag begins; −1 for none.
func indexTag(b []byte) int {
	if len(b) > 0 && b[0] == '<' {
		return 0
	}
	return bytes.IndexByte(b, '<')
}
