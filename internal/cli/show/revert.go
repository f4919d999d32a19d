package show

import (
	"strconv"

	"creditsync/internal/app"
	"creditsync/pipelines"
)

// Reverted tells an operator how the revert of a run went, and what comes next.
func (p Printer) Reverted(r app.Reverted) []byte {
	g := p.page()
	g.line("%s %s", g.state(r.RunResult), g.paint(bold, g.sayf("撤销第 %d 号运行", "revert of run %d", r.Of.RunNo)))
	g.line("  %s", g.sayf("被撤销的：%s，%s", "reverted: %s, %s", r.Of.Pipeline, g.at(r.Of.Started)))
	if r.Run != "" {
		g.line("  %s", g.sayf("运行：第 %d 号（%s）", "run: %d (%s)", r.RunNo, r.Run))
	}
	if r.Err != nil {
		g.problem(r.Err, "  ")
	}
	done := r.State == pipelines.Done
	if done {
		g.restored(r)
	}
	g.touched(r.By)
	g.waiting(r.RunResult)
	switch {
	case done && r.DryRun:
		g.blank()
		g.prose("", "  ", g.say("试运行：什么都没有写入，以上是将要发生的变化。", "A dry run: nothing was written; this is what would change."))
	case done:
		g.next(r)
	}
	return g.Bytes()
}

// restored counts what became of the records.
func (g *page) restored(r app.Reverted) {
	c := r.Counts
	t := table{align: []align{left, right}}
	t.add(g.say("恢复", "brought back"), count(c.Inserted), g.say("那次删除的", "that it had deleted"))
	t.add(g.say("还原内容", "former content"), count(c.Updated), g.say("那次变更的", "that it had updated"))
	t.add(g.say("删除", "deleted"), count(c.Deleted), g.say("那次新增的", "that it had inserted"))
	t.add(g.say("已是原样", "as before already"), count(c.Unchanged), "")
	t.add(g.say("未动", "left alone"), count(c.Superseded), g.say("后来又被改过", "changed again since"))
	if !r.DryRun {
		t.add(g.say("已发布", "published"), count(r.Published), g.seconds(r.PublishSeconds))
	}
	t.write(g, "  ")
}

// touched lists the runs that changed records again since.
func (g *page) touched(list []app.TouchedBy) {
	if len(list) == 0 {
		return
	}
	g.blank()
	g.line("  %s", g.paint(bold, g.say("后来又改过这些记录的运行", "Runs that changed these records again since")))
	t := table{head: []string{g.say("号", "no"), g.say("管道", "pipeline"), g.say("开始", "started"), g.say("记录", "records")}, align: []align{right, left, left, right}}
	for _, by := range list {
		t.add(strconv.FormatUint(by.RunNo, 10), by.Pipeline, g.at(by.Started), count(by.Records))
	}
	t.write(g, "    ")
}

// next says what the next run will do, before it surprises anybody.
func (g *page) next(r app.Reverted) {
	g.blank()
	g.prose(yellow, "  ", g.sayf("管道 %[1]s 的下一次运行会再读一遍：来源和配置如果没有改正，同样的变更会再次入库。来不及改正，就先停用它（enabled: false）。",
		"The next run of pipeline %[1]s reads all of it again: unless the source or the configuration is mended, it brings the same changes. If that takes time, switch the pipeline off (enabled: false).", r.Of.Pipeline))
	g.prose("", "  ", g.say("那次运行拒绝的行仍在疑问数据中；它解决过的、属于已撤销记录的行又变为待改。",
		"Rows that the run refused stay in quarantine; those that it had resolved, of records that were reverted, are open again."))
	g.suggest("  ", "要取消这次撤销：", "to undo this revert: ", "revert "+strconv.FormatUint(r.RunNo, 10)+" --reason …")
}

// RevertedJSON is the document of `revert --json`: that of a run, and what it undid.
func (p Printer) RevertedJSON(r app.Reverted) []byte {
	type of struct {
		RunNo   uint64  `json:"run_no"`
		Run     string  `json:"run"`
		Name    string  `json:"name"`
		Kind    string  `json:"kind"`
		Mode    string  `json:"mode"`
		Started *string `json:"started"`
	}
	type touched struct {
		of
		Records uint64 `json:"records"`
	}
	row := func(r app.RunRow) of { return of{r.RunNo, r.Run, r.Pipeline, r.Kind, r.Mode, p.moment(r.Started)} }
	d := struct {
		runDocument
		Reverts of        `json:"reverts"`
		Touched []touched `json:"touched"` // records that were changed again since, by the run that did so last
	}{p.runDocument([]app.RunResult{r.RunResult}, nil), row(r.Of), []touched{}}
	for _, by := range r.By {
		d.Touched = append(d.Touched, touched{row(by.RunRow), by.Records})
	}
	return encode(d)
}
