package show

import (
	"slices"

	"creditsync/internal/app"
	"creditsync/internal/fault"
)

// Plan says what a repair will do next.
func (p Printer) Plan(next []app.Mended) []byte {
	g := p.page()
	for _, m := range next {
		g.line("%s", g.sayf("%s：将%s", "%s: will %s", m.Kind, m.Will.In(g.Lang)))
	}
	return g.Bytes()
}

// Repair tells what was wrong, what was done about it, and what is left.
func (p Printer) Repair(r app.Repairing, dryRun bool) []byte {
	g := p.page()
	for _, m := range r.Steps {
		mark := g.paint(green, g.say("[已修]", "[mended]"))
		if m.Err != nil {
			mark = g.paint(red, g.say("[未成]", "[failed]"))
		}
		g.line("%s %s", mark, m.What.In(g.Lang))
		g.line("       %s", m.Will.In(g.Lang))
		if m.Err != nil {
			g.problem(m.Err, "       ")
		}
	}
	for _, m := range r.Left {
		g.line("%s %s", g.paint(red, g.say("[未修]", "[open]  ")), m.What.In(g.Lang))
		if will := m.Will.In(g.Lang); will != "" {
			g.line("       → %s", g.sayf("可以：%s", "can be done: %s", will))
		}
		if needs := m.Needs.In(g.Lang); needs != "" {
			g.line("       → %s", needs)
		}
	}
	g.blank()
	switch {
	case len(r.Left) > 0 && dryRun:
		g.line("%s", g.say("只是演示，什么都没有改动。", "this was a dry run; nothing was changed."))
	case slices.ContainsFunc(r.Left, func(m app.Mended) bool { return m.Will.EN != "" }):
		g.line("%s", g.paint(red, g.sayf("还有 %d 处没有解决；同意列出的做法时加 --yes。", "%d left; add --yes to agree to what can be done.", len(r.Left))))
	case len(r.Left) > 0:
		g.line("%s", g.paint(red, g.sayf("还有 %d 处没有解决，修复不了：见上面各处的说明。", "%d left that a repair cannot mend; each says what is to be done.", len(r.Left))))
	case len(r.Steps) == 0:
		g.line("%s", g.say("台账、ClickHouse 和 Kafka 一致，没有要修复的。", "ledger, ClickHouse and Kafka agree; there is nothing to mend."))
	default:
		g.line("%s", g.paint(green, g.say("已修复。修复后的核对：", "mended. What was compared afterwards:")))
		g.Write(p.Verify(r.Parts))
	}
	return g.Bytes()
}

// RepairStatus is the exit status of a repair.
func RepairStatus(r app.Repairing) fault.Class {
	worst := VerifyStatus(r.Parts)
	if len(r.Left) > 0 {
		worst = fault.Worse(worst, fault.Run)
	}
	for _, m := range r.Steps {
		worst = fault.Worse(worst, fault.ClassOf(m.Err))
	}
	return worst
}

// RepairJSON is the document of `repair --json`.
func (p Printer) RepairJSON(r app.Repairing) []byte {
	type mended struct {
		Kind  string   `json:"kind"`
		Code  string   `json:"code"`
		What  string   `json:"what"`
		Will  string   `json:"will,omitempty"`
		Needs string   `json:"needs,omitempty"`
		Done  bool     `json:"done"`
		Error *Problem `json:"error,omitempty"`
	}
	turn := func(from []app.Mended) []mended {
		out := []mended{}
		for _, m := range from {
			out = append(out, mended{m.Kind, m.Code, m.What.In(p.Lang), m.Will.In(p.Lang), m.Needs.In(p.Lang), m.Done, p.NewProblem(m.Err)})
		}
		return out
	}
	return encode(struct {
		Steps []mended       `json:"steps"`
		Left  []mended       `json:"left"`
		Parts []verifiedPart `json:"parts"`
	}{turn(r.Steps), turn(r.Left), p.verifiedParts(r.Parts)})
}
