package main

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// columns is how many columns of a terminal a text takes. Characters of ambiguous width (“ ” ━ │) take one, as they do in
// today's terminals.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	switch {
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

// pad fills a text with blanks to n columns.
func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-columns(s))) }

// cut shortens a text to n columns.
func cut(s string, n int) string {
	if columns(s) <= n {
		return s
	}
	used := 0
	for i, r := range s {
		if used += runeColumns(r); used > n-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// wrap breaks a text into lines of at most n columns: at blanks and between Chinese characters, but not before a mark
// that may not begin a line nor behind one that may not end it.
func wrap(s string, n int) []string {
	var lines []string
	line := ""
	for _, word := range words(s) {
		if line != "" && columns(line+strings.TrimRight(word, " ")) > n {
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
		}
		line += word
	}
	return append(lines, strings.TrimRight(line, " "))
}

// words are the pieces between which a line may break; blanks stand at the end of a piece.
func words(s string) []string {
	var list []string
	runes := []rune(s)
	from := 0
	for i := 1; i < len(runes); i++ {
		before, after := runes[i-1], runes[i]
		breaks := before == ' ' && after != ' ' ||
			after != ' ' && (runeColumns(before) == 2 || runeColumns(after) == 2) && !strings.ContainsRune("，。；：、！？）〕》”", after) && !strings.ContainsRune("（〔《“", before)
		if breaks {
			list = append(list, string(runes[from:i]))
			from = i
		}
	}
	return append(list, string(runes[from:]))
}
