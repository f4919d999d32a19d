package duel

import "hash/fnv"

// Cells sums hashes of rows, cell by cell, whatever the order of the rows: two sides that read the same have the same sum.
type Cells struct {
	Rows int64
	Sum  uint64
}

// Add takes a row; a cell that is nil has no value.
func (c *Cells) Add(row [][]byte) {
	h := fnv.New64a()
	for _, cell := range row {
		mark := byte(0)
		if cell == nil {
			mark = 1
		}
		_, _ = h.Write(append(cell[:len(cell):len(cell)], 0xff, mark)) // 0xff is in no UTF-8
	}
	c.Rows++
	c.Sum += h.Sum64()
}
