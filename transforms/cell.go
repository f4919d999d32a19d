package transforms

import (
	"bytes"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// state is what became of one cell: absent, good, or refused with a rule.
type state uint8

const (
	absent state = iota
	good
)

// refused is the state of a cell that breaks r.
func refused(r rule) state { return good + state(r) }

// rule is what a cell was refused for; noRule where it was not.
func (s state) rule() rule {
	if s <= good {
		return noRule
	}
	return rule(s - good)
}

// texts are the cells of one column as bytes: a view of Arrow's buffers, or buffers of our own.
type texts struct {
	offs []int32
	data []byte
}

// at is cell i. It must not be changed or kept.
func (t *texts) at(i int) []byte {
	from, to := t.offs[i], t.offs[i+1]
	return t.data[from:to:to]
}

// source is a column as it was read.
type source struct {
	texts
	arr   *array.String
	nulls bool // there are some
}

// newSource views a column of a batch.
func newSource(arr *array.String) source {
	s := source{arr: arr, nulls: arr.NullN() > 0}
	if arr.Len() == 0 {
		s.offs = []int32{0} // an empty array may have no buffers
		return s
	}
	s.offs = arr.ValueOffsets()
	if b := arr.Data().Buffers()[2]; b != nil {
		s.data = b.Bytes()
	}
	return s
}

// raw is cell i, empty where it is null.
func (s *source) raw(i int) []byte {
	if s.nulls && s.arr.IsNull(i) {
		return nil
	}
	return s.at(i)
}

// values are the folded cells of a column, filled from the first to the last. As long as every cell folds to itself
// they are the source's own cells and nothing is copied.
type values struct {
	texts
	src    *source
	shared bool
	own    texts // buffers that are kept from batch to batch
}

// start begins a column of n cells; src is nil for a column that the source does not have.
func (v *values) start(src *source, n int) {
	v.src, v.shared = src, src != nil
	if v.shared {
		v.texts = src.texts
		return
	}
	v.texts = texts{offs: zeroed(v.own.offs, n+1), data: v.own.data[:0]}
}

// fork stops sharing before cell i.
func (v *values) fork(i, n int) {
	offs, data := v.own.offs[:0], v.own.data[:0]
	offs = append(grown(offs, n+1), 0)
	if i > 0 {
		base := v.offs[0]
		for _, o := range v.offs[1 : i+1] {
			offs = append(offs, o-base)
		}
		data = append(data, v.data[base:v.offs[i]]...)
	}
	v.texts, v.shared = texts{offs, data}, false
}

// set gives cell i its value, n being the number of cells. Cells are set in order.
func (v *values) set(i, n int, value []byte) {
	if v.shared {
		if bytes.Equal(value, v.at(i)) {
			return
		}
		v.fork(i, n)
	}
	v.data = append(v.data, value...)
	v.offs = append(v.offs, int32(len(v.data)))
}

// keep says that cell i is as it was read; its raw text is given for the case that the column is no longer shared.
func (v *values) keep(raw []byte) {
	if v.shared {
		return
	}
	v.data = append(v.data, raw...)
	v.offs = append(v.offs, int32(len(v.data)))
}

// done ends a batch: the buffers are kept for the next one, the source is not.
func (v *values) done() {
	if !v.shared && v.offs != nil {
		v.own = v.texts
	}
	v.texts, v.src = texts{}, nil
}

// grown is s, empty, with room for n elements.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, 0, n)
	}
	return s[:0]
}

// zeroed is s with n zero elements.
func zeroed[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// isText reports that a column is one that Apply reads.
func isText(a arrow.Array) (*array.String, bool) {
	s, ok := a.(*array.String)
	return s, ok
}

// view is b as a string without a copy, for as long as b does not change.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
