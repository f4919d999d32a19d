package jsonrows

import (
	"bytes"
	"unicode/utf8"

	"creditsync/connectors"
	"creditsync/internal/fault"
)

// maxDepth bounds how deep objects and arrays stand in each other.
const maxDepth = 64

// parser reads one object.
type parser struct {
	b     []byte
	i     int
	shape *Shape
	row   *Row // nil while columns are learned
	key   []byte
	depth int
	// unknown: there was a key that was not learned.
	unknown bool
}

// whole reads the object and nothing behind it.
func (p *parser) whole() error {
	if p.blanks(); p.at() != '{' {
		return p.fail(expected("{"))
	}
	if err := p.object(&p.shape.root); err != nil {
		return err
	}
	if p.blanks(); p.i < len(p.b) {
		return p.fail(fault.T("对象之后还有内容", "something follows the object"))
	}
	if p.unknown {
		return ErrUnknownKey
	}
	return nil
}

// at is the next byte; 0 at the end.
func (p *parser) at() byte {
	if p.i < len(p.b) {
		return p.b[p.i]
	}
	return 0
}

func (p *parser) blanks() {
	for p.i < len(p.b) && isBlank(p.b[p.i]) {
		p.i++
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

func (p *parser) fail(what fault.Text) error {
	if p.i >= len(p.b) {
		return &Syntax{Line: 1, Column: utf8.RuneCount(p.b) + 1, What: truncated(), Truncated: true}
	}
	return &Syntax{Line: 1, Column: utf8.RuneCount(p.b[:p.i]) + 1, What: what}
}

// list reads what stands between an opening bracket, which is next, and the closing one.
func (p *parser) list(closing byte, element func() error) error {
	if p.depth++; p.depth > maxDepth {
		return p.fail(fault.T("嵌套太深", "objects and arrays stand too deep in each other"))
	}
	p.i++
	for n := 0; ; n++ {
		p.blanks()
		switch {
		case n == 0 && p.at() == closing:
			p.i++
			p.depth--
			return nil
		case p.i >= len(p.b):
			return p.fail(truncated())
		}
		if err := element(); err != nil {
			return err
		}
		p.blanks()
		switch c := p.at(); {
		case c == ',':
			p.i++
		case c == closing && p.i < len(p.b):
			p.i++
			p.depth--
			return nil
		default:
			return p.fail(fault.T("这里应为逗号或 %c", "a comma or %c is expected here", closing))
		}
	}
}

// object reads an object whose keys are the kids of n.
func (p *parser) object(n *node) error {
	hint := 0
	return p.list('}', func() error {
		if p.at() != '"' {
			return p.fail(expected(`"`))
		}
		key, err := p.text(p.key[:0])
		if err != nil {
			return err
		}
		p.key = key
		kid, next := n.kid(key, hint)
		if hint = next; kid == nil {
			if p.row != nil {
				p.unknown = true
				if err := p.colon(); err != nil {
					return err
				}
				return p.skip()
			}
			if p.shape.nodes++; p.shape.nodes > 4*MaxColumns {
				return ErrTooManyColumns
			}
			kid, hint = n.add(key), len(n.kids)
		}
		if p.row != nil {
			if kid.seen == p.shape.rows {
				p.row.refuse(connectors.RuleDoubleKey)
			}
			kid.seen = p.shape.rows
		}
		if err := p.colon(); err != nil {
			return err
		}
		return p.value(kid)
	})
}

// colon reads what stands between a key and its value.
func (p *parser) colon() error {
	if p.blanks(); p.at() != ':' {
		return p.fail(expected(":"))
	}
	p.i++
	p.blanks()
	return nil
}

// value reads the value of the key n.
func (p *parser) value(n *node) error {
	if p.at() == '{' {
		return p.object(n)
	}
	if p.row == nil {
		if err := p.single(); err != nil {
			return err
		}
		if n.column < 0 {
			return p.shape.learn(n)
		}
		return nil
	}
	from, start := len(p.row.Text), p.i
	if err := p.single(); err != nil {
		return err
	}
	if n.column < 0 {
		p.unknown = true
		p.row.Text = p.row.Text[:from]
		return nil
	}
	p.row.put(n.column, from, p.b[start] == 'n' || p.b[start] == '[' && len(p.row.Text) == from)
	return nil
}

// single reads a value that makes one cell, and appends its text to the row.
func (p *parser) single() error {
	if p.at() == '[' {
		return p.array()
	}
	if p.row == nil {
		return p.scalar(nil)
	}
	return p.scalar(p.row)
}

// array reads an array into one cell.
func (p *parser) array() error {
	from, start, plain := 0, p.i, true
	if p.row != nil {
		from = len(p.row.Text)
	}
	err := p.list(']', func() error {
		switch p.at() {
		case '{', '[':
			plain = false
			return p.skip()
		case 'n':
			return p.scalar(p.row)
		}
		if p.row != nil && len(p.row.Text) > from {
			p.row.Text = append(p.row.Text, "；"...)
		}
		return p.scalar(p.row)
	})
	if err == nil && !plain && p.row != nil {
		p.row.Text = append(p.row.Text[:from], p.b[start:p.i]...)
	}
	return err
}

// skip reads a value of any kind and keeps nothing of it.
func (p *parser) skip() error {
	switch p.at() {
	case '{':
		return p.list('}', func() error {
			if p.at() != '"' {
				return p.fail(expected(`"`))
			}
			if _, err := p.text(p.key[:0]); err != nil {
				return err
			}
			if err := p.colon(); err != nil {
				return err
			}
			return p.skip()
		})
	case '[':
		return p.list(']', p.skip)
	}
	return p.scalar(nil)
}

// scalar reads a text, a number, true, false or null, and appends its text to the row; nil keeps nothing.
func (p *parser) scalar(to *Row) error {
	switch c := p.at(); {
	case c == '"':
		if to == nil {
			key, err := p.text(p.key[:0])
			p.key = key
			return err
		}
		text, err := p.text(to.Text)
		to.Text = text
		return err
	case c == '-' || c-'0' <= 9 && p.i < len(p.b):
		start := p.i
		if !p.number() {
			return p.fail(fault.T("这里应为数字", "a digit is expected here"))
		}
		if to != nil {
			to.Text = append(to.Text, p.b[start:p.i]...)
		}
		return nil
	}
	for _, word := range []string{"true", "false", "null"} {
		if rest := p.b[p.i:]; len(rest) >= len(word) && string(rest[:len(word)]) == word {
			p.i += len(word)
			if to != nil && word != "null" {
				to.Text = append(to.Text, word...)
			}
			return nil
		}
		if rest := p.b[p.i:]; len(rest) < len(word) && string(rest) == word[:len(rest)] {
			p.i = len(p.b)
			return p.fail(truncated())
		}
	}
	return p.fail(fault.T("这里应为一个值", "a value is expected here"))
}

// number passes over a number and reports whether it is one.
func (p *parser) number() bool {
	digits := func() bool {
		start := p.i
		for p.i < len(p.b) && p.b[p.i]-'0' <= 9 {
			p.i++
		}
		return p.i > start
	}
	if p.at() == '-' {
		p.i++
	}
	if p.at() == '0' {
		p.i++
	} else if !digits() {
		return false
	}
	if p.at() == '.' {
		p.i++
		if !digits() {
			return false
		}
	}
	if c := p.at(); c == 'e' || c == 'E' {
		p.i++
		if c := p.at(); c == '+' || c == '-' {
			p.i++
		}
		return digits()
	}
	return true
}

// text reads the string whose opening quote is next and appends its text.
func (p *parser) text(dst []byte) ([]byte, error) {
	p.i++
	quote := -1 // the next one
	for {
		if quote < p.i {
			if quote = bytes.IndexByte(p.b[p.i:], '"') + p.i; quote < p.i {
				p.i = len(p.b)
				return dst, p.fail(truncated())
			}
		}
		part := p.b[p.i:quote]
		escape := bytes.IndexByte(part, '\\')
		if escape < 0 {
			p.i = quote + 1
			return append(dst, part...), nil
		}
		dst = append(dst, part[:escape]...)
		p.i += escape
		var ok bool
		if dst, ok = p.escape(dst); !ok {
			if rest := p.b[p.i:]; len(rest) < 2 || rest[1] == 'u' && len(rest) < len(`\u0000`) {
				p.i = len(p.b)
			}
			return dst, p.fail(fault.T("字符串中有不合规的反斜杠", "a backslash in a string means nothing"))
		}
	}
}

// escape reads the escape that begins with the next byte.
func (p *parser) escape(dst []byte) ([]byte, bool) {
	if p.i+1 >= len(p.b) {
		return dst, false
	}
	c := p.b[p.i+1]
	if c == 'u' {
		return p.unicode(dst)
	}
	k := bytes.IndexByte([]byte(`"\/bfnrt`), c)
	if k < 0 {
		return dst, false
	}
	p.i += 2
	return append(dst, "\"\\/\b\f\n\r\t"[k]), true
}
