package file

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"creditsync/connectors/columns"
)

// span is where a cell's text stands in its record, without the quotes around it.
type span = columns.Span

// maxCells bounds a record: no table that people keep is wider.
const maxCells = 16_384

// scanner cuts records out of bytes: RFC 4180 and what Excel does beyond it. A quote opens a quoted cell only as its
// first byte and is literal elsewhere; CR LF, LF and CR all end a line; text after a closing quote belongs to the cell.
// It copies nothing and knows nothing of files. A record that is not complete is scanned on from its last cell.
type scanner struct {
	delim byte
	// Of the last record: its cells, those of them that hold doubled quotes or text after a closing quote and have to be
	// unquoted, and the line breaks inside of quotes.
	cells   []span
	tangled []int32
	breaks  int
	torn    bool // a quoted cell over a line break has text after its closing quote
	// Of a record that is not complete: where its last cell starts, and why more bytes will not help.
	at   int
	open bool // that cell is quoted and has no closing quote yet
	wide bool // it has more than maxCells cells
}

// reset forgets the last record.
func (s *scanner) reset() {
	s.cells, s.tangled = s.cells[:0], s.tangled[:0]
	s.breaks, s.at, s.torn, s.open, s.wide = 0, 0, false, false, false
}

// scan reads the record at the beginning of b, which is not empty, and returns its length with its line break. When b may
// go on after its end (not eof) and the record does too, ok is false: call it again with more of the same record.
func (s *scanner) scan(b []byte, eof bool) (n int, ok bool) {
	i := s.at
	for {
		j := i
		if i < len(b) && b[i] == '"' {
			if j, ok = s.quoted(b, i, eof); !ok {
				s.at = i
				return 0, false
			}
		} else {
			j = s.end(b, i)
			if j == len(b) && !eof || j == len(b)-1 && b[j] == '\r' && !eof {
				s.at = i
				return 0, false
			}
			s.cells = append(s.cells, span{Lo: int32(i), Hi: int32(j)})
		}
		switch {
		case j == len(b):
			return j, true
		case b[j] == s.delim:
			i = j + 1
			if len(s.cells) > maxCells {
				s.at, s.wide = i, true
				return 0, false
			}
		case b[j] == '\n' || j+1 == len(b) || b[j+1] != '\n':
			return j + 1, true
		default:
			return j + 2, true
		}
	}
}

// end is where the unquoted text at b[i:] ends: at a delimiter, a line break or the end of b. Eight bytes at a time.
func (s *scanner) end(b []byte, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	delims := ones * uint64(s.delim)
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		x := w ^ delims
		// The lowest mark of either term is exact: the first byte equal to the delimiter, the first one below 14.
		m := ((x-ones) & ^x | (w-ones*14) & ^w) & highs
		if m == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(m) >> 3
		if c := b[i]; c == s.delim || c == '\n' || c == '\r' {
			return i
		}
		i++ // another control character
	}
	for ; i < len(b); i++ {
		if c := b[i]; c == s.delim || c == '\n' || c == '\r' {
			return i
		}
	}
	return i
}

// quoted reads the cell whose opening quote is b[i] and returns where what ends it stands.
func (s *scanner) quoted(b []byte, i int, eof bool) (int, bool) {
	doubled := false
	for j := i + 1; ; {
		k := bytes.IndexByte(b[j:], '"')
		if k < 0 {
			s.open = true
			return 0, false
		}
		j += k
		if j+1 == len(b) && !eof {
			s.open = true
			return 0, false
		}
		if j+1 < len(b) && b[j+1] == '"' {
			doubled = true
			j += 2
			continue
		}
		lo, hi, end := i+1, j, j+1
		if end < len(b) {
			if c := b[end]; c != s.delim && c != '\n' && c != '\r' {
				end = s.end(b, end)
				hi = end
			}
		}
		if !eof && (end == len(b) || end == len(b)-1 && b[end] == '\r') {
			s.open = false
			return 0, false
		}
		lines := lineBreaks(b[lo:j])
		if hi != j {
			s.torn = s.torn || lines > 0 && len(bytes.TrimSpace(b[j+1:hi])) > 0
			doubled = true
		}
		if doubled {
			s.tangled = append(s.tangled, int32(len(s.cells)))
		}
		s.breaks += lines
		s.open = false
		s.cells = append(s.cells, span{Lo: int32(lo), Hi: int32(hi)})
		return end, true
	}
}

// untangle unquotes the cells that need it, in place in the record's own bytes.
func (s *scanner) untangle(rec []byte) {
	for _, c := range s.tangled {
		sp := &s.cells[c]
		sp.Hi = sp.Lo + int32(unquote(rec[sp.Lo:sp.Hi]))
	}
	s.tangled = s.tangled[:0]
}

// unquote makes cell, which starts after its opening quote, what it means, and returns its new length.
func unquote(cell []byte) int {
	n, inside := 0, true
	for i := 0; i < len(cell); i++ {
		if inside && cell[i] == '"' {
			if i+1 < len(cell) && cell[i+1] == '"' {
				i++
			} else {
				inside = false
				continue
			}
		}
		cell[n] = cell[i]
		n++
	}
	return n
}

// lineBreaks counts CR LF, LF and CR as one each.
func lineBreaks(b []byte) int {
	n := bytes.Count(b, []byte{'\n'})
	for i := bytes.IndexByte(b, '\r'); i >= 0 && i < len(b); {
		if i+1 == len(b) || b[i+1] != '\n' {
			n++
		}
		k := bytes.IndexByte(b[i+1:], '\r')
		if k < 0 {
			break
		}
		i += 1 + k
	}
	return n
}
