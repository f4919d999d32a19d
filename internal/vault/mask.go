package vault

import "unicode/utf8"

// Classes of personal information that have a mask. They are also the classes of blind indexes; see Sealer.
const (
	ResidentID = "resident_id" // GB 11643-1999, 18 characters or the former 15
	Passport   = "passport"    // passports, permits of Hong Kong, Macao and Taiwan residents
	Phone      = "phone"
	Name       = "name"  // of a natural person
	Other      = "other" // anything else that tells who somebody is
)

// Mask appends the form of a value of a class that people may read to dst and returns the extended slice. Every hidden
// character, a rune, is one star.
//
//	resident_id  360802********1238, 360802*****1001; one that is masked already stays as it is
//	passport     E1*****78
//	phone        138****1234
//	name         张*
//	other        123****89
//
// A value that is not what its class says (wrong length, wrong check character) shows its first 3 and last 2 characters
// where it has more than 8, else none: it may be a right one with a slip of the pen. An unknown class shows nothing.
// Masking twice is masking once.
func Mask(class string, clear, dst []byte) []byte {
	n := utf8.RuneCount(clear)
	head, tail := shown(class, clear, n)
	at := 0
	for i := 0; i < len(clear); at++ {
		r, size := utf8.DecodeRune(clear[i:])
		if broken := r == utf8.RuneError && size == 1; !broken && (at < head || at >= n-tail) {
			dst = append(dst, clear[i:i+size]...)
		} else {
			dst = append(dst, '*')
		}
		i += size
	}
	return dst
}

// shown is how many of the n runes of clear its mask shows at either end.
func shown(class string, clear []byte, n int) (head, tail int) {
	switch {
	case class == ResidentID && validResidentID(clear), class == ResidentID && maskedResidentID(clear):
		return max(6, starsFrom(clear)), 4
	case class == ResidentID && len(clear) == 15 && digits(clear):
		return 6, 4
	case class == Passport && n >= 8 && n <= 11:
		return 2, 2
	case class == Phone && mobile(clear):
		return 3, 4
	case class == Name && n > 1:
		return 1, 0
	case (class == ResidentID || class == Passport || class == Phone || class == Other) && n > 8:
		return 3, 2
	}
	return 0, 0
}

// starsFrom is where the stars of a masked ID begin, 0 where it has none.
func starsFrom(b []byte) int {
	for i, c := range b {
		if c == '*' {
			return i
		}
	}
	return 0
}

// residentWeights are those of GB 11643-1999; the check character stands in residentChecks at the sum modulo 11.
var residentWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const residentChecks = "10X98765432"

func validResidentID(b []byte) bool {
	if len(b) != 18 || !digits(b[:17]) {
		return false
	}
	sum := 0
	for i, w := range residentWeights {
		sum += int(b[i]-'0') * w
	}
	check := b[17]
	if check == 'x' {
		check = 'X'
	}
	return check == residentChecks[sum%11]
}

// maskedResidentID reports whether b is an ID as the courts and others publish it: at least four stars in one row, at
// most 10 digits before and 4 characters after them ("3209231969****1513").
func maskedResidentID(b []byte) bool {
	if len(b) != 15 && len(b) != 18 {
		return false
	}
	from := starsFrom(b)
	to := from
	for to < len(b) && b[to] == '*' {
		to++
	}
	rest := b[to:]
	if n := len(rest); n > 0 && (rest[n-1] == 'X' || rest[n-1] == 'x') {
		rest = rest[:n-1]
	}
	return to-from >= 4 && from <= 10 && len(b)-to <= 4 && digits(b[:from]) && digits(rest)
}

func mobile(b []byte) bool {
	if len(b) != 11 || b[0] != '1' {
		return false
	}
	for i, c := range b {
		if (c < '0' || c > '9') && (c != '*' || i < 3 || i > 6) {
			return false
		}
	}
	return true
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
