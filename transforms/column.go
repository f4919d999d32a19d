package transforms

import (
	"strconv"

	"creditsync/schemas"
	"creditsync/transforms/cndate"
	"creditsync/transforms/personid"
)

// column is what the first pass makes of one field of a batch: the state of every cell, and the values of the good ones
// in the form of the field's type. It is reused from batch to batch.
type column struct {
	field *schemas.Field
	plan  *fieldPlan
	src   *source // nil where the source has no such column
	state []state

	text   values           // Text, Name, Code and Document
	masked []maskedText     // the cells of text in which an ID was found, by row
	class  []personid.Class // PersonNo
	day    []int32          // Date
	amount []int64          // Money, in 分; Count
	pick   []uint32         // Choice and Choices: index into choices
	choice []choice         // the distinct cells of a Choice or Choices; 0 is the absent one
	memo   memo
	blank  []int32 // rows whose code is the placeholder for a business without a code
	hashes hashCache
}

// maskedText is a cell that is stored with the IDs in it masked.
type maskedText struct {
	row  int32
	text []byte
}

// start makes the column ready for n rows.
func (c *column) start(src *source, n int) {
	c.src = src
	c.state = zeroed(c.state, n)
	c.masked, c.blank = c.masked[:0], c.blank[:0]
	c.memo.start()
	switch c.field.Type {
	case schemas.Date:
		c.day = zeroed(c.day, n)
	case schemas.Money, schemas.Count:
		c.amount = zeroed(c.amount, n)
	case schemas.Choice, schemas.Choices:
		c.pick = zeroed(c.pick, n)
		c.choice = append(c.choice[:0], choice{})
	default:
		c.text.start(src, n)
		if c.field.Format == schemas.PersonNo {
			c.class = zeroed(c.class, n)
		}
	}
}

// done lets go of the batch.
func (c *column) done() {
	c.src = nil
	c.text.done()
	clear(c.masked)
	clear(c.choice)
	c.memo.done()
}

// violate refuses cell i, which was absent or good, and its row with it.
func (b *batch) violate(c *column, i int, r rule) {
	c.state[i] = refused(r)
	b.bad[i] = true
}

// clear is the clear value of cell i of a text or of a Choice; empty where it is absent or refused.
func (c *column) clear(i int) []byte {
	if c.state[i] != good {
		return nil
	}
	switch c.field.Type {
	case schemas.Choice, schemas.Choices:
		return c.choice[c.pick[i]].clear
	}
	return c.text.at(i)
}

// appendValue appends the normalised clear value of the good cell i: what is hashed, and what a key holds.
func (c *column) appendValue(dst []byte, i int) []byte {
	switch c.field.Type {
	case schemas.Date:
		return cndate.AppendISO(dst, cndate.Day(c.day[i]))
	case schemas.Money:
		return appendAmount(dst, c.field, c.amount[i])
	case schemas.Count:
		return strconv.AppendInt(dst, c.amount[i], 10)
	}
	return append(dst, c.clear(i)...)
}
