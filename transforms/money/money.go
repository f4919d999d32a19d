// Package money reads amounts of money as departments write them into a column whose unit is 万元 (ten thousand yuan),
// stored as Decimal(18,6), or 元, stored as Decimal(18,2).
//
// An [Amount] is in both the amount in 分 (0.01 yuan), which is 0.000001 万元: the two scales are the same number.
//
// Accepted: 0.2, 2,000.5, 1 234 567, with ￥, RMB or 人民币 before and 元, 万, 万元, 亿 or 亿元 (and 整) behind; full-width forms; complete
// Chinese numerals such as 贰仟元整, 三万五千元, 十二元五角. A number without a unit is in the column's, 万元 for [Parse] and 元 for
// [ParseYuan]; that holds for a Chinese numeral, too, unless it says 万 or 亿 itself, which then count yuan: in a column of
// 万元 二十 is 20 万元, 二十万 also is.
// A currency sign names no unit. Everything that is not exactly one amount is refused: 约2万, 2000余元, 1e5, 一点, 1,00.
//
// It does not judge amounts: whether 罚款2000元 and 2000 万元 belong together is for the caller, who has [FindYuan].
package money

import "strconv"

// Amount is an amount of money in 分, equal to the unscaled value of a Decimal(18,6) in 万元 and of a Decimal(18,2) in 元.
type Amount = int64

// Max is the largest amount that Decimal(18,6) holds, 999,999,999,999.999999 万元.
const Max Amount = 999_999_999_999_999_999

// Reason says why a value is not accepted.
type Reason uint8

const (
	// OK: the value is an amount.
	OK Reason = iota
	// NotANumber: the value cannot be read as exactly one amount.
	NotANumber
	// Negative: a well-formed amount with a minus sign.
	Negative
	// OutOfRange: an amount with more digits than 18, or with parts of a 分.
	OutOfRange
)

// Parse reads one amount of a column in 万元; blanks around it do not matter. v is 0 unless the reason is OK.
func Parse(b []byte) (v Amount, reason Reason) { return parse(b, expWan) }

// ParseYuan reads one amount of a column in 元; blanks around it do not matter. v is 0 unless the reason is OK.
func ParseYuan(b []byte) (v Amount, reason Reason) { return parse(b, expYuan) }

// parse reads one amount, of which a bare number counts units of 10^bare 分.
func parse(b []byte, bare int) (v Amount, reason Reason) {
	if isBare(b) { // most amounts are
		v, _, reason = parseDigits(b, bare)
		return v, reason
	}
	var room [maxBytes]byte
	s, ok := plain(room[:0], b)
	if !ok {
		return 0, NotANumber
	}
	a := cutPrefix(s)
	negative := false
	if len(a) > 0 && a[0] == '-' {
		negative, a = true, cutPrefix(a[1:])
	}
	v, _, reason = parseUnsigned(a, bare)
	if negative && reason == OK {
		return 0, Negative
	}
	return v, reason
}

// isBare reports digits and points and nothing else.
func isBare(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 && c != '.' {
			return false
		}
	}
	return len(b) > 0
}

// parseUnsigned reads a plain amount; named says that it names its unit.
func parseUnsigned(s []byte, bare int) (v Amount, named bool, reason Reason) {
	if len(s) == 0 {
		return 0, false, NotANumber
	}
	if s[0] == '.' || s[0]-'0' <= 9 {
		return parseDigits(s, bare)
	}
	return parseNumeral(s, bare)
}

// AppendDecimal appends v as a decimal number of 万元 with six places: 2000 yuan is 0.200000. v is not negative.
func AppendDecimal(dst []byte, v Amount) []byte { return appendScaled(dst, v, 1_000_000) }

// AppendYuan appends v as a decimal number of 元 with two places: 2000 yuan is 2000.00. v is not negative.
func AppendYuan(dst []byte, v Amount) []byte { return appendScaled(dst, v, 100) }

func appendScaled(dst []byte, v, one Amount) []byte {
	dst = strconv.AppendInt(dst, v/one, 10)
	dst = append(dst, '.')
	frac := v % one
	for unit := one / 10; unit > 0; unit /= 10 {
		dst = append(dst, '0'+byte(frac/unit%10))
	}
	return dst
}
