package personid

import (
	"encoding/binary"
	"math/bits"
)

// A run is a stretch of text made of digits and X in any width, with at most maxGap blanks, line ends or dashes
// between two of them. Characters without width do not count. Only a run of 15 characters or more can hold a number.
const (
	maxGap = 3
	minRun = 15
)

// joint says how a character of a run hangs on the one before it.
type joint uint8

const (
	glued joint = iota // directly
	blank              // across blanks
	dash               // across a dash
	first              // nothing before it
)

// element is one digit or X of a run.
type element struct {
	start, end int   // its bytes in the text
	v          uint8 // 0 to 9, 10 for X
	joint      joint
}

// findRun returns the next run of at least minRun characters at or after i; start is -1 when there is none.
func findRun(text []byte, i int) (start, end int) {
	for {
		start = nextDigit(text, i)
		if start < 0 {
			return -1, -1
		}
		n := 0
		for end = start; ; n++ {
			e, ok := step(text, end)
			if !ok {
				break
			}
			end = e.end
		}
		if n >= minRun {
			return start, end
		}
		i = end
	}
}

// step reads the next element of the run that goes on at p; at its start, p is the first digit.
func step(text []byte, p int) (e element, ok bool) {
	gap := 0
	for p < len(text) {
		c := text[p]
		switch {
		case c-'0' <= 9:
			e.v, e.start, e.end = c-'0', p, p+1
			return e, true
		case c == 'X' || c == 'x':
			e.v, e.start, e.end = 10, p, p+1
			return e, true
		case c < 0x80:
			j := asciiJoint(c)
			if j == glued {
				return e, false
			}
			e.joint = max(e.joint, j)
			gap++
			p++
		default:
			v, j, n := wide(text[p:])
			switch {
			case n == 0:
				return e, false
			case v <= 10:
				e.v, e.start, e.end = v, p, p+n
				return e, true
			case j != glued:
				e.joint = max(e.joint, j)
				gap++
			}
			p += n
		}
		if gap > maxGap {
			return e, false
		}
	}
	return e, false
}

func asciiJoint(c byte) joint {
	switch c {
	case ' ', '\t', '\r', '\n':
		return blank
	case '-':
		return dash
	}
	return glued
}

// wide reads what does not begin with an ASCII byte: a full-width digit or X (v ≤ 10), a blank or dash (j), a
// character without width (neither), or something that ends the run (n = 0).
func wide(b []byte) (v uint8, j joint, n int) {
	const none = 255
	if len(b) >= 2 && b[0] == 0xC2 {
		switch b[1] {
		case 0xA0: // no-break space
			return none, blank, 2
		case 0xAD: // soft hyphen
			return none, glued, 2
		}
	}
	if len(b) < 3 {
		return none, glued, 0
	}
	switch c := b[2]; {
	case b[0] == 0xEF && b[1] == 0xBC:
		switch {
		case 0x90 <= c && c <= 0x99: // ０–９
			return c - 0x90, glued, 3
		case c == 0xB8: // Ｘ
			return 10, glued, 3
		case c == 0x8D: // －
			return none, dash, 3
		}
	case b[0] == 0xEF && b[1] == 0xBD && c == 0x98: // ｘ
		return 10, glued, 3
	case b[0] == 0xEF && b[1] == 0xBB && c == 0xBF, // U+FEFF
		b[0] == 0xE2 && b[1] == 0x80 && 0x8B <= c && c <= 0x8F, // U+200B–200F
		b[0] == 0xE2 && b[1] == 0x80 && 0xAA <= c && c <= 0xAE, // U+202A–202E
		b[0] == 0xE2 && b[1] == 0x81 && 0xA0 <= c && c <= 0xA9: // U+2060–2069
		return none, glued, 3
	case b[0] == 0xE3 && b[1] == 0x80 && c == 0x80, // U+3000
		b[0] == 0xE2 && b[1] == 0x80 && (c <= 0x8A || c == 0xAF): // U+2000–200A, 202F
		return none, blank, 3
	case b[0] == 0xE2 && b[1] == 0x80 && 0x90 <= c && c <= 0x95, // ‐ to ―
		b[0] == 0xE2 && b[1] == 0x88 && c == 0x92: // −
		return none, dash, 3
	}
	return none, glued, 0
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// nextDigit returns the place of the first ASCII or full-width digit at or after i, -1 when there is none. Text
// without digits is passed over eight bytes at a time.
func nextDigit(text []byte, i int) int {
	for ; i+8 <= len(text); i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		best := 8
		if w&highs != highs { // there are ASCII bytes
			x := w ^ ones*'0'
			if digits := ^((x&^highs + ones*0x76) | x) & highs; digits != 0 {
				best = bits.TrailingZeros64(digits) / 8
			}
		}
		// Full-width digits begin with EF BC; the mask may also hold a few other bytes.
		y := w ^ ones*0xEF
		for m := (y - ones) & ^y & highs; m != 0; m &= m - 1 {
			if p := bits.TrailingZeros64(m) / 8; p < best && isWideDigit(text, i+p) {
				best = p
			}
		}
		if best < 8 {
			return i + best
		}
	}
	for ; i < len(text); i++ {
		if text[i]-'0' <= 9 || isWideDigit(text, i) {
			return i
		}
	}
	return -1
}

func isWideDigit(b []byte, i int) bool {
	return i+2 < len(b) && b[i] == 0xEF && b[i+1] == 0xBC && b[i+2]-0x90 <= 9
}
