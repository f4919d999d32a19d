// Package fault says what went wrong in a way that the rest of the program and the people before it can act on.
//
// An error carries a class (who can mend it, and so which exit status the process ends with), a stable dotted code, a
// sentence in Chinese and English that says what was being done and to what, and a hint that says what to do next.
// The code that knows the library sets the class; nobody greps an error's text.
//
// It is not for rejected rows: those are data and travel in batches.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Class says who can mend an error. Its number is the exit status of a process that ends with it.
type Class int

const (
	// None is the class of a nil error.
	None Class = 0
	// Run: this run failed, or another one holds the pipeline; the next one may succeed.
	Run Class = 1
	// Input: the configuration or the input is wrong; a person must change it.
	Input Class = 2
	// Environment: something outside cannot be reached, is full or is broken.
	Environment Class = 3
)

// Language is that of what people read.
type Language string

// The languages that every message exists in.
const (
	Chinese Language = "zh"
	English Language = "en"
)

// Text is one sentence in both languages.
type Text struct{ ZH, EN string }

// T formats one sentence in both languages from the same arguments. Use %[1]s where their order differs.
func T(zh, en string, args ...any) Text {
	if len(args) == 0 {
		return Text{ZH: zh, EN: en}
	}
	return Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}

// In returns the sentence in language l; anything but Chinese reads English.
func (t Text) In(l Language) string {
	if l == Chinese {
		return t.ZH
	}
	return t.EN
}

// Error is a classed error.
type Error struct {
	Class Class
	Code  string        // stable and dotted, as in "file.truncated_gzip"; part of the API
	What  Text          // what was being done, to what, and what went wrong
	Hint  Text          // what to do next; may be empty
	Retry bool          // trying the same thing again may succeed by itself
	After time.Duration // with Retry: not sooner than this
	Err   error         // the cause; may be nil
}

// New returns an error of class c.
func New(c Class, code string, what Text) *Error { return &Error{Class: c, Code: code, What: what} }

// Because returns e with its cause.
func (e *Error) Because(err error) *Error { e.Err = err; return e }

// Do returns e with the hint that says what to do next.
func (e *Error) Do(hint Text) *Error { e.Hint = hint; return e }

// Again returns e marked as worth trying again.
func (e *Error) Again() *Error { e.Retry = true; return e }

// Error is the English sentence with its cause, for logs.
func (e *Error) Error() string {
	s := e.What.EN
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf is the class of the outermost classed error in err's chain; Run where there is none, None for nil. Of several
// joined errors it is the first of Input, Environment, Run, as the exit status is.
func ClassOf(err error) Class {
	if err == nil {
		return None
	}
	if e, ok := err.(*Error); ok {
		return e.Class
	}
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		worst := None
		for _, one := range j.Unwrap() {
			worst = Worse(worst, ClassOf(one))
		}
		return worst
	}
	if inner := errors.Unwrap(err); inner != nil {
		return ClassOf(inner)
	}
	return Run
}

// Worse is the one of two classes that decides the exit status: the first of Input, Environment, Run, None.
func Worse(a, b Class) Class {
	rank := map[Class]int{None: 0, Run: 1, Environment: 2, Input: 3}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// CodeOf is the code of the outermost classed error, "" where there is none. Of several joined errors it is that of the one
// that decides the class.
func CodeOf(err error) string {
	for err != nil {
		if e, ok := err.(*Error); ok {
			return e.Code
		}
		inner := errors.Unwrap(err)
		if inner == nil {
			inner = worstOf(err)
		}
		err = inner
	}
	return ""
}

// Retryable reports whether trying again may help, and how long to wait first at least.
func Retryable(err error) (bool, time.Duration) {
	var e *Error
	if errors.As(err, &e) {
		return e.Retry, e.After
	}
	return false, 0
}

// worstOf is the classed one of several joined errors that decides the exit status; nil where e is no join or none is classed.
func worstOf(e error) error {
	joined, ok := e.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	class := ClassOf(e)
	for _, one := range joined.Unwrap() {
		if ClassOf(one) == class && CodeOf(one) != "" {
			return one
		}
	}
	return nil
}

// Say is what people read of err in language l: its words, and on a line of its own the hint.
func Say(err error, l Language) string {
	said, hint := Words(err, l)
	if hint != "" {
		said += "\n" + hint
	}
	return said
}

// Words are the sentences of the classed errors in err's chain from the outside in, with the innermost cause, and the
// outermost hint, in language l. Of several joined errors they are those of the one that decides the class.
func Words(err error, l Language) (said, hint string) {
	var parts []string
	for e := err; e != nil; {
		f, ok := e.(*Error)
		if !ok {
			inner := errors.Unwrap(e)
			if inner == nil {
				inner = worstOf(e)
			}
			var deeper *Error
			if inner == nil || !errors.As(inner, &deeper) {
				parts = append(parts, causeIn(e, l))
				break
			}
			e = inner
			continue
		}
		parts = append(parts, f.What.In(l))
		if hint == "" {
			hint = f.Hint.In(l)
		}
		e = f.Err
	}
	sep := ": "
	if l == Chinese {
		sep = "："
	}
	return strings.Join(parts, sep), hint
}
