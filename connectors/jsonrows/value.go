package jsonrows

import "bytes"

// Check reads a whole document and keeps nothing of it. Its error is *Syntax.
func Check(doc []byte) error {
	p := parser{b: doc}
	p.blanks()
	err := p.skip()
	if err == nil {
		if p.blanks(); p.i == len(p.b) {
			return nil
		}
		err = p.fail(extra())
	}
	bad, ok := err.(*Syntax)
	if !ok {
		return err
	}
	var at place
	at.pass(doc[:min(p.i, len(doc))])
	return &Syntax{Line: at.line + 1, Column: at.column + 1, What: bad.What, Truncated: bad.Truncated}
}

// Value is the JSON of the value at a path of keys in a document that Check has passed; nil where it has none. Of a key that
// comes twice the first one counts.
func Value(doc []byte, path ...string) []byte {
	p := parser{b: doc}
	p.blanks()
	for _, key := range path {
		if !p.enter(key) {
			return nil
		}
	}
	from := p.i
	if p.skip() != nil {
		return nil
	}
	return doc[from:p.i]
}

// enter goes to the value of a key of the object that is next.
func (p *parser) enter(key string) bool {
	if p.at() != '{' {
		return false
	}
	for p.i++; ; p.i++ { // over the bracket, or the comma
		p.blanks()
		if p.at() != '"' {
			return false
		}
		got, err := p.text(p.key[:0])
		if p.key = got; err != nil || p.colon() != nil {
			return false
		}
		if string(got) == key {
			return true
		}
		if p.skip() != nil {
			return false
		}
		if p.blanks(); p.at() != ',' {
			return false
		}
	}
}

// Keys of the object that a document is, in their order, up to a number of them that a person reads.
func Keys(doc []byte) []string {
	var keys []string
	p := parser{b: doc}
	if p.blanks(); p.at() != '{' {
		return nil
	}
	_ = p.list('}', func() error {
		key, err := p.text(nil)
		if err != nil {
			return err
		}
		if len(keys) < shownKeys {
			keys = append(keys, string(bytes.ToValidUTF8(key, []byte("\uFFFD"))))
		}
		if err := p.colon(); err != nil {
			return err
		}
		return p.skip()
	})
	return keys
}

// Text is what the JSON of a single value says: the text of a string, a number and true and false as they are written. It is
// nil for null, objects and arrays.
func Text(value []byte) []byte {
	switch p := (parser{b: value}); p.at() {
	case 0, 'n', '{', '[':
		return nil
	case '"':
		text, err := p.text([]byte{})
		if err != nil {
			return nil
		}
		return text
	}
	return value
}
