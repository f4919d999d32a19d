package transforms

import (
	"github.com/apache/arrow/go/v17/arrow"

	"creditsync/schemas"
	"creditsync/transforms/personid"
)

// sealPlan are the functions that hide whole texts.
type sealPlan struct {
	text SealAll
	raw  func(clear []byte, index *[32]byte, dst []byte) []byte
}

// Classes and fields under which whole texts are sealed.
const (
	sealText = "text" // the clear texts of a row whose free text holds an ID; field text_cipher
	sealRaw  = "raw"  // the cells of a refused row; field raw
)

func newSealPlan(o *Options) sealPlan {
	return sealPlan{
		text: o.Protect.SealAll(sealText, o.Kind.Name, schemas.ColTextCipher),
		raw:  o.Protect.Seal(sealRaw, o.Kind.Name, sealRaw),
	}
}

// personal builds the three columns of a personal number: masked, blind index, cipher. A number that came masked is stored
// as it came and has no index and no cipher. A number of 15 digits has the index of the 18 that belong to it, so that a
// person is found by either; its cipher holds it as it came.
func (b *batch) personal(m *maker, c *column) []arrow.Array {
	b.index = zeroed(b.index, b.rows)
	index := b.index
	cipher := b.sealed(m, c.plan.sealAll, index, func(i int, dst []byte) []byte {
		if c.state[i] != good || c.class[i] == personid.Masked {
			return dst
		}
		return append(dst, c.text.at(i)...)
	})
	for i, class := range c.class {
		if class == personid.Resident15 && c.state[i] == good {
			wide := personid.Widen(c.text.at(i))
			b.num = c.plan.seal(wide[:], &b.full, b.num[:0])
			index[i] = [16]byte(b.full[:16])
		}
	}
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

// gathered are values of several rows that are identified or sealed together: one after another costs some times as much.
type gathered struct {
	values []byte
	ends   []int32    // of the values
	rows   []int32    // that they belong to
	ids    [][16]byte // what they come to: identities, or blind indexes
	places []int32    // of those rows among the accepted ones
	to     []int32    // the ends of their ciphers
}

// togetherMost is how many values are gathered: what they are worked on in stays in the processor's cache.
const togetherMost = 256

func (g *gathered) start() {
	clear(g.values)
	g.values, g.ends, g.rows, g.places, g.to = g.values[:0], g.ends[:0], g.rows[:0], g.places[:0], g.to[:0]
	if g.ids == nil {
		g.ids = make([][16]byte, togetherMost)
	}
}

// add says that a value of row i was appended, and reports that it is time to work on what was gathered.
func (g *gathered) add(i int) (full bool) {
	g.ends, g.rows = append(g.ends, int32(len(g.values))), append(g.rows, int32(i))
	return len(g.ends) == togetherMost
}

// sealed builds the column of the ciphers of what appended gives row by row, of rows for which it gives something. index, if it
// is not nil, gets their blind indexes.
func (b *batch) sealed(m *maker, seal SealAll, index [][16]byte, appended func(i int, dst []byte) []byte) arrow.Array {
	offs, o := newBuffer[int32](m, m.rows+1)
	g, all, done := &b.many, m.scratch[:0], 0 // done: the offsets before it are known
	g.start()
	flush := func(k int) {
		at, from := 0, int32(len(all))
		all, g.to = seal(g.values, g.ends, g.ids[:len(g.ends)], all, g.to)
		for ; done < k; done++ {
			o[done] = from
			if at < len(g.to) && int(g.places[at]) == done {
				from = g.to[at]
				at++
			}
		}
		if index != nil {
			for n, row := range g.rows {
				index[row] = g.ids[n]
			}
		}
		g.start()
	}
	k := 0
	for _, r := range m.runs {
		for i := r.from; i < r.to; i++ {
			before := len(g.values)
			if g.values = appended(i, g.values); len(g.values) > before {
				g.places = append(g.places, int32(k))
				if g.add(i) {
					flush(k + 1)
				}
			}
			k++
		}
	}
	flush(k)
	o[k] = int32(len(all))
	m.scratch = all
	return m.array(arrow.BinaryTypes.Binary, 0, nil, offs, m.buffer(all))
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
	return b.sealed(m, b.t.seals.text, nil, func(i int, dst []byte) []byte {
		start := len(dst)
		for k, c := range hiding {
			for at[k] < len(c.masked) && int(c.masked[at[k]].row) < i {
				at[k]++
			}
			if at[k] < len(c.masked) && int(c.masked[at[k]].row) == i || c.hides(i) {
				dst = appendMember(dst, len(dst) == start, c.field.Name, string(c.clear(i)))
			}
		}
		if len(dst) == start {
			return dst
		}
		return append(dst, '}')
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
