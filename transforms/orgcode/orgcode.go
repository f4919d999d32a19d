// Package orgcode checks organisation codes (组织机构代码, GB 11714): eight digits or letters and a check character, also
// written with a hyphen before it.
//
// Since 2015 an organisation's code lives on as characters 9 to 17 of its unified social credit code; package uscc
// checks that one.
package orgcode

// Reason says why a code is not accepted.
type Reason uint8

const (
	// OK: the code is well formed and its check character is right.
	OK Reason = iota
	// BadFormat: not nine characters, or characters that no code contains.
	BadFormat
	// CheckDigit: the check character does not belong to the first eight.
	CheckDigit
)

// bad marks a byte that no code contains.
const bad = 0xFF

// values holds the number of each character: digits as they are, A=10 to Z=35 (GB 11714, section 4).
var values = func() (t [256]uint8) {
	for i := range t {
		t[i] = bad
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = uint8(c - '0')
	}
	for c := 'A'; c <= 'Z'; c++ {
		t[c] = uint8(c-'A') + 10
	}
	return t
}()

var weights = [8]int{3, 7, 9, 10, 5, 8, 4, 2}

// Check checks a folded code (fold.Code) of nine characters, or of ten with a hyphen before the last.
func Check(b []byte) Reason {
	if len(b) == 10 && b[8] == '-' {
		return check(b[:8], b[9])
	}
	if len(b) != 9 {
		return BadFormat
	}
	return check(b[:8], b[8])
}

func check(body []byte, c byte) Reason {
	want := CheckChar(body)
	switch {
	case want == 0 || c != 'X' && c-'0' > 9:
		return BadFormat
	case c != want:
		return CheckDigit
	}
	return OK
}

// CheckChar returns the check character of the eight characters of body, 0 when they are not a code's.
func CheckChar(body []byte) byte {
	if len(body) != len(weights) {
		return 0
	}
	sum := 0
	for i, w := range weights {
		v := values[body[i]]
		if v == bad {
			return 0
		}
		sum += int(v) * w
	}
	switch c := 11 - sum%11; c {
	case 10:
		return 'X'
	case 11:
		return '0'
	default:
		return '0' + byte(c)
	}
}

// Fold returns a folded code without the hyphen or dash before its last character, which is how it is stored. A code
// without one comes back as it is; otherwise the result is written over dst from its start.
func Fold(dst, b []byte) []byte {
	if len(b) < 10 {
		return b
	}
	switch string(b[8 : len(b)-1]) {
	case "-", "‐", "‑", "–", "—", "−":
		return append(append(dst[:0], b[:8]...), b[len(b)-1])
	}
	return b
}
