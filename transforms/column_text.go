package transforms

import (
	"unicode/utf8"

	"creditsync/schemas"
	"creditsync/transforms/fold"
	"creditsync/transforms/personid"
)

// readText folds and checks a column of texts, names, codes or document numbers.
func (b *batch) readText(c *column) {
	if c.src == nil {
		return
	}
	for i := range b.rows {
		raw := c.src.raw(i)
		if len(raw) == 0 {
			c.text.set(i, b.rows, nil)
			continue
		}
		if t := c.memo.find(raw); t != nil {
			b.putText(c, i, raw, t)
			continue
		}
		t := b.oneText(c, raw)
		if !c.memo.off {
			if !t.same {
				t.value = b.keep(t.value)
			}
			c.memo.put(raw, t)
		}
		b.putText(c, i, raw, &t)
	}
}

// putText stores what cell i came to.
func (b *batch) putText(c *column, i int, raw []byte, t *memoText) {
	c.state[i] = t.state
	switch {
	case t.state > good:
		b.bad[i] = true
		c.text.keep(nil)
		return
	case t.state == absent:
		c.text.set(i, b.rows, nil)
		return
	case t.same:
		c.text.keep(raw)
	default:
		c.text.set(i, b.rows, t.value)
	}
	b.sum[i] += t.hash
	if t.masked != nil {
		c.masked = append(c.masked, maskedText{int32(i), t.masked})
	}
	if t.blank {
		c.blank = append(c.blank, int32(i))
	}
}

// oneText folds and checks one cell. The value may lie in scratch memory.
func (b *batch) oneText(c *column, raw []byte) memoText {
	p := c.plan
	v := p.fold(b.foldTo[:0], raw)
	if fold.IsNull(v) || p.placeholders && fold.IsPlaceholder(v) {
		return memoText{}
	}
	if r := damaged(v); r != noRule {
		return memoText{state: refused(r)}
	}
	if p.format != nil {
		var r rule
		if v, r = p.format(b, v); r != noRule {
			return memoText{state: refused(r)}
		}
	}
	if p.tooLong(v) {
		return memoText{state: refused(ruleTooLong)}
	}
	t := memoText{state: good, value: v, same: len(v) == len(raw) && &v[0] == &raw[0], hash: p.hash(v)}
	if p.findIDs {
		t.masked = b.maskIDs(v)
	}
	t.blank = p.field.Format == schemas.USCC && isBlankUSCC(v)
	return t
}

// tooLong reports that v has more characters than the standard allows.
func (p *fieldPlan) tooLong(v []byte) bool {
	return p.field.Max > 0 && len(v) > p.field.Max && utf8.RuneCount(v) > p.field.Max
}

// maskIDs is v with the resident IDs in it masked, nil where it has none.
func (b *batch) maskIDs(v []byte) []byte {
	if !personid.HasLong(v) {
		return nil
	}
	b.spans = b.spans[:0]
	personid.FindIn(v, b.visit)
	if len(b.spans) == 0 {
		return nil
	}
	return b.maskSpans(v)
}

// maskLooks is v with everything masked that looks like an ID, or v itself.
func (b *batch) maskLooks(v []byte) []byte {
	if !personid.HasLong(v) {
		return v
	}
	b.spans = b.spans[:0]
	personid.LooksLike(v, b.visit)
	if len(b.spans) == 0 {
		return v
	}
	return b.maskSpans(v)
}

// maskSpans is v with the spans of b masked, in memory of its own.
func (b *batch) maskSpans(v []byte) []byte {
	out := make([]byte, 0, len(v))
	at := 0
	for _, s := range b.spans {
		out = append(out, v[at:s.from]...)
		out = b.t.opt.Protect.Mask(schemas.PersonalNumber, v[s.from:s.to], out)
		at = s.to
	}
	return append(out, v[at:]...)
}

// span is a stretch of bytes or of rows.
type span struct{ from, to int }
