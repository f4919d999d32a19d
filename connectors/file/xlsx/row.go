package xlsx

import (
	"bytes"

	"creditsync/connectors"
	"creditsync/connectors/columns"
)

// Cell is where a cell's text stands in its row's.
type Cell struct{ Lo, Hi int32 }

// Row is one row that is not blank, valid until the next one is asked for.
type Row struct {
	Number int // from 1
	Text   []byte
	Cells  []Cell // of the first columns of the sheet, as many as were asked for
	Rule   string // one of connectors' rules that the row breaks; "" for none
	bad    int    // the column of the cell that breaks it
}

// Cell is the text of a column; empty beyond the last one.
func (r *Row) Cell(column int) []byte {
	if column >= len(r.Cells) {
		return nil
	}
	c := r.Cells[column]
	return r.Text[c.Lo:c.Hi]
}

func (r *Row) reset() {
	r.Text, r.Cells, r.Rule, r.bad = r.Text[:0], r.Cells[:0], "", 0
}

// widen gives the row at least so many cells.
func (r *Row) widen(width int) {
	for len(r.Cells) < width {
		r.Cells = append(r.Cells, Cell{})
	}
}

// refuse keeps the first reason.
func (r *Row) refuse(rule string, column int) {
	if r.Rule == "" {
		r.Rule, r.bad = rule, column
	}
}

// end closes the cell of a column whose text begins at from.
func (r *Row) end(column, from int) {
	text := r.Text[from:]
	r.widen(column + 1)
	r.Cells[column] = Cell{int32(from), int32(len(r.Text))}
	if len(text) > connectors.MaxCell {
		r.refuse(connectors.RuleCellTooLarge, column)
	}
}

// judge looks for what no text of a cell has.
func (r *Row) judge(column, from int) {
	if rule := columns.Flaw(r.Text[from:]); rule != "" {
		r.refuse(rule, column)
	}
}

// blank reports whether no cell has anything in it.
func (r *Row) blank() bool {
	for _, c := range r.Cells {
		if c.Hi > c.Lo && len(bytes.TrimSpace(r.Text[c.Lo:c.Hi])) > 0 {
			return false
		}
	}
	return true
}
