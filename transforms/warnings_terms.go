package transforms

import (
	"strings"

	"creditsync/schemas"
	"creditsync/transforms/cndate"
)

// term is a schemas.Term with its day.
type term struct {
	*schemas.Term
	since cndate.Day
}

// newTerms finds the days of a kind's terms, which Validate has read.
func newTerms(k *schemas.Kind) []term {
	var list []term
	for i := range k.Terms {
		day, _, _ := cndate.Parse([]byte(k.Terms[i].Since))
		list = append(list, term{&k.Terms[i], day})
	}
	return list
}

// termOf is the term of a value that is in force on a day: the latest one.
func (b *batch) termOf(value string, on int32) (found term, ok bool) {
	for _, t := range b.t.terms {
		if t.Value == value && int32(t.since) <= on && (!ok || t.since >= found.since) {
			found, ok = t, true
		}
	}
	return found, ok
}

// otherPeriod: the period is none that the sanctions have, alone or one after the other.
func otherPeriod(b *batch, c []*column, i int) bool {
	from, until := c[1].day[i], c[2].day[i]
	shortest, longest := 0, 0
	for _, v := range c[0].choice[c[0].pick[i]].values {
		if t, ok := b.termOf(v, from); ok {
			if longest == 0 || t.Min < shortest {
				shortest = t.Min
			}
			longest += t.Max
		}
	}
	return longest > 0 && !lasts(from, until, shortest, longest)
}

// otherBan: the law knows no ban of that length.
func otherBan(b *batch, c []*column, i int) bool {
	t, ok := b.termOf("", c[0].day[i])
	return ok && !lasts(c[0].day[i], c[1].day[i], t.Min, t.Max)
}

// lasts reports that the days from and until lie between so many months apart. Whether the last day is the day before or
// the same day of the month does not matter.
func lasts(from, until int32, least, most int) bool {
	return until >= addMonths(from, least)-1 && until <= addMonths(from, most)+1
}

// addMonths is the same day some months later, or the last one of a month that does not have it.
func addMonths(day int32, months int) int32 {
	y, m, d := cndate.Civil(cndate.Day(day))
	m += months
	y, m = y+(m-1)/12, (m-1)%12+1
	for ; ; d-- {
		if sum, ok := cndate.FromCivil(y, m, d); ok {
			return int32(sum)
		}
	}
}

// otherYears: the text bans for so many years, all places in it agreeing, and the days say another length.
func otherYears(_ *batch, c []*column, i int) bool {
	years := bannedYears(string(c[0].text.at(i)))
	return years > 0 && !lasts(c[1].day[i], c[2].day[i], 12*years, 12*years)
}

// bannedYears is the number of years that a text forbids something for: 三年内禁止参加政府采购活动, 禁止其3年内参加…; 0 where it
// names none, or several.
func bannedYears(text string) int {
	const digits = "一二三四五六七八九十"
	found := 0
	for rest := text; ; {
		before, after, ok := strings.Cut(rest, "年内")
		if !ok {
			return found
		}
		rest = after
		n := 0
		switch r := []rune(before); {
		case len(r) == 0:
		case len(r) > 1 && isNumeral(r[len(r)-2]): // 十二年, 至三年: neither is a ban of the law
		case '1' <= r[len(r)-1] && r[len(r)-1] <= '9':
			n = int(r[len(r)-1] - '0')
		default:
			if at := strings.IndexRune(digits, r[len(r)-1]); at >= 0 {
				n = at/len("一") + 1
			}
		}
		switch {
		case n == 0 || found > 0 && n != found:
			return 0
		}
		found = n
	}
}

func isNumeral(r rune) bool {
	return '0' <= r && r <= '9' || strings.ContainsRune("一二三四五六七八九十至到-—~～、", r)
}

// otherClass: an action is known, and not of the class that is named.
func otherClass(_ *batch, c []*column, i int) bool {
	class := string(c[0].clear(i))
	known := false
	for _, v := range c[0].field.List.Values {
		known = known || v.Text == class
	}
	for _, v := range c[1].choice[c[1].pick[i]].values {
		if groups := c[1].groupOf(v); known && groups != "" && !inGroup(groups, class) {
			return true
		}
	}
	return false
}

// otherSanctioned: a department is sanctioned like a person, or a person like a department.
func otherSanctioned(b *batch, c []*column, i int) bool {
	person := string(c[0].clear(i)) == b.t.key.person
	for _, v := range c[1].choice[c[1].pick[i]].values {
		switch groups := c[1].groupOf(v); {
		case groups == "":
		case person && groups == schemas.Accountability, !person && !inGroup(groups, schemas.Accountability):
			return true
		}
	}
	return false
}

// inGroup reports that one of the groups, parted by blanks, is the wanted one.
func inGroup(groups, wanted string) bool {
	for _, one := range strings.Fields(groups) {
		if one == wanted {
			return true
		}
	}
	return false
}
