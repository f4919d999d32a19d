package transforms

import (
	"encoding/binary"

	"creditsync/schemas"
	"creditsync/transforms/docno"
	"creditsync/transforms/uscc"
)

// keyPlan is the natural key of a kind with its fields found.
type keyPlan struct {
	parts             []keyPart
	kindOf, name      int
	codes             []int
	codeNames         []string
	person, nameField string
}

type keyPart struct {
	field int   // −1 for the subject and the first of several
	first []int // these
	form  schemas.KeyForm
}

func newKeyPlan(k *schemas.Kind) keyPlan {
	p := keyPlan{kindOf: indexOf(k, k.Subject.Type), name: indexOf(k, k.Subject.Name),
		codeNames: k.Subject.Codes, person: k.Subject.Person, nameField: k.Subject.Name}
	for _, part := range k.Key {
		one := keyPart{field: indexOf(k, part.Field), form: part.Form}
		for _, name := range part.Fields {
			one.first = append(one.first, indexOf(k, name))
		}
		p.parts = append(p.parts, one)
	}
	for _, c := range k.Subject.Codes {
		p.codes = append(p.codes, indexOf(k, c))
	}
	return p
}

// identify names the record of every row whose key can be told.
func (b *batch) identify() {
	g := &b.many
	name := func() {
		b.t.opt.Protect.RecordIDs(b.t.opt.Kind.Name, g.values, g.ends, g.ids[:len(g.ends)])
		for k, row := range g.rows {
			b.ids[row] = g.ids[k]
		}
		g.start()
	}
	g.start()
	for i := range b.rows {
		key, ok := b.keyOf(i)
		switch {
		case ok:
			g.values = append(g.values, key...)
			if g.add(i) {
				name()
			}
		case b.bad[i]:
			b.out.Count.Unkeyed++
		}
	}
	name()
}

// keyOf is the natural key of row i: its parts, each after its length, so that no two keys run into one another. It is
// made of the normalised clear values. ok is false where a part is absent or refused.
func (b *batch) keyOf(i int) (key []byte, ok bool) {
	p := &b.t.key
	key = b.keyTo[:0]
	for _, part := range p.parts {
		var v []byte
		switch part.form {
		case schemas.SubjectNo:
			name, value, ok := b.subject(i)
			if !ok {
				return nil, false
			}
			b.num = append(append(append(b.num[:0], name...), 0), value...)
			v = b.num
		case schemas.FirstOf:
			if v, ok = b.firstOf(part.first, i); !ok {
				return nil, false
			}
		default:
			if v, ok = b.keyValue(&b.cols[part.field], i); !ok {
				return nil, false
			}
			if part.form == schemas.DocumentNo {
				v = docno.Key(b.codeTo[:0], v)
			}
		}
		key = binary.AppendUvarint(key, uint64(len(v)))
		key = append(key, v...)
	}
	b.keyTo = key
	return key, true
}

// firstOf is the name and the value of the first of several fields that has one. It cannot be told where one that would
// come first was refused.
func (b *batch) firstOf(fields []int, i int) ([]byte, bool) {
	for _, f := range fields {
		c := &b.cols[f]
		if c.state[i] == absent {
			continue
		}
		v, ok := b.keyValue(c, i)
		if !ok {
			return nil, false
		}
		if c.field.Type == schemas.Document {
			v = docno.Key(b.codeTo[:0], v)
		}
		named := append(append([]byte(nil), c.field.Name...), 0)
		b.num = append(named, v...)
		return b.num, true
	}
	return nil, false
}

// keyValue is the normalised value of a cell as a key holds it.
func (b *batch) keyValue(c *column, i int) ([]byte, bool) {
	if c.state[i] != good {
		return nil, false
	}
	b.num = c.appendValue(b.num[:0], i)
	return b.num, true
}

// subject is what identifies whom the row is about: the name of a natural person; of others the first code that they have,
// else the name. It cannot be told where the subject's type is unknown or a code that would come first was refused.
func (b *batch) subject(i int) (field string, value []byte, ok bool) {
	p := &b.t.key
	types := &b.cols[p.kindOf]
	if types.state[i] != good {
		return "", nil, false
	}
	if string(types.clear(i)) != p.person {
		for j, f := range p.codes {
			c := &b.cols[f]
			switch s := c.state[i]; {
			case s == absent:
			case s != good:
				return "", nil, false
			default:
				if v := c.text.at(i); c.field.Format != schemas.USCC || !uscc.Absent(v) {
					return p.codeNames[j], v, true
				}
			}
		}
	}
	name := &b.cols[p.name]
	if name.state[i] != good {
		return "", nil, false
	}
	return p.nameField, name.text.at(i), true
}
