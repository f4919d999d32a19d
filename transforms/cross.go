package transforms

import (
	"fmt"
	"slices"
	"strings"

	"creditsync/schemas"
)

// crossPlan are the checks between the fields of a row, in the order of the fields.
type crossPlan struct {
	required  []int // fields that every row must have
	when      []conditional
	anyOf     [][]int // groups of which every row has one
	notBefore []notBefore
	refusals  []check
	subject   int // the field of the subject's 统一社会信用代码
	kindOf    int // the field of the subject's type
	warnings  []check
}

// conditional is a field that is required where one of its conditions holds.
type conditional struct {
	field int
	conds []condition
}

// condition is a schemas.Condition with its field found.
type condition struct {
	field int
	*schemas.Condition
}

// notBefore is a day that may not precede another one.
type notBefore struct{ field, other int }

// newCrossPlan finds the fields of a kind's checks.
func newCrossPlan(k *schemas.Kind) (crossPlan, error) {
	p := crossPlan{subject: indexOf(k, k.Subject.USCC), kindOf: indexOf(k, k.Subject.Type)}
	for i := range k.Fields {
		f := &k.Fields[i]
		if f.Required {
			p.required = append(p.required, i)
		}
		if len(f.RequiredIf) > 0 {
			c := conditional{field: i}
			for j := range f.RequiredIf {
				on := indexOf(k, f.RequiredIf[j].Field)
				if k.Fields[on].List == nil {
					return p, fmt.Errorf("transforms: kind %s: field %s depends on %s, which has no code list", k.Name, f.Name, k.Fields[on].Name)
				}
				c.conds = append(c.conds, condition{on, &f.RequiredIf[j]})
			}
			p.when = append(p.when, c)
		}
		if f.NotBefore != "" {
			other := indexOf(k, f.NotBefore)
			if f.Type != schemas.Date || k.Fields[other].Type != schemas.Date {
				return p, fmt.Errorf("transforms: kind %s: %s and %s are not both days", k.Name, f.Name, f.NotBefore)
			}
			p.notBefore = append(p.notBefore, notBefore{i, other})
		}
	}
	for _, group := range k.AnyOf {
		var fields []int
		for _, name := range group {
			fields = append(fields, indexOf(k, name))
		}
		p.anyOf = append(p.anyOf, fields)
	}
	var err error
	if p.refusals, err = newChecks(k, k.Refusals, false); err != nil {
		return p, err
	}
	p.warnings, err = newChecks(k, k.Warnings, true)
	return p, err
}

// judge checks what columns say about each other, and finds out which rows are accepted.
func (b *batch) judge() {
	p := &b.t.cross
	b.blankCodes(p)
	for _, f := range p.required {
		c := &b.cols[f]
		for i, s := range c.state {
			if s == absent {
				b.violate(c, i, ruleRequired)
			}
		}
	}
	for i := range p.when {
		b.requireWhen(&p.when[i])
	}
	for _, n := range p.notBefore {
		c, other := &b.cols[n.field], &b.cols[n.other]
		for i, s := range c.state {
			if s == good && other.state[i] == good && c.day[i] < other.day[i] {
				b.violate(c, i, ruleBeforeDecision)
			}
		}
	}
	for _, group := range p.anyOf {
		b.requireOne(group)
	}
	for i := range p.refusals {
		b.refuseBy(&p.refusals[i])
	}
	b.kept = runs(b.kept[:0], b.bad)
	for i := range p.warnings {
		b.warn(&p.warnings[i])
	}
	b.warnUnknown()
}

// blankCodes refuses the placeholder code where the subject is no individual business: every other one has a code.
func (b *batch) blankCodes(p *crossPlan) {
	c, types := &b.cols[p.subject], &b.cols[p.kindOf]
	for _, row := range c.blank {
		i := int(row)
		if c.state[i] == good && types.state[i] == good && string(types.clear(i)) != schemas.IndividualBusiness {
			b.violate(c, i, ruleBadFormat)
		}
	}
}

// requireWhen refuses absent cells of rows in which one of the conditions holds. It does not fire where the value was
// refused for another reason, nor on what a refused condition field might have said.
func (b *batch) requireWhen(w *conditional) {
	c := &b.cols[w.field]
	for j := range w.conds {
		cond := &w.conds[j]
		on := &b.cols[cond.field]
		holds := make([]bool, len(on.choice))
		for k := range on.choice {
			holds[k] = cond.holds(on.choice[k].values)
		}
		for i, s := range c.state {
			if s == absent && on.state[i] == good && holds[on.pick[i]] {
				b.violate(c, i, ruleRequired)
			}
		}
	}
}

// requireOne refuses rows that have none of a group's fields. It is told of the first one.
func (b *batch) requireOne(group []int) {
	first := &b.cols[group[0]]
	for i, s := range first.state {
		if s == absent && !slices.ContainsFunc(group[1:], func(f int) bool { return b.cols[f].state[i] != absent }) {
			b.violate(first, i, ruleOneRequired)
		}
	}
}

// holds reports whether the condition is met by the values of its field.
func (c *condition) holds(values []string) bool {
	for _, v := range values {
		if slices.Contains(c.In, v) {
			return true
		}
		for _, start := range c.Has {
			if strings.HasPrefix(v, start) {
				return true
			}
		}
	}
	return false
}

// runs are the stretches of rows that are not bad.
func runs(out []span, bad []bool) []span {
	for i := 0; i < len(bad); {
		if bad[i] {
			i++
			continue
		}
		from := i
		for i < len(bad) && !bad[i] {
			i++
		}
		out = append(out, span{from, i})
	}
	return out
}
