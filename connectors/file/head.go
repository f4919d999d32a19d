package file

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"creditsync/connectors"
)

const (
	headLines  = 20        // a header stands among the first that many lines
	headWindow = 256 << 10 // and within that many bytes of text
)

// line is one record at the beginning of a file.
type line struct {
	cells []string
	no    int // counted from 1
	end   int // length of the text up to the record after it
	next  int // on which line that stands
}

// candidate is a line that may be the header.
type candidate struct {
	line
	delim byte
	hits  int
	half  bool // at least half of its cells are known
}

// findHead finds the header in the beginning of a file and says what is wrong with it. eof: text is the whole file.
func findHead(name string, text []byte, eof bool, o Options, want connectors.Request) (layout, error) {
	if eof && blankText(text) {
		if o.AllowEmpty {
			return layout{mayBeEmpty: true}, nil
		}
		return layout{}, emptyFile(name)
	}
	best, seen := candidate{}, 0
	for _, d := range o.delimiters(name) {
		for _, l := range readLines(text, eof, d, max(headLines, o.HeaderRow)) {
			if o.HeaderRow > 0 && l.no != o.HeaderRow {
				continue
			}
			seen = max(seen, l.no)
			if c := judgeLine(l, d, want.Match); better(c, best) {
				best = c
			}
		}
	}
	switch {
	case best.cells == nil && o.HeaderRow > 0:
		return layout{}, headerRowMissing(name, o.HeaderRow)
	case best.cells == nil, best.hits == 0 && o.HeaderRow == 0:
		return layout{}, noHeader(name, min(headLines, max(seen, 1)))
	}
	return layOut(name, best, text[best.end:], eof, o, want)
}

// better reports whether c is more likely to be the header than best, which was found earlier.
func better(c, best candidate) bool {
	switch {
	case best.cells == nil || c.hits != best.hits:
		return best.cells == nil || c.hits > best.hits
	case c.half != best.half:
		return c.half
	case c.no != best.no:
		return c.no < best.no
	}
	return c.hits == 0 && len(c.cells) > len(best.cells) // the declared line, none of it known: the delimiter that cuts it
}

func judgeLine(l line, delim byte, match func([]string) int) candidate {
	filled := 0
	for _, c := range l.cells {
		if c != "" {
			filled++
		}
	}
	c := candidate{line: l, delim: delim, hits: filled}
	if match != nil {
		c.hits = match(l.cells)
	}
	c.half = 2*c.hits >= filled
	return c
}

// layOut makes the layout of a header, looking at what follows it.
func layOut(name string, h candidate, rest []byte, eof bool, o Options, want connectors.Request) (layout, error) {
	after := readLines(rest, eof, h.delim, -1)
	if len(after) > 0 && sameCells(after[0].cells, h.cells) {
		return layout{}, doubledHeader(name, h.no, h.next+after[0].no-1)
	}
	l := layout{delim: h.delim, names: h.cells, width: len(h.cells), start: h.end, line: h.next, header: h.no, mayBeEmpty: o.AllowEmpty}
	width := len(h.cells)
	for width > 0 && h.cells[width-1] == "" && !anyFilled(after, width-1) {
		width--
	}
	l.names = l.names[:width]
	at := map[string]int{}
	for i, n := range l.names {
		if n == "" {
			n = fmt.Sprintf("列%d", i+1)
			l.names[i] = n
		} else {
			l.named = i + 1
		}
		if first, twice := at[n]; twice {
			return layout{}, doubleColumn(name, h.no, n, first+1, i+1)
		}
		at[n] = i
		l.answers = l.answers || want.Receipt != "" && n == strings.TrimSpace(want.Receipt)
	}
	if eof && !o.AllowEmpty && blankText(rest) {
		return layout{}, onlyHeader(name, h.no)
	}
	return l, nil
}

// readLines reads up to the record that starts after line number most, or all of them, without the blank ones. A record
// that is not complete at the end of text is left out.
func readLines(text []byte, eof bool, delim byte, most int) []line {
	var lines []line
	s := scanner{delim: delim}
	no := 1
	for pos := 0; pos < len(text) && (most < 0 || no <= most); {
		s.reset()
		n, ok := s.scan(text[pos:], eof)
		if !ok {
			break
		}
		rec := record{bytes: append([]byte(nil), text[pos:pos+n]...)}
		s.untangle(rec.bytes)
		rec.cells = s.cells
		pos += n
		next := no + 1 + s.breaks
		if !blankRecord(rec) {
			l := line{no: no, end: pos, next: next, cells: make([]string, len(s.cells))}
			for i, c := range s.cells {
				l.cells[i] = trimName(string(rec.bytes[c.Lo:c.Hi]))
			}
			lines = append(lines, l)
		}
		no = next
	}
	return lines
}

// trimName takes off what stands around a column's name: white space of every kind, marks of no width, quotes.
func trimName(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == '"' || r == '\'' || r == '\uFEFF' || r == '\u200B'
	})
}

// blankText reports whether text is nothing but blank rows, whatever their delimiter.
func blankText(text []byte) bool {
	return len(bytes.Trim(text, " \t\r\n\u3000\uFEFF,;|\"")) == 0
}

func sameCells(a, b []string) bool {
	for len(a) > len(b) && a[len(a)-1] == "" {
		a = a[:len(a)-1]
	}
	for len(b) > len(a) && b[len(b)-1] == "" {
		b = b[:len(b)-1]
	}
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// anyFilled reports whether one of the lines has something in column i.
func anyFilled(lines []line, i int) bool {
	for _, l := range lines {
		if i < len(l.cells) && l.cells[i] != "" {
			return true
		}
	}
	return false
}
