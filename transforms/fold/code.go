package fold

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// codeByte marks the bytes that a folded code may hold without further thought: printable ASCII except lower case.
var codeByte = func() (t [256]bool) {
	for c := '!'; c <= '~'; c++ {
		t[c] = c < 'a' || c > 'z'
	}
	return t
}()

// Code folds a code or number: blanks and invisible characters go, wherever they stand, compatibility forms such as
// full-width digits become plain ones (NFKC), ASCII letters become upper case. A code that is already so comes back
// as a subslice of b. See the package comment for dst.
func Code(dst, b []byte) []byte {
	b = Trim(b)
	i := 0
	for i < len(b) && codeByte[b[i]] {
		i++
	}
	if i == len(b) {
		return b
	}
	if out, ok := codePlain(dst, b); ok {
		return out
	}
	return codeSlow(dst, b)
}

// codePlain folds what consists of ASCII, its full-width forms, blanks and Han characters, which are all that codes
// hold in practice and which never combine with each other. It says false when it meets anything else.
func codePlain(dst, b []byte) ([]byte, bool) {
	out := dst[:0]
	for i := 0; i < len(b); {
		c := b[i]
		if codeByte[c] {
			out = append(out, c)
			i++
			continue
		}
		if n, g := gapAt(b, i); g != solid {
			i += n
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r < utf8.RuneSelf:
			out = append(out, upper(byte(r)))
		case '！' <= r && r <= '～':
			out = append(out, upper(byte(r-0xFEE0)))
		case 0x4E00 <= r && r <= 0x9FFF:
			out = append(out, b[i:i+n]...)
		default:
			return nil, false
		}
		i += n
	}
	return out, true
}

// codeRounds bounds codeSlow: dropping a blank or raising a letter can bring two characters together that NFKC
// composes, which then is done again. Two rounds serve every text that people write.
const codeRounds = 16

// codeSlow folds everything else.
func codeSlow(dst, b []byte) []byte {
	out := squeeze(norm.NFKC.Append(dst[:0], b...))
	for range codeRounds {
		if norm.NFKC.IsNormal(out) {
			break
		}
		out = squeeze(norm.NFKC.Bytes(out))
	}
	return out
}

// squeeze drops blanks and raises ASCII letters, in place.
func squeeze(b []byte) []byte {
	w := 0
	for i := 0; i < len(b); {
		if n, g := gapAt(b, i); g != solid {
			i += n
			continue
		}
		b[w] = upper(b[i])
		w++
		i++
	}
	return b[:w]
}

func upper(c byte) byte {
	if c-'a' < 26 {
		return c - ('a' - 'A')
	}
	return c
}
