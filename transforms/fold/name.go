package fold

import "unicode/utf8"

// Name folds the name of a person, a company or a body:
//
//   - the ends are trimmed; invisible characters go;
//   - round brackets of any width, and 〈〉 which stand for them, become full-width （）;
//   - full-width ASCII letters and digits become plain ones, their case stays;
//   - a run of blanks inside becomes one blank between two words in Latin or another alphabet, and nothing beside a
//     Han character or a bracket.
//
// Everything else stays as written. A name that is already so comes back as a subslice of b. See the package comment
// for dst.
func Name(dst, b []byte) []byte {
	b = Trim(b)
	if nameIsFolded(b) {
		return b
	}
	out := dst[:0]
	apart, last := false, rune(-1)
	for i := 0; i < len(b); {
		if n, g := gapAt(b, i); g != solid {
			apart = apart || g == spacing
			i += n
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		plain := narrow(roundBracket(r))
		if apart && isWord(last) && isWord(plain) {
			out = append(out, ' ')
		}
		if plain == r {
			out = append(out, b[i:i+n]...) // also keeps bytes that are not UTF-8
		} else {
			out = utf8.AppendRune(out, plain)
		}
		apart, last = false, plain
		i += n
	}
	return out
}

// Brackets folds round brackets of any width, and 〈〉, to full-width （） and changes nothing else. See the package
// comment for dst.
func Brackets(dst, b []byte) []byte {
	i := 0
	for i < len(b) {
		r, n := utf8.DecodeRune(b[i:])
		if roundBracket(r) != r {
			break
		}
		i += n
	}
	if i == len(b) {
		return b
	}
	out := append(dst[:0], b[:i]...)
	for i < len(b) {
		r, n := utf8.DecodeRune(b[i:])
		if f := roundBracket(r); f != r {
			out = utf8.AppendRune(out, f)
		} else {
			out = append(out, b[i:i+n]...)
		}
		i += n
	}
	return out
}

// nameIsFolded reports that Name would change nothing in the trimmed b. It may say no to a rare name that Name then
// copies as it is.
func nameIsFolded(b []byte) bool {
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case 0xE4 <= c && c <= 0xE9: // U+4000–9FFF, the bulk of all names
			i += 3
		case c < 0x80:
			if c == '(' || c == ')' || c-'\t' < 5 {
				return false
			}
			// b is trimmed, so a blank has two neighbours.
			if c == ' ' && (!asciiWord(b[i-1]) || !asciiWord(b[i+1])) {
				return false
			}
			i++
		case c == 0xC2 || c == 0xE2 || c == 0xE3 || c == 0xEF:
			if _, g := gapAt(b, i); g != solid {
				return false
			}
			r, n := utf8.DecodeRune(b[i:])
			if roundBracket(r) != r || narrow(r) != r {
				return false
			}
			i += n
		default:
			i++
		}
	}
	return true
}

func asciiWord(c byte) bool { return ' ' < c && c < 0x80 && c != '(' && c != ')' }

// isWord reports a character of a script that parts its words by blanks: everything before the CJK blocks.
func isWord(r rune) bool { return 0 <= r && r < 0x2E80 }

// roundBracket maps every round bracket to its full-width form.
func roundBracket(r rune) rune {
	switch r {
	case '(', '﹙', '〈':
		return '（'
	case ')', '﹚', '〉':
		return '）'
	}
	return r
}

// narrow maps full-width ASCII letters and digits to plain ones.
func narrow(r rune) rune {
	if '０' <= r && r <= '９' || 'Ａ' <= r && r <= 'Ｚ' || 'ａ' <= r && r <= 'ｚ' {
		return r - 0xFEE0
	}
	return r
}
