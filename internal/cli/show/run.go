package show

import (
	"fmt"
	"strings"

	"creditsync/internal/app"
	"creditsync/internal/fault"
	"creditsync/pipelines"
)

// Sources says where each pipeline reads, by its name: "file inbox/*.csv".
type Sources map[string]string

// Runs is the summary of runs that have just ended, for the operator.
func (p Printer) Runs(results []app.RunResult, from Sources) []byte {
	g := p.page()
	for _, r := range results {
		g.blank()
		g.run(r, from[r.Pipeline])
	}
	if len(results) > 1 {
		g.blank()
		g.total(results)
	}
	return g.Bytes()
}

func (g *page) run(r app.RunResult, from string) {
	state := g.state(r)
	took := ""
	if r.Run != "" {
		took = "  " + g.paint(faint, g.say("用时 ", "in ")+g.seconds(r.Seconds))
	}
	g.line("%s %s%s", state, g.paint(bold, r.Pipeline), took)
	if from != "" {
		g.line("  %s", g.sayf("来源：%s", "from: %s", from))
	}
	if r.Run != "" {
		g.line("  %s", g.sayf("运行：第 %d 号（%s）", "run: %d (%s)", r.RunNo, r.Run))
	}
	if r.Err != nil {
		g.problem(r.Err, "  ")
	}
	if r.Counts.Read > 0 || r.State == pipelines.Done {
		g.where(r)
	}
	g.withheld(r)
	g.waiting(r)
	g.refused(r)
	g.hints(r)
}

// state is how the run ended, in one word that is seen from afar.
func (g *page) state(r app.RunResult) string {
	switch {
	case r.State == pipelines.NoInput:
		return g.paint(yellow, g.say("[没有输入]", "[no input]"))
	case r.State == pipelines.Done && r.Err == nil && r.DryRun:
		return g.paint(green, g.say("[试运行]", "[dry run]"))
	case r.State == pipelines.Done && r.Err != nil:
		return g.paint(yellow, g.say("[已提交，未全部展示]", "[committed, not all shown]"))
	case r.State == pipelines.Done && r.PublishErr != nil:
		return g.paint(yellow, g.say("[已入库，未全部发布]", "[done, not all published]"))
	case r.State == pipelines.Done:
		return g.paint(green, g.say("[完成]", "[done]"))
	}
	return g.paint(red, g.say("[失败]", "[failed]"))
}

// where tells where every row went. A run that failed has applied nothing of its source.
func (g *page) where(r app.RunResult) {
	c := r.Counts
	t := table{align: []align{left, right}}
	add := func(zh, en string, n uint64, note string) { t.add(g.say(zh, en), count(n), note) }
	add("读入", "read", c.Read, "")
	add("接收", "accepted", c.Accepted, "")
	refused := ""
	if c.Rejected > 0 {
		refused = share(c.Rejected, c.Read)
	}
	add("被拒", "refused", c.Rejected, refused)
	if r.State == pipelines.Done {
		add("新增", "inserted", c.Inserted, "")
		add("变更", "updated", c.Updated, "")
		add("删除", "deleted", c.Deleted, "")
		add("未变", "unchanged", c.Unchanged, "")
		add("被取代", "superseded", c.Superseded, "")
		add("暂缓删除", "withheld", c.Withheld, "")
	}
	add("有提示", "with hints", c.Warnings, "")
	if r.State == pipelines.Done && !r.DryRun {
		note := g.seconds(r.PublishSeconds)
		if r.Relayed > 0 {
			note += g.sayf("；另补发积压 %s", "; and %s of the backlog", count(r.Relayed))
		}
		add("已发布", "published", r.Published, note)
	}
	t.write(g, "  ")
	if r.DryRun && r.State == pipelines.Done {
		g.line("  %s", g.say("试运行：什么都没有写入，以上是将要发生的变化。", "A dry run: nothing was written; this is what would change."))
	}
}

// withheld says why deletions wait, and how to apply them.
func (g *page) withheld(r app.RunResult) {
	if r.Counts.Withheld == 0 {
		return
	}
	g.blank()
	g.prose(yellow, "  ", g.sayf("来源里没有了 %s 条记录，但有被拒的行认不出是哪条记录，所以先不删除。",
		"%s records are gone from the source, but the key of some refused rows cannot be told and they may be among them, so none was deleted.", count(r.Counts.Withheld)))
	g.suggest("  ", "核对后要删除：", "to delete them after a look: ", "run "+r.Pipeline+" --apply-deletes")
}

// waiting says which messages have not been published, and that nothing is lost.
func (g *page) waiting(r app.RunResult) {
	if r.Waiting == 0 && r.PublishErr == nil {
		return
	}
	g.blank()
	if r.Waiting > 0 {
		g.prose(yellow, "  ", g.sayf("数据已入库，还有 %s 条消息没有发布；不会丢失，下次运行时自动补发。",
			"the records are stored; %s messages wait to be published: none is lost, the next run publishes them.", count(r.Waiting)))
	} else {
		g.prose(yellow, "  ", g.say("数据已入库，但更早积压的消息没有发布；不会丢失，下次运行时自动补发。",
			"the records are stored, but older messages wait to be published: none is lost, the next run publishes them."))
	}
	if r.PublishErr != nil {
		g.problem(r.PublishErr, "  ")
	}
}

// prose adds a paragraph that fits the terminal.
func (g *page) prose(sgr, indent, s string) {
	for _, l := range wrap(s, g.Width-len(indent)) {
		g.line("%s%s", indent, g.paint(sgr, l))
	}
}

// refused counts the reasons of refusal and says how to see the rows.
func (g *page) refused(r app.RunResult) {
	list := tallies(r.Rules)
	if len(list) == 0 {
		return
	}
	g.blank()
	g.line("  %s", g.paint(bold, g.say("被拒的原因（一行可以有几个）", "Why rows were refused (a row may have several reasons)")))
	g.rules(list)
	g.suggest("  ", "查看这些行：", "to see them: ", "quarantine ls "+r.Pipeline+" --rule "+list[0].rule)
	if r.Err == nil && !r.DryRun {
		g.suggest("  ", "发给各单位：", "to send them back: ", "quarantine export "+r.Pipeline)
	}
}

// hints counts the warnings.
func (g *page) hints(r app.RunResult) {
	list := tallies(r.Hints)
	if len(list) == 0 {
		return
	}
	g.blank()
	g.line("  %s", g.paint(bold, g.say("提示（已接收，请核对）", "Hints (accepted; worth a look)")))
	g.rules(list)
}

func (g *page) rules(list []tally) {
	t := table{align: []align{right}}
	for _, one := range list {
		t.add(count(one.hits), one.rule, g.ruleSentence(one.rule))
	}
	t.write(g, "    ")
}

// total sums several pipelines up in a line.
func (g *page) total(results []app.RunResult) {
	var sum pipelines.Counts
	var failed []string
	var published uint64
	for _, r := range results {
		sum.Add(r.Counts)
		published += r.Published
		if r.State == pipelines.Failed {
			failed = append(failed, r.Pipeline)
		}
	}
	g.line("%s", g.sayf("合计 %d 个管道：读入 %s，被拒 %s，新增 %s，变更 %s，删除 %s，发布 %s。",
		"%d pipelines: %s read, %s refused, %s inserted, %s updated, %s deleted, %s published.",
		len(results), count(sum.Read), count(sum.Rejected), count(sum.Inserted), count(sum.Updated), count(sum.Deleted), count(published)))
	if len(failed) > 0 {
		g.line("%s", g.paint(red, g.say("失败：", "failed: ")+g.join(failed)))
	}
}

// Status is the exit status of a command that ran pipelines: that of the worst run, the messages that could not be
// published and err included.
func Status(results []app.RunResult, err error) fault.Class {
	worst := fault.ClassOf(err)
	for _, r := range results {
		worst = fault.Worse(worst, fault.ClassOf(r.Err))
		worst = fault.Worse(worst, fault.ClassOf(r.PublishErr))
		if r.Err == nil && r.State == pipelines.Failed {
			worst = fault.Worse(worst, fault.Run)
		}
		if r.PublishErr == nil && r.Waiting > 0 {
			worst = fault.Worse(worst, fault.Environment)
		}
	}
	return worst
}

// Notice is a sentence that people should read at once.
func (p Printer) Notice(t fault.Text) []byte {
	g := p.page()
	lines := strings.Split(strings.TrimRight(t.In(p.Lang), "\n"), "\n")
	for i, l := range lines {
		if i == 0 {
			l = p.paint(yellow, p.say("注意：", "note: ")) + l
		}
		fmt.Fprintln(g, l)
	}
	return g.Bytes()
}
