package jsonrows

import "bytes"

// scan finds the end of a value that comes in pieces, without looking at what is in it.
type scan struct {
	depth   int
	text    bool // inside of a string
	escaped bool // behind a backslash
	bare    bool // in a number or a word, which ends before the next byte that is none of it
}

// pass looks at b and returns how much of it belongs to the value, and whether the value ends there.
func (s *scan) pass(b []byte) (n int, done bool) {
	quote := -1 // the next one, so that a text full of backslashes is not searched again and again
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case s.escaped:
			s.escaped = false
		case s.text:
			if quote < i {
				if quote = bytes.IndexByte(b[i:], '"') + i; quote < i {
					quote = len(b)
				}
			}
			if e := bytes.IndexByte(b[i:quote], '\\'); e >= 0 {
				s.escaped = true
				i += e + 1
				continue
			}
			if quote == len(b) {
				return len(b), false
			}
			s.text = false
			i = quote + 1
			if s.depth == 0 {
				return i, true
			}
			continue
		case s.bare:
			if isBlank(c) || c == ',' || c == ']' || c == '}' || c == ':' {
				return i, true
			}
		case c == '"':
			s.text = true
		case c == '{' || c == '[':
			s.depth++
		case c == '}' || c == ']':
			if s.depth--; s.depth <= 0 {
				return i + 1, true
			}
		case s.depth == 0 && !isBlank(c):
			s.bare = true
		}
		i++
	}
	return len(b), false
}
