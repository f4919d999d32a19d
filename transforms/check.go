package transforms

import (
	"fmt"

	"creditsync/schemas"
)

// check is a check across the fields of a row.
type check struct {
	rule   rule
	fields []int
	need   int // so many of the first fields have a good value where it looks
	hits   func(b *batch, c []*column, i int) bool
}

// checkDef is how a check is found out, and of which types the fields are that it looks at.
type checkDef struct {
	types []schemas.Type
	// more is the type of any number of further fields; "" where there are none.
	more schemas.Type
	// absent is how many of the fields, counted from the last one, the check looks at also where they have no value.
	absent int
	hits   func(b *batch, c []*column, i int) bool
}

// anyType stands for every type.
const anyType schemas.Type = "any"

// newChecks finds the fields of a kind's checks; warn says that these are its warnings.
func newChecks(k *schemas.Kind, wanted []schemas.Check, warn bool) ([]check, error) {
	var list []check
	defs := checkDefs()
	for _, w := range wanted {
		r := ruleNamed(w.Rule)
		def, ok := defs[r]
		if !ok || warn != (r >= firstWarning) || len(w.Fields) < len(def.types) || len(w.Fields) > len(def.types) && def.more == "" {
			return nil, fmt.Errorf("transforms: kind %s asks for the check %q, which there is not of %d fields", k.Name, w.Rule, len(w.Fields))
		}
		one := check{rule: r, hits: def.hits, need: len(def.types) - def.absent}
		for i, name := range w.Fields {
			want := def.more
			if i < len(def.types) {
				want = def.types[i]
			}
			f := indexOf(k, name)
			if f < 0 || k.Fields[f].Type != want && want != anyType {
				return nil, fmt.Errorf("transforms: kind %s: the check %q looks at field %q, which has another type", k.Name, w.Rule, name)
			}
			one.fields = append(one.fields, f)
		}
		if one.hits != nil {
			list = append(list, one)
		}
	}
	return list, nil
}

// columns are the columns that a check looks at.
func (b *batch) columns(w *check) []*column {
	cols := make([]*column, len(w.fields))
	for k, f := range w.fields {
		cols[k] = &b.cols[f]
	}
	return cols
}

// applies reports that the values which a check needs are there in row i.
func (w *check) applies(cols []*column, i int) bool {
	for _, c := range cols[:w.need] {
		if c.state[i] != good {
			return false
		}
	}
	return true
}

// refuseBy refuses the rows that a check hits, told of its first field.
func (b *batch) refuseBy(w *check) {
	cols := b.columns(w)
	for i := range b.rows {
		if w.applies(cols, i) && w.hits(b, cols, i) {
			b.violate(cols[0], i, w.rule)
		}
	}
}

// warn finds the accepted rows that a check hits.
func (b *batch) warn(w *check) {
	cols := b.columns(w)
	for _, r := range b.kept {
		for i := r.from; i < r.to; i++ {
			if w.applies(cols, i) && w.hits(b, cols, i) {
				b.warned[i] |= bit(w.rule)
			}
		}
	}
}
