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

// hasLostDigits reports a number in scientific notation that has more digits than are written. Nearly every cell that begins with
// a digit is decided by its second character.
func hasLostDigits(v []byte) bool {
	if v[0]-'0' > 9 {
		v = bytes.TrimLeft(v, "+-")
	}
	if len(v) < 3 || v[0]-'0' > 9 || v[1] != '.' && v[1]|0x20 != 'e' {
		return false
	}
	e := bytes.IndexAny(v, "eE")
	if e < 0 {
		return false
	}
	power, err := strconv.Atoi(string(v[e+1:]))
	if err != nil || power < shownInFull {
		return false
	}
	return e == 1 || len(bytes.Trim(v[2:e], "0123456789")) == 0
}
