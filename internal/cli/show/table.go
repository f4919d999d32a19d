package show

import "strings"

// align is the side on which a column's cells stand.
type align bool

const (
	left  align = false
	right align = true
)

// table is aligned text; cells may have colours, and Chinese takes two columns a character.
type table struct {
	head  []string
	align []align
	rows  [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// write adds the table to the page, every line indented. The last column is never filled up. On a terminal a last
// column of text is broken to fit, aligned under itself.
func (t *table) write(g *page, indent string) {
	all := t.rows
	if t.head != nil {
		all = append([][]string{t.head}, t.rows...)
	}
	var widths []int
	for _, row := range all {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(c))
		}
	}
	for n, row := range all {
		t.writeRow(g, indent, row, widths, t.head != nil && n == 0)
	}
}

const gap = "  "

func (t *table) writeRow(g *page, indent string, row []string, widths []int, head bool) {
	var b strings.Builder
	b.WriteString(indent)
	for i, c := range row {
		last := i == len(row)-1
		if i > 0 {
			b.WriteString(gap)
		}
		cell := c
		if head {
			cell = g.paint(faint, c)
		}
		switch {
		case t.side(i) == right:
			b.WriteString(padLeft(cell, widths[i]))
		case !last:
			b.WriteString(pad(cell, widths[i]))
		default:
			b.WriteString(g.hang(cell, columns(b.String())))
		}
	}
	g.line("%s", strings.TrimRight(b.String(), " "))
}

func (t *table) side(i int) align {
	if i < len(t.align) {
		return t.align[i]
	}
	return left
}

// hang breaks s, which begins in column at, into lines that fit the terminal and stand under one another.
func (p Printer) hang(s string, at int) string {
	const narrowest = 20
	if p.Width-at < narrowest || strings.ContainsRune(s, 0x1b) {
		return s
	}
	return strings.Join(wrap(s, p.Width-at), "\n"+strings.Repeat(" ", at))
}
