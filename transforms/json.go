package transforms

import (
	"strings"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// appendText appends s as a JSON string (RFC 8259), as encoding/json does without its escapes for HTML; that one allocates
// for every string, and a refused row has many. What is not UTF-8 in s becomes U+FFFD.
func appendText(dst []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	dst = append(dst, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(dst, s[from:]...), '"')
}

// appendMember appends a member to the JSON object that dst ends with, or begins one with it.
func appendMember(dst []byte, first bool, name, value string) []byte {
	if first {
		dst = append(dst, '{')
	} else {
		dst = append(dst, ',')
	}
	dst = append(appendText(dst, name), ':')
	return appendText(dst, value)
}

// appendPair appends a pair of texts as a JSON array to the array that dst begins, or begins it.
func appendPair(dst []byte, first bool, a, b string) []byte {
	open := byte(',')
	if first {
		open = '['
	}
	dst = appendText(append(dst, open, '['), a)
	dst = appendText(append(dst, ','), b)
	return append(dst, ']')
}

// appendCells appends a row as [[header, cell], …], every cell as show gives it.
func appendCells(dst []byte, cells []rawCell, show func(c *rawCell) []byte) []byte {
	if len(cells) == 0 {
		return append(dst, "[]"...)
	}
	for i := range cells {
		dst = appendPair(dst, i == 0, cells[i].header, view(show(&cells[i])))
	}
	return append(dst, ']')
}
