package file

import (
	"bytes"
	"io"

	"creditsync/internal/fault"
)

const (
	rawSize  = 256 << 10 // bytes of a file in hand at once
	peekSize = 64 << 10  // of them, those by which its nature is told
)

// text is a file's content as UTF-8. Which encoding it is may be found out only at the first byte that is not ASCII,
// however late that comes. Used by one goroutine.
type text struct {
	name    string
	src     io.Reader
	raw     []byte
	lo, hi  int // what of raw is not decoded yet
	ended   bool
	enc     charset
	decode  decode
	started bool
	err     error // of the source: nothing comes after it
}

func newText(name string, src io.Reader, enc charset) *text {
	return &text{name: name, src: src, raw: make([]byte, rawSize), enc: enc}
}

// fill decodes into dst, which has room for at least 16 bytes, until that is full. doubtful: a NUL or a U+FFFD is in what
// it wrote. io.EOF comes with no bytes.
func (t *text) fill(dst []byte) (n int, doubtful bool, err error) {
	for n+16 <= len(dst) {
		if err = t.more(); err != nil {
			break
		}
		if !t.started {
			if err = t.start(); err != nil {
				break
			}
			continue
		}
		if t.lo == t.hi {
			if n == 0 {
				err = io.EOF
			}
			break
		}
		wrote, used := t.step(dst[n:])
		t.lo += used
		n += wrote
		if used == 0 && t.ended {
			break // dst is full but for a few bytes
		}
	}
	return n, suspicious(dst[:n]), err
}

// step decodes what is in hand.
func (t *text) step(dst []byte) (wrote, used int) {
	in := t.raw[t.lo:t.hi]
	if t.enc != unknown {
		wrote, used, _ = t.decode(dst, in, t.ended)
		return wrote, used
	}
	if ascii := asciiPrefix(in); ascii > 0 {
		n := copy(dst, in[:ascii])
		return n, n
	}
	if len(in) < decideWindow && !t.ended {
		if t.refill() != nil { // told at the next call of more
			return 0, 0
		}
	}
	in = t.raw[t.lo:t.hi]
	window := in[:min(len(in), decideWindow)]
	t.choose(decide(window, t.ended && len(window) == len(in)))
	wrote, used, _ = t.decode(dst, in, t.ended)
	return wrote, used
}

// more sees to it that a good part of raw is filled, or that the source has ended.
func (t *text) more() error {
	switch {
	case t.err != nil:
		return t.err
	case t.ended || t.hi-t.lo >= 64:
		return nil
	}
	return t.refill()
}

// refill reads until raw is full, whatever portions the source comes in: so that what is decided by a window of it is
// decided alike each time.
func (t *text) refill() error {
	copy(t.raw, t.raw[t.lo:t.hi])
	t.lo, t.hi = 0, t.hi-t.lo
	n, err := io.ReadFull(t.src, t.raw[t.hi:])
	t.hi += n
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		t.ended, err = true, nil
	}
	t.err = err
	return err
}

// start looks at the beginning: what is no text fails here.
func (t *text) start() error {
	t.started = true
	head := t.raw[t.lo:min(t.hi, peekSize)]
	if err := binaryKind(t.name, head); err != nil {
		return err
	}
	marked, n := mark(head)
	if marked != unknown {
		t.lo += n
		t.choose(marked)
		return nil
	}
	told := byNULs(head)
	switch {
	case t.enc == utf16Any && told != unknown, t.enc == unknown && told != unknown:
		t.choose(told)
	case t.enc == utf16Any:
		t.choose(utf16LE)
	case t.enc != utf16LE && t.enc != utf16BE && tooManyNULs(head):
		return binaryFile(t.name, fault.T("含大量 NUL 字节的二进制数据", "binary data with many NUL bytes"), exportAgain())
	case t.enc != unknown:
		t.choose(t.enc)
	}
	return nil
}

func (t *text) choose(e charset) { t.enc, t.decode = e, decoderOf(e) }

// suspicious reports whether b has a NUL or a U+FFFD: its rows have to be looked at one by one.
func suspicious(b []byte) bool {
	return bytes.IndexByte(b, 0) >= 0 || bytes.Contains(b, []byte(replacement))
}
