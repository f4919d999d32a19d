package show

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"creditsync/internal/fault"
	"creditsync/transforms"
)

// ruleSentence says what a rule is about without a row at hand: the clauses of its sentence up to the first that needs
// one. "" for a rule that is not known.
func (p Printer) ruleSentence(name string) string {
	rule, ok := transforms.FindRule(name)
	if !ok {
		return ""
	}
	s, ends := rule.Sentence.In(string(p.Lang)), ",;:"
	if p.Lang == fault.Chinese {
		s = strings.NewReplacer("“{field}”", "有一栏", "{fields}", "几栏中", "“{other}”", "另一栏", "{field}", "有一栏", "{other}", "另一栏", "{value}", "", "{when}", "").Replace(s)
		ends = "，；" // what stands before a colon leads in what comes after it
	} else {
		s = strings.NewReplacer("{field}", "a field", "{fields}", "several fields", "{other}", "another field", "{value}", "", "{when}", "").Replace(s)
	}
	for {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			return s
		}
		end := strings.LastIndexAny(s[:open], ends)
		if end < 0 {
			return ""
		}
		s = s[:end]
	}
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
