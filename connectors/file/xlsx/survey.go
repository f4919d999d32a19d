package xlsx

import (
	"bytes"
	"context"
	"io"

	"creditsync/connectors/window"
)

// longTag is longer than a closing tag with its prefix.
const longTag = 256

// headBytes bounds the XML of the first rows that Survey looks at.
const headBytes = 1 << 20

// Survey is what one pass over a sheet shows: its first rows and its merged cells, which stand behind the rows.
type Survey struct {
	Lines  []Line
	Merges []Rect
}

// Line is one of the first rows, blank ones left out, as the cells are without regard to merged ones.
type Line struct {
	Number int
	Cells  []string
}

// Survey passes over a whole sheet, which also shows whether it is whole, and reads its first rows up to number last.
func (b *Book) Survey(ctx context.Context, s Sheet, last int) (Survey, error) {
	need := &wanted{last: -1}
	r, err := b.openRows(s, need)
	if err != nil {
		return Survey{}, err
	}
	defer r.Close()
	r.above, r.until = true, last
	var out Survey
	if err := r.head(ctx, last, &out); err != nil {
		return out, err
	}
	if out.Merges, err = r.merges(ctx); err != nil {
		return out, err
	}
	if len(out.Lines) == 0 || need.last < 0 {
		return out, nil
	}
	shared, err := b.Strings(ctx, need.last)
	if err != nil {
		return out, err
	}
	defer shared.Close()
	again, err := b.openRows(s, shared)
	if err != nil {
		return out, err
	}
	defer again.Close()
	again.above, again.until = true, last
	out.Lines = nil
	return out, again.head(ctx, last, &out)
}

// head reads the first rows.
func (r *Rows) head(ctx context.Context, last int, out *Survey) error {
	for r.win.Passed() < headBytes {
		row, err := r.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if row.Number > last {
			return nil
		}
		line := Line{Number: row.Number}
		for i, c := range row.Cells {
			if c.Hi == c.Lo {
				continue
			}
			for len(line.Cells) < i {
				line.Cells = append(line.Cells, "")
			}
			line.Cells = append(line.Cells, string(row.Cell(i)))
		}
		out.Lines = append(out.Lines, line)
	}
	return nil
}

// merges passes over the rest of the rows, unseen, and reads the merged cells behind them.
func (r *Rows) merges(ctx context.Context) ([]Rect, error) {
	for r.state != behind {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found, err := r.passRows()
		if err != nil {
			return nil, err
		}
		if found {
			r.state = behind
		}
	}
	var out []Rect
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		b := r.win.Bytes()
		k := indexTag(b)
		if k < 0 {
			r.win.Drop(len(b))
		} else if t, end, ok := readTag(b, k); ok {
			if t.is("mergeCell") {
				m, err := parseRect(t.attr("ref"))
				if err != nil || len(out) == maxMerges {
					return nil, r.fault(errRef())
				}
				out = append(out, m)
			}
			r.win.Drop(end)
			continue
		}
		switch err := r.win.More(); {
		case err == io.EOF && k >= 0:
			return nil, r.fault(io.ErrUnexpectedEOF)
		case err == io.EOF:
			return out, nil
		case err == window.ErrFull:
			return nil, tooLarge(r.part, maxRow)
		case err != nil:
			return nil, err
		}
	}
}

// passRows drops what is in hand up to the end of the rows. found: that was in it.
func (r *Rows) passRows() (found bool, err error) {
	b := r.win.Bytes()
	for i := 0; ; {
		k := bytes.Index(b[i:], []byte("sheetData"))
		if k < 0 {
			break
		}
		if from := bytes.LastIndexByte(b[:i+k], '<'); from >= 0 {
			if t, end, ok := readTag(b, from); ok && t.ends("sheetData") {
				r.win.Drop(end)
				return true, nil
			}
		}
		i += k + 1
	}
	r.win.Drop(max(0, len(b)-longTag))
	err = r.win.More()
	if err == io.EOF {
		err = r.fault(io.ErrUnexpectedEOF)
	}
	return false, err
}
