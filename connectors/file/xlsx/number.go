package xlsx

import (
	"bytes"
	"math"
	"strconv"
)

// kept is how many significant digits spreadsheet programs keep of a number.
const kept = 15

// appendNumber appends the number v, as the part of a sheet writes it, in the way that its style shows it. ok is false where
// what people see is not what is kept.
func appendNumber(dst, v []byte, s *style, epoch int) (out []byte, ok bool) {
	v = bytes.TrimSpace(v)
	if s.is == plain && isShort(v) {
		return append(dst, v...), true
	}
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return append(dst, v...), true // no number: whoever reads the field says so
	}
	switch s.is {
	case date:
		if out, ok := appendDate(dst, f, s, epoch); ok {
			return out, true
		}
	case percent:
		return append(appendPlain(dst, rounded(f*100)), '%'), true
	case otherwise:
		if f != 0 {
			return appendPlain(dst, f), false
		}
	case written:
		return appendWritten(dst, f, s.pieces), true
	}
	return appendPlain(dst, f), true
}

// isShort reports a number that is written plainly and with no more digits than are kept.
func isShort(v []byte) bool {
	digits, point := 0, false
	for i, c := range v {
		switch {
		case c-'0' <= 9:
			digits++
		case c == '.' && !point && digits > 0:
			point = true
		case c == '-' && i == 0:
		default:
			return false
		}
	}
	return digits > 0 && digits <= kept
}

// rounded is f in the digits that are kept: 1.1000000000000001, as programs write it, is 1.1.
func rounded(f float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(f, 'e', kept-1, 64), 64)
	if err != nil {
		return f
	}
	return r
}

// tooLong is the least whole number that has more digits than are kept.
const tooLong = 1e15

// appendPlain appends f without an exponent; what has lost digits, with one.
func appendPlain(dst []byte, f float64) []byte {
	if math.Abs(f) >= tooLong {
		return strconv.AppendFloat(dst, f, 'E', -1, 64)
	}
	return strconv.AppendFloat(dst, rounded(f), 'f', -1, 64)
}

// appendWritten appends f with the text of its format around it. Where the format has a place for every digit, as 0000-00-00
// does, a whole number is put into them from the last one on; else it stands at the first place.
func appendWritten(dst []byte, f float64, pieces []piece) []byte {
	number := appendPlain(nil, math.Abs(f))
	if f < 0 {
		dst = append(dst, '-')
	}
	left, noughts := 0, 0
	for _, p := range pieces {
		if p.digit != 0 {
			left++
		}
		if p.digit == '0' {
			noughts++
		}
	}
	if whole := len(bytes.Trim(number, "0123456789")) == 0; !whole {
		left = 1
	} else if len(number) < noughts {
		number = append(bytes.Repeat([]byte{'0'}, noughts-len(number)), number...)
	}
	first := true
	for _, p := range pieces {
		n := 0
		switch {
		case p.digit == 0:
			dst = append(dst, p.text...)
			continue
		case first:
			n = max(0, len(number)-left+1)
		case len(number) >= left:
			n = min(1, len(number))
		}
		first, left = false, left-1
		dst = append(dst, number[:n]...)
		number = number[n:]
	}
	return dst
}
