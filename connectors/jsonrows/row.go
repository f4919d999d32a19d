package jsonrows

import (
	"creditsync/connectors"
	"creditsync/connectors/columns"
)

// Cell is where a cell's text stands in its row's; Lo is negative where the object has no such value, or null.
type Cell struct{ Lo, Hi int32 }

const (
	missing = -1
	null    = -2
)

// Row is the values of one object, by the columns of its shape.
type Row struct {
	Text  []byte
	Cells []Cell
	Rule  string // one of connectors' rules that the row breaks; "" for none
}

// Cell is the text of a column.
func (r *Row) Cell(column int) []byte {
	if c := r.Cells[column]; c.Lo >= 0 {
		return r.Text[c.Lo:c.Hi]
	}
	return nil
}

func (r *Row) reset(width int) {
	r.Text, r.Cells, r.Rule = r.Text[:0], r.Cells[:0], ""
	for range width {
		r.Cells = append(r.Cells, Cell{missing, missing})
	}
}

// refuse keeps the first reason.
func (r *Row) refuse(rule string) {
	if r.Rule == "" {
		r.Rule = rule
	}
}

// put gives a column the text from from on, or null.
func (r *Row) put(column, from int, isNull bool) {
	if r.Cells[column].Lo != missing {
		r.refuse(connectors.RuleDoubleKey)
		return
	}
	if isNull {
		r.Cells[column] = Cell{null, null}
		return
	}
	text := r.Text[from:]
	r.Cells[column] = Cell{int32(from), int32(len(r.Text))}
	if rule := columns.Flaw(text); rule != "" {
		r.refuse(rule)
	}
}
