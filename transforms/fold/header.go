package fold

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Header returns the key by which header texts of columns are compared. Two spellings with the same key name the same
// column; the key itself is not meant to be shown.
//
// Compatibility forms are folded (NFKC), ASCII letters lower-cased, blanks and byte order marks dropped, all kinds of
// brackets made (), all dashes and underscores made _; quotes around the text and the asterisks that mark required
// columns are dropped from both ends. What stands in brackets is kept, because a unit or a code's name tells columns
// apart: the numbers in 代码_2 do not, they differ between editions of the standard.
func Header(s string) string {
	// Folding can bring characters together that compose; the bound is never reached by a text that people wrote.
	for range 8 {
		next := headerOnce(s)
		if next == s {
			break
		}
		s = next
	}
	return s
}

func headerOnce(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	b := norm.NFKC.Bytes([]byte(s))
	for i := 0; i < len(b); {
		if n, g := gapAt(b, i); g != solid {
			i += n
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			out.WriteByte(b[i])
		} else {
			out.WriteRune(headerRune(r))
		}
		i += n
	}
	return strings.Trim(out.String(), "\"'“”‘’「」『』`*")
}

// headerRune folds one character of a header after NFKC.
func headerRune(r rune) rune {
	switch r {
	case '[', '{', '【', '〔', '〖', '〈', '《', '<':
		return '('
	case ']', '}', '】', '〕', '〗', '〉', '》', '>':
		return ')'
	case '-', '‐', '‑', '‒', '–', '—', '―', '−', '﹣':
		return '_'
	}
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}
