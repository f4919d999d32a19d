package spool

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/klauspost/compress/s2"
)

// A block is a batch as it comes back: the buffers of its columns one after another, each from a place that is a multiple of
// align. In the file it is packed: each buffer is compressed by itself, for what stands in one column is alike, and follows
// the one before it. Where they are is kept in memory, so that a batch comes back as a view of what was unpacked.
type block struct {
	at     int64 // in the file
	packed int   // bytes in the file
	size   int   // bytes unpacked
	schema *arrow.Schema
	rows   int64  // 0 where the batch has none
	parts  []part // of the columns and their children, in the order in which plan meets them
}

// part is one column, or the items of a list, in a block.
type part struct {
	rows, nulls int
	buffers     []stretch
}

// stretch is where a buffer lies in its block, and how many bytes it has in the file; one that there is not begins before 0.
// Offsets are there as lengths, each so many bytes wide; 0 says that the buffer is there as it is.
type stretch struct{ at, size, packed, width int }

const align = 64 // as Arrow asks for

// raw is how many bytes were compressed.
func (s stretch) raw() int {
	if s.width == 0 {
		return s.size
	}
	return (s.size/arrow.Int32SizeBytes - 1) * s.width
}

// plan lays out the columns of rows. copies are columns that had to be copied, for they are a part of larger ones.
func plan(rows arrow.Record) (b block, data []arrow.ArrayData, copies []arrow.Array, err error) {
	b = block{schema: rows.Schema(), rows: rows.NumRows()}
	for i, col := range rows.Columns() {
		if sliced(col.Data()) {
			if col, err = array.Concatenate([]arrow.Array{col}, memory.DefaultAllocator); err != nil {
				return b, nil, copies, fmt.Errorf("column %s: %w", rows.ColumnName(i), err)
			}
			copies = append(copies, col)
		}
		if data, err = b.add(col.Data(), data); err != nil {
			return b, nil, copies, fmt.Errorf("column %s: %w", rows.ColumnName(i), err)
		}
	}
	return b, data, copies, nil
}

// add lays out one column and its children.
func (b *block) add(d arrow.ArrayData, data []arrow.ArrayData) ([]arrow.ArrayData, error) {
	if d.DataType().ID() == arrow.DICTIONARY || d.DataType().ID() == arrow.EXTENSION {
		return data, errors.New("its type is not one of those that rows have")
	}
	one := part{rows: d.Len(), nulls: d.NullN(), buffers: make([]stretch, len(d.Buffers()))}
	for i, buf := range d.Buffers() {
		if buf == nil {
			one.buffers[i].at = -1
			continue
		}
		one.buffers[i] = stretch{at: b.size, size: buf.Len()}
		b.size += (buf.Len() + align - 1) &^ (align - 1)
	}
	b.parts = append(b.parts, one)
	data = append(data, d)
	var err error
	for _, child := range d.Children() {
		if data, err = b.add(child, data); err != nil {
			return data, err
		}
	}
	return data, nil
}

// sliced reports that a column does not begin where its buffers begin.
func sliced(d arrow.ArrayData) bool {
	if d.Offset() != 0 {
		return true
	}
	for _, child := range d.Children() {
		if sliced(child) {
			return true
		}
	}
	return false
}

// pack compresses the buffers into out, which it may replace by a larger one.
func (b *block) pack(data []arrow.ArrayData, out []byte) []byte {
	out = out[:0]
	var short []byte // lengths of texts
	for i, d := range data {
		for k, buf := range d.Buffers() {
			if buf == nil || buf.Len() == 0 {
				continue
			}
			raw, s := buf.Bytes(), &b.parts[i].buffers[k]
			if k == 1 {
				if o := offsets(d); o != nil {
					if short, s.width = lengths(o, short); s.width > 0 {
						raw = short
					}
				}
			}
			at := len(out)
			out = slices.Grow(out, s2.MaxEncodedLen(len(raw)))
			one := s2.Encode(out[at:cap(out)], raw)
			out, s.packed = out[:at+len(one)], len(one)
		}
	}
	b.packed = len(out)
	return out
}

// unpack is the other way.
func (b *block) unpack(packed, whole []byte) error {
	for _, p := range b.parts {
		for _, s := range p.buffers {
			if s.packed == 0 {
				continue
			}
			into := whole[s.at : s.at+s.size]
			raw := into[s.size-s.raw():]
			if got, err := s2.Decode(raw, packed[:s.packed]); err != nil || len(got) != len(raw) {
				return fmt.Errorf("%d bytes of %d: %w", len(got), len(raw), cmp.Or(err, s2.ErrCorrupt))
			}
			if s.width > 0 {
				sum(into, s.width)
			}
			packed = packed[s.packed:]
		}
	}
	return nil
}

// record is the batch over the bytes of its block, which are released with it.
func (b *block) record(whole *memory.Buffer) arrow.Record {
	cols := make([]arrow.Array, b.schema.NumFields())
	rest := b.parts
	for i := range cols {
		var d arrow.ArrayData
		d, rest = view(b.schema.Field(i).Type, rest, whole)
		cols[i] = array.MakeFromData(d)
		d.Release()
	}
	defer func() {
		for _, c := range cols {
			c.Release()
		}
	}()
	return array.NewRecord(b.schema, cols, b.rows)
}

// view is the first of the parts, with its children, and the parts behind them.
func view(t arrow.DataType, parts []part, whole *memory.Buffer) (arrow.ArrayData, []part) {
	one, rest := parts[0], parts[1:]
	buffers := make([]*memory.Buffer, len(one.buffers))
	for i, s := range one.buffers {
		if s.at >= 0 {
			buffers[i] = memory.SliceBuffer(whole, s.at, s.size)
			defer buffers[i].Release()
		}
	}
	var children []arrow.ArrayData
	if nested, ok := t.(arrow.NestedType); ok {
		for _, f := range nested.Fields() {
			var child arrow.ArrayData
			child, rest = view(f.Type, rest, whole)
			defer child.Release()
			children = append(children, child)
		}
	}
	return array.NewData(t, one.rows, buffers, children, one.nulls, 0), rest
}
