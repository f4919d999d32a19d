package transforms

import (
	"creditsync/schemas"
	"creditsync/transforms/fold"
	"creditsync/transforms/money"
)

// readMoney reads a column of amounts in the field's unit.
func (b *batch) readMoney(c *column) {
	if c.src == nil {
		return
	}
	parse := money.Parse
	if c.field.Unit == schemas.Yuan {
		parse = money.ParseYuan
	}
	for i := range b.rows {
		raw := c.src.raw(i)
		if len(raw) == 0 {
			continue
		}
		amount, reason := parse(raw)
		if reason != money.OK {
			b.noMoney(c, i, raw, reason)
			continue
		}
		c.state[i], c.amount[i] = good, amount
		b.sum[i] += b.hashAmount(c, amount)
	}
}

// noMoney says of a cell that is no amount whether it is absent or refused.
func (b *batch) noMoney(c *column, i int, raw []byte, reason money.Reason) {
	v := fold.Trim(raw)
	spoilt := damaged(v)
	switch {
	case fold.IsNull(v) || fold.IsPlaceholder(v):
	case spoilt != noRule:
		b.violate(c, i, spoilt)
	case reason == money.OutOfRange:
		b.violate(c, i, ruleOutOfRange)
	default:
		b.violate(c, i, ruleNotANumber)
	}
}

func (b *batch) hashAmount(c *column, amount int64) uint64 {
	slot := &c.hashes[uint64(amount)*0x9E3779B97F4A7C15>>(64-hashBits)]
	if !slot.known || slot.value != amount {
		b.num = appendAmount(b.num[:0], c.field, amount)
		slot.value, slot.hash, slot.known = amount, c.plan.hash(b.num), true
	}
	return slot.hash
}

// appendAmount appends an amount in the field's unit with all its places.
func appendAmount(dst []byte, f *schemas.Field, amount int64) []byte {
	if f.Unit == schemas.Yuan {
		return money.AppendYuan(dst, amount)
	}
	return money.AppendDecimal(dst, amount)
}
