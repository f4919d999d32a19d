package show

import (
	"strings"
	"time"

	"creditsync/internal/app"
)

// Status is how all pipelines are: when they ran, when they run next, what is wrong.
func (p Printer) Status(st app.Status) []byte {
	g := p.page()
	switch {
	case st.Serving.IsZero():
		g.line("%s", g.paint(yellow, g.say("serve 没有运行：计划不会执行。", "serve is not at work: nothing runs by schedule.")))
	case st.Console != "":
		g.line("%s", g.sayf("serve 自 %[1]s 起运行；状态页面 %[2]s", "serve is at work since %[1]s; status page %[2]s", g.at(st.Serving), st.Console))
	default:
		g.line("%s", g.sayf("serve 自 %s 起运行，还没有就绪", "serve is at work since %s and not ready yet", g.at(st.Serving)))
	}
	g.blank()
	if len(st.Pipelines) == 0 {
		g.line("%s", g.say("配置中没有管道。", "the configuration has no pipeline."))
		return g.Bytes()
	}
	g.pipelines(st)
	g.troubles(st)
	g.after(st)
	for _, k := range st.Kinds {
		if k.Waiting > 0 {
			g.blank()
			g.line("%s", g.sayf("%[1]s：%[2]s 条消息等待发布", "%[1]s: %[2]s messages wait to be published", k.Title, count(k.Waiting)))
		}
	}
	return g.Bytes()
}

// after are the commands that are of use next.
func (g *page) after(st app.Status) {
	scheduled, open, unknown := false, false, false
	for i := range st.Pipelines {
		p := &st.Pipelines[i]
		scheduled = scheduled || p.Enabled && p.Schedule != ""
		open = open || p.Open > 0
		unknown = unknown || p.Refused == nil
	}
	if open || unknown || scheduled && st.Serving.IsZero() {
		g.blank()
	}
	if unknown {
		g.line("%s", g.say("?：ClickHouse 没有应答，数不了。", "?: ClickHouse does not answer."))
	}
	if open {
		g.suggest("", "看被拒的行：", "to see refused rows: ", "quarantine ls")
	}
	if scheduled && st.Serving.IsZero() {
		g.suggest("", "按计划运行：", "to run by schedule: ", "serve")
	}
}

// pipelines is the table of all pipelines.
func (g *page) pipelines(st app.Status) {
	t := table{
		head: []string{g.say("管道", "pipeline"), g.say("现在", "now"), g.say("上次运行", "last run"), g.say("结果", "result"), g.say("上次成功", "last success"),
			g.say("下次", "next"), g.say("被拒待处理", "refused"), g.say("计划", "schedule")},
		align: []align{left, left, left, left, left, left, right, left},
	}
	for i := range st.Pipelines {
		p := &st.Pipelines[i]
		last, result := "–", "–"
		if p.Last != nil {
			last, result = g.at(p.Last.Finished), g.stateWord(p.Last.State)
		}
		refused := "?"
		if p.Refused != nil {
			refused = count(p.Open)
		}
		plan := p.Schedule
		switch {
		case !p.Enabled:
			plan = g.say("停用", "switched off")
		case plan == "":
			plan = g.say("按需", "on demand")
		case p.Workdays:
			plan += g.say("（工作日）", " (working days)")
		}
		t.add(p.Name, g.doing(p.Running, p.Waiting), last, result, g.at(p.LastSuccess), g.at(p.Next), refused, plan)
	}
	t.write(g, "")
}

func (g *page) doing(running, waiting bool) string {
	switch {
	case running:
		return g.paint(yellow, g.say("运行中", "running"))
	case waiting:
		return g.say("等待空位", "waiting")
	}
	return "–"
}

// troubles are the pipelines that want somebody.
func (g *page) troubles(st app.Status) {
	for i := range st.Pipelines {
		p := &st.Pipelines[i]
		if !p.Enabled {
			continue
		}
		if p.Failed() {
			g.blank()
			g.line("%s", g.paint(red, g.sayf("%s 失败：%s", "%s failed: %s", p.Name, strings.ReplaceAll(p.Last.Error, "\n", "\n  "))))
			if !p.Retry.IsZero() {
				g.line("  %s", g.sayf("%s 再试", "tried again at %s", g.at(p.Retry)))
			}
		}
		if p.Overdue > 0 {
			g.blank()
			g.line("%s", g.paint(red, g.overdue(p.Name, p.LastSuccess, p.ExpectEvery)))
		}
	}
}

func (g *page) overdue(name string, success time.Time, expect time.Duration) string {
	if success.IsZero() {
		return g.sayf("%[1]s 逾期：还没有成功过（expect_every: %[2]s）", "%[1]s is overdue: it never succeeded (expect_every: %[2]s)", name, span(expect))
	}
	return g.sayf("%[1]s 逾期：上次成功是 %[2]s（expect_every: %[3]s）", "%[1]s is overdue: its last success was at %[2]s (expect_every: %[3]s)", name, g.at(success), span(expect))
}

// span writes a duration as the configuration does.
func span(d time.Duration) string {
	s := d.String()
	s = strings.TrimSuffix(s, "0s")
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// StatusJSON is the document of `status --json`.
func (p Printer) StatusJSON(st app.Status) []byte {
	return encode(app.StatusDocument(st, p.Lang, p.Zone))
}
