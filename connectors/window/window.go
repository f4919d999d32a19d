// Package window looks at a stream through a window that slides over it: what is in hand can be looked at as often as it
// takes, what has been dealt with is dropped, and memory stays bounded. Parsers of connectors that cut a stream into pieces
// stand on it.
//
// It knows nothing of what the bytes mean. Next to read: connectors/file/xlsx, connectors/jsonrows.
package window

import (
	"errors"
	"io"
)

// ErrFull says that what is in hand has grown to the window's bound and that nothing of it was dropped.
var ErrFull = errors.New("more in hand than the window holds")

// atOnce is how many bytes are asked of the stream at once.
const atOnce = 256 << 10

// Window is a sliding view of a stream. It is used by one goroutine.
type Window struct {
	src    io.Reader
	buf    []byte
	lo, hi int
	most   int
	passed int64
	err    error
}

// New looks at src; most bounds the bytes in hand.
func New(src io.Reader, most int) *Window { return &Window{src: src, most: most} }

// Bytes are those in hand, valid until More.
func (w *Window) Bytes() []byte { return w.buf[w.lo:w.hi] }

// Drop lets go of the first n bytes in hand.
func (w *Window) Drop(n int) {
	w.lo += n
	w.passed += int64(n)
}

// Passed is how many bytes were dropped.
func (w *Window) Passed() int64 { return w.passed }

// More reads on, so that more bytes are in hand than before. Its errors are those of the stream, io.EOF at its end, and
// ErrFull; what is in hand stays there.
func (w *Window) More() error {
	switch {
	case w.err != nil:
		return w.err
	case w.hi-w.lo >= w.most:
		return ErrFull
	}
	if free := len(w.buf) - w.hi; free < atOnce {
		have := w.hi - w.lo
		to := w.buf
		if len(to) < have+atOnce {
			to = make([]byte, max(2*atOnce, 2*have+atOnce))
		}
		copy(to, w.buf[w.lo:w.hi])
		w.buf, w.lo, w.hi = to, 0, have
	}
	for {
		n, err := w.src.Read(w.buf[w.hi : w.hi+atOnce])
		w.hi += n
		w.err = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
