package main

import (
	"os"
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

func (p *page) line(s string) { _, _ = p.out.WriteString(strings.TrimRight(s, " ") + "\n") }

func (p *page) in(t fault.Text) string { return t.In(p.lang) }

// heading begins a night.
func (p *page) heading(t fault.Text) {
	s := "━━ " + p.in(t) + " "
	p.line("")
	p.line(p.paint(title, s+strings.Repeat("━", max(3, p.width-columns(s)))))
	p.line("")
}

// section begins what one of the four people sees.
func (p *page) section(t fault.Text) {
	p.line("")
	p.line(p.paint(bold, "■ "+p.in(t)))
}

// say is a paragraph of the tour's own.
func (p *page) say(t fault.Text) {
	for _, l := range wrap(p.in(t), p.width-2) {
		p.line(p.paint(cyan, "│") + " " + l)
	}
}

func (p *page) gap() { p.line("") }

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

// raw is what a program printed.
func (p *page) raw(text string) { p.line(text) }
