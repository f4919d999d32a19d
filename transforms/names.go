package transforms

import (
	"fmt"
	"slices"
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
	own     map[string]int    // folded header → field
	layouts []layoutNames     // as the kind declares them
	all     []int             // the places of all layouts
	mixed   map[string]int    // folded header → place in the kind's Mixed
	bare    map[string]string // folded header without its unit → money field
}

// layoutNames are the headers of one layout, folded.
type layoutNames struct {
	marks  map[string]bool
	fields map[string]int
}

// newNames lists the headers of a kind. That one header names two fields is a mistake of the declaration.
func newNames(kind *schemas.Kind) (*names, error) {
	n := &names{own: map[string]int{}, mixed: map[string]int{}, bare: bareNames(kind)}
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
	for i := range kind.Layouts {
		if err := n.addLayout(kind, &kind.Layouts[i]); err != nil {
			return n, err
		}
	}
	return n, n.addMixed(kind)
}

// addLayout lists the headers of a layout. Two layouts without marks apply to any source, so that they must agree.
func (n *names) addLayout(kind *schemas.Kind, l *schemas.Layout) error {
	own := layoutNames{marks: map[string]bool{}, fields: map[string]int{}}
	for _, m := range l.Marks {
		own.marks[fold.Header(m)] = true
	}
	for h, name := range l.Headers {
		i, key := indexOf(kind, name), fold.Header(h)
		for at, other := range append(n.layouts, own) {
			if f, taken := other.fields[key]; taken && f != i && (at == len(n.layouts) || len(l.Marks) == 0 && len(other.marks) == 0) {
				return fmt.Errorf("transforms: kind %s: the header %q names both %s and %s", kind.Name, h, kind.Fields[f].Name, name)
			}
		}
		own.fields[key] = i
	}
	for _, d := range l.Defaults {
		if kind.Fields[indexOf(kind, d.Field)].Type != schemas.Choice {
			return fmt.Errorf("transforms: kind %s, layout %s: default of %q, which is no choice", kind.Name, l.Name, d.Field)
		}
	}
	n.all = append(n.all, len(n.layouts))
	n.layouts = append(n.layouts, own)
	return nil
}

// addMixed lists the headers of the columns that are for several fields.
func (n *names) addMixed(kind *schemas.Kind) error {
	for i, m := range kind.Mixed {
		for _, h := range m.Headers {
			key := fold.Header(h)
			if f, taken := n.own[key]; taken {
				return fmt.Errorf("transforms: kind %s: the header %q names %s and a mixed column", kind.Name, h, kind.Fields[f].Name)
			}
			if _, taken := n.mixed[key]; taken {
				return fmt.Errorf("transforms: kind %s: the header %q names two mixed columns", kind.Name, h)
			}
			n.mixed[key] = i
		}
	}
	return nil
}

// applying are the places of the layouts that a source with these folded headers may have.
func (n *names) applying(keys []string) []int {
	var list []int
	for _, at := range n.all {
		marks := n.layouts[at].marks
		if len(marks) == 0 || slices.ContainsFunc(keys, func(key string) bool { return marks[key] }) {
			list = append(list, at)
		}
	}
	return list
}

// field is the field that a folded header names in a tier, where these layouts apply; −1 for none.
func (n *names) field(tier int, key string, layouts []int) int {
	f, ok := -1, false
	switch tier {
	case tierOwn:
		f, ok = n.own[key]
	case tierBracketed:
		f, ok = n.own[bracketed(key)]
	case tierLayout:
		for _, at := range layouts {
			if f, ok = n.layouts[at].fields[key]; ok {
				break
			}
		}
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

// any reports that a folded header names a field in any tier, or a mixed column.
func (n *names) any(key string) bool {
	for tier := range tierCount {
		if n.field(tier, key, n.all) >= 0 {
			return true
		}
	}
	_, mixed := n.mixed[key]
	return mixed
}
