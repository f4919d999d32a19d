package file

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"creditsync/connectors/file/xlsx"
	"creditsync/internal/fault"
)

// workbook is a workbook of which some sheets are read, one after another. It implements content.
type workbook struct {
	names      []string
	sheets     []chosenSheet
	answers    bool
	mayBeEmpty bool
	says       fault.Text
}

// chosenSheet is a sheet that is read.
type chosenSheet struct {
	sheet  xlsx.Sheet
	merges []xlsx.Rect
	first  int   // number of its first data row
	pick   []int // by column of the table: the column of the sheet
	width  int   // columns of the sheet up to the last one that is read
}

func (w *workbook) columns() []string { return w.names }
func (w *workbook) receipt() bool     { return w.answers }
func (w *workbook) note() fault.Text  { return w.says }

func (w *workbook) empty(name string) error {
	if w.mayBeEmpty {
		return nil
	}
	return onlySheetHeader(name, w.sheets[0].sheet.Name, w.sheets[0].first-1)
}

// workbook looks at the sheets of a workbook.
func (l *look) workbook(ctx context.Context, o origin) (content, error) {
	b, err := o.blob(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer b.close()
	book, err := xlsx.Open(ctx, b, b.size)
	if err != nil {
		return nil, bookFault(o, b, err)
	}
	w, err := l.sheets(ctx, o.name, book)
	if err != nil {
		return nil, bookFault(o, b, err)
	}
	return w, nil
}

// open implements content.
func (w *workbook) open(ctx context.Context, in *input, _ charset) (rowSource, error) {
	b, err := in.blob(ctx, in.meter)
	if err != nil {
		return nil, err
	}
	r := &bookRows{in: in, book: w, blob: b}
	if err := r.start(ctx); err != nil {
		r.close()
		return nil, bookFault(in.origin, b, err)
	}
	return r, nil
}

// bookRows are the rows of the chosen sheets.
type bookRows struct {
	in     *input
	book   *workbook
	blob   *blob
	xlsx   *xlsx.Book
	shared *xlsx.Strings
	at     int // the sheet that is read
	rows   *xlsx.Rows
	place  string
	cells  []span
}

// start opens the workbook and reads its shared texts.
func (r *bookRows) start(ctx context.Context) (err error) {
	if len(r.book.sheets) == 0 {
		return nil
	}
	if r.xlsx, err = xlsx.Open(ctx, r.blob, r.blob.size); err != nil {
		return err
	}
	r.shared, err = r.xlsx.Strings(ctx, -1)
	return err
}

// next implements rowSource.
func (r *bookRows) next(ctx context.Context) (record, error) {
	for ; r.at < len(r.book.sheets); r.at++ {
		s := &r.book.sheets[r.at]
		if r.rows == nil {
			rows, err := r.xlsx.Rows(s.sheet, r.shared, s.merges, s.first, s.width)
			if err != nil {
				return record{}, bookFault(r.in.origin, r.blob, err)
			}
			r.rows, r.place = rows, r.in.name+"["+s.sheet.Name+"]:"
		}
		row, err := r.rows.Next(ctx)
		if err == nil {
			return r.record(row, s), nil
		}
		if err != io.EOF {
			return record{}, bookFault(r.in.origin, r.blob, err)
		}
		r.rows.Close()
		r.rows = nil
	}
	if err := r.blob.stored.unchanged(); err != nil {
		return record{}, err
	}
	return record{}, io.EOF
}

// record picks the columns of the table out of a row of a sheet.
func (r *bookRows) record(row *xlsx.Row, s *chosenSheet) record {
	r.cells = r.cells[:0]
	for _, column := range s.pick {
		c := row.Cells[column]
		r.cells = append(r.cells, span{Lo: c.Lo, Hi: c.Hi})
	}
	return record{bytes: row.Text, cells: r.cells, place: r.place, line: row.Number, rule: row.Rule}
}

func (r *bookRows) close() {
	if r.rows != nil {
		r.rows.Close()
	}
	if r.shared != nil {
		r.shared.Close()
	}
	r.blob.close()
}

// bookFault names the workbook in an error of its reading, unless the file changed below it.
func bookFault(o origin, b *blob, err error) error {
	var e *xlsx.Error
	if !errors.As(err, &e) {
		return err
	}
	if c := b.stored.unchanged(); c != nil {
		return c
	}
	return brokenWorkbook(o.name, e)
}

// sheets chooses the sheets that are read and lays out their columns.
func (l *look) sheets(ctx context.Context, name string, book *xlsx.Book) (*workbook, error) {
	picked, err := l.pickSheets(name, book)
	if err != nil {
		return nil, err
	}
	var with []*candidateSheet
	var left []string
	rows := 0
	for _, i := range picked {
		s, err := book.Survey(ctx, book.Sheets[i], max(headLines, l.s.o.HeaderRow)+afterHead)
		if err != nil {
			return nil, err
		}
		rows += len(s.Lines)
		c, err := l.headOf(name, book.Sheets[i], s)
		if err != nil {
			return nil, err
		}
		if c == nil {
			if len(s.Lines) > 0 {
				left = append(left, book.Sheets[i].Name)
			}
			continue
		}
		with = append(with, c)
	}
	var hidden []string
	for i, s := range book.Sheets {
		if s.Hidden && !slices.Contains(picked, i) {
			hidden = append(hidden, s.Name)
		}
	}
	w := &workbook{mayBeEmpty: l.s.o.AllowEmpty}
	switch {
	case rows == 0 && l.s.o.AllowEmpty:
		return w, nil
	case rows == 0:
		return nil, emptyBook(name)
	case len(with) == 0 && l.s.o.HeaderRow > 0:
		return nil, headerRowMissing(name, l.s.o.HeaderRow)
	case len(with) == 0, l.s.o.Sheet != "" && len(left) > 0:
		return nil, noSheetHeader(name, left, hidden, headLines)
	}
	if err := w.choose(name, with, l.s.o.Sheet != "", &left); err != nil {
		return nil, err
	}
	want := strings.TrimSpace(l.want.Receipt)
	w.answers = want != "" && slices.Contains(w.names, want)
	if len(book.Sheets) > 1 {
		w.says = sheetsNote(w.sheets, left, hidden)
	}
	return w, nil
}
