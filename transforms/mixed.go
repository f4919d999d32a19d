package transforms

import (
	"github.com/apache/arrow/go/v17/arrow/array"

	"creditsync/schemas"
	"creditsync/transforms/fold"
)

// mix binds the columns that hold, row by row, what belongs to one of several fields. A field with a column of its own
// keeps it. A configuration says the same by mapping one column to the person's field and to a code.
func (b *binding) mix(kind *schemas.Kind, names *names, keys []string) error {
	taken := make([][]int, len(kind.Mixed))
	for c, key := range keys {
		if at, ok := names.mixed[key]; ok && b.fieldOf[c] < 0 && c != b.receipt {
			taken[at] = append(taken[at], c)
		}
	}
	for at := range kind.Mixed {
		m := &kind.Mixed[at]
		person := indexOf(kind, m.Person)
		switch {
		case len(taken[at]) > 1:
			return doubled(kind, b.shown, person, taken[at])
		case len(taken[at]) == 1:
			for _, name := range append([]string{m.Person}, m.Codes...) {
				if f := indexOf(kind, name); b.column[f] < 0 {
					b.column[f], b.mixed[f] = taken[at][0], at
					if b.fieldOf[taken[at][0]] < 0 {
						b.fieldOf[taken[at][0]] = f
					}
				}
			}
		case b.column[person] >= 0:
			b.mapMixed(kind, at, person)
		}
	}
	return nil
}

// mapMixed finds the codes that the configuration maps to the column of the person's field.
func (b *binding) mapMixed(kind *schemas.Kind, at, person int) {
	for _, name := range kind.Mixed[at].Codes {
		if f := indexOf(kind, name); b.column[f] == b.column[person] {
			b.mixed[f], b.mixed[person] = at, at
		}
	}
}

// route gives the fields that share a mixed column their own cells of it. The subject's type was read before.
func (b *batch) route() {
	b.routed = zeroed(b.routed, len(b.cols))
	for at := range b.t.opt.Kind.Mixed {
		var fields []int
		for f, of := range b.bound.mixed {
			if of == at {
				fields = append(fields, f)
			}
		}
		if len(fields) > 0 {
			b.split(at, fields)
		}
	}
}

// split copies the cells of a mixed column to the fields that they belong to. A cell of a field with a column of its own
// belongs to none.
func (b *batch) split(at int, fields []int) {
	src := &b.sources[b.bound.column[fields[0]]]
	to := make([]*array.StringBuilder, len(fields))
	for k := range to {
		to[k] = array.NewStringBuilder(b.t.opt.Alloc)
		defer to[k].Release()
		to[k].Reserve(b.rows)
	}
	for i := range b.rows {
		raw := src.raw(i)
		owner := b.owner(&b.t.opt.Kind.Mixed[at], i, raw)
		for k, f := range fields {
			if f == owner {
				to[k].BinaryBuilder.Append(raw)
			} else {
				to[k].AppendNull()
			}
		}
	}
	for k, f := range fields {
		arr := to[k].NewStringArray()
		b.restored = append(b.restored, arr)
		b.routed[f] = newSource(arr)
	}
}

// owner is the field that cell i of a mixed column belongs to; −1 for an empty one, or where the subject's type was
// refused.
func (b *batch) owner(m *schemas.Mixed, i int, raw []byte) int {
	k := b.t.opt.Kind
	types := &b.cols[b.t.key.kindOf]
	if len(raw) == 0 || types.state[i] != good {
		return -1
	}
	if string(types.clear(i)) == k.Subject.Person {
		return indexOf(k, m.Person)
	}
	v := fold.Code(b.codeTo[:0], raw)
	for _, name := range m.Codes {
		f := indexOf(k, name)
		switch k.Fields[f].Format {
		case schemas.USCC:
			if len(v) == 18 {
				return f
			}
		case schemas.OrgCode:
			if len(v) == 9 || len(v) == 10 && v[8] == '-' {
				return f
			}
		default:
			return f
		}
	}
	return indexOf(k, m.Codes[0])
}

// sourceOf is the column of a field: nil where it has none.
func (b *batch) sourceOf(f int) *source {
	at := b.bound.column[f]
	switch {
	case at < 0:
		return nil
	case b.bound.mixed[f] >= 0 && b.routed != nil:
		return &b.routed[f]
	}
	return &b.sources[at]
}

// isMixed reports that a source column holds cells of several fields.
func (b *batch) isMixed(column int) bool {
	f := b.bound.fieldOf[column]
	return f >= 0 && b.bound.mixed[f] >= 0
}

// classOf is the class of the personal number that cell i of a source column holds: in a mixed column only the rows about
// natural persons have one, and those whose subject cannot be told.
func (b *batch) classOf(column, i int, class string) string {
	types := &b.cols[b.t.key.kindOf]
	if class != "" && b.isMixed(column) && types.state[i] == good && string(types.clear(i)) != b.t.key.person {
		return ""
	}
	return class
}
