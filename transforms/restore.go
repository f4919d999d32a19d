package transforms

import (
	"bytes"

	"github.com/apache/arrow/go/v17/arrow/array"

	"creditsync/transforms/fold"
)

// restore gives the cells of corrected rows back what was masked in them. A clerk who returns an exported row returns its
// IDs as stars; a cell that is exactly the masked form of the refused row's own cell means that cell.
func (b *batch) restore() {
	if b.bound.receipt < 0 || b.t.opt.Original == nil {
		return
	}
	personal := b.personalColumns()
	patches := make([]map[int]string, len(b.sources))
	for i := range b.rows {
		number := b.receipt(i)
		if number == "" {
			continue
		}
		cells, known := b.t.opt.Original(number)
		if !known {
			continue
		}
		for c, clear := range b.matchCells(cells) {
			// Blanks at the ends may get lost on the way through a spreadsheet.
			was := fold.Trim(b.sources[c].raw(i))
			text := fold.Trim([]byte(clear))
			if len(was) > 0 && !bytes.Equal(text, was) && b.isMaskOf(was, text, c, personal[c]) {
				if patches[c] == nil {
					patches[c] = map[int]string{}
				}
				patches[c][i] = clear
			}
		}
	}
	for c, patch := range patches {
		if patch != nil {
			b.sources[c] = b.patchSource(c, patch)
		}
	}
}

// isMaskOf reports that a cell of a source column is what people were shown of clear. In a mixed column that depends on
// the row's subject, which is not known yet.
func (b *batch) isMaskOf(cell, clear []byte, column int, class string) bool {
	return bytes.Equal(fold.Trim(b.maskCell(class, clear)), cell) ||
		b.isMixed(column) && bytes.Equal(fold.Trim(b.maskCell("", clear)), cell)
}

// receipt is the receipt that row i names, "" for none.
func (b *batch) receipt(i int) string {
	v := fold.Trim(b.sources[b.bound.receipt].raw(i))
	if fold.IsNull(v) || fold.IsPlaceholder(v) {
		return ""
	}
	return string(v)
}

// matchCells finds the columns of an earlier row's cells by their headers; of equal headers the n-th is the n-th.
func (b *batch) matchCells(cells []Cell) map[int]string {
	at := map[string][]int{}
	for c, h := range b.bound.headers {
		if c != b.bound.receipt {
			key := fold.Header(h)
			at[key] = append(at[key], c)
		}
	}
	out := map[int]string{}
	for _, cell := range cells {
		key := fold.Header(cell.Header)
		if list := at[key]; len(list) > 0 {
			out[list[0]] = cell.Text
			at[key] = list[1:]
		}
	}
	return out
}

// patchSource is a source column with some cells replaced.
func (b *batch) patchSource(c int, patch map[int]string) source {
	old := &b.sources[c]
	to := array.NewStringBuilder(b.t.opt.Alloc)
	defer to.Release()
	for i := range b.rows {
		if text, ok := patch[i]; ok {
			to.Append(text)
		} else if old.arr.IsNull(i) {
			to.AppendNull()
		} else {
			to.Append(string(old.at(i)))
		}
	}
	arr := to.NewStringArray()
	b.restored = append(b.restored, arr)
	return newSource(arr)
}

// receipts lists the rows that name a receipt.
func (b *batch) receipts(out *Output) {
	if b.bound.receipt < 0 {
		return
	}
	for i := range b.rows {
		if number := b.receipt(i); number != "" {
			out.Receipts = append(out.Receipts, Receipt{b.place(i), number, !b.bad[i]})
		}
	}
	for i, r := range b.in.Refused {
		if len(r.Cells) != len(b.bound.headers) {
			continue // which cell the receipt's is cannot be told
		}
		v := fold.Trim([]byte(r.Cells[b.bound.receipt]))
		if !fold.IsNull(v) && !fold.IsPlaceholder(v) {
			out.Receipts = append(out.Receipts, Receipt{b.place(b.rows + i), string(v), false})
		}
	}
}
