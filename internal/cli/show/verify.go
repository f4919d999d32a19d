package show

import (
	"strings"

	"creditsync/internal/app"
	"creditsync/internal/fault"
	"creditsync/schemas"
)

// Step is what a long command is doing, on a line of its own.
func (p Printer) Step(t fault.Text) []byte {
	g := p.page()
	g.line("%s", g.paint(faint, "· "+t.In(g.Lang)))
	return g.Bytes()
}

// Verify tells what was compared, and where the two sides differ with examples and what to do.
func (p Printer) Verify(parts []app.Verified) []byte {
	g := p.page()
	kind, differences, failed := "", 0, 0
	for _, part := range parts {
		if part.Kind != kind {
			kind = part.Kind
			g.blank()
			g.line("%s", g.paint(bold, g.kindTitle(kind)))
		}
		differences += len(part.Differences)
		if part.Err != nil {
			failed++
		}
		g.part(part)
	}
	g.blank()
	g.conclude(len(parts), differences, failed)
	return g.Bytes()
}

// conclude is the last line: whether one can go home.
func (g *page) conclude(parts, differences, failed int) {
	switch {
	case parts == 0:
		g.line("%s", g.say("没有可核对的管道或记录类型。", "there is no pipeline and no kind to verify."))
	case differences == 0 && failed == 0:
		g.line("%s", g.paint(green, g.sayf("%d 项全部一致。", "all %d comparisons are equal.", parts)))
	default:
		var said []string
		if differences > 0 {
			said = append(said, g.sayf("%d 处不同", "differences: %d", differences))
		}
		if failed > 0 {
			said = append(said, g.sayf("%d 项没能核对", "not compared: %d", failed))
		}
		g.line("%s", g.paint(red, strings.Join(said, g.say("，", ", "))+g.say("。", ".")))
	}
}

// kindTitle is a kind as people call it.
func (g *page) kindTitle(name string) string {
	if k, ok := schemas.Find(name); ok && g.Lang == fault.Chinese {
		return k.Title + "（" + name + "）"
	}
	return name
}

func (g *page) part(v app.Verified) {
	mark := g.paint(green, g.say("[一致]", "[equal]  "))
	switch {
	case v.Err != nil:
		mark = g.paint(yellow, g.say("[未核]", "[failed] "))
	case v.Differs():
		mark = g.paint(red, g.say("[不同]", "[differs]"))
	case v.Checked == 0 && v.Note != (fault.Text{}):
		mark = g.paint(faint, g.say("[未核]", "[skipped]"))
	}
	size := ""
	if v.Checked > 0 {
		size = "  " + g.paint(faint, count(v.Checked)+" "+v.Unit.In(g.Lang))
	}
	g.line("  %s %s%s", mark, v.What.In(g.Lang), size)
	indent := strings.Repeat(" ", columns(mark)+3)
	for _, d := range v.Differences {
		g.line("%s%s", indent, g.hang(g.paint(red, d.What.In(g.Lang))+g.times(d.Count, v.Name), len(indent)))
		for _, e := range d.Examples {
			g.line("%s  %s", indent, g.example(e, v.Kind))
		}
		if left := d.Count - min(d.Count, uint64(len(d.Examples))); left > 0 && len(d.Examples) > 0 {
			g.line("%s  %s", indent, g.paint(faint, g.sayf("…还有 %s", "… %s more", count(left))))
		}
		if hint := d.Do.In(g.Lang); hint != "" {
			g.line("%s→ %s", indent, g.hang(hint, len(indent)+2))
		}
	}
	if note := v.Note.In(g.Lang); note != "" {
		g.line("%s%s", indent, g.paint(faint, note))
	}
	if v.Err != nil {
		g.problem(v.Err, indent)
	}
}

// times is how often something differs; of the stores as a whole a difference is one.
func (g *page) times(n uint64, part string) string {
	if part == "stores" {
		return ""
	}
	return g.say("：", ": ") + count(n)
}

// example is one thing that differs, on one line: what names it first, then where it stands.
func (g *page) example(e app.Differing, kind string) string {
	var said []string
	if e.RecordID != "" {
		said = append(said, e.RecordID)
	}
	if e.Version > 0 {
		said = append(said, g.sayf("第 %d 版", "version %d", e.Version))
	}
	if e.Commit > 0 {
		said = append(said, g.sayf("提交 %d", "commit %d", e.Commit))
	}
	if e.Ref != "" {
		said = append(said, plain(e.Ref))
	}
	if len(e.Fields) > 0 {
		said = append(said, g.say("不同的字段：", "fields: ")+g.join(g.fieldTitles(kind, e.Fields)))
	}
	if d := e.Detail.In(g.Lang); d != "" {
		said = append(said, d)
	}
	return strings.Join(said, g.say("，", ", "))
}

// fieldTitles are fields as people call them.
func (g *page) fieldTitles(kind string, names []string) []string {
	k, ok := schemas.Find(kind)
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = n
		if !ok || g.Lang != fault.Chinese {
			continue
		}
		if f, ok := k.Field(n); ok {
			out[i] = f.Title
		}
	}
	return out
}

// VerifyStatus is the exit status of what was compared.
func VerifyStatus(parts []app.Verified) fault.Class {
	worst := fault.None
	for _, p := range parts {
		worst = fault.Worse(worst, fault.ClassOf(p.Err))
		if p.Differs() {
			worst = fault.Worse(worst, fault.Run)
		}
	}
	return worst
}

type verifiedPart struct {
	Name        string       `json:"name"`
	Kind        string       `json:"kind"`
	Pipeline    string       `json:"pipeline,omitempty"`
	What        string       `json:"what"`
	Checked     uint64       `json:"checked"`
	Equal       bool         `json:"equal"` // false also where it could not be compared
	Differences []difference `json:"differences"`
	Note        string       `json:"note,omitempty"`
	Error       *Problem     `json:"error,omitempty"`
}

type difference struct {
	Sort     string    `json:"sort"`
	What     string    `json:"what"`
	Count    uint64    `json:"count"`
	Examples []differs `json:"examples"`
	Hint     string    `json:"hint,omitempty"`
}

type differs struct {
	RecordID string   `json:"record_id,omitempty"`
	Version  uint32   `json:"version,omitempty"`
	Seq      uint64   `json:"seq,omitempty"`
	Commit   uint64   `json:"commit,omitempty"`
	Ref      string   `json:"ref,omitempty"`
	Fields   []string `json:"fields,omitempty"`
	Detail   string   `json:"detail,omitempty"`
}

// VerifyJSON is the document of `verify --json`.
func (p Printer) VerifyJSON(parts []app.Verified) []byte {
	d := struct {
		Equal bool           `json:"equal"`
		Parts []verifiedPart `json:"parts"`
	}{VerifyStatus(parts) == fault.None, p.verifiedParts(parts)}
	return encode(d)
}

func (p Printer) verifiedParts(parts []app.Verified) []verifiedPart {
	out := []verifiedPart{}
	for _, v := range parts {
		one := verifiedPart{
			Name: v.Name, Kind: v.Kind, Pipeline: v.Pipeline, What: v.What.In(p.Lang), Checked: v.Checked, Differences: []difference{},
			Equal: !v.Differs() && v.Err == nil && !(v.Checked == 0 && v.Note != (fault.Text{})), Note: v.Note.In(p.Lang), Error: p.NewProblem(v.Err),
		}
		for _, x := range v.Differences {
			to := difference{Sort: x.Sort, What: x.What.In(p.Lang), Count: x.Count, Examples: []differs{}, Hint: x.Do.In(p.Lang)}
			for _, e := range x.Examples {
				to.Examples = append(to.Examples, differs{e.RecordID, e.Version, e.Seq, e.Commit, e.Ref, e.Fields, e.Detail.In(p.Lang)})
			}
			one.Differences = append(one.Differences, to)
		}
		out = append(out, one)
	}
	return out
}
