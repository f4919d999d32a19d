package remote

import (
	"regexp"
	"strconv"
	"unicode/utf8"
)

// longRef bounds what a row's place says.
const longRef = 200

// Places names the rows of one read.
type Places struct {
	// What is read: a table, or an address.
	What string
	// Key is the columns that tell the rows apart; none: rows are counted.
	Key []int

	n   int64
	buf []byte
}

// Rows is how many have been named.
func (r *Places) Rows() int64 { return r.n }

// Of is the place of the next row: what is read and the row's key. A key that may be a person's name or number is not shown,
// for places are stored and sent: such a row is counted, as is one without a key. It is good until the next one.
func (r *Places) Of(cells [][]byte) []byte {
	r.n++
	b := append(append(r.buf[:0], r.What...), '#')
	shown := len(r.Key) > 0
	for i, k := range r.Key {
		if !mayShow(cells[k]) {
			shown = false
			break
		}
		if i > 0 {
			b = append(b, '/')
		}
		b = append(b, cells[k]...)
	}
	if r.buf = b; !shown || len(b) > longRef || !utf8.Valid(b) {
		return r.counted()
	}
	return b
}

// counted is the place of the row that is the n-th.
func (r *Places) counted() []byte {
	r.buf = strconv.AppendInt(append(append(r.buf[:0], r.What...), '@'), r.n, 10)
	return r.buf
}

// mayShow reports whether a key is one of a record rather than of a person: it has a digit, and is no resident number,
// telephone, passport or bank card.
func mayShow(b []byte) bool {
	digits, run, longest := 0, 0, 0
	for _, c := range b {
		if c >= '0' && c <= '9' {
			digits++
			run++
			longest = max(longest, run)
			continue
		}
		if c < ' ' {
			return false
		}
		run = 0
	}
	switch {
	case digits == 0:
		return false
	case longest >= 11 || longest >= 7 && len(b) <= 10:
		return !personal(b)
	}
	return true
}

var (
	digit    = regexp.MustCompile(`[0-9]`)
	phone    = regexp.MustCompile(`(^|\D)1[3-9]\d{9}($|\D)`)
	passport = regexp.MustCompile(`^[A-Za-z]{1,2}\d{7,8}$`)
	resident = regexp.MustCompile(`[1-9]\d{5}(18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx]`)
	older    = regexp.MustCompile(`(^|\D)[1-9]\d{7}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}($|\D)`)
)

// personal reports what may be a number of a person. Rather one too many: it only changes how a row is named.
func personal(b []byte) bool {
	return resident.Match(b) || older.Match(b) || phone.Match(b) || passport.Match(b)
}

// Mask hides what may be numbers of persons in a text that somebody else wrote.
func Mask(text string) string {
	for _, one := range []*regexp.Regexp{resident, older, phone} {
		text = one.ReplaceAllStringFunc(text, func(s string) string {
			return string(digit.ReplaceAll([]byte(s), []byte("*")))
		})
	}
	return text
}
