package show

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// runeWidth is how many columns of a terminal a character takes. Characters of ambiguous width (“ ” · —) take one, as
// they do in today's terminals with their default settings whatever the locale.
func runeWidth(r rune) int {
	switch {
	case r < 0x20 || r == 0x7f:
		return 0
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// columns is how many columns of a terminal s takes; its colours take none.
func columns(s string) int {
	n, escape := 0, false
	for _, r := range s {
		switch {
		case r == 0x1b:
			escape = true
		case escape:
			escape = r != 'm'
		default:
			n += runeWidth(r)
		}
	}
	return n
}

// pad fills s with blanks to n columns.
func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-columns(s))) }

// padLeft fills s with blanks before it.
func padLeft(s string, n int) string { return strings.Repeat(" ", max(0, n-columns(s))) + s }

// cut shortens s, which has no colours, to n columns.
func cut(s string, n int) string {
	if columns(s) <= n {
		return s
	}
	used := 0
	for i, r := range s {
		w := runeWidth(r)
		if used+w > n-1 {
			return s[:i] + "…"
		}
		used += w
	}
	return s
}

// plain is a cell's text on one line, with what would steer a terminal made visible: cells are written by strangers.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return '⏎'
		case r == '\r':
			return -1
		case r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return '�'
		}
		return r
	}, s)
}

// wrap breaks s, which has no colours, into lines of at most n columns: at blanks, or anywhere between Chinese
// characters, but never before a mark that may not begin a line. n ≤ 0 breaks nothing.
func wrap(s string, n int) []string {
	if n <= 0 || columns(s) <= n {
		return []string{s}
	}
	var lines []string
	rest := []rune(s)
	for len(rest) > 0 {
		used, end := 0, 0
		for end < len(rest) && used+runeWidth(rest[end]) <= n {
			used += runeWidth(rest[end])
			end++
		}
		end = max(end, 1)
		if end < len(rest) {
			end = breakAt(rest, end)
		}
		lines = append(lines, strings.TrimRight(string(rest[:end]), " "))
		rest = []rune(strings.TrimLeft(string(rest[end:]), " "))
	}
	return lines
}

// breakAt is the last place up to end where a line may end.
func breakAt(r []rune, end int) int {
	for i := end; i > end/2; i-- {
		if r[i-1] == ' ' || r[i] == ' ' {
			return i
		}
		if (runeWidth(r[i]) == 2 || runeWidth(r[i-1]) == 2) && !strings.ContainsRune("，。；：、！？）〕》”’,.;:!?)", r[i]) &&
			!strings.ContainsRune("（〔《“‘(", r[i-1]) {
			return i
		}
	}
	return end
}
