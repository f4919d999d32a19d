package bus

import (
	"encoding/base64"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// appendHex writes bytes as lower-case hex digits.
func appendHex(dst []byte, src string) []byte {
	for i := range len(src) {
		dst = append(dst, hexDigits[src[i]>>4], hexDigits[src[i]&15])
	}
	return dst
}

// appendBase64 writes bytes as a JSON string in standard base64.
func appendBase64(dst []byte, src string) []byte {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, []byte(src))
	return append(dst, '"')
}

// appendString writes s as a JSON string. Only what JSON demands is escaped: quote, backslash, control characters. Bytes
// that are not UTF-8 become U+FFFD, as encoding/json has it; the transforms let none through.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	if utf8.ValidString(s) && clean(s) {
		dst = append(dst, s...)
		return append(dst, '"')
	}
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, s[from:i]...), `\ufffd`...)
				from = i + 1
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[from:i]...)
		dst = appendEscape(dst, c)
		i++
		from = i
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// clean reports whether nothing in s needs escaping, eight bytes at a time: most values are Chinese text, where this is
// the cost of a message.
func clean(s string) bool {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		quote := w ^ ones*'"'
		slash := w ^ ones*'\\'
		// A byte below 0x20, or one that became zero, borrows into its high bit; a byte above 0x7f never counts.
		hit := (w - ones*' ') &^ w
		hit |= (quote - ones) &^ quote
		hit |= (slash - ones) &^ slash
		if hit&highs != 0 {
			return false
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// appendVarint writes Kafka's signed variable-length integer.
func appendVarint(dst []byte, n int) []byte { return binary.AppendVarint(dst, int64(n)) }

// varintLen is how many bytes appendVarint writes.
func varintLen(n int) int {
	u := uint64(n)<<1 ^ uint64(n>>63)
	return (bits.Len64(u|1) + 6) / 7
}
