package engine

import "strings"

// tokenKind is what a token of ClickHouse's SQL is, as far as anything here asks.
type tokenKind uint8

const (
	word   tokenKind = iota // a bare identifier, keyword or number
	quoted                  // an identifier in quotes or a string literal
	symbol                  // any other single byte
)

// token is one token with its place in the text.
type token struct {
	kind       tokenKind
	start, end int
}

// lexer cuts SQL into tokens, skipping white space and comments. It is a help for finding clauses; what a statement means is
// asked of the engine's own parser.
type lexer struct {
	text string
	pos  int
}

// next returns the next token; ok is false at the end of the text.
func (l *lexer) next() (t token, ok bool) {
	for l.skipSpace() {
	}
	if l.pos >= len(l.text) {
		return token{}, false
	}
	start := l.pos
	c := l.text[l.pos]
	switch {
	case c == '\'' || c == '"' || c == '`':
		l.skipQuoted(c)
		return token{quoted, start, l.pos}, true
	case c == '$' && l.skipHeredoc():
		return token{quoted, start, l.pos}, true
	case wordByte(c):
		for l.pos < len(l.text) && wordByte(l.text[l.pos]) {
			l.pos++
		}
		return token{word, start, l.pos}, true
	}
	l.pos++
	return token{symbol, start, l.pos}, true
}

// wordByte counts bytes of multi-byte characters as parts of words.
func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// skipSpace skips one stretch of white space or one comment and reports whether there was one.
func (l *lexer) skipSpace() bool {
	rest := l.text[l.pos:]
	switch {
	case rest == "":
		return false
	case strings.IndexByte(" \t\n\r\f\v\x00", rest[0]) >= 0:
		l.pos++
	case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "# "), strings.HasPrefix(rest, "#!"):
		if i := strings.IndexByte(rest, '\n'); i >= 0 {
			l.pos += i + 1
		} else {
			l.pos = len(l.text)
		}
	case strings.HasPrefix(rest, "/*"):
		l.skipBlockComment()
	default:
		return false
	}
	return true
}

// skipBlockComment skips a comment, which may hold others.
func (l *lexer) skipBlockComment() {
	depth := 0
	for l.pos < len(l.text) {
		switch rest := l.text[l.pos:]; {
		case strings.HasPrefix(rest, "/*"):
			depth++
			l.pos += 2
		case strings.HasPrefix(rest, "*/"):
			depth--
			l.pos += 2
			if depth == 0 {
				return
			}
		default:
			l.pos++
		}
	}
}

// skipQuoted skips what is in quotes of kind q, with backslashes and doubled quotes inside.
func (l *lexer) skipQuoted(q byte) {
	for l.pos++; l.pos < len(l.text); l.pos++ {
		switch l.text[l.pos] {
		case '\\':
			l.pos++
		case q:
			if l.pos+1 < len(l.text) && l.text[l.pos+1] == q {
				l.pos++
				continue
			}
			l.pos++
			return
		}
	}
	l.pos = min(l.pos, len(l.text))
}

// skipHeredoc skips $tag$ … $tag$, if there is one.
func (l *lexer) skipHeredoc() bool {
	rest := l.text[l.pos:]
	i := strings.IndexByte(rest[1:], '$')
	if i < 0 {
		return false
	}
	tag := rest[:i+2]
	for j := 1; j < len(tag)-1; j++ {
		if !wordByte(tag[j]) {
			return false
		}
	}
	j := strings.Index(rest[len(tag):], tag)
	if j < 0 {
		return false
	}
	l.pos += len(tag) + j + len(tag)
	return true
}
