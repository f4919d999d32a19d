package engine

import (
	"strconv"
	"strings"
)

// QuoteName is s as a quoted identifier.
func QuoteName(s string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(s) + "`"
}

// QuoteString is s as a string literal.
func QuoteString(s string) string {
	return "'" + strings.NewReplacer("\\", "\\\\", "'", "\\'", "\n", "\\n", "\r", "\\r", "\t", "\\t", "\x00", "\\0").Replace(s) + "'"
}

// Unquote is what a string literal holds; a text that is none is returned as it is. Clients of the native protocol write
// parameters and custom settings so.
func Unquote(s string) string {
	if u, ok := unquote(s); ok {
		return u
	}
	return s
}

func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '\'' || s[len(s)-1] != '\'' {
		return "", false
	}
	s = s[1 : len(s)-1]
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
			b.WriteByte(c)
		case c == '\'':
			return "", false
		case c != '\\':
			b.WriteByte(c)
		case i+1 == len(s):
			return "", false
		case s[i+1] == 'x' && i+3 < len(s):
			n, err := strconv.ParseUint(s[i+2:i+4], 16, 8)
			if err != nil {
				return "", false
			}
			b.WriteByte(byte(n))
			i += 3
		default:
			i++
			b.WriteString(escaped(s[i]))
		}
	}
	return b.String(), true
}

// escaped is what ClickHouse reads for a backslash and c.
func escaped(c byte) string {
	if i := strings.IndexByte("abefnrtv0N", c); i >= 0 {
		return []string{"\a", "\b", "\x1b", "\f", "\n", "\r", "\t", "\v", "\x00", ""}[i]
	}
	if strings.IndexByte("\\'\"`/=", c) >= 0 {
		return string(c)
	}
	return "\\" + string(c)
}
