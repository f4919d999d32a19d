package jsonrows

import (
	"bytes"
	"io"

	"creditsync/internal/fault"
)

// NoPath says that a text has no array where the records were said to be.
type NoPath struct {
	Key string   // that is missing, or whose value is no object or array; "" for the text as a whole
	Has []string // the keys that were there instead
}

// Error is an English sentence.
func (e *NoPath) Error() string { return "no array at " + e.Key }

// enter goes to the array and into it.
func (r *Records) enter() error {
	for i, key := range r.path {
		if c, err := r.peek(); err == nil && c != '{' {
			return &NoPath{Key: at(r.path, i)}
		}
		if _, err := r.must("{", expected("{")); err != nil {
			return err
		}
		r.depth = i + 1
		if err := r.find(key, i); err != nil {
			return err
		}
	}
	r.depth = len(r.path)
	if c, err := r.peek(); err == nil && c != '[' {
		return &NoPath{Key: at(r.path, len(r.path))}
	}
	_, err := r.must("[", expected("["))
	return err
}

// at is the path up to key number i.
func at(path []string, i int) string {
	var b bytes.Buffer
	for n, k := range path[:i] {
		if n > 0 {
			b.WriteByte('.')
		}
		b.WriteString(k)
	}
	return b.String()
}

// shownKeys is how many keys a message names.
const shownKeys = 20

// find goes to the value of a key in the object that was entered.
func (r *Records) find(key string, level int) error {
	var has []string
	for first := true; ; first = false {
		got, end, err := r.nextKey(first)
		if err != nil {
			return err
		}
		if end {
			return &NoPath{Key: at(r.path, level+1), Has: has}
		}
		if got == key {
			return nil
		}
		if len(has) < shownKeys {
			has = append(has, got)
		}
		if err := r.pass(); err != nil {
			return err
		}
	}
}

// nextKey takes the next key of an object, with its colon; end: there is none.
func (r *Records) nextKey(first bool) (key string, end bool, err error) {
	c, err := r.peek()
	switch {
	case err == nil && first && c == '}':
		r.drop(1)
		return "", true, nil
	case err == nil && !first:
		c, err := r.must(",}", fault.T("这里应为逗号或 }", "a comma or } is expected here"))
		if err != nil || c == '}' {
			return "", err == nil, err
		}
	}
	if c, err := r.peek(); err == nil && c != '"' {
		return "", false, r.syntax(expected(`"`))
	} else if err == io.EOF {
		return "", false, r.cut()
	} else if err != nil {
		return "", false, err
	}
	b, _, err := r.value()
	if err != nil {
		return "", false, err
	}
	p := parser{b: b}
	text, err := p.text(nil)
	if err != nil {
		return "", false, r.syntax(expected(`"`))
	}
	_, err = r.must(":", expected(":"))
	return string(text), false, err
}

// pass passes over a value.
func (r *Records) pass() error {
	if c, err := r.peek(); err == io.EOF {
		return r.cut()
	} else if err != nil {
		return err
	} else if bytes.IndexByte([]byte(",]}:"), c) >= 0 {
		return r.syntax(fault.T("这里应为一个值", "a value is expected here"))
	}
	_, _, err := r.value()
	return err
}

// leave reads what stands behind the array, to the end of the text: a text that breaks off there is not whole.
func (r *Records) leave() error {
	for ; r.depth > 0; r.depth-- {
		for {
			key, end, err := r.nextKey(false)
			if err != nil {
				return err
			}
			if end {
				break
			}
			if key == r.path[r.depth-1] {
				return r.syntax(fault.T("键 %s 在同一个对象中出现了两次", "the key %s comes twice in one object", r.name()))
			}
			if err := r.pass(); err != nil {
				return err
			}
		}
	}
	if _, err := r.peek(); err != io.EOF {
		if err != nil {
			return err
		}
		return r.syntax(extra())
	}
	return io.EOF
}

// Arrays are the paths of the arrays of objects in the beginning of a text, for a message that asks where the records are.
func Arrays(head []byte) []string {
	f := finder{b: head}
	f.walk("", 0)
	return f.found
}

// Several reports whether the beginning of a text is one whole object and the beginning of another value.
func Several(head []byte) bool {
	var s scan
	n, done := s.pass(head)
	return done && len(bytes.TrimLeft(head[n:], " \t\r\n")) > 0
}

// finder walks through as much of a text as there is.
type finder struct {
	b     []byte
	i     int
	found []string
}

// walk reads the value that is next and reports whether it was whole.
func (f *finder) walk(path string, depth int) bool {
	p := parser{b: f.b, i: f.i}
	p.blanks()
	f.i = p.i
	switch {
	case p.at() == '[':
		p.i++
		if p.blanks(); p.at() == '{' && path != "" {
			f.found = append(f.found, path)
		}
	case p.at() == '{' && depth < maxDepth:
		return f.object(path, depth)
	}
	var s scan
	n, done := s.pass(f.b[f.i:])
	f.i += n
	return done
}

func (f *finder) object(path string, depth int) bool {
	f.i++
	for {
		p := parser{b: f.b, i: f.i}
		p.blanks()
		if p.at() == ',' {
			p.i++
			p.blanks()
		}
		if p.at() != '"' {
			f.i = min(len(f.b), p.i+1)
			return p.at() == '}'
		}
		key, err := p.text(nil)
		if err != nil {
			return false
		}
		if p.blanks(); p.at() != ':' {
			return false
		}
		f.i = p.i + 1
		name := string(key)
		if path != "" {
			name = path + "." + name
		}
		if !f.walk(name, depth+1) {
			return false
		}
	}
}
