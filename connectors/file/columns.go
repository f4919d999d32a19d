package file

import (
	"encoding/binary"
	"strconv"

	"creditsync/connectors"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// column is one text column being filled: the bytes of its cells one after another, and where each ends.
type column struct {
	data    []byte  // allocated; the first used bytes are text
	used    int     //
	offsets []int32 // view of offBuf; offsets[row+1] is the end of that row's cell
	offBuf  []byte
	nulls   []int // rows without a cell
}

// columns fills the columns of one input and makes batches of them. A cell costs one copy and no allocation: the buffers
// are those that the Arrow arrays keep.
type columns struct {
	mem    memory.Allocator
	schema *arrow.Schema
	cols   []column // the table's, then that of the refs
	rows   int
	room   int   // rows that fit
	bytes  int   // of text, refs and offsets
	last   []int // bytes of each column in the batch before: its successor will be much alike
	lastN  int
}

const firstRows = 1024

func newColumns(mem memory.Allocator, names []string) *columns {
	fields := make([]arrow.Field, len(names))
	for i, n := range names {
		fields[i] = arrow.Field{Name: n, Type: arrow.BinaryTypes.String, Nullable: true}
	}
	n := len(names) + 1
	return &columns{
		mem: mem, schema: arrow.NewSchema(fields, nil),
		cols: make([]column, n), last: make([]int, n),
	}
}

// add appends a row. Cells beyond the columns are not looked at, missing ones are empty.
func (c *columns) add(rec record) {
	if c.rows == c.room {
		c.grow()
	}
	width := len(c.cols) - 1
	row := c.rows + 1
	have := min(width, len(rec.cells))
	for i, cell := range rec.cells[:have] {
		col := &c.cols[i]
		if cell.lo < 0 {
			col.nulls = append(col.nulls, c.rows)
			col.offsets[row] = int32(col.used)
			continue
		}
		n := int(cell.hi - cell.lo)
		if col.used+n+16 > len(col.data) {
			col.reserve(c.mem, n+16)
		}
		// Most cells are short: two words, whatever follows in the record, are faster than a call of memmove.
		if n <= 16 && int(cell.lo)+16 <= len(rec.bytes) {
			src, dst := rec.bytes[cell.lo:cell.lo+16], col.data[col.used:col.used+16]
			binary.LittleEndian.PutUint64(dst, binary.LittleEndian.Uint64(src))
			binary.LittleEndian.PutUint64(dst[8:], binary.LittleEndian.Uint64(src[8:]))
		} else {
			copy(col.data[col.used:], rec.bytes[cell.lo:cell.hi])
		}
		col.used += n
		col.offsets[row] = int32(col.used)
	}
	for i := have; i < width; i++ {
		c.cols[i].offsets[row] = int32(c.cols[i].used)
	}
	refs := &c.cols[width]
	if most := len(rec.place) + 20 + len(rec.suffix); refs.used+most > len(refs.data) {
		refs.reserve(c.mem, most)
	}
	at := refs.used + copy(refs.data[refs.used:], rec.place)
	at = len(strconv.AppendInt(refs.data[:at], int64(rec.line), 10))
	refs.used = at + copy(refs.data[at:], rec.suffix)
	refs.offsets[row] = int32(refs.used)
	c.rows = row
	c.bytes += c.sizeOf(rec)
}

// sizeOf is what a row takes in a batch.
func (c *columns) sizeOf(rec record) int { return len(rec.bytes) + len(rec.place) + 8 + 4*len(c.cols) }

// reserve makes room for n more bytes.
func (col *column) reserve(mem memory.Allocator, n int) {
	size := max(2*len(col.data), col.used+n, 4096)
	if col.data == nil {
		col.data = mem.Allocate(size)
		return
	}
	col.data = mem.Reallocate(size, col.data)
}

// grow makes room for more rows: at first for as many as the batch before had, so that a small file takes little memory and
// a large one is not copied about.
func (c *columns) grow() {
	first := c.room == 0
	c.room = min(max(2*c.room, firstRows, c.lastN), connectors.MaxBatchRows)
	size := arrow.Int32Traits.BytesRequired(c.room + 1)
	for i := range c.cols {
		col := &c.cols[i]
		if first {
			col.offBuf = c.mem.Allocate(size)
			if c.last[i] > 0 {
				col.data = c.mem.Allocate(c.last[i] + c.last[i]/8 + 64)
			}
		} else {
			col.offBuf = c.mem.Reallocate(size, col.offBuf)
		}
		col.offsets = arrow.Int32Traits.CastFromBytes(col.offBuf)
		if first {
			col.offsets[0] = 0
		}
	}
}

// batch makes a batch of the rows added since the one before.
func (c *columns) batch(input int, refused []connectors.Refused) *connectors.Batch {
	if c.room == 0 {
		c.grow() // arrays without rows have an offset too
	}
	arrays := make([]arrow.Array, len(c.cols))
	for i := range c.cols {
		arrays[i] = c.cols[i].array(c.mem, c.rows)
		c.last[i] = c.cols[i].used
		c.cols[i] = column{nulls: c.cols[i].nulls[:0]}
	}
	width := len(c.cols) - 1
	b := &connectors.Batch{
		Input: input, Refused: refused,
		Rows: array.NewRecord(c.schema, arrays[:width], int64(c.rows)),
		Refs: arrays[width].(*array.String),
	}
	for _, a := range arrays[:width] {
		a.Release()
	}
	c.lastN, c.rows, c.room, c.bytes = c.rows, 0, 0, 0
	return b
}

// array hands the column's memory over to an array.
func (col *column) array(mem memory.Allocator, rows int) *array.String {
	offsets := owned(mem, col.offBuf, arrow.Int32Traits.BytesRequired(rows+1))
	if col.data == nil {
		col.data = mem.Allocate(64)
	}
	text := owned(mem, col.data, col.used)
	valid := col.valid(mem, rows)
	data := array.NewData(arrow.BinaryTypes.String, rows, []*memory.Buffer{valid, offsets, text}, nil, len(col.nulls), 0)
	a := array.NewStringData(data)
	data.Release()
	if valid != nil {
		valid.Release()
	}
	offsets.Release()
	text.Release()
	return a
}

// valid is the bitmap of the rows that have a cell; nil where all have.
func (col *column) valid(mem memory.Allocator, rows int) *memory.Buffer {
	if len(col.nulls) == 0 {
		return nil
	}
	n := int(bitutil.BytesForBits(int64(rows)))
	bits := mem.Allocate(n)
	for i := range bits[:n] {
		bits[i] = 0xff
	}
	for _, row := range col.nulls {
		bitutil.ClearBit(bits, row)
	}
	return owned(mem, bits, n)
}

// owned is a buffer over the first n bytes of memory that goes back to mem when the buffer is released.
func owned(mem memory.Allocator, b []byte, n int) *memory.Buffer {
	whole := memory.NewBufferWithAllocator(b, mem)
	part := memory.SliceBuffer(whole, 0, n)
	whole.Release()
	return part
}

// release gives back what no batch was made of.
func (c *columns) release() {
	for i := range c.cols {
		if c.cols[i].offBuf != nil {
			c.mem.Free(c.cols[i].offBuf)
		}
		if c.cols[i].data != nil {
			c.mem.Free(c.cols[i].data)
		}
		c.cols[i] = column{}
	}
	c.rows, c.room, c.bytes = 0, 0, 0
}
