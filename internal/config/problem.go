package config

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"creditsync/internal/fault"
)

// pos is a place in the file, both counted from 1, columns in characters.
type pos struct{ line, col int }

// before orders places as they are read.
func (p pos) before(q pos) bool {
	return p.line < q.line || p.line == q.line && p.col < q.col
}

// problem is one thing that a person must change.
type problem struct {
	at   pos
	path string // "pipelines[0].mode"; "" for the file as a whole
	what fault.Text
}

// problems collects everything that is wrong with one file.
type problems struct {
	file string
	list []problem
	seen map[problem]bool
	// paths are those with a problem, around those and everything that they are a part of.
	paths, around map[string]bool
}

func newProblems(file string) *problems {
	return &problems{file: file, seen: map[problem]bool{}, paths: map[string]bool{}, around: map[string]bool{}}
}

// add notes one problem; the same one at the same place is noted once.
func (p *problems) add(at pos, path string, what fault.Text) {
	one := problem{at: at, path: path, what: what}
	if p.seen[one] {
		return
	}
	p.seen[one] = true
	p.list = append(p.list, one)
	p.paths[path] = true
	for ; path != "" && !p.around[path]; path = parent(path) {
		p.around[path] = true
	}
}

// under reports whether something is wrong at path or inside it.
func (p *problems) under(path string) bool { return p.around[path] }

// exactly reports whether something is wrong at path itself.
func (p *problems) exactly(path string) bool { return p.paths[path] }

// place writes a place as editors and terminals make links of it.
func place(file string, at pos) string { return fmt.Sprintf("%s:%d:%d", file, at.line, at.col) }

// maxShown is how many problems one error prints; nobody mends more at a time.
const maxShown = 100

// err is nil without problems, else one error that prints them all, each on its line, in the order of the file.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	sort.SliceStable(p.list, func(i, j int) bool { return p.list[i].at.before(p.list[j].at) })
	var zh, en []string
	for i, one := range p.list {
		if i == maxShown {
			zh = append(zh, fmt.Sprintf("……还有 %d 处", len(p.list)-i))
			en = append(en, fmt.Sprintf("… and %d more", len(p.list)-i))
			break
		}
		where := place(p.file, one.at)
		if one.path == "" {
			zh = append(zh, where+"："+one.what.ZH)
			en = append(en, where+": "+one.what.EN)
			continue
		}
		zh = append(zh, where+"："+one.path+"："+one.what.ZH)
		en = append(en, where+": "+one.path+": "+one.what.EN)
	}
	return fault.New(fault.Input, "config.invalid", fault.Text{ZH: strings.Join(zh, "\n"), EN: strings.Join(en, "\n")})
}

// and joins parts of one sentence.
func and(parts ...fault.Text) fault.Text {
	var t fault.Text
	for _, p := range parts {
		t.ZH += p.ZH
		t.EN += p.EN
	}
	return t
}

// must says what would be right: "must be a, b or c".
func must(what fault.Text) fault.Text {
	if what.ZH != "" && what.ZH[0] < utf8.RuneSelf {
		what.ZH = " " + what.ZH // Latin letters and digits stand apart from Chinese ones
	}
	return and(fault.T("应为", "must be "), what)
}

// got adds what stands there instead.
func got(raw string) fault.Text {
	return fault.T("，实为 %s", ", got %s", quote(raw))
}

// meant adds a suggestion, where there is one.
func meant(s string) fault.Text {
	if s == "" {
		return fault.Text{}
	}
	return fault.T("；是否想写 %s？", "; did you mean %s?", quote(s))
}

// longest is how much of a wrong value a message repeats.
const longest = 60

// quote makes a value readable in a message: one line, bounded, with its quotation marks.
func quote(s string) string {
	r := []rune(s)
	if len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// oneOf writes a list of values: "a, b or c".
func oneOf(values []string) fault.Text {
	switch len(values) {
	case 0:
		return fault.Text{}
	case 1:
		return fault.T("%s", "%s", values[0])
	}
	head, last := values[:len(values)-1], values[len(values)-1]
	return fault.Text{
		ZH: strings.Join(head, "、") + " 或 " + last,
		EN: strings.Join(head, ", ") + " or " + last,
	}
}

// list writes a bounded list of names.
func list(values []string) fault.Text {
	const most = 40
	tail := ""
	if len(values) > most {
		values, tail = values[:most], " …"
	}
	return fault.Text{ZH: strings.Join(values, "、") + tail, EN: strings.Join(values, ", ") + tail}
}
