package engine

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// The most that a client's block may claim. A block's rows cost bytes each, so they need no bound of their own.
const (
	maxBlockColumns = 10000   // columns of a block
	maxBlockName    = 1 << 16 // bytes of a column's name, and of its type
)

// BlockReader turns the Native blocks that a client sends at its revision of the protocol into those of revision 0, which
// libchdb reads. It goes over them piece by piece, so that a block of any size costs a few kilobytes, and believes no length:
// what a block claims has to come.
type BlockReader struct {
	from     *bufio.Reader
	revision uint64
	types    map[string]*columnType
}

// NewBlockReader reads from from, and not a byte more than the blocks it is asked for.
func NewBlockReader(from *bufio.Reader, revision uint64) *BlockReader {
	return &BlockReader{from: from, revision: revision}
}

// Next copies one block to to and returns its size. No columns: there was no data in it, which ends an insert. An error of
// to is returned as it is; an *Exception says what is wrong with the block; io.ErrUnexpectedEOF, that it was cut.
func (r *BlockReader) Next(to io.Writer) (columns, rows uint64, err error) {
	p := &passage{from: r.from}
	if r.revision >= revisionBlockInfo {
		r.info(p)
	}
	p.to = to
	columns, rows = p.varint(), p.varint()
	if p.err != nil || columns == 0 {
		return 0, 0, p.failed()
	}
	if columns > maxBlockColumns {
		return 0, 0, refuse(badArguments, fmt.Sprintf("A block has %d columns; at most %d are taken.", columns, maxBlockColumns))
	}
	for range columns {
		if err := r.column(p, rows); err != nil {
			return 0, 0, err
		}
	}
	return columns, rows, p.failed()
}

// info reads the fields that stand before a block.
func (r *BlockReader) info(p *passage) {
	for p.err == nil {
		switch field := p.varint(); {
		case p.err != nil:
		case field == 0:
			return
		case field == 1:
			p.skip(1, 1)
		case field == 2:
			p.skip(1, 4)
		default:
			p.err = refuse(badArguments, fmt.Sprintf("A block has the unknown information %d.", field))
		}
	}
}

func (r *BlockReader) column(p *passage, rows uint64) error {
	p.text()
	typ := p.text()
	if r.revision >= revisionCustomSerialisation {
		form, err := p.from.ReadByte()
		p.fail(err)
		if p.err == nil && form != 0 {
			return refuse(notImplemented, "The embedded engine takes no columns in a special form (sparse and the like).")
		}
	}
	if p.err != nil {
		return p.failed()
	}
	t, err := r.parsed(typ)
	if err != nil {
		return err
	}
	if rows == 0 {
		return nil
	}
	if err := t.prefix(p); err != nil {
		return refuse(badArguments, err.Error()+".")
	}
	if err := t.skip(p, rows); err != nil {
		return err
	}
	return p.failed()
}

func (r *BlockReader) parsed(typ string) (*columnType, error) {
	if t, ok := r.types[typ]; ok {
		return t, nil
	}
	t, err := parseType(typ)
	if err != nil {
		return nil, refuse(notImplemented, fmt.Sprintf("The embedded engine cannot take a column of type %.200q over the native protocol: insert it in another format over HTTP.", typ))
	}
	if r.types == nil || len(r.types) >= maxBlockColumns {
		r.types = map[string]*columnType{}
	}
	r.types[typ] = t
	return t, nil
}

// passage is a walker that passes on what it goes over.
type passage struct {
	from *bufio.Reader
	to   io.Writer // nil drops it
	err  error     // the first error; stays
}

func (p *passage) fail(err error) {
	if p.err != nil || err == nil {
		return
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	p.err = err
}

func (p *passage) failed() error { return p.err }

func (p *passage) write(b []byte) {
	if p.to == nil || p.err != nil {
		return
	}
	_, err := p.to.Write(b)
	p.fail(err)
}

// skip passes n items of size bytes on.
func (p *passage) skip(n, size uint64) {
	if size > 0 && n > math.MaxInt64/size {
		p.fail(refuse(cannotReadAllData, "A block claims more data than there can be."))
	}
	for left := n * size; left > 0 && p.err == nil; {
		b := p.some(left)
		p.write(b)
		left -= p.drop(b)
	}
}

// some is what there is of the next limit bytes, at least one unless there is an error.
func (p *passage) some(limit uint64) []byte {
	if p.from.Buffered() == 0 {
		if _, err := p.from.Peek(1); err != nil {
			p.fail(err)
			return nil
		}
	}
	b, err := p.from.Peek(int(min(uint64(p.from.Buffered()), limit)))
	p.fail(err)
	return b
}

func (p *passage) drop(b []byte) uint64 {
	n, err := p.from.Discard(len(b))
	p.fail(err)
	return uint64(n)
}

func (p *passage) varint() uint64 {
	if p.err != nil {
		return 0
	}
	v, err := binary.ReadUvarint(p.from)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !ofConnection(err) {
		err = refuse(cannotReadAllData, "A block holds a number that is none.")
	}
	p.fail(err)
	var b [binary.MaxVarintLen64]byte
	p.write(b[:binary.PutUvarint(b[:], v)])
	return v
}

// ofConnection reports whether err comes from a connection and not from what it brought.
func ofConnection(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t)
}

func (p *passage) uint64() uint64 {
	var b [8]byte
	if p.err == nil {
		_, err := io.ReadFull(p.from, b[:])
		p.fail(err)
	}
	if p.err != nil {
		return 0
	}
	p.write(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

func (p *passage) texts(n uint64) {
	for ; n > 0 && p.err == nil; n-- {
		p.skip(p.varint(), 1)
	}
}

// text passes a short text on and returns it.
func (p *passage) text() string {
	n := p.varint()
	if p.err == nil && n > maxBlockName {
		p.fail(refuse(badArguments, fmt.Sprintf("A column's name or type has %d bytes; at most %d are taken.", n, maxBlockName)))
	}
	if p.err != nil {
		return ""
	}
	b := make([]byte, n)
	_, err := io.ReadFull(p.from, b)
	p.fail(err)
	p.write(b)
	return string(b)
}

func (p *passage) tags(n uint64) (counts [256]uint64) {
	for n > 0 && p.err == nil {
		b := p.some(n)
		for _, tag := range b {
			counts[tag]++
		}
		p.write(b)
		n -= p.drop(b)
	}
	return counts
}
