package cndate

import "creditsync/transforms/fold"

// Reason says why a value is not accepted.
type Reason uint8

const (
	// OK: the value is a date.
	OK Reason = iota
	// NotADate: the value cannot be read as a date, or there is no such day in the calendar.
	NotADate
	// OutOfRange: a real date before Min.
	OutOfRange
)

// Excel's day 0 is 1899-12-30 for every date from March 1900 on, because its calendar has a 29 February 1900.
const (
	excelEpoch    = 25569   // the serial of 1970-01-01
	excelLongTerm = 2958465 // the serial of 9999-12-31
)

// Parse reads one date. Blanks around it do not matter. sentinel reports that the value says "without end": then day
// is LongTerm. day is 0 unless the reason is OK.
func Parse(b []byte) (day Day, reason Reason, sentinel bool) {
	if y, m, d, ok := usual(b); ok {
		return settle(y, m, d, 0)
	}
	b = fold.Trim(b)
	if len(b) > maxBytes || len(b) == 0 {
		return 0, NotADate, false
	}
	if isEndless(b) {
		return LongTerm, OK, true
	}
	var room [maxBytes]byte
	p, ok := plain(room[:0], b)
	if !ok {
		return 0, NotADate, false
	}
	return (&scanner{b: p}).date()
}

// usual reads the two spellings that most sources use, ten characters with one kind of separator and eight digits,
// without further ado.
func usual(b []byte) (y, m, d int, ok bool) {
	switch len(b) {
	case 10:
		if sep := b[4]; sep != b[7] || sep != '-' && sep != '/' && sep != '.' {
			return 0, 0, 0, false
		}
		y, m, d = pair(b[0], b[1])*100+pair(b[2], b[3]), pair(b[5], b[6]), pair(b[8], b[9])
	case 8:
		y, m, d = pair(b[0], b[1])*100+pair(b[2], b[3]), pair(b[4], b[5]), pair(b[6], b[7])
	}
	return y, m, d, y > 0 && m > 0 && d > 0
}

// pair is the value of two digits, hugely negative when they are not digits.
func pair(a, b byte) int {
	a, b = a-'0', b-'0'
	if a > 9 || b > 9 {
		return -1 << 20
	}
	return int(a)*10 + int(b)
}

// settle turns what was read into the result; shift is -1, 0 or 1 day, for instants of another zone.
func settle(y, m, d, shift int) (Day, Reason, bool) {
	day, ok := FromCivil(y, m, d)
	if !ok {
		return 0, NotADate, false
	}
	return bound(day + Day(shift))
}

func bound(day Day) (Day, Reason, bool) {
	switch {
	case day < Min:
		return 0, OutOfRange, false
	case day >= LongTerm:
		return LongTerm, OK, true
	}
	return day, OK, false
}

// isEndless knows the words for "without end".
func isEndless(b []byte) bool {
	if b[0] < 0xE0 {
		return false
	}
	switch string(b) {
	case "长期", "长期有效", "永久", "永久有效", "无固定期限", "无限期", "无期限":
		return true
	}
	return false
}
