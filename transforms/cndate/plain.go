package cndate

import "unicode/utf8"

// maxBytes bounds a value that may still be a date; the longest is a date and time in Chinese numerals.
const maxBytes = 96

// The marks stand for 年月日时分秒 in the plain form. They are control characters, which no accepted input contains.
const (
	markYear byte = 1 + iota
	markMonth
	markDay
	markHour
	markMinute
	markSecond
)

// plain writes b to out as ASCII: full-width forms narrowed, dashes as -, blanks as ' ', 年月日时分秒 as marks and the
// Chinese numeral before each mark as digits. It says false for what no date contains. out is never longer than b.
func plain(out, b []byte) ([]byte, bool) {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if '！' <= r && r <= '～' {
			r -= 0xFEE0
		}
		if c := plainRune(r); c != 0 {
			out = append(out, c)
			i += n
			continue
		}
		if !isNumeral(r) || len(out) > 0 && out[len(out)-1]-'0' <= 9 {
			return nil, false
		}
		var ok bool
		if out, i, ok = numeral(out, b, i); !ok {
			return nil, false
		}
	}
	return out, true
}

// plainRune returns the byte that stands for r in the plain form, 0 when there is none.
func plainRune(r rune) byte {
	switch r {
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '/', '.', ':', '+', ',', ' ', 'T', 'Z':
		return byte(r)
	case 't', 'z':
		return byte(r) - 'a' + 'A'
	case '\t', '\u00a0', '\u3000':
		return ' '
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return '-'
	case '年':
		return markYear
	case '月':
		return markMonth
	case '日', '号':
		return markDay
	case '时', '点':
		return markHour
	case '分':
		return markMinute
	case '秒':
		return markSecond
	}
	return 0
}

// Values of the numerals that are not digits.
const (
	notNumeral = -1
	ten        = 10
	january    = 40 // 元, which is 一 before 月 only
)

// numeralValue returns 0 to 9, 10 for 十, 20 for 廿, 30 for 卅, january for 元. The letter O is how the zero of 二○二四 is
// typed where the sign is missing.
func numeralValue(r rune) int {
	switch r {
	case '〇', '○', '零', 'O', 'o', 'Ｏ', 'ｏ', '◯':
		return 0
	case '一':
		return 1
	case '二':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	case '十':
		return ten
	case '廿':
		return 20
	case '卅':
		return 30
	case '元':
		return january
	}
	return notNumeral
}

func isNumeral(r rune) bool { return numeralValue(r) != notNumeral }

// numeral reads the Chinese numeral at b[i] and appends it as digits. A year is four digits one by one; everything
// else is counted in tens. A numeral that no mark follows is none of a date.
func numeral(out, b []byte, i int) ([]byte, int, bool) {
	var v [4]int
	n := 0
	for i < len(b) {
		r, size := utf8.DecodeRune(b[i:])
		x := numeralValue(r)
		if x == notNumeral {
			break
		}
		if n == len(v) {
			return nil, 0, false
		}
		v[n] = x
		n++
		i += size
	}
	switch nextMark(b[i:]) {
	case 0:
		return nil, 0, false
	case markYear:
		for _, x := range v {
			if n != 4 || x > 9 {
				return nil, 0, false
			}
			out = append(out, '0'+byte(x))
		}
		return out, i, true
	case markMonth:
		if n == 1 && v[0] == january {
			return append(out, '1'), i, true
		}
	}
	x, ok := inTens(v[:n])
	if !ok {
		return nil, 0, false
	}
	return append(out, '0'+byte(x/10), '0'+byte(x%10)), i, true
}

// nextMark returns the mark that b begins with after blanks, 0 when there is none.
func nextMark(b []byte) byte {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		c := plainRune(r)
		if c != ' ' {
			if c > markSecond {
				return 0
			}
			return c
		}
		b = b[n:]
	}
	return 0
}

// inTens reads 三, 〇三, 十, 十三, 二十, 二十三, 廿三, 卅一.
func inTens(v []int) (int, bool) {
	isDigit := func(x int) bool { return 1 <= x && x <= 9 }
	switch {
	case len(v) == 1 && v[0] < january:
		return v[0], true
	case len(v) == 2 && v[0]%10 == 0 && v[0] < january && isDigit(v[1]):
		return v[0] + v[1], true
	case len(v) == 2 && isDigit(v[0]) && v[1] == ten:
		return v[0] * 10, true
	case len(v) == 3 && isDigit(v[0]) && v[1] == ten && isDigit(v[2]):
		return v[0]*10 + v[2], true
	}
	return 0, false
}
