package transforms

import (
	"math/bits"
	"slices"
	"strings"

	"creditsync/schemas"
	"creditsync/transforms/cndate"
	"creditsync/transforms/docno"
	"creditsync/transforms/money"
	"creditsync/transforms/uscc"
)

// checkDefs are the checks that a kind can ask for. That a value is not in its code list is told of every open list.
func checkDefs() map[rule]checkDef {
	return map[rule]checkDef{
		ruleEndsBeforeStart: {types: days(2), hits: earlier},
		warnFineText:        {types: []schemas.Type{schemas.Text, schemas.Money}, hits: fineDiffers},
		warnFineCategory:    {types: []schemas.Type{schemas.Money, schemas.Choices}, hits: fineUnnamed},
		warnDocnoYear:       {types: []schemas.Type{schemas.Document, schemas.Date}, hits: otherYear},
		warnDocnoForm:       {types: []schemas.Type{schemas.Document}, hits: unusualForm},
		warnUSCCType:        {types: []schemas.Type{schemas.Code, schemas.Choice}, hits: otherSubject},
		warnOrgCodeInner:    {types: []schemas.Type{schemas.Code}, hits: innerCode},
		warnUnknownCategory: {more: anyType},
		warnNoCode:          {types: []schemas.Type{schemas.Choice}, more: schemas.Code, hits: codeless},
		warnUnknownRegion:   {types: []schemas.Type{schemas.Code}, hits: otherRegion},

		warnCaseForm:             {types: []schemas.Type{schemas.Document}, hits: unusualForm},
		warnCaseYear:             {types: []schemas.Type{schemas.Document, schemas.Date}, hits: otherYear},
		warnCaseType:             {types: []schemas.Type{schemas.Document, schemas.Choice}, hits: otherCaseType},
		warnJudgedBeforeFiled:    {types: days(2), hits: earlier},
		warnClosedBeforeFiled:    {types: days(2), hits: earlier},
		warnPublishedBeforeFiled: {types: days(2), hits: earlier},
		warnPerformance:          {types: []schemas.Type{schemas.Choice, schemas.Text, schemas.Text}, absent: 2, hits: otherPerformance},

		warnPeriodBeforeDecision: {types: days(2), hits: earlier},
		warnPeriodLength:         {types: append([]schemas.Type{schemas.Choices}, days(2)...), hits: otherPeriod},
		warnLiftedBeforeDecision: {types: days(2), hits: earlier},
		warnActionClass:          {types: []schemas.Type{schemas.Choice, schemas.Choices}, hits: otherClass},
		warnActionSubject:        {types: []schemas.Type{schemas.Choice, schemas.Choices}, hits: otherSanctioned},

		warnPublishedBeforePenalty: {types: days(2), hits: earlier},
		warnBanBeforePenalty:       {types: days(2), hits: earlier},
		warnBanLength:              {types: days(2), hits: otherBan},
		warnBanText:                {types: append([]schemas.Type{schemas.Text}, days(2)...), hits: otherYears},
	}
}

// days are the types of n days.
func days(n int) []schemas.Type {
	types := make([]schemas.Type, n)
	for i := range types {
		types[i] = schemas.Date
	}
	return types
}

// earlier: the first day lies before the second one.
func earlier(_ *batch, c []*column, i int) bool { return c[0].day[i] < c[1].day[i] }

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
