package transforms

import (
	"bytes"
	"strconv"
)

// damaged tells cells that a spreadsheet program has spoilt: an error value of a formula instead of a value, and a long
// number of which it kept the first digits only. v is trimmed. Nothing that people write into a field looks like either.
func damaged(v []byte) rule {
	if len(v) < 3 {
		return noRule
	}
	switch c := v[0]; {
	case c == '#':
		if isErrorValue(v) {
			return ruleErrorValue
		}
	case c-'0' <= 9 || c == '+' || c == '-':
		if hasLostDigits(v) {
			return ruleLostDigits
		}
	}
	return noRule
}

// isErrorValue knows the error values of spreadsheet programs, and the hashes that they show where a column is too narrow
// for its number.
func isErrorValue(v []byte) bool {
	switch string(bytes.ToUpper(v)) {
	case "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!",
		"#UNKNOWN!", "#BUSY!", "#EXTERNAL!", "#PYTHON!", "#GETTING_DATA":
		return true
	}
	return len(bytes.Trim(v, "#")) == 0
}

// shownInFull is how many digits of a whole number a spreadsheet program shows in a cell without a format; of a longer one
// it shows, and writes to a text file, 3.60802E+17.
const shownInFull = 11

// hasLostDigits reports a number in scientific notation that has more digits than are written.
func hasLostDigits(v []byte) bool {
	mantissa, exponent, ok := bytes.Cut(bytes.ToUpper(v), []byte("E"))
	if !ok {
		return false
	}
	power, err := strconv.Atoi(string(exponent))
	if err != nil || power < shownInFull {
		return false
	}
	whole, rest, _ := bytes.Cut(bytes.TrimLeft(mantissa, "+-"), []byte("."))
	return len(whole) == 1 && whole[0]-'0' <= 9 && len(bytes.Trim(rest, "0123456789")) == 0
}
