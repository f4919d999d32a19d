package engine

import (
	"encoding/binary"
	"errors"
	"io"
)

// The revisions of ClickHouse's protocol at which a Native block grew a part.
const (
	revisionBlockInfo           = 1     // any client that names its revision reads block information
	revisionCustomSerialisation = 54454 // a byte behind each type says whether the column's form is a special one
)

// blockInfo is what stands before a block: field 1 is_overflows = 0, field 2 bucket_num = -1, 0 ends the fields.
var blockInfo = []byte{1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0}

// errShortBlock means that a block ends before its own description says.
var errShortBlock = errors.New("a Native block is shorter than it says")

// nativeWriter turns Native blocks of revision 0, as libchdb writes them, into those of a client's revision. Each Write must
// hold whole blocks.
type nativeWriter struct {
	to       io.Writer
	revision uint64
	types    map[string]*columnType
	// zones, if set, gives the full types of the result's columns. It is asked once, when a column has the type DateTime:
	// at revision 0 that is written without its time zone.
	zones func() (map[string]string, error)
	full  map[string]string
	// around, if set, is called around each block: with true before and with false behind it.
	around func(begins bool) error
}

// Write writes the blocks of p. It does not keep p.
func (w *nativeWriter) Write(p []byte) (int, error) {
	b := block{data: p}
	for b.pos < len(p) {
		if err := w.announce(true); err != nil {
			return 0, err
		}
		if err := w.block(&b); err != nil {
			return 0, err
		}
		if err := w.announce(false); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

func (w *nativeWriter) announce(begins bool) error {
	if w.around == nil {
		return nil
	}
	return w.around(begins)
}

func (w *nativeWriter) block(b *block) error {
	if w.revision >= revisionBlockInfo {
		if _, err := w.to.Write(blockInfo); err != nil {
			return err
		}
	}
	start := b.pos
	columns, rows := b.varint(), b.varint()
	if b.short {
		return errShortBlock
	}
	if _, err := w.to.Write(b.data[start:b.pos]); err != nil {
		return err
	}
	for range columns {
		if err := w.column(b, rows); err != nil {
			return err
		}
	}
	return nil
}

func (w *nativeWriter) column(b *block, rows uint64) error {
	name, typ := b.text(), b.text()
	if b.short {
		return errShortBlock
	}
	t, err := w.parsed(typ)
	if err != nil {
		return err
	}
	if typ == "DateTime" && w.zones != nil {
		if w.full == nil {
			if w.full, err = w.zones(); err != nil {
				return err
			}
		}
		if f, ok := w.full[name]; ok {
			typ = f
		}
	}
	head := appendText(appendText(nil, name), typ)
	if w.revision >= revisionCustomSerialisation {
		head = append(head, 0)
	}
	if _, err := w.to.Write(head); err != nil {
		return err
	}
	start := b.pos
	if rows > 0 {
		if err := t.prefix(b); err != nil {
			return err
		}
		if err := t.skip(b, rows); err != nil {
			return err
		}
	}
	if b.short {
		return errShortBlock
	}
	_, err = w.to.Write(b.data[start:b.pos])
	return err
}

func (w *nativeWriter) parsed(typ string) (*columnType, error) {
	if t, ok := w.types[typ]; ok {
		return t, nil
	}
	t, err := parseType(typ)
	if err != nil {
		return nil, unsendable(typ)
	}
	if w.types == nil {
		w.types = map[string]*columnType{}
	}
	w.types[typ] = t
	return t, nil
}

// unsendable says that a column cannot be sent, for its type.
func unsendable(typ string) error {
	return refuse(notImplemented, "The embedded engine cannot send a column of type "+typ+
		" in the Native format at this protocol version: convert it, for instance with toString or toJSONString, or use another format.")
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// block is a reader over a block's bytes; short is set when one read behind the end, and stays set.
type block struct {
	data  []byte
	pos   int
	short bool
}

func (b *block) failed() error {
	if b.short {
		return errShortBlock
	}
	return nil
}

func (b *block) texts(n uint64) {
	for range n {
		b.skip(b.varint(), 1)
		if b.short {
			return
		}
	}
}

func (b *block) tags(n uint64) (counts [256]uint64) {
	start := b.pos
	b.skip(n, 1)
	if b.short {
		return counts
	}
	for _, d := range b.data[start:b.pos] {
		counts[d]++
	}
	return counts
}

func (b *block) varint() uint64 {
	v, n := binary.Uvarint(b.data[b.pos:])
	if n <= 0 {
		b.short = true
		return 0
	}
	b.pos += n
	return v
}

func (b *block) uint64() uint64 {
	if len(b.data)-b.pos < 8 {
		b.short = true
		return 0
	}
	b.pos += 8
	return binary.LittleEndian.Uint64(b.data[b.pos-8:])
}

// skip goes n items of size bytes on.
func (b *block) skip(n, size uint64) {
	if left := uint64(len(b.data) - b.pos); size > 0 && n > left/size {
		b.short = true
		return
	}
	b.pos += int(n * size)
}

func (b *block) text() string {
	n := b.varint()
	start := b.pos
	b.skip(n, 1)
	if b.short {
		return ""
	}
	return string(b.data[start:b.pos])
}
