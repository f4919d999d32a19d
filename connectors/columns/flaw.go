package columns

import (
	"bytes"
	"unicode/utf8"

	"creditsync/connectors"
)

// Flaw is the rule that the text of a cell breaks, whatever its format, or "": it is too large, it is not whole UTF-8 (the
// replacement character is what is left of it elsewhere), or it has a NUL byte.
func Flaw(text []byte) string {
	switch {
	case plain(text):
		return ""
	case len(text) > connectors.MaxCell:
		return connectors.RuleCellTooLarge
	case !utf8.Valid(text) || bytes.Contains(text, []byte("\uFFFD")):
		return connectors.RuleUndecodable
	case bytes.IndexByte(text, 0) >= 0:
		return connectors.RuleNUL
	}
	return ""
}

// plain reports short texts of printable ASCII alone, which most cells are.
func plain(b []byte) bool {
	if len(b) > 32 {
		return false
	}
	for _, c := range b {
		if c-' ' >= utf8.RuneSelf-' ' {
			return false
		}
	}
	return true
}
