// Package count reads whole numbers as departments write them into columns of ages, months and other counts: 45, ４５, 45.0
// (a spreadsheet's), 45岁, 十二个月. They are stored as Int32.
//
// Everything that is not exactly one whole number is refused: 约45, 4.5, 40多, 1e2, -1. Amounts of money are in package
// money, days in package cndate.
package count

import (
	"bytes"
	"unicode/utf8"

	"creditsync/transforms/fold"
)

// Max is the largest count: what an Int32 holds.
const Max = 1<<31 - 1

// Reason says why a value is not accepted.
type Reason uint8

const (
	// OK: the value is a count.
	OK Reason = iota
	// NotANumber: the value cannot be read as exactly one whole number.
	NotANumber
	// OutOfRange: a whole number above Max.
	OutOfRange
)

// maxBytes bounds a value that may still be a count.
const maxBytes = 64

// Parse reads one count; blanks around it do not matter. unit may stand behind it ("岁"), "" for none. n is 0 unless the
// reason is OK.
func Parse(b []byte, unit string) (n int64, reason Reason) {
	b = fold.Trim(b)
	if len(b) > maxBytes {
		return 0, NotANumber
	}
	if unit != "" {
		if rest, ok := bytes.CutSuffix(b, []byte(unit)); ok {
			b = fold.Trim(rest)
		}
	}
	var room [maxBytes]byte
	s, ok := narrow(room[:0], b)
	if !ok {
		return numeral(b)
	}
	return digits(s)
}

// narrow writes digits and points of any width to out; ok is false for anything else.
func narrow(out, b []byte) (s []byte, ok bool) {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case '0' <= r && r <= '9' || r == '.':
			out = append(out, byte(r))
		case '０' <= r && r <= '９' || r == '．':
			out = append(out, byte(r-0xFEE0))
		default:
			return nil, false
		}
		i += n
	}
	return out, len(out) > 0
}

// digits reads 45 and 45.00.
func digits(s []byte) (n int64, reason Reason) {
	whole, rest, point := bytes.Cut(s, []byte("."))
	if len(whole) == 0 || point && (len(rest) == 0 || len(bytes.Trim(rest, "0")) > 0) {
		return 0, NotANumber
	}
	for _, c := range whole {
		if n = n*10 + int64(c-'0'); n > Max {
			return 0, OutOfRange
		}
	}
	return n, OK
}

// numeral reads a Chinese numeral from 零 to 九十九: 六, 十二, 二十四.
func numeral(b []byte) (n int64, reason Reason) {
	const ones = "零一二三四五六七八九"
	tens, seen := int64(-1), int64(-1)
	for _, r := range string(b) {
		at := bytes.IndexRune([]byte(ones), r)
		switch {
		case r == '十' && tens < 0 && seen != 0:
			tens, seen = max(seen, 1), -1
		case at >= 0 && seen < 0:
			seen = int64(at / len("零"))
		default:
			return 0, NotANumber
		}
	}
	switch {
	case tens < 0 && seen < 0, tens >= 0 && seen == 0:
		return 0, NotANumber
	case tens < 0:
		return seen, OK
	}
	return tens*10 + max(seen, 0), OK
}
