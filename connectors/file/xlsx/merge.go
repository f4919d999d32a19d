package xlsx

import (
	"bytes"
	"cmp"
	"slices"
)

// Limits of a sheet (ECMA-376 has none; these are those of the programs).
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
	// maxMerges bounds the merged cells that are kept in mind.
	maxMerges = 1 << 20
)

// Rect is a merged cell: its rows, from 1 on, and its columns, from 0 on, both ends included.
type Rect struct{ Top, Bottom, Left, Right int32 }

// parseRef reads a cell's place, B5: its column from 0 and its row from 1 on.
func parseRef(b []byte) (column, row int, ok bool) {
	i := 0
	for ; i < len(b) && i < 4; i++ {
		c := b[i] &^ 0x20
		if c-'A' > 25 {
			break
		}
		column = column*26 + int(c-'A') + 1
	}
	if i == 0 || i == len(b) || column > maxColumns {
		return 0, 0, false
	}
	row, ok = parseRow(b[i:])
	return column - 1, row, ok
}

// parseRow reads a row's number.
func parseRow(b []byte) (row int, ok bool) {
	for _, c := range b {
		if c-'0' > 9 || row > maxRows {
			return 0, false
		}
		row = row*10 + int(c-'0')
	}
	return row, row > 0 && row <= maxRows
}

func errRef() error { return because("有单元格的位置写错了", "the place of a cell is none") }

// parseRect reads B5:C7.
func parseRect(b []byte) (Rect, error) {
	from, to, both := bytes.Cut(b, []byte(":"))
	if !both {
		to = from
	}
	left, top, ok1 := parseRef(from)
	right, bottom, ok2 := parseRef(to)
	if !ok1 || !ok2 || right < left || bottom < top {
		return Rect{}, errRef()
	}
	return Rect{Top: int32(top), Bottom: int32(bottom), Left: int32(left), Right: int32(right)}, nil
}

// falling gives the value of a cell that is merged from top to bottom to each of its rows.
type falling struct {
	list   []Rect // by their tops
	at     int    // the next of them
	active []fallen
}

// fallen is a merged cell whose first row has passed.
type fallen struct {
	column, bottom int
	text           []byte
	rule           string // what its first cell was refused for
}

// newFalling keeps those of the merged cells that span rows and begin in the first columns.
func newFalling(merges []Rect, width int) falling {
	var f falling
	for _, m := range merges {
		if m.Bottom > m.Top && int(m.Left) < width {
			f.list = append(f.list, m)
		}
	}
	slices.SortStableFunc(f.list, func(a, b Rect) int { return cmp.Compare(a.Top, b.Top) })
	return f
}

// apply lets values fall into a row that is not blank, and remembers those that begin in it.
func (f *falling) apply(r *Row) {
	if f.at == len(f.list) && len(f.active) == 0 {
		return
	}
	f.pass(r.Number)
	for i := range f.active {
		a := &f.active[i]
		from := len(r.Text)
		r.Text = append(r.Text, a.text...)
		r.Cells[a.column] = Cell{int32(from), int32(len(r.Text))}
		if a.rule != "" && r.Rule == "" {
			r.Rule = a.rule
		}
	}
	for ; f.at < len(f.list) && int(f.list[f.at].Top) == r.Number; f.at++ {
		m := f.list[f.at]
		one := fallen{column: int(m.Left), bottom: int(m.Bottom), text: bytes.Clone(r.Cell(int(m.Left)))}
		if r.Rule != "" && r.bad == one.column {
			one.rule = r.Rule
		}
		f.add(one)
	}
}

// add keeps one fallen cell a column: cells that overlap are damage, and their number must not matter.
func (f *falling) add(one fallen) {
	for i := range f.active {
		if f.active[i].column == one.column {
			f.active[i] = one
			return
		}
	}
	f.active = append(f.active, one)
}

// pass moves on to a row: what ended before it is forgotten, and what began in a blank row has no value.
func (f *falling) pass(row int) {
	f.active = slices.DeleteFunc(f.active, func(a fallen) bool { return a.bottom < row })
	for ; f.at < len(f.list) && int(f.list[f.at].Top) < row; f.at++ {
		if m := f.list[f.at]; int(m.Bottom) >= row {
			f.add(fallen{column: int(m.Left), bottom: int(m.Bottom)})
		}
	}
}

// ColumnName is the name of a column, from 0 on: A, B, … AA.
func ColumnName(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return ColumnName(i/26-1) + string(rune('A'+i%26))
}
