package main

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"creditsync/internal/fault"
)

// page is what the reader sees: the tour's own words stand behind a bar, what programs print stands as it is.
type page struct {
	out    *os.File
	lang   fault.Language
	width  int
	colour bool
	blank  bool // the last line was empty
}

// The widest that lines of words get, and the narrowest that is tried for.
const (
	widest    = 100
	narrowest = 60
)

func newPage(out *os.File, lang fault.Language) *page {
	p := &page{out: out, lang: lang, width: widest}
	if fd := int(out.Fd()); term.IsTerminal(fd) {
		if w, _, err := term.GetSize(fd); err == nil {
			p.width = max(narrowest, min(w, widest))
		}
		p.colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return p
}

// The colours of a terminal.
const (
	bold  = "1"
	faint = "2"
	green = "32"
	cyan  = "36"
	title = "1;36"
)

func (p *page) paint(colour, s string) string {
	if !p.colour {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}

func (p *page) line(s string) {
	p.blank = s == ""
	_, _ = p.out.WriteString(strings.TrimRight(s, " ") + "\n")
}

func (p *page) in(t fault.Text) string { return t.In(p.lang) }

// heading begins a night.
func (p *page) heading(t fault.Text) {
	s := "━━ " + p.in(t) + " "
	p.gap()
	p.line(p.paint(title, s+strings.Repeat("━", max(3, p.width-columns(s)))))
	p.gap()
}

// section begins what one of the four people sees.
func (p *page) section(t fault.Text) {
	p.gap()
	p.line(p.paint(bold, "■ "+p.in(t)))
}

// say is a paragraph of the tour's own.
func (p *page) say(t fault.Text) {
	for _, l := range wrap(p.in(t), p.width-2) {
		p.line(p.paint(cyan, "│") + " " + l)
	}
}

// gap is an empty line, unless there is one.
func (p *page) gap() {
	if !p.blank {
		p.line("")
	}
}

// command is a command line that the reader could type. note stands behind it.
func (p *page) command(s, note string) {
	if note != "" {
		note = "   " + p.paint(faint, "# "+note)
	}
	p.line(p.paint(green, "$ ") + p.paint(bold, s) + note)
}

// statement is a query.
func (p *page) statement(sql string) {
	for i, l := range strings.Split(sql, "\n") {
		prompt := "   "
		if i == 0 {
			prompt = p.paint(green, ":) ")
		}
		p.line(prompt + p.paint(bold, l))
	}
}

// block is somebody else's text, a little to the right and cut at the edge.
func (p *page) block(text string) {
	for _, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		p.line("    " + cut(l, p.width-4))
	}
}

// rows are aligned cells; the last column is cut at the edge.
func (p *page) rows(table [][]string) {
	widths := map[int]int{}
	for _, row := range table {
		for i, cell := range row {
			widths[i] = max(widths[i], columns(cell))
		}
	}
	for _, row := range table {
		line := ""
		for i, cell := range row {
			line += pad(cell, widths[i]+2)
		}
		p.line(p.paint(cyan, "│") + " " + cut(strings.TrimRight(line, " "), p.width-2))
	}
}

// number has a comma between thousands.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// raw is what a program printed.
func (p *page) raw(text string) { p.line(text) }
