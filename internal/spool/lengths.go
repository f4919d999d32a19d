package spool

import (
	"encoding/binary"

	"github.com/apache/arrow/go/v17/arrow"
)

// Where the texts of a column begin and end takes Arrow four bytes a text, all different, which no compression makes small. How
// long the texts are takes one byte, or two, and is often the same.

// offsets is what the offsets of a column's texts or items are, if the second of its buffers is that and they begin at 0.
func offsets(d arrow.ArrayData) []int32 {
	switch d.DataType().ID() {
	case arrow.STRING, arrow.BINARY, arrow.LIST:
	default:
		return nil
	}
	buf := d.Buffers()[1]
	if buf == nil || buf.Len() != arrow.Int32Traits.BytesRequired(d.Len()+1) {
		return nil
	}
	if o := arrow.Int32Traits.CastFromBytes(buf.Bytes()); o[0] == 0 {
		return o
	}
	return nil
}

// lengths puts how long each is into out, which it may replace by a larger one, as numbers of the width, in bytes, that it
// returns: 1, 2, or 0 where neither is enough.
func lengths(offsets []int32, out []byte) (_ []byte, width int) {
	n := len(offsets) - 1
	if cap(out) < 2*n {
		out = make([]byte, 2*n)
	}
	out = out[:n]
	last, all := offsets[0], uint32(0)
	for i, o := range offsets[1:] {
		one := uint32(o - last)
		out[i], last, all = byte(one), o, all|one
	}
	if all < 1<<8 {
		return out, 1
	}
	if all >= 1<<16 {
		return out, 0
	}
	out = out[:2*n]
	last = offsets[0]
	for i, o := range offsets[1:] {
		binary.LittleEndian.PutUint16(out[2*i:], uint16(o-last))
		last = o
	}
	return out, 2
}

// sum makes offsets of lengths, which are the last bytes of into: what is written never overtakes what is read.
func sum(into []byte, width int) {
	offsets := arrow.Int32Traits.CastFromBytes(into)
	n := len(offsets) - 1
	in := into[len(into)-n*width:]
	at := int32(0)
	offsets[0] = 0
	if width == 1 {
		for i := range n {
			at += int32(in[i])
			offsets[i+1] = at
		}
		return
	}
	for i := range n {
		at += int32(binary.LittleEndian.Uint16(in[2*i:]))
		offsets[i+1] = at
	}
}
