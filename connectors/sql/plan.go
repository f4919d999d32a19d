package sql

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"creditsync/connectors"
)

// alias is what every statement calls the table or query, so that the names of its columns are never those of what is
// selected.
const alias = "r"

// dialect is what the engines write differently.
type dialect struct {
	// quote stands around names.
	quote byte
	// literal is a value of the column as the engine reads it, exactly.
	literal func(c column, text string) string
	// absent are the rows that have no cursor, "" where there are none; present the others, "" for all.
	absent, present func(c column, id string) string
	// copy is how the rows of a SELECT are asked for.
	copy func(sel string) string
	// nullsFirst stands after the columns of a key that may be null, so that it shows on the first page.
	nullsFirst string
}

// absent is true where a column has no value, or a text that is empty.
func absent(c column, id string) string {
	switch {
	case c.kind == words:
		return "(" + id + " IS NULL OR " + id + " = '')"
	case c.nullable:
		return id + " IS NULL"
	}
	return ""
}

// present is true where absent is not.
func present(c column, id string) string {
	switch {
	case c.kind == words:
		return id + " <> ''"
	case c.nullable:
		return id + " IS NOT NULL"
	}
	return ""
}

// name quotes one name.
func (d dialect) name(s string) string {
	q := string(d.quote)
	return q + strings.ReplaceAll(s, q, q+q) + q
}

// id is a column of the table or query.
func (d dialect) id(column string) string { return alias + "." + d.name(column) }

// from is what is read.
func (d dialect) from(o Options) string {
	if o.Query != "" {
		// On lines of its own: a query may end with a comment.
		return "(\n" + trimQuery(o.Query) + "\n) AS " + alias
	}
	parts, err := splitName(o.Table)
	if err != nil {
		parts = []string{o.Table} // Validate saw to it
	}
	for i := range parts {
		parts[i] = d.name(parts[i])
	}
	return strings.Join(parts, ".") + " AS " + alias
}

func trimQuery(q string) string { return strings.TrimRight(strings.TrimSpace(q), "; \t\r\n") }

// plan is what a read asks for.
type plan struct {
	o       Options
	d       dialect
	columns []column // those that are read, in order
	key     []int    // of columns
	cursor  int      // of columns; −1 is none
	order   string   // of a table without a key
	parts   []part
}

// part is a piece of a read that a statement can ask for.
type part struct {
	where []string
	by    []int // columns that order it
	// absent is true for the rows that have no cursor.
	absent bool
}

// newPlan decides what is read of a table or query.
func newPlan(o Options, d dialect, s shape, known func(string) bool) (*plan, error) {
	p := &plan{o: o, d: d, cursor: -1}
	kept, err := keep(o, s, known)
	if err != nil {
		return nil, err
	}
	p.columns = kept.columns
	names := o.Key
	if len(names) == 0 {
		names = s.key
	}
	for _, name := range names {
		i, ok := kept.find(name)
		if !ok {
			return nil, noColumn(o, "key", name, kept.names())
		}
		p.key = append(p.key, i)
	}
	if o.Cursor != "" {
		i, ok := kept.find(o.Cursor)
		if !ok {
			return nil, noColumn(o, "cursor", o.Cursor, kept.names())
		}
		if k := p.columns[i].kind; k == unknown || k == other {
			return nil, cursorKind(o, p.columns[i])
		}
		p.cursor = i
	}
	if len(p.key) == 0 {
		if p.order = s.order; o.Page > 0 {
			return nil, pageKey(o)
		}
	}
	return p, nil
}

// keep leaves out columns that are no text. One that feeds a field is a mistake that a person must know of.
func keep(o Options, s shape, known func(string) bool) (shape, error) {
	var out shape
	for _, c := range s.columns {
		if _, twice := out.find(c.name); twice {
			return out, doubleColumn(o, c.name)
		}
		if c.kind != binary {
			out.columns = append(out.columns, c)
			continue
		}
		if known(c.name) || c.name == o.Cursor || slices.Contains(o.Key, c.name) {
			return out, binaryColumn(o, c.name)
		}
	}
	if len(out.columns) == 0 {
		return out, noColumns(o)
	}
	return out, nil
}

// ask asks for everything: the rows without a cursor first, then the others from low on and before high.
func (p *plan) ask(b bounds, w connectors.Window) {
	if p.cursor < 0 {
		p.parts = []part{{by: p.key}}
		return
	}
	c := p.columns[p.cursor]
	id := p.d.id(c.name)
	by := append([]int{p.cursor}, slices.DeleteFunc(slices.Clone(p.key), func(k int) bool { return k == p.cursor })...)
	if absent := p.d.absent(c, id); absent != "" && w.Whole() {
		p.parts = append(p.parts, part{where: []string{absent}, by: p.key, absent: true})
	}
	var where []string
	if present := p.d.present(c, id); present != "" {
		where = append(where, present)
	}
	if b.low != nil {
		where = append(where, id+" >= "+p.d.literal(c, b.low.text))
	}
	if b.high != nil {
		where = append(where, id+" < "+p.d.literal(c, b.high.text))
	}
	p.parts = append(p.parts, part{where: where, by: by})
}

// statement asks for the rows of a part after the row whose ordering cells are given; nil is from its beginning.
func (p *plan) statement(n int, after []string, rows int) string {
	q := p.parts[n]
	var b strings.Builder
	b.WriteString("SELECT ")
	for i, c := range p.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		if c.expr == "" {
			b.WriteString(p.d.id(c.name))
			continue
		}
		b.WriteString(c.expr + " AS " + p.d.name(c.name))
	}
	b.WriteString(" FROM " + p.d.from(p.o))
	where := slices.Clone(q.where)
	if after != nil {
		where = append(where, p.beyond(q.by, after))
	}
	if len(where) > 0 {
		b.WriteString(" WHERE " + strings.Join(where, " AND "))
	}
	var order []string
	for _, c := range q.by {
		one := p.d.id(p.columns[c].name)
		if p.columns[c].nullable && c != p.cursor && p.o.Page > 0 {
			one += p.d.nullsFirst
		}
		order = append(order, one)
	}
	if p.order != "" {
		order = append(order, p.order)
	}
	if len(order) > 0 {
		b.WriteString(" ORDER BY " + strings.Join(order, ", "))
	}
	if rows > 0 {
		b.WriteString(" LIMIT " + strconv.Itoa(rows))
	}
	return p.d.copy(b.String())
}

// beyond is what comes after a row in the order of the columns, in a form that an index on them serves: the first column
// alone bounds it.
func (p *plan) beyond(by []int, after []string) string {
	c := p.columns[by[0]]
	id, value := p.d.id(c.name), p.d.literal(c, after[0])
	if len(by) == 1 {
		return id + " > " + value
	}
	return fmt.Sprintf("%[1]s >= %[2]s AND (%[1]s > %[2]s OR %[3]s)", id, value, p.beyond(by[1:], after[1:]))
}
