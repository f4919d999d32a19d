package transforms

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow/array"

	"creditsync/schemas"
	"creditsync/transforms/fold"
)

// mix binds the columns that hold, row by row, what belongs to one of several fields. A field with a column of its own
// takes the mixed one where its own cell is empty. A configuration says that a column is mixed by mapping it to the
// person's field and to a code.
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
			b.mixed[at] = taken[at][0]
			b.fieldOf[b.mixed[at]] = person
		case b.column[person] >= 0 && slices.ContainsFunc(m.Codes, func(code string) bool { return b.column[indexOf(kind, code)] == b.column[person] }):
			b.mixed[at] = b.column[person]
		default:
			continue
		}
		for _, f := range mixedFields(kind, at) {
			if b.column[f] < 0 {
				b.column[f] = b.mixed[at]
			}
		}
	}
	return nil
}

// mixedFields are the fields of a mixed column, the person's first.
func mixedFields(kind *schemas.Kind, at int) []int {
	m := &kind.Mixed[at]
	fields := []int{indexOf(kind, m.Person)}
	for _, name := range m.Codes {
		fields = append(fields, indexOf(kind, name))
	}
	return fields
}

// route gives the fields of mixed columns their own cells of them. The subject's type was read before.
func (b *batch) route() {
	b.routed = zeroed(b.routed, len(b.cols))
	for at, column := range b.bound.mixed {
		if column >= 0 {
			b.split(at, column)
		}
	}
}

// split copies the cells of a mixed column to the fields that they belong to.
func (b *batch) split(at, column int) {
	fields := mixedFields(b.t.opt.Kind, at)
	to := make([]*array.StringBuilder, len(fields))
	for k := range to {
		to[k] = array.NewStringBuilder(b.t.opt.Alloc)
		defer to[k].Release()
		to[k].Reserve(b.rows)
	}
	for i := range b.rows {
		raw := b.sources[column].raw(i)
		owner := b.owner(fields, i, raw)
		for k, f := range fields {
			own := b.bound.column[f]
			switch {
			case own >= 0 && own != column && isThere(b.sources[own].raw(i)):
				to[k].BinaryBuilder.Append(b.sources[own].raw(i))
			case f == owner:
				to[k].BinaryBuilder.Append(raw)
			default:
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

// owner is the field among those of a mixed column that its cell i belongs to; −1 for an empty one, or where the
// subject's type was refused.
func (b *batch) owner(fields []int, i int, raw []byte) int {
	types := &b.cols[b.t.key.kindOf]
	if len(raw) == 0 || types.state[i] != good {
		return -1
	}
	if string(types.clear(i)) == b.t.key.person {
		return fields[0]
	}
	v := fold.Code(b.codeTo[:0], raw)
	for _, f := range fields[1:] {
		switch b.cols[f].field.Format {
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
	return fields[1]
}

// sourceOf is the column of a field: nil where it has none.
func (b *batch) sourceOf(f int) *source {
	switch at := b.bound.column[f]; {
	case at < 0:
		return nil
	case b.routed != nil && b.routed[f].arr != nil:
		return &b.routed[f]
	default:
		return &b.sources[at]
	}
}

// isMixed reports that a source column holds cells of several fields.
func (b *batch) isMixed(column int) bool { return slices.Contains(b.bound.mixed, column) }

// classOf is the class of the personal number that cell i of a source column holds: in a mixed column only the rows about
// natural persons have one, and those whose subject cannot be told.
func (b *batch) classOf(column, i int, class string) string {
	types := &b.cols[b.t.key.kindOf]
	if class != "" && b.isMixed(column) && types.state[i] == good && string(types.clear(i)) != b.t.key.person {
		return ""
	}
	return class
}
