package columns

import (
	"bytes"
	"fmt"
	"testing"

	"creditsync/connectors"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"
)

// TestBuilder_KeepsEveryCell: whatever the cells are, nulls among them, the batch has them and all memory comes back.
func TestBuilder_KeepsEveryCell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		mem := memory.NewCheckedAllocator(new(Recycler))
		width := rapid.IntRange(1, 4).Draw(t, "width")
		names := make([]string, width)
		for i := range names {
			names[i] = fmt.Sprint(i)
		}
		b := New(mem, names)
		for range rapid.IntRange(1, 3).Draw(t, "batches") {
			rows := rapid.SliceOfN(rapid.SliceOfN(rapid.OneOf(rapid.Just([]byte(nil)), rapid.SliceOfN(rapid.Byte(), 1, 40), rapid.Just([]byte{})), width, width), 0, 2000).Draw(t, "rows")
			for i, cells := range rows {
				b.Add(cells, fmt.Appendf(nil, "r%d", i))
			}
			if got := b.Rows(); got != len(rows) {
				t.Fatalf("%d rows, want %d", got, len(rows))
			}
			out := b.Batch(0, nil)
			for i, cells := range rows {
				for c, want := range cells {
					col := out.Rows.Column(c).(*array.String)
					if col.IsNull(i) != (want == nil) || col.Value(i) != string(want) {
						t.Fatalf("row %d, column %d: %q, null %v, want %q", i, c, col.Value(i), col.IsNull(i), want)
					}
				}
				if got, want := out.Refs.Value(i), fmt.Sprintf("r%d", i); got != want {
					t.Fatalf("ref %q, want %q", got, want)
				}
			}
			out.Release()
		}
		b.Add(make([][]byte, width), []byte("x"))
		b.Release()
		b.Release()
		if n := mem.CurrentAlloc(); n != 0 {
			t.Fatalf("%d bytes have not come back", n)
		}
	})
}

// TestBuilder_AddSpansIsAdd: cells that lie in a record come to the batch that the same cells come to one by one.
func TestBuilder_AddSpansIsAdd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		mem := memory.NewCheckedAllocator(new(Recycler))
		spans, cells := New(mem, []string{"a", "b", "c"}), New(mem, []string{"a", "b", "c"})
		for row := range rapid.IntRange(0, 1500).Draw(t, "rows") {
			var text []byte
			var at []Span
			one := [][]byte{{}, {}, {}} // those that are missing are empty
			for i := range rapid.IntRange(0, 5).Draw(t, "cells") {
				var cell []byte
				if rapid.IntRange(0, 9).Draw(t, "null") == 0 {
					at = append(at, Span{Lo: -1, Hi: -1})
				} else {
					cell = append([]byte{}, rapid.StringN(0, 30, 40).Draw(t, "cell")...)
					at = append(at, Span{Lo: int32(len(text)), Hi: int32(len(text) + len(cell))})
					text = append(append(text, cell...), ',')
				}
				if i < len(one) {
					one[i] = cell
				}
			}
			spans.AddSpans(text, at, Place{Before: "a.csv:", Number: row, After: "!"})
			cells.Add(one, fmt.Appendf(nil, "a.csv:%d!", row))
		}
		got, want := spans.Batch(1, nil), cells.Batch(1, nil)
		if !array.RecordEqual(got.Rows, want.Rows) || !array.Equal(got.Refs, want.Refs) {
			t.Fatalf("%v of %v\n%v of %v", got.Rows, got.Refs, want.Rows, want.Refs)
		}
		got.Release()
		want.Release()
		if n := mem.CurrentAlloc(); n != 0 {
			t.Fatalf("%d bytes have not come back", n)
		}
	})
}

func TestBuilder_Fits(t *testing.T) {
	t.Parallel()
	b := New(nil, []string{"a"})
	defer b.Release()
	if !b.Fits(2 * connectors.MaxBatchBytes) {
		t.Error("the first row does not fit")
	}
	b.Add([][]byte{bytes.Repeat([]byte("x"), connectors.MaxBatchBytes-100)}, []byte("r"))
	if !b.Fits(20) || b.Fits(200) {
		t.Errorf("20 bytes fit: %v, 200: %v, of 100 that are left", b.Fits(20), b.Fits(200))
	}
}

func TestBuilder_FullBatchAllocatesLittle(t *testing.T) {
	b := New(nil, []string{"a", "b", "c"})
	defer b.Release()
	cells, ref := [][]byte{[]byte("吉安市"), nil, []byte("20240103")}, []byte("t#1")
	batch := func() {
		for range connectors.MaxBatchRows {
			b.Add(cells, ref)
		}
		b.Batch(0, nil).Release()
	}
	batch()
	if got := testing.AllocsPerRun(3, batch); got > 60 {
		t.Errorf("%g allocations for %d rows", got, connectors.MaxBatchRows)
	}
}
