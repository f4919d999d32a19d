package transforms

import (
	"strconv"

	"creditsync/transforms/count"
	"creditsync/transforms/fold"
)

// readCount reads a column of whole numbers.
func (b *batch) readCount(c *column) {
	if c.src == nil {
		return
	}
	for i := range b.rows {
		raw := c.src.raw(i)
		if len(raw) == 0 {
			continue
		}
		n, reason := count.Parse(raw, c.field.Unit)
		if reason != count.OK {
			b.noCount(c, i, raw, reason)
			continue
		}
		c.state[i], c.amount[i] = good, n
		b.sum[i] += b.hashCount(c, n)
	}
}

// noCount says of a cell that is no whole number whether it is absent or refused.
func (b *batch) noCount(c *column, i int, raw []byte, reason count.Reason) {
	v := fold.Trim(raw)
	switch {
	case fold.IsNull(v) || fold.IsPlaceholder(v):
	case reason == count.OutOfRange:
		b.violate(c, i, ruleOutOfRange)
	default:
		b.violate(c, i, ruleNotACount)
	}
}

func (b *batch) hashCount(c *column, n int64) uint64 {
	slot := &c.hashes[uint32(n)%(1<<hashBits)]
	if !slot.known || slot.value != n {
		b.num = strconv.AppendInt(b.num[:0], n, 10)
		slot.value, slot.hash, slot.known = n, c.plan.hash(b.num), true
	}
	return slot.hash
}
