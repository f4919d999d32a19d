package native

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// wire reads the parts of packets from a client. After an error every further part is zero; the error stays. It allocates as
// bytes come, not as lengths claim.
type wire struct {
	in  *bufio.Reader
	err error

	left   int64         // bytes that the packet may still have
	budget *atomic.Int64 // bytes that all packets may still have; what this one has taken is in taken
	taken  int64
}

// errPacket is what is wrong with a packet, for the client.
type errPacket struct{ what string }

func (e *errPacket) Error() string { return e.what }

// begin allows a packet of so many bytes.
func (w *wire) begin(bytes int64) { w.left, w.err = bytes, nil }

// end gives the packet's bytes back to the budget.
func (w *wire) end() {
	w.budget.Add(w.taken)
	w.taken = 0
}

func (w *wire) fail(err error) {
	if w.err != nil || err == nil {
		return
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	w.err = err
}

// take counts n bytes.
func (w *wire) take(n int64) bool {
	if w.left -= n; w.left < 0 {
		w.fail(&errPacket{"The packet is too long."})
		return false
	}
	w.taken += n
	if w.budget.Add(-n) < 0 {
		w.fail(&errPacket{"Too much text of queries is on its way at once: send it again later."})
		return false
	}
	return true
}

func (w *wire) uvarint() uint64 {
	if w.err != nil {
		return 0
	}
	v, err := binary.ReadUvarint(w.in)
	var n connectionError
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, &n) {
		err = &errPacket{"A number is none."}
	}
	w.fail(err)
	return v
}

// connectionError is an error of the connection, not of what it brought.
type connectionError interface{ Timeout() bool }

func (w *wire) byte() byte {
	if w.err != nil {
		return 0
	}
	b, err := w.in.ReadByte()
	w.fail(err)
	return b
}

// fixed reads n bytes, which are few.
func (w *wire) fixed(n int) []byte {
	b := make([]byte, n)
	if w.err == nil {
		_, err := io.ReadFull(w.in, b)
		w.fail(err)
	}
	return b
}

// text reads a text of at most limit bytes; what names it.
func (w *wire) text(what string, limit int64) string {
	n := w.uvarint()
	if w.err == nil && n > uint64(limit) {
		w.fail(&errPacket{fmt.Sprintf("%s has %d bytes; at most %d are taken.", what, n, limit)})
	}
	var b bytes.Buffer
	for left := int64(n); left > 0 && w.err == nil; {
		piece := min(left, 64<<10)
		if !w.take(piece) {
			break
		}
		_, err := io.CopyN(&b, w.in, piece)
		w.fail(err)
		left -= piece
	}
	if w.err != nil {
		return ""
	}
	return b.String()
}
