package workbook

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// sheet writes the rows of a sheet and what stands behind them.
func (p *pen) sheet(to io.Writer, s Sheet) {
	w := bufio.NewWriterSize(to, 256<<10)
	x := p.book.Prefix
	ns := `xmlns="` + p.ns + `"`
	if x != "" {
		ns = "xmlns:" + strings.TrimSuffix(x, ":") + `="` + p.ns + `"`
	}
	p.print(w, xml.Header, "<", x, "worksheet ", ns, "><", x, "sheetData>")
	row := 0
	for cells := range s.Rows {
		row++
		no := strconv.Itoa(row)
		p.print(w, "<", x, `row r="`, no, `">`)
		for i, c := range cells {
			if c != (Cell{}) {
				p.cell(w, c, Column(i)+no)
			}
		}
		p.print(w, "</", x, "row>")
	}
	p.print(w, "</", x, "sheetData>")
	if len(s.Merges) > 0 {
		p.print(w, "<", x, `mergeCells count="`, strconv.Itoa(len(s.Merges)), `">`)
		for _, m := range s.Merges {
			p.print(w, "<", x, `mergeCell ref="`, m, `"/>`)
		}
		p.print(w, "</", x, "mergeCells>")
	}
	p.print(w, "</", x, "worksheet>")
	if err := w.Flush(); err != nil && p.err == nil {
		p.err = err
	}
}

// cell writes one cell.
func (p *pen) cell(w io.Writer, c Cell, at string) {
	x := p.book.Prefix
	if c.Raw != "" {
		p.print(w, fmt.Sprintf(c.Raw, at))
		return
	}
	p.print(w, "<", x, `c r="`, at, `"`)
	if c.Style > 0 {
		p.print(w, ` s="`, strconv.Itoa(c.Style), `"`)
	}
	switch {
	case c.Type == "s" && p.book.Shared:
		p.print(w, ` t="s"><`, x, "v>", strconv.Itoa(p.text(c)), "</", x, "v></", x, "c>")
	case c.Type == "s":
		p.print(w, ` t="inlineStr"><`, x, "is>", p.rich(c), "</", x, "is></", x, "c>")
	case c.Type == "n":
		p.print(w, "><", x, "v>", escape(c.Value), "</", x, "v></", x, "c>")
	default:
		p.print(w, ` t="`, c.Type, `"><`, x, "v>", escape(c.Value), "</", x, "v></", x, "c>")
	}
}

func (p *pen) rich(c Cell) string {
	if c.Rich != "" {
		return c.Rich
	}
	x := p.book.Prefix
	return "<" + x + `t xml:space="preserve">` + escape(c.Value) + "</" + x + "t>"
}

// text is the number of a shared text.
func (p *pen) text(c Cell) int {
	t := p.rich(c)
	n, known := p.index[t]
	if !known {
		n = len(p.texts)
		p.index[t] = n
		p.texts = append(p.texts, t)
	}
	return n
}

// shared writes the table of shared texts.
func (p *pen) shared(to io.Writer) {
	w := bufio.NewWriterSize(to, 256<<10)
	x := p.book.Prefix
	ns := `xmlns="` + p.ns + `"`
	if x != "" {
		ns = "xmlns:" + strings.TrimSuffix(x, ":") + `="` + p.ns + `"`
	}
	p.print(w, xml.Header, "<", x, "sst ", ns, ` uniqueCount="`, strconv.Itoa(len(p.texts)), `">`)
	for _, t := range p.texts {
		p.print(w, "<", x, "si>", t, "</", x, "si>")
	}
	p.print(w, "</", x, "sst>")
	if err := w.Flush(); err != nil && p.err == nil {
		p.err = err
	}
}

// Column is the name of a column, from 0 on: A, B, … AA.
func Column(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return Column(i/26-1) + string(rune('A'+i%26))
}

// escape writes a text as XML; line breaks other than LF, which XML would change, as Excel does.
func escape(s string) string {
	if !strings.ContainsAny(s, "<>&\"\r\t\n_") {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\r':
			b.WriteString("_x000D_")
		case r == '_' && strings.HasPrefix(s[i:], "_x"):
			b.WriteString("_x005F_")
		default:
			_ = xml.EscapeText(&b, []byte(string(r)))
		}
	}
	return b.String()
}
