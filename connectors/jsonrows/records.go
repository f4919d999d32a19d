package jsonrows

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"creditsync/connectors"
	"creditsync/connectors/window"
	"creditsync/internal/fault"
)

// MaxRecord bounds the JSON of one record; a longer one is refused and passed over. A window for records holds that much.
const MaxRecord = connectors.MaxBatchBytes / 2

// Record is one of the objects of a stream.
type Record struct {
	JSON []byte // valid until the next one is asked for
	No   int    // of its line, or of the element of the array; from 1 on
	Rule string // why it is none: it is too long
}

// Records cuts a stream into objects. It is used by one goroutine.
type Records struct {
	win   *window.Window
	place place
	start place // of the record
	lines bool
	path  []string // to the array
	depth int      // of objects around the array that are open; −1 before it was found
	n     int
	err   error
}

// place counts lines and characters of what was dropped.
type place struct{ line, column int }

func (p *place) pass(b []byte) {
	if n := bytes.Count(b, []byte{'\n'}); n > 0 {
		p.line += n
		p.column = 0
		b = b[bytes.LastIndexByte(b, '\n')+1:]
	}
	p.column += utf8.RuneCount(b)
}

// Lines are the records of JSON Lines: an object a line. A line that is none is a record all the same: Row says what is wrong
// with it.
func Lines(w *window.Window) *Records { return &Records{win: w, lines: true} }

// Array are the elements of an array: the whole text, or the value at a path of keys in it. The text is checked to its end.
func Array(w *window.Window, path []string) *Records { return &Records{win: w, path: path, depth: -1} }

// Next is the next record, or io.EOF. Other errors are *Syntax, those of the stream, and the context's.
func (r *Records) Next(ctx context.Context) (Record, error) {
	if r.err != nil {
		return Record{}, r.err
	}
	if r.n%256 == 0 && ctx.Err() != nil {
		r.err = ctx.Err()
		return Record{}, r.err
	}
	var rec Record
	if r.lines {
		rec, r.err = r.line()
	} else {
		rec, r.err = r.element()
	}
	return rec, r.err
}

// drop lets go of n bytes and counts them.
func (r *Records) drop(n int) {
	r.place.pass(r.win.Bytes()[:n])
	r.win.Drop(n)
}

// line is the next line that is not blank.
func (r *Records) line() (Record, error) {
	for {
		b, rule, err := r.cutLine()
		if err != nil {
			return Record{}, err
		}
		no := r.place.line + 1
		if len(b) > 0 && b[len(b)-1] == '\n' {
			r.place.line++
		}
		if len(bytes.TrimLeft(b, " \t\r\n")) > 0 || rule != "" {
			if r.n++; rule != "" {
				b = nil
			}
			return Record{JSON: bytes.TrimRight(b, "\r\n"), No: no, Rule: rule}, nil
		}
	}
}

// cutLine takes a line off the window.
func (r *Records) cutLine() (b []byte, rule string, err error) {
	from := 0
	for {
		b = r.win.Bytes()
		if k := bytes.IndexByte(b[from:], '\n'); k >= 0 {
			b = b[:from+k+1]
			r.win.Drop(len(b))
			return b, rule, nil
		}
		from = len(b)
		if rule != "" {
			r.win.Drop(from)
			from = 0
		}
		switch err := r.win.More(); {
		case err == window.ErrFull:
			rule = connectors.RuleCellTooLarge
			r.win.Drop(from)
			from = 0
		case err == io.EOF && (from > 0 || rule != ""):
			r.win.Drop(from)
			return b[:from], rule, nil
		case err != nil:
			return nil, "", err
		}
	}
}

// peek is the next byte that is not blank, which stays; 0 with io.EOF at the end.
func (r *Records) peek() (byte, error) {
	for {
		b := r.win.Bytes()
		i := 0
		for i < len(b) && isBlank(b[i]) {
			i++
		}
		r.drop(i)
		if i < len(b) {
			return b[i], nil
		}
		if err := r.win.More(); err != nil {
			return 0, err
		}
	}
}

// must takes the next byte that is not blank, which must be one of those.
func (r *Records) must(any string, what fault.Text) (byte, error) {
	c, err := r.peek()
	if err == io.EOF {
		return 0, r.cut()
	}
	if err != nil {
		return 0, err
	}
	if strings.IndexByte(any, c) < 0 {
		return 0, r.syntax(what)
	}
	r.drop(1)
	return c, nil
}

func (r *Records) syntax(what fault.Text) error {
	return &Syntax{Line: r.place.line + 1, Column: r.place.column + 1, What: what}
}

func (r *Records) cut() error {
	return &Syntax{Line: r.place.line + 1, Column: r.place.column + 1, What: truncated(), Truncated: true}
}

// element is the next element of the array.
func (r *Records) element() (Record, error) {
	if r.depth < 0 {
		if err := r.enter(); err != nil {
			return Record{}, err
		}
	}
	c, err := r.peek()
	switch {
	case err == io.EOF:
		return Record{}, r.cut()
	case err != nil:
		return Record{}, err
	case c == ']' && r.n == 0:
		r.drop(1)
		return Record{}, r.leave()
	case r.n > 0:
		c, err := r.must(",]", fault.T("这里应为逗号或 ]", "a comma or ] is expected here"))
		if err != nil {
			return Record{}, err
		}
		if c == ']' {
			return Record{}, r.leave()
		}
	}
	switch c, err := r.peek(); {
	case err == nil && c == ']':
		return Record{}, r.syntax(fault.T("] 前面多了一个逗号", "there is a comma too many before ]"))
	case err == nil && c != '{':
		return Record{}, &Syntax{Line: r.place.line + 1, Column: r.place.column + 1, Shape: true, What: fault.T("数组中的元素应为对象（{ }）", "an element of the array must be an object ({ })")}
	}
	r.start = r.place
	b, fits, err := r.value()
	if err != nil {
		return Record{}, err
	}
	r.n++
	rec := Record{JSON: b, No: r.n}
	if !fits {
		rec.Rule = connectors.RuleCellTooLarge
	}
	return rec, nil
}

// Here says where in the stream the syntax error e of the record that Next returned last is.
func (r *Records) Here(rec Record, e *Syntax) *Syntax {
	at := r.start
	if r.lines {
		at = place{line: rec.No - 1}
	}
	before := string([]rune(string(rec.JSON))[:min(e.Column-1, utf8.RuneCount(rec.JSON))])
	at.pass([]byte(before))
	return &Syntax{Line: at.line + 1, Column: at.column + 1, What: e.What, Truncated: e.Truncated}
}

// value takes a whole value off the window; fits is false for one over MaxRecord, of which nothing is kept.
func (r *Records) value() (b []byte, fits bool, err error) {
	var s scan
	from := 0
	fits = true
	for {
		b = r.win.Bytes()
		n, done := s.pass(b[from:])
		from += n
		if done {
			b = b[:from]
			r.place.pass(b)
			r.win.Drop(from)
			return b, fits, nil
		}
		if !fits {
			r.drop(from)
			from = 0
		}
		switch err := r.win.More(); {
		case err == window.ErrFull:
			fits = false
			r.drop(from)
			from = 0
		case err == io.EOF:
			r.drop(from)
			return nil, false, r.cut()
		case err != nil:
			return nil, false, err
		}
	}
}

// name of the path, for people.
func (r *Records) name() string { return fmt.Sprintf("%q", strings.Join(r.path, ".")) }
