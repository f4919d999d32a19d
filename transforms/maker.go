package transforms

import (
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// maker builds Arrow columns of the accepted rows of a batch. Buffers are filled directly: a builder costs a call and a
// check for every cell.
type maker struct {
	alloc memory.Allocator
	runs  []span // of accepted rows
	rows  int    // how many these are
	whole bool   // all rows of a batch that has some
	// scratch is what a column of bytes is gathered in, before its size is known. Its column has a copy.
	scratch []byte
	inner   []int32
}

// newBuffer is a buffer of n elements, with a view of it.
func newBuffer[T any](m *maker, n int) (*memory.Buffer, []T) {
	var one T
	buf := memory.NewResizableBuffer(m.alloc)
	buf.Resize(n * int(unsafe.Sizeof(one)))
	if n == 0 {
		return buf, nil
	}
	return buf, unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(buf.Bytes()))), n)
}

// array makes an array over buffers, which it takes over; bitmap may be nil.
func (m *maker) array(t arrow.DataType, nulls int, bitmap *memory.Buffer, buffers ...*memory.Buffer) arrow.Array {
	all := append([]*memory.Buffer{bitmap}, buffers...)
	data := array.NewData(t, m.rows, all, nil, nulls, 0)
	defer data.Release()
	for _, b := range all {
		if b != nil {
			b.Release()
		}
	}
	return array.MakeFromData(data)
}

// uint64s builds a column of numbers.
func (m *maker) uint64s(of func(i int) uint64) arrow.Array {
	buf, out := newBuffer[uint64](m, m.rows)
	k := 0
	for _, r := range m.runs {
		for i := r.from; i < r.to; i++ {
			out[k] = of(i)
			k++
		}
	}
	return m.array(arrow.PrimitiveTypes.Uint64, 0, nil, buf)
}

// fixed16 builds a column of 16 bytes each.
func (m *maker) fixed16(of func(i int) [16]byte) arrow.Array {
	buf, out := newBuffer[[16]byte](m, m.rows)
	k := 0
	for _, r := range m.runs {
		for i := r.from; i < r.to; i++ {
			out[k] = of(i)
			k++
		}
	}
	return m.array(&arrow.FixedSizeBinaryType{ByteWidth: 16}, 0, nil, buf)
}

// copied builds a column of texts of the accepted ones among t, run by run.
func (m *maker) copied(t *texts) arrow.Array {
	size := int32(0)
	for _, r := range m.runs {
		size += t.offs[r.to] - t.offs[r.from]
	}
	offs, o := newBuffer[int32](m, m.rows+1)
	data, d := newBuffer[byte](m, int(size))
	k, at := 0, int32(0)
	for _, r := range m.runs {
		from := t.offs[r.from]
		shift := at - from
		for _, off := range t.offs[r.from:r.to] {
			o[k] = off + shift
			k++
		}
		at += int32(copy(d[at:], t.data[from:t.offs[r.to]]))
	}
	o[k] = at
	return m.array(arrow.BinaryTypes.String, 0, nil, offs, data)
}

// patched is copied with some cells in another form, in the order of their rows.
func (m *maker) patched(t *texts, with []maskedText) arrow.Array {
	return m.bytes(arrow.BinaryTypes.String, func(i int, dst []byte) []byte {
		for len(with) > 0 && int(with[0].row) < i {
			with = with[1:]
		}
		if len(with) > 0 && int(with[0].row) == i {
			return append(dst, with[0].text...)
		}
		return append(dst, t.at(i)...)
	})
}

// bytes builds a column of texts or of bytes that appended gives row by row.
func (m *maker) bytes(t arrow.DataType, appended func(i int, dst []byte) []byte) arrow.Array {
	offs, o := newBuffer[int32](m, m.rows+1)
	all := m.scratch[:0]
	k := 0
	for _, r := range m.runs {
		for i := r.from; i < r.to; i++ {
			o[k] = int32(len(all))
			all = appended(i, all)
			k++
		}
	}
	o[k] = int32(len(all))
	m.scratch = all
	return m.array(t, 0, nil, offs, m.buffer(all))
}

// buffer is a buffer with a copy of b.
func (m *maker) buffer(b []byte) *memory.Buffer {
	buf, data := newBuffer[byte](m, len(b))
	copy(data, b)
	return buf
}

// strings builds a column of texts.
func (m *maker) strings(of func(i int) string) arrow.Array {
	return m.bytes(arrow.BinaryTypes.String, func(i int, dst []byte) []byte { return append(dst, of(i)...) })
}

// lists builds a column of lists of texts.
func (m *maker) lists(of func(i int) []string) arrow.Array {
	outer, o := newBuffer[int32](m, m.rows+1)
	inner := append(m.inner[:0], 0)
	all := m.scratch[:0]
	k := 0
	for _, r := range m.runs {
		for i := r.from; i < r.to; i++ {
			o[k] = int32(len(inner) - 1)
			for _, s := range of(i) {
				all = append(all, s...)
				inner = append(inner, int32(len(all)))
			}
			k++
		}
	}
	o[k] = int32(len(inner) - 1)
	offs, view := newBuffer[int32](m, len(inner))
	copy(view, inner)
	text := m.buffer(all)
	m.inner, m.scratch = inner, all
	items := array.NewData(arrow.BinaryTypes.String, len(inner)-1, []*memory.Buffer{nil, offs, text}, nil, 0, 0)
	list := arrow.ListOfField(arrow.Field{Name: "item", Type: arrow.BinaryTypes.String})
	data := array.NewData(list, m.rows, []*memory.Buffer{nil, outer}, []arrow.ArrayData{items}, 0, 0)
	for _, one := range []interface{ Release() }{offs, text, outer, items} {
		one.Release()
	}
	defer data.Release()
	return array.NewListData(data)
}

// validity is the bitmap of the rows that have a value, nil where every row of the kind must have one.
func (m *maker) validity(c *column) (*memory.Buffer, int) {
	if !c.field.Nullable() {
		return nil, 0
	}
	buf, bits := newBuffer[byte](m, int(bitutil.BytesForBits(int64(m.rows))))
	clear(bits)
	k, nulls := 0, 0
	for _, r := range m.runs {
		for _, s := range c.state[r.from:r.to] {
			if s == good {
				bits[k/8] |= 1 << (k % 8)
			} else {
				nulls++
			}
			k++
		}
	}
	if nulls == 0 {
		buf.Release()
		return nil, 0
	}
	return buf, nulls
}
