package transforms

import (
	"github.com/apache/arrow/go/v17/arrow"

	"creditsync/schemas"
	"creditsync/transforms/personid"
)

// sealPlan are the functions that hide whole texts.
type sealPlan struct {
	text, raw func(clear []byte, index *[32]byte, dst []byte) []byte
}

// Classes and fields under which whole texts are sealed.
const (
	sealText = "text" // the clear texts of a row whose free text holds an ID; field text_cipher
	sealRaw  = "raw"  // the cells of a refused row; field raw
)

func newSealPlan(o *Options) sealPlan {
	return sealPlan{
		text: o.Protect.Seal(sealText, o.Kind.Name, schemas.ColTextCipher),
		raw:  o.Protect.Seal(sealRaw, o.Kind.Name, sealRaw),
	}
}

// personal builds the three columns of a personal number: masked, blind index, cipher. A number that came masked is stored
// as it came and has no index and no cipher.
func (b *batch) personal(m *maker, c *column) []arrow.Array {
	b.index = zeroed(b.index, b.rows)
	index := b.index
	cipher := m.bytes(arrow.BinaryTypes.Binary, func(i int, dst []byte) []byte {
		if c.state[i] != good || c.class[i] == personid.Masked {
			return dst
		}
		return b.sealNumber(c, i, &index[i], dst)
	})
	masked := m.bytes(arrow.BinaryTypes.String, func(i int, dst []byte) []byte {
		switch {
		case c.state[i] != good:
			return dst
		case c.class[i] == personid.Masked:
			return append(dst, c.text.at(i)...)
		}
		return b.t.opt.Protect.Mask(c.field.Personal, c.text.at(i), dst)
	})
	return []arrow.Array{masked, m.fixed16(func(i int) [16]byte { return index[i] }), cipher}
}

// sealNumber appends the cipher of a number and sets its index. A number of 15 digits has the index of the 18 that belong
// to it, so that a person is found by either; its cipher holds it as it came.
func (b *batch) sealNumber(c *column, i int, index *[16]byte, dst []byte) []byte {
	v := c.text.at(i)
	dst = c.plan.seal(v, &b.full, dst)
	if c.class[i] == personid.Resident15 {
		wide := personid.Widen(v)
		b.num = c.plan.seal(wide[:], &b.full, b.num[:0])
	}
	*index = [16]byte(b.full[:16])
	return dst
}

// textCipher builds the column of the sealed clear texts: of the rows in which a text was masked, those texts by field.
func (b *batch) textCipher(m *maker) arrow.Array {
	var hiding []*column
	at := make([]int, len(b.cols))
	for f := range b.cols {
		if c := &b.cols[f]; len(c.masked) > 0 || c.hidesChoice() {
			hiding = append(hiding, c)
		}
	}
	var clear []byte
	return m.bytes(arrow.BinaryTypes.Binary, func(i int, dst []byte) []byte {
		clear = clear[:0]
		for k, c := range hiding {
			for at[k] < len(c.masked) && int(c.masked[at[k]].row) < i {
				at[k]++
			}
			if at[k] < len(c.masked) && int(c.masked[at[k]].row) == i || c.hides(i) {
				clear = appendMember(clear, c.field.Name, string(c.clear(i)))
			}
		}
		if len(clear) == 0 {
			return dst
		}
		return b.t.seals.text(append(clear, '}'), &b.full, dst)
	})
}

// hidesChoice reports that an ID was found in a value of the code list.
func (c *column) hidesChoice() bool {
	for k := range c.choice {
		if c.choice[k].hidden {
			return true
		}
	}
	return false
}

// hides reports that cell i holds such a value.
func (c *column) hides(i int) bool {
	return len(c.choice) > 0 && c.state[i] == good && c.choice[c.pick[i]].hidden
}
