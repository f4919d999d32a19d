package show

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"creditsync/internal/fault"
)

// Printer says for whom something is written. The zero value writes English without colours in UTC.
type Printer struct {
	Lang  fault.Language
	Color bool
	// Zone is that of the times people read.
	Zone *time.Location
	// Program is how the user calls this program ("creditsync -c other.yaml"), for the commands that outputs suggest.
	Program string
	// Width is how many columns the terminal has; 0 where there is none, which wraps nothing.
	Width int
}

// say picks the sentence of the printer's language.
func (p Printer) say(zh, en string) string { return fault.Text{ZH: zh, EN: en}.In(p.Lang) }

// sayf formats the sentence of the printer's language; both take the same arguments.
func (p Printer) sayf(zh, en string, args ...any) string { return fault.T(zh, en, args...).In(p.Lang) }

// join lists things in a sentence.
func (p Printer) join(list []string) string { return strings.Join(list, p.say("、", ", ")) }

// command is a command line that the user can copy.
func (p Printer) command(words string) string {
	program := p.Program
	if program == "" {
		program = "creditsync"
	}
	return program + " " + words
}

// suggest adds a line with a command that the user can copy.
func (g *page) suggest(indent, zh, en, words string) {
	g.line("%s%s%s", indent, g.say(zh, en), g.command(words))
}

// at is a moment as people read it.
func (p Printer) at(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	if p.Zone != nil {
		t = t.In(p.Zone)
	} else {
		t = t.UTC()
	}
	return t.Format("2006-01-02 15:04:05")
}

// The colours of a terminal (ECMA-48 SGR).
const (
	bold   = "1"
	faint  = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// paint colours s for a terminal.
func (p Printer) paint(sgr, s string) string {
	if !p.Color || s == "" {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// page is a text in the making.
type page struct {
	Printer
	bytes.Buffer
}

func (p Printer) page() *page { return &page{Printer: p} }

// line adds a line.
func (g *page) line(format string, args ...any) {
	fmt.Fprintf(g, format, args...)
	g.WriteByte('\n')
}

// blank adds an empty line, unless the page is empty or ends with one.
func (g *page) blank() {
	if b := g.Bytes(); len(b) > 0 && !bytes.HasSuffix(b, []byte("\n\n")) {
		g.WriteByte('\n')
	}
}
