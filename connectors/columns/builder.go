// Package columns builds the batches of a connector: Arrow text columns, filled row by row straight from the bytes that came
// over the wire or out of a file, without an allocation a cell or a row. What a cell is and where it ends is the connector's
// business: it has them one by one (Add), or knows where they lie in a record (AddSpans).
//
// Memory comes from the reader's allocator and is handed over to the batch, whose release gives it back. Start at Builder.
package columns

import (
	"encoding/binary"
	"strconv"

	"creditsync/connectors"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Builder collects the rows of one input. It is used by one goroutine.
type Builder struct {
	mem    memory.Allocator
	schema *arrow.Schema
	cols   []column // one a source column, and the last one for the refs
	rows   int
	room   int // rows that the offsets have room for
	bytes  int // of text, refs and offsets
	lastN  int // rows of the batch before
}

// column is one column of the batch that is built.
type column struct {
	offsets []int32 // a view of offBuf
	offBuf  []byte
	data    []byte
	used    int    // bytes of data
	valid   []byte // bitmap; nil as long as no cell is null
	nulls   int
	last    int // bytes in the batch before: its successor will be much alike
}

const firstRows = 1024

// New returns a builder of columns with these names, one batch after the other. A nil mem is a Recycler of its own.
func New(mem memory.Allocator, names []string) *Builder {
	if mem == nil {
		mem = new(Recycler)
	}
	fields := make([]arrow.Field, len(names))
	for i, n := range names {
		fields[i] = arrow.Field{Name: n, Type: arrow.BinaryTypes.String, Nullable: true}
	}
	return &Builder{mem: mem, schema: arrow.NewSchema(fields, nil), cols: make([]column, len(names)+1)}
}

// Rows is how many rows the batch has so far.
func (b *Builder) Rows() int { return b.rows }

// Fits reports whether a row with so many bytes of text still belongs into the batch, by its size. The first row always
// does.
func (b *Builder) Fits(bytes int) bool {
	return b.rows == 0 || b.bytes+bytes+4*len(b.cols) <= connectors.MaxBatchBytes
}

// Add appends a row and where it stands in the source. There is one cell a column; a nil one is null. The cells are copied.
func (b *Builder) Add(cells [][]byte, ref []byte) {
	if b.rows == b.room {
		b.grow()
	}
	row := b.rows + 1
	for i, cell := range cells {
		b.put(&b.cols[i], cell, row)
	}
	b.put(&b.cols[len(b.cols)-1], ref, row)
	b.rows = row
	b.bytes += 4 * len(b.cols)
}

func (b *Builder) put(col *column, cell []byte, row int) {
	n := len(cell)
	if cell == nil || col.valid != nil {
		col.mark(b.mem, b.room, row-1, cell != nil)
	}
	if col.used+n+16 > len(col.data) {
		col.reserve(b.mem, n+16)
	}
	// Most cells are short: two words, whatever follows in the row, are faster than a call of memmove.
	if n <= 16 && cap(cell) >= 16 {
		src, dst := cell[:16], col.data[col.used:col.used+16]
		binary.LittleEndian.PutUint64(dst, binary.LittleEndian.Uint64(src))
		binary.LittleEndian.PutUint64(dst[8:], binary.LittleEndian.Uint64(src[8:]))
	} else {
		copy(col.data[col.used:], cell)
	}
	col.used += n
	col.offsets[row] = int32(col.used)
	b.bytes += n
}

// Span is where a cell lies in its record; one that begins before 0 is null.
type Span struct{ Lo, Hi int32 }

// Place is where a row stands in its source: a number between two texts.
type Place struct {
	Before string
	Number int
	After  string
}

// AddSpans appends a row whose cells lie in text. Cells beyond the columns are not looked at, missing ones are empty.
func (b *Builder) AddSpans(text []byte, cells []Span, at Place) {
	if b.rows == b.room {
		b.grow()
	}
	width, row := len(b.cols)-1, b.rows+1
	have := min(width, len(cells))
	cols := b.cols[:have]
	for i, cell := range cells[:have] {
		col := &cols[i]
		if cell.Lo < 0 || col.valid != nil {
			col.mark(b.mem, b.room, row-1, cell.Lo >= 0)
			if cell.Lo < 0 {
				col.offsets[row] = int32(col.used)
				continue
			}
		}
		n := int(cell.Hi - cell.Lo)
		if col.used+n+16 > len(col.data) {
			col.reserve(b.mem, n+16)
		}
		// As in put: two words, whatever follows in the record.
		if n <= 16 && int(cell.Lo)+16 <= len(text) {
			src, dst := text[cell.Lo:cell.Lo+16], col.data[col.used:col.used+16]
			binary.LittleEndian.PutUint64(dst, binary.LittleEndian.Uint64(src))
			binary.LittleEndian.PutUint64(dst[8:], binary.LittleEndian.Uint64(src[8:]))
		} else {
			copy(col.data[col.used:], text[cell.Lo:cell.Hi])
		}
		col.used += n
		col.offsets[row] = int32(col.used)
	}
	for i := have; i < width; i++ {
		b.put(&b.cols[i], []byte{}, row)
	}
	refs := &b.cols[width]
	if most := len(at.Before) + 20 + len(at.After); refs.used+most > len(refs.data) {
		refs.reserve(b.mem, most)
	}
	to := refs.used + copy(refs.data[refs.used:], at.Before)
	to = len(strconv.AppendInt(refs.data[:to], int64(at.Number), 10))
	refs.used = to + copy(refs.data[to:], at.After)
	refs.offsets[row] = int32(refs.used)
	b.rows = row
	b.bytes += len(text) + len(at.Before) + 8 + 4*len(b.cols)
}

// mark says whether the cell is there. The bitmap is made at the first one that is not.
func (col *column) mark(mem memory.Allocator, room, at int, there bool) {
	if col.valid == nil {
		col.valid = mem.Allocate(int(bitutil.BytesForBits(int64(room))))
		clear(col.valid)
		bitutil.SetBitsTo(col.valid, 0, int64(at), true)
	}
	bitutil.SetBitTo(col.valid, at, there)
	if !there {
		col.nulls++
	}
}

// reserve makes room for n more bytes.
func (col *column) reserve(mem memory.Allocator, n int) {
	size := max(2*len(col.data), col.used+n, 4096)
	if col.data == nil {
		col.data = mem.Allocate(size)
		return
	}
	col.data = mem.Reallocate(size, col.data)
}

// grow makes room for more rows: at first for as many as the batch before had, so that a small table takes little memory and
// a large one is not copied about.
func (b *Builder) grow() {
	first := b.room == 0
	b.room = min(max(2*b.room, firstRows, b.lastN), connectors.MaxBatchRows)
	size, bits := arrow.Int32Traits.BytesRequired(b.room+1), int(bitutil.BytesForBits(int64(b.room)))
	for i := range b.cols {
		col := &b.cols[i]
		if first {
			col.offBuf = b.mem.Allocate(size)
			if col.last > 0 {
				col.data = b.mem.Allocate(col.last + col.last/8 + 64)
			}
		} else {
			col.offBuf = b.mem.Reallocate(size, col.offBuf)
		}
		if col.valid != nil {
			col.valid = b.mem.Reallocate(bits, col.valid)
		}
		col.offsets = arrow.Int32Traits.CastFromBytes(col.offBuf)
		if first {
			col.offsets[0] = 0
		}
	}
}

// Batch makes a batch of the rows added since the one before; input is the place in Reader.Inputs. Whoever gets it releases
// it.
func (b *Builder) Batch(input int, refused []connectors.Refused) *connectors.Batch {
	if b.room == 0 {
		b.grow() // arrays without rows have an offset too
	}
	arrays := make([]arrow.Array, len(b.cols))
	for i := range b.cols {
		arrays[i] = b.cols[i].array(b.mem, b.rows)
		b.cols[i] = column{last: b.cols[i].used}
	}
	width := len(b.cols) - 1
	out := &connectors.Batch{
		Input: input, Refused: refused,
		Rows: array.NewRecord(b.schema, arrays[:width], int64(b.rows)),
		Refs: arrays[width].(*array.String),
	}
	for _, a := range arrays[:width] {
		a.Release()
	}
	b.lastN, b.rows, b.room, b.bytes = b.rows, 0, 0, 0
	return out
}

// array hands the column's memory over to an array.
func (col *column) array(mem memory.Allocator, rows int) *array.String {
	offsets := owned(mem, col.offBuf, arrow.Int32Traits.BytesRequired(rows+1))
	if col.data == nil {
		col.data = mem.Allocate(64)
	}
	text := owned(mem, col.data, col.used)
	buffers := []*memory.Buffer{nil, offsets, text}
	if col.valid != nil {
		buffers[0] = owned(mem, col.valid, int(bitutil.BytesForBits(int64(rows))))
	}
	data := array.NewData(arrow.BinaryTypes.String, rows, buffers, nil, col.nulls, 0)
	a := array.NewStringData(data)
	data.Release()
	for _, buffer := range buffers {
		if buffer != nil {
			buffer.Release()
		}
	}
	return a
}

// owned is a buffer over the first n bytes of memory that goes back to mem when the buffer is released.
func owned(mem memory.Allocator, b []byte, n int) *memory.Buffer {
	whole := memory.NewBufferWithAllocator(b, mem)
	part := memory.SliceBuffer(whole, 0, n)
	whole.Release()
	return part
}

// Release gives back what no batch was made of. It may be called twice.
func (b *Builder) Release() {
	for i := range b.cols {
		for _, buffer := range [][]byte{b.cols[i].offBuf, b.cols[i].data, b.cols[i].valid} {
			if buffer != nil {
				b.mem.Free(buffer)
			}
		}
		b.cols[i] = column{}
	}
	b.rows, b.room, b.bytes = 0, 0, 0
}
