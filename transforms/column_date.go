package transforms

import (
	"creditsync/transforms/cndate"
	"creditsync/transforms/fold"
)

// hashCache remembers the hashes of the last values of a column of days or amounts, which repeat much: the days of eleven years
// have a place each.
type hashCache []struct {
	value int64
	hash  uint64
	known bool
}

const hashBits = 12

func newHashCache() hashCache { return make(hashCache, 1<<hashBits) }

// readDate reads a column of days.
func (b *batch) readDate(c *column) {
	if c.src == nil {
		return
	}
	for i := range b.rows {
		raw := c.src.raw(i)
		if len(raw) == 0 {
			continue
		}
		day, reason, _ := cndate.Parse(raw)
		if reason != cndate.OK {
			b.noDate(c, i, raw, reason)
			continue
		}
		if c.field.NotFuture && day > b.today {
			b.violate(c, i, ruleInTheFuture)
			continue
		}
		c.state[i], c.day[i] = good, int32(day)
		b.sum[i] += b.hashDay(c, day)
	}
}

// noDate says of a cell that is no date whether it is absent or refused.
func (b *batch) noDate(c *column, i int, raw []byte, reason cndate.Reason) {
	v := fold.Trim(raw)
	spoilt := damaged(v)
	switch {
	case fold.IsNull(v) || fold.IsPlaceholder(v):
	case spoilt != noRule:
		b.violate(c, i, spoilt)
	case reason == cndate.OutOfRange:
		b.violate(c, i, ruleOutOfRange)
	default:
		b.violate(c, i, ruleNotADate)
	}
}

func (b *batch) hashDay(c *column, day cndate.Day) uint64 {
	slot := &c.hashes[uint32(day)%(1<<hashBits)]
	if !slot.known || slot.value != int64(day) {
		b.num = cndate.AppendISO(b.num[:0], day)
		slot.value, slot.hash, slot.known = int64(day), c.plan.hash(b.num), true
	}
	return slot.hash
}
