package personid

import (
	"creditsync/transforms/cndate"
	"creditsync/transforms/region"
)

// Day is a calendar date; see package cndate.
type Day = cndate.Day

// Class says what kind of number a value is.
type Class uint8

const (
	// Unknown: not a resident number of any kind.
	Unknown Class = iota
	// Resident18 is a number of 18 characters.
	Resident18
	// Resident15 is a number of 15 digits, issued until 1999.
	Resident15
	// Masked is a number with asterisks (or a run of X) in place of some characters.
	Masked
)

// Reason says why a value is not accepted.
type Reason uint8

const (
	// OK: the value is a resident number, as far as its class can be checked.
	OK Reason = iota
	// BadFormat: wrong length or characters, or no province has these first two digits.
	BadFormat
	// CheckDigit: the check character does not belong to the other 17.
	CheckDigit
	// BirthDate: the birth date does not exist, lies in the future, or before 1850.
	BirthDate
)

// earliestYear bounds birth dates from below: nobody of whom records are kept was born earlier.
const earliestYear = 1850

var (
	weights    = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	checkChars = [11]byte{'1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'}
)

// Check judges a folded value (fold.Code: no blanks, plain digits, X in upper case). today is the last day on which a
// person can have been born. The class is what the value's form says, also where the reason is not OK; where several
// reasons apply, the birth date comes before the check character, because it says more.
func Check(b []byte, today Day) (Class, Reason) {
	switch {
	case len(b) == 18 && allDigits(b[:17]) && (b[17] == 'X' || b[17]-'0' <= 9):
		return Resident18, check18(b, today)
	case len(b) == 15 && allDigits(b):
		return Resident15, check15(b, today)
	}
	return masked(b)
}

// CheckChar returns the check character of the 17 digits of first17, 0 when they are not 17 digits.
func CheckChar(first17 []byte) byte {
	if len(first17) != len(weights) || !allDigits(first17) {
		return 0
	}
	sum := 0
	for i, w := range weights {
		sum += int(first17[i]-'0') * w
	}
	return checkChars[sum%11]
}

// Widen returns the number of 18 characters that belongs to one of 15 digits: the century 19 is put in and the check
// character appended (GB 11643-1999). For anything but 15 digits it returns zeros.
func Widen(b []byte) (wide [18]byte) {
	if len(b) != 15 || !allDigits(b) {
		return wide
	}
	copy(wide[:], b[:6])
	wide[6], wide[7] = '1', '9'
	copy(wide[8:], b[6:])
	wide[17] = CheckChar(wide[:17])
	return wide
}

func check18(b []byte, today Day) Reason {
	switch {
	case !region.KnownProvince(b):
		return BadFormat
	case !isBirth(number(b[6:10]), number(b[10:12]), number(b[12:14]), today):
		return BirthDate
	case CheckChar(b[:17]) != b[17]:
		return CheckDigit
	}
	return OK
}

func check15(b []byte, today Day) Reason {
	switch {
	case !region.KnownProvince(b):
		return BadFormat
	case !isBirth(1900+number(b[6:8]), number(b[8:10]), number(b[10:12]), today):
		return BirthDate
	}
	return OK
}

func isBirth(y, m, d int, today Day) bool {
	day, ok := cndate.FromCivil(y, m, d)
	return ok && y >= earliestYear && day <= today
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

// number is the value of a few digits.
func number(b []byte) (n int) {
	for _, c := range b {
		n = n*10 + int(c-'0')
	}
	return n
}
