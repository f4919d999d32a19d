package fold

// gap says what stands at a place of a text, as far as blanks go.
type gap uint8

const (
	// solid is anything that is seen.
	solid gap = iota
	// spacing moves the next character away: blank, tab, line end, U+00A0, U+3000 …
	spacing
	// unseen has no width: byte order mark, zero-width joiners, direction marks, soft hyphen.
	unseen
)

// Trim returns b without the blanks and invisible characters at its ends: ASCII blanks, tabs and line ends, the
// ideographic space U+3000, no-break and typographic spaces, zero-width characters, direction marks, byte order marks.
// The result is a subslice of b.
func Trim(b []byte) []byte {
	for len(b) > 0 {
		n, g := gapAt(b, 0)
		if g == solid {
			break
		}
		b = b[n:]
	}
	for len(b) > 0 {
		n := gapBefore(b)
		if n == 0 {
			break
		}
		b = b[:len(b)-n]
	}
	return b
}

// Text folds free text: its ends are trimmed and the rest is left as the source wrote it. The result is a subslice
// of b.
func Text(b []byte) []byte { return Trim(b) }

// gapAt returns the length in bytes and the kind of the blank at b[i]; solid comes with length 0.
func gapAt(b []byte, i int) (int, gap) {
	switch c := b[i]; {
	case c == ' ' || c-'\t' < 5: // \t \n \v \f \r
		return 1, spacing
	case c < 0xC2 || c > 0xE3 && c != 0xEF:
		return 0, solid
	case c == 0xC2 && i+1 < len(b):
		return gapC2(b[i+1])
	case i+2 < len(b):
		return gap3(c, b[i+1], b[i+2])
	}
	return 0, solid
}

// gapC2 knows U+0085, U+00A0 and U+00AD.
func gapC2(c byte) (int, gap) {
	switch c {
	case 0x85, 0xA0:
		return 2, spacing
	case 0xAD:
		return 2, unseen
	}
	return 0, solid
}

// gap3 knows the blanks of three bytes: general punctuation, the ideographic space and the byte order mark.
func gap3(c0, c1, c2 byte) (int, gap) {
	switch {
	case c0 == 0xE3 && c1 == 0x80 && c2 == 0x80: // U+3000
		return 3, spacing
	case c0 == 0xEF && c1 == 0xBB && c2 == 0xBF: // U+FEFF
		return 3, unseen
	case c0 == 0xE2 && c1 == 0x80:
		switch {
		case c2 <= 0x8A || c2 == 0xA8 || c2 == 0xA9 || c2 == 0xAF: // U+2000–200A, 2028, 2029, 202F
			return 3, spacing
		case c2 <= 0x8F || 0xAA <= c2 && c2 <= 0xAE: // U+200B–200F, 202A–202E
			return 3, unseen
		}
	case c0 == 0xE2 && c1 == 0x81:
		switch {
		case c2 == 0x9F: // U+205F
			return 3, spacing
		case 0xA0 <= c2 && c2 <= 0xA9: // U+2060–2069
			return 3, unseen
		}
	}
	return 0, solid
}

// gapBefore returns the length of the blank that b ends with, 0 when there is none.
func gapBefore(b []byte) int {
	n := len(b)
	c := b[n-1]
	if c < 0x80 {
		l, _ := gapAt(b, n-1)
		return l
	}
	for l := 2; l <= 3 && l <= n; l++ {
		if m, g := gapAt(b, n-l); g != solid && m == l {
			return l
		}
	}
	return 0
}
