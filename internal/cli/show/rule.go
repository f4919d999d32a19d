package show

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"creditsync/transforms"
)

// ruleSentence says what a rule is about without a row at hand; "" for a rule that is not known.
func (p Printer) ruleSentence(name string) string {
	rule, ok := transforms.FindRule(name)
	if !ok {
		return ""
	}
	return rule.About(string(p.Lang))
}

// warnings says what should be looked at in a row that was accepted.
func (g *page) warnings(rules []string) {
	for _, rule := range rules {
		g.line("  %s%s", g.paint(yellow, g.say("提示：", "hint: ")), strings.TrimSpace(rule+"  "+g.ruleSentence(rule)))
	}
}

// tally is one rule with its number of hits.
type tally struct {
	rule string
	hits uint64
}

// tallies are the rules with hits, the most frequent first.
func tallies(m map[string]uint64) []tally {
	var list []tally
	for _, rule := range slices.Sorted(maps.Keys(m)) {
		if m[rule] > 0 {
			list = append(list, tally{rule, m[rule]})
		}
	}
	slices.SortStableFunc(list, func(a, b tally) int { return cmp.Compare(b.hits, a.hits) })
	return list
}
