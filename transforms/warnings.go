package transforms

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"creditsync/schemas"
	"creditsync/transforms/cndate"
	"creditsync/transforms/docno"
	"creditsync/transforms/money"
	"creditsync/transforms/uscc"
)

// warning is a check across fields that informs and never refuses.
type warning struct {
	rule   rule
	fields []int
	hits   func(b *batch, c []*column, i int) bool
}

// warningCheck is how a warning is found out, and of which types the fields are that it looks at.
type warningCheck struct {
	types []schemas.Type
	hits  func(b *batch, c []*column, i int) bool
}

// warningChecks are the warnings that a kind can ask for. That a value is not in its code list is told of every open list.
func warningChecks() map[rule]warningCheck {
	return map[rule]warningCheck{
		warnFineText:        {[]schemas.Type{schemas.Text, schemas.Money}, fineDiffers},
		warnFineCategory:    {[]schemas.Type{schemas.Money, schemas.Choices}, fineUnnamed},
		warnDocnoYear:       {[]schemas.Type{schemas.Document, schemas.Date}, otherYear},
		warnDocnoForm:       {[]schemas.Type{schemas.Document}, unusualForm},
		warnUSCCType:        {[]schemas.Type{schemas.Code, schemas.Choice}, otherSubject},
		warnOrgCodeInner:    {[]schemas.Type{schemas.Code}, innerCode},
		warnUnknownCategory: {[]schemas.Type{schemas.Choices}, nil},
	}
}

// newWarnings finds the fields of a kind's warnings.
func newWarnings(k *schemas.Kind) ([]warning, error) {
	var list []warning
	checks := warningChecks()
	for _, w := range k.Warnings {
		check, ok := checks[ruleNamed(w.Rule)]
		if !ok || len(check.types) != len(w.Fields) {
			return nil, fmt.Errorf("transforms: kind %s asks for the warning %q, which there is not of %d fields", k.Name, w.Rule, len(w.Fields))
		}
		one := warning{rule: ruleNamed(w.Rule), hits: check.hits}
		for i, name := range w.Fields {
			f := indexOf(k, name)
			if f < 0 || k.Fields[f].Type != check.types[i] {
				return nil, fmt.Errorf("transforms: kind %s: the warning %q looks at field %q, which has another type", k.Name, w.Rule, name)
			}
			one.fields = append(one.fields, f)
		}
		if one.hits != nil {
			list = append(list, one)
		}
	}
	return list, nil
}

// warn finds the accepted rows that a warning hits; all its fields have a good value there.
func (b *batch) warn(w *warning) {
	cols := make([]*column, len(w.fields))
	for k, f := range w.fields {
		cols[k] = &b.cols[f]
	}
	for _, r := range b.kept {
	row:
		for i := r.from; i < r.to; i++ {
			for _, c := range cols {
				if c.state[i] != good {
					continue row
				}
			}
			if w.hits(b, cols, i) {
				b.warned[i] |= bit(w.rule)
			}
		}
	}
}

// warnUnknown finds the accepted rows with a value that is not in its open code list.
func (b *batch) warnUnknown() {
	for f := range b.cols {
		c := &b.cols[f]
		if !slices.ContainsFunc(c.choice, func(o choice) bool { return o.unknown }) {
			continue
		}
		for _, r := range b.kept {
			for i := r.from; i < r.to; i++ {
				if c.choice[c.pick[i]].unknown {
					b.warned[i] |= bit(warnUnknownCategory)
				}
			}
		}
	}
}

// bit is the place of a warning in a row's set.
func bit(r rule) uint32 { return 1 << (r - firstWarning) }

// warningsOf are the names of the warnings of row i, in the order of the table.
func (b *batch) warningsOf(i int) []string {
	names := b.names[:0]
	for w := b.warned[i]; w != 0; w &= w - 1 {
		names = append(names, ruleTable[int(firstWarning)+bits.TrailingZeros32(w)].Name)
	}
	b.names = names
	return names
}

// countWarnings counts the accepted rows by warning.
func (b *batch) countWarnings(out *Output) {
	for _, r := range b.kept {
		for i := r.from; i < r.to; i++ {
			if b.warned[i] == 0 {
				continue
			}
			out.Count.Warned++
			for _, name := range b.warningsOf(i) {
				out.Warnings[name]++
			}
		}
	}
}

// fineDiffers: the text names fines, and neither one of them nor their sum is the amount. The classic case is 2000 元 in
// the text and 2000 in a column of 万元.
func fineDiffers(b *batch, c []*column, i int) bool {
	want, found, equal, sum := c[1].amount[i], false, false, money.Amount(0)
	money.FindYuan(c[0].text.at(i), func(v money.Amount) {
		found, equal, sum = true, equal || v == want, sum+v
	})
	return found && !equal && sum != want
}

// fineUnnamed: there is a fine, and no category that says so.
func fineUnnamed(_ *batch, c []*column, i int) bool {
	return c[0].amount[i] > 0 && !slices.ContainsFunc(c[1].choice[c[1].pick[i]].values, func(v string) bool { return strings.Contains(v, "罚款") })
}

// otherYear: the number names another year than that of the decision.
func otherYear(_ *batch, c []*column, i int) bool {
	year, ok := docno.Year(c[0].text.at(i))
	of, _, _ := cndate.Civil(cndate.Day(c[1].day[i]))
	return ok && year != of
}

func unusualForm(_ *batch, c []*column, i int) bool { return !docno.WellFormed(c[0].text.at(i)) }

// otherSubject: 92 is what the market administration gives individual businesses, and nobody else.
func otherSubject(_ *batch, c []*column, i int) bool {
	v := c[0].text.at(i)
	if uscc.Absent(v) {
		return false
	}
	individual := uscc.KindOf(v) == uscc.Individual
	switch string(c[1].clear(i)) {
	case schemas.Organisation:
		return individual
	case schemas.IndividualBusiness:
		return !individual
	}
	return false
}

func innerCode(_ *batch, c []*column, i int) bool {
	v := c[0].text.at(i)
	return !uscc.Absent(v) && !uscc.InnerOrgCodeOK(v)
}
