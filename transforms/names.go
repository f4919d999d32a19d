package transforms

import (
	"fmt"
	"strings"

	"creditsync/schemas"
	"creditsync/transforms/fold"
)

// The tiers of a field's names, the strongest first.
const (
	tierOwn       = iota // its name, standard code, title and spellings
	tierBracketed        // one of them in brackets after a number
	tierLayout           // a header of one of the kind's generations
	tierCount
)

// names knows which headers name which field of a kind.
type names struct {
	own, layout map[string]int    // folded header → field
	bare        map[string]string // folded header without its unit → money field
}

// newNames lists the headers of a kind. That one header names two fields is a mistake of the declaration.
func newNames(kind *schemas.Kind) (*names, error) {
	n := &names{own: map[string]int{}, layout: map[string]int{}, bare: bareNames(kind)}
	for i := range kind.Fields {
		f := &kind.Fields[i]
		for _, h := range append([]string{f.Name, f.Code, f.Title}, f.Spellings...) {
			key := fold.Header(h)
			if key == "" {
				continue
			}
			if other, taken := n.own[key]; taken && other != i {
				return n, fmt.Errorf("transforms: kind %s: the header %q names both %s and %s", kind.Name, h, kind.Fields[other].Name, f.Name)
			}
			n.own[key] = i
		}
	}
	for _, l := range kind.Layouts {
		for h, name := range l.Headers {
			i, key := indexOf(kind, name), fold.Header(h)
			if i < 0 {
				return n, fmt.Errorf("transforms: kind %s, layout %s: no field %q", kind.Name, l.Name, name)
			}
			if other, taken := n.layout[key]; taken && other != i {
				return n, fmt.Errorf("transforms: kind %s: the header %q names both %s and %s", kind.Name, h, kind.Fields[other].Name, name)
			}
			n.layout[key] = i
		}
		for _, d := range l.Defaults {
			f := indexOf(kind, d.Field)
			if f < 0 || kind.Fields[f].Type != schemas.Choice || indexOf(kind, d.When) < 0 {
				return n, fmt.Errorf("transforms: kind %s, layout %s: default of %q, which is no choice", kind.Name, l.Name, d.Field)
			}
		}
	}
	return n, nil
}

// field is the field that a folded header names in a tier; −1 for none.
func (n *names) field(tier int, key string) int {
	f, ok := -1, false
	switch tier {
	case tierOwn:
		f, ok = n.own[key]
	case tierBracketed:
		f, ok = n.own[bracketed(key)]
	case tierLayout:
		f, ok = n.layout[key]
	}
	if !ok {
		return -1
	}
	return f
}

// bracketed is what a folded header says in brackets after a number, as in "行政相对人代码_2(组织机构代码)"; "" where it
// is not made so.
func bracketed(key string) string {
	base, rest, ok := strings.Cut(key, "(")
	inner, closed := strings.CutSuffix(rest, ")")
	if !ok || !closed {
		return ""
	}
	stem := strings.TrimRight(base, "0123456789")
	if stem == base || !strings.HasSuffix(stem, "_") {
		return ""
	}
	return inner
}

// Match returns the function that counts how many cells of a line name a field of the kind or a column of the mapping
// (field → header). A connector finds the header line with it. The function is safe for concurrent use.
func Match(kind *schemas.Kind, mapping map[string]string) func(cells []string) int {
	n, _ := newNames(kind) // what is wrong with a declaration is for New to say
	mapped := map[string]bool{}
	for _, header := range mapping {
		mapped[fold.Header(header)] = true
	}
	return func(cells []string) int {
		count := 0
		for _, c := range cells {
			if len(c) > maxHeader {
				continue
			}
			key := fold.Header(c)
			if mapped[key] || n.any(key) {
				count++
			}
		}
		return count
	}
}

// maxHeader bounds the text, in bytes, that is taken for a header: the longest title has 60 bytes.
const maxHeader = 1024

// any reports that a folded header names a field in any tier.
func (n *names) any(key string) bool {
	for tier := range tierCount {
		if n.field(tier, key) >= 0 {
			return true
		}
	}
	return false
}
