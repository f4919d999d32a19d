package transforms

import (
	"encoding/binary"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"creditsync/schemas"
)

// placeFactor spreads places over 64 bits before they meet the hash of their row in a checksum (2^64 / golden ratio).
const placeFactor = 0x9E3779B97F4A7C15

// output builds what Apply returns.
func (b *batch) output() (*Output, error) {
	out := b.out
	out.Count.Read = uint64(b.rows + len(b.in.Refused))
	for _, r := range b.kept {
		out.Count.Accepted += uint64(r.to - r.from)
	}
	out.Count.Rejected = out.Count.Read - out.Count.Accepted
	out.Count.Unkeyed += uint64(len(b.in.Refused))
	b.countWarnings(&out)
	b.receipts(&out)
	var err error
	if out.Accepted, err = b.accepted(&out); err != nil {
		return nil, err
	}
	if out.Rejects, err = b.rejects(&out); err != nil {
		out.Accepted.Release()
		return nil, err
	}
	return &out, nil
}

// accepted builds the record of the accepted rows.
func (b *batch) accepted(out *Output) (arrow.Record, error) {
	n := int(out.Count.Accepted)
	m := maker{alloc: b.t.opt.Alloc, runs: b.kept, rows: n, whole: n == b.rows && n > 0, scratch: b.gather, inner: b.inner}
	var cols []arrow.Array
	defer func() {
		for _, c := range cols {
			c.Release()
		}
	}()
	add := func(a arrow.Array) { cols = append(cols, a) }
	add(m.uint64s(func(int) uint64 { return b.t.opt.RunNo }))
	add(m.uint64s(b.place))
	add(m.fixed16(func(i int) [16]byte { return b.ids[i] }))
	b.finishHashes(out)
	add(m.uint64s(func(i int) uint64 { return b.sum[i] }))
	add(b.refs(&m))
	add(m.lists(b.warningsOf))
	for f := range b.cols {
		c := &b.cols[f]
		if c.field.Personal != "" {
			cols = append(cols, b.personal(&m, c)...)
		} else {
			add(b.column(&m, c))
		}
	}
	add(b.textCipher(&m))
	b.gather, b.inner = m.scratch, m.inner
	return checked(b.t.schema, cols, n)
}

// finishHashes turns the sums of the accepted rows into their content hashes, and sums up the checksum.
func (b *batch) finishHashes(out *Output) {
	hash := b.t.opt.Protect.RowHash
	for _, r := range b.kept {
		for i := r.from; i < r.to; i++ {
			if hash != nil {
				b.sum[i] = hash(b.sum[i])
			}
			out.AcceptedCheck ^= b.sum[i] ^ b.place(i)*placeFactor
		}
	}
}

// column builds the column of a field that is stored as it is.
func (b *batch) column(m *maker, c *column) arrow.Array {
	switch c.field.Type {
	case schemas.Date:
		return m.days(c)
	case schemas.Money:
		return m.amounts(c)
	case schemas.Count:
		return m.counts(c)
	case schemas.Choices:
		return m.lists(func(i int) []string { return c.choice[c.pick[i]].shown })
	case schemas.Choice:
		return m.strings(func(i int) string {
			if shown := c.choice[c.pick[i]].shown; len(shown) > 0 {
				return shown[0]
			}
			return ""
		})
	}
	if len(c.masked) > 0 {
		return m.patched(&c.text.texts, c.masked)
	}
	if c.text.shared && m.whole && c.src.arr.NullN() == 0 {
		return share(c.src.arr)
	}
	return m.copied(&c.text.texts)
}

// refs builds the column of references, with the IDs in file names masked.
func (b *batch) refs(m *maker) arrow.Array {
	s := newSource(b.in.Refs)
	var masked []maskedText
	for _, r := range b.kept {
		for i := r.from; i < r.to; i++ {
			if v := b.maskIDs(s.at(i)); v != nil {
				masked = append(masked, maskedText{int32(i), v})
			}
		}
	}
	switch {
	case masked != nil:
		return m.patched(&s.texts, masked)
	case m.whole && b.in.Refs.NullN() == 0:
		return share(b.in.Refs)
	}
	return m.copied(&s.texts)
}

// checked makes a record of the schema and makes sure that it is what the schema says (I4): the engine would coerce what
// differs without a word.
func checked(schema *arrow.Schema, cols []arrow.Array, rows int) (arrow.Record, error) {
	for i, f := range schema.Fields() {
		switch {
		case i >= len(cols) || !arrow.TypeEqual(f.Type, cols[i].DataType(), arrow.CheckMetadata()):
			return nil, fmt.Errorf("transforms: column %s is not of type %s", f.Name, f.Type)
		case !f.Nullable && cols[i].NullN() > 0:
			return nil, fmt.Errorf("transforms: column %s has nulls", f.Name)
		case cols[i].Len() != rows:
			return nil, fmt.Errorf("transforms: column %s has %d rows, not %d", f.Name, cols[i].Len(), rows)
		}
	}
	return array.NewRecord(schema, cols, int64(rows)), nil
}

// share is the source's own column, without the bitmap of nulls that it may carry.
func share(a *array.String) arrow.Array {
	d := a.Data()
	data := array.NewData(arrow.BinaryTypes.String, d.Len(), append(d.Buffers()[:0:0], nil, d.Buffers()[1], d.Buffers()[2]), nil, 0, d.Offset())
	defer data.Release()
	return array.NewStringData(data)
}

// days builds a column of days; where absence is allowed it is null.
func (m *maker) days(c *column) arrow.Array {
	buf, out := newBuffer[int32](m, m.rows)
	k := 0
	for _, r := range m.runs {
		k += copy(out[k:], c.day[r.from:r.to])
	}
	bitmap, nulls := m.validity(c)
	return m.array(arrow.FixedWidthTypes.Date32, nulls, bitmap, buf)
}

// amounts builds a column of decimals, whose unscaled values are 分; where absence is allowed it is null.
func (m *maker) amounts(c *column) arrow.Array {
	buf, out := newBuffer[decimal128.Num](m, m.rows)
	k := 0
	for _, r := range m.runs {
		for i := r.from; i < r.to; i++ {
			out[k] = decimal128.FromI64(c.amount[i])
			k++
		}
	}
	bitmap, nulls := m.validity(c)
	return m.array(&arrow.Decimal128Type{Precision: 18, Scale: c.field.Scale()}, nulls, bitmap, buf)
}

// counts builds a column of whole numbers; where absence is allowed it is null.
func (m *maker) counts(c *column) arrow.Array {
	buf, out := newBuffer[int32](m, m.rows)
	k := 0
	for _, r := range m.runs {
		for i := r.from; i < r.to; i++ {
			out[k] = int32(c.amount[i])
			k++
		}
	}
	bitmap, nulls := m.validity(c)
	return m.array(arrow.PrimitiveTypes.Int32, nulls, bitmap, buf)
}

// check8 is the first 8 bytes of an id, little endian.
func check8(id [16]byte) uint64 { return binary.LittleEndian.Uint64(id[:8]) }
