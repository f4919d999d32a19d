package docno

import (
	"unicode/utf8"

	"creditsync/transforms/fold"
)

// Fold folds a number: blanks go, full-width letters and digits become plain ones, and brackets of any kind around a
// year become 〔〕. Other brackets, 第 and 号 stay as they are. A number that is already so comes back as a subslice of b;
// otherwise the result is written over dst from its start (see package fold on dst).
func Fold(dst, b []byte) []byte {
	b = fold.Trim(b)
	if isFolded(b) {
		return b
	}
	out := narrow(dst[:0], b)
	for i := 0; i < len(out); {
		open, n := bracketAt(out, i)
		if open != opening {
			i += max(n, 1)
			continue
		}
		end, ok := yearEnd(out, i+n)
		if !ok {
			i += n
			continue
		}
		_, m := bracketAt(out, end)
		out = replace(out, end, m, "〕")
		out = replace(out, i, n, "〔")
		i += len("〔2024〕")
	}
	return out
}

// isFolded reports that Fold would change nothing. It may say no to a number that Fold then copies as it is.
func isFolded(b []byte) bool {
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case isHan(c):
			i += 3
		case c < utf8.RuneSelf:
			if c <= ' ' || c == '(' || c == '[' || c == '{' {
				return false
			}
			i++
		case isYearBracket(b, i):
			i += 3
			// 〔 with another closing bracket is rare, and a reason to look.
			if b[i-1] == 0x94 && (i+7 > len(b) || string(b[i+4:i+7]) != "〕") {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// narrow appends b to out without blanks and with plain letters and digits.
func narrow(out, b []byte) []byte {
	for i := 0; i < len(b); {
		c := b[i]
		if ' ' < c && c < utf8.RuneSelf {
			out = append(out, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case '０' <= r && r <= '９' || 'Ａ' <= r && r <= 'Ｚ' || 'ａ' <= r && r <= 'ｚ':
			out = append(out, byte(r-0xFEE0))
		case isHan(c) || len(fold.Trim(b[i:i+n])) > 0:
			out = append(out, b[i:i+n]...)
		}
		i += n
	}
	return out
}

// isHan reports the first byte of U+4000 to U+9FFF, among which there are neither blanks nor brackets.
func isHan(c byte) bool { return 0xE4 <= c && c <= 0xE9 }

// replace puts s in place of the n bytes of b at i, in place where there is room.
func replace(b []byte, i, n int, s string) []byte {
	grow := len(s) - n
	switch {
	case grow > 0:
		for range grow {
			b = append(b, 0)
		}
		copy(b[i+len(s):], b[i+n:len(b)-grow])
	case grow < 0:
		copy(b[i+len(s):], b[i+n:])
		b = b[:len(b)+grow]
	}
	copy(b[i:], s)
	return b
}

// side says which side of a pair of brackets a character is.
type side uint8

const (
	none side = iota
	opening
	closing
)

// bracketAt returns the side and the length of the bracket at b[i]; none comes with the length of the character.
func bracketAt(b []byte, i int) (side, int) {
	if c := b[i]; isHan(c) && i+3 <= len(b) {
		return none, 3
	} else if c-'0' <= 9 || (c|0x20)-'a' < 26 {
		return none, 1
	} else if isYearBracket(b, i) {
		return [...]side{opening, closing}[b[i+2]&1], 3 // 〔 is E3 80 94, 〕 is E3 80 95
	}
	r, n := utf8.DecodeRune(b[i:])
	switch r {
	case '(', '[', '{', '（', '［', '｛', '【', '〔', '〖', '﹝', '﹙', '〈', '《':
		return opening, n
	case ')', ']', '}', '）', '］', '｝', '】', '〕', '〗', '﹞', '﹚', '〉', '》':
		return closing, n
	}
	return none, n
}

// isYearBracket reports 〔 or 〕 at b[i].
func isYearBracket(b []byte, i int) bool {
	return b[i] == 0xE3 && i+2 < len(b) && b[i+1] == 0x80 && b[i+2]&^1 == 0x94
}

// yearEnd returns the place after a year of four digits at b[i] when a closing bracket stands there.
func yearEnd(b []byte, i int) (end int, ok bool) {
	if _, ok := yearAt(b, i); !ok || i+4 >= len(b) {
		return 0, false
	}
	s, _ := bracketAt(b, i+4)
	return i + 4, s == closing
}

// yearAt reads a year from 1949 to 2099 at b[i].
func yearAt(b []byte, i int) (year int, ok bool) {
	if i+4 > len(b) {
		return 0, false
	}
	for _, c := range b[i : i+4] {
		if c-'0' > 9 {
			return 0, false
		}
		year = year*10 + int(c-'0')
	}
	return year, 1949 <= year && year <= 2099
}
