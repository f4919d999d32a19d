package show

import (
	"creditsync/internal/app"
	"creditsync/internal/fault"
)

// Check lists what was tried, what was found, and what to do where it was not well.
func (p Printer) Check(findings []app.Finding) []byte {
	g := p.page()
	bad := 0
	for _, f := range findings {
		what := f.What.In(g.Lang)
		if f.Err != nil {
			bad++
			g.line("%s %s", g.paint(red, g.say("[不行]", "[bad]")), what)
			g.problem(f.Err, "       ")
			continue
		}
		if d := f.Detail.In(g.Lang); d != "" {
			what += "  " + g.paint(faint, d)
		}
		g.line("%s %s", g.paint(green, g.say("[正常]", "[ok] ")), what)
	}
	g.blank()
	if bad == 0 {
		g.line("%s", g.sayf("%d 项全部正常，什么都没有写入。", "all %d well; nothing was written.", len(findings)))
	} else {
		g.line("%s", g.paint(red, g.sayf("%[2]d 项中有 %[1]d 项不行。", "%d of %d are not well.", bad, len(findings))))
	}
	return g.Bytes()
}

// CheckStatus is the exit status of the findings.
func CheckStatus(findings []app.Finding) fault.Class {
	worst := fault.None
	for _, f := range findings {
		worst = fault.Worse(worst, fault.ClassOf(f.Err))
	}
	return worst
}

// CheckJSON is the document of `check --json`.
func (p Printer) CheckJSON(findings []app.Finding) []byte {
	type finding struct {
		What   string   `json:"what"`
		OK     bool     `json:"ok"`
		Detail string   `json:"detail"`
		Error  *Problem `json:"error"`
	}
	d := struct {
		Findings []finding `json:"findings"`
	}{[]finding{}}
	for _, f := range findings {
		d.Findings = append(d.Findings, finding{f.What.In(p.Lang), f.Err == nil, f.Detail.In(p.Lang), p.NewProblem(f.Err)})
	}
	return encode(d)
}
