package show

import (
	"strconv"
	"strings"

	"creditsync/internal/app"
)

// History is the table of past runs, as they are given.
func (p Printer) History(rows []app.RunRow) []byte {
	g := p.page()
	if len(rows) == 0 {
		g.line("%s", g.say("还没有运行过。", "nothing has run yet."))
		return g.Bytes()
	}
	t := table{
		head: []string{g.say("号", "no"), g.say("管道", "pipeline"), g.say("开始", "started"), g.say("状态", "state"), g.say("读入", "read"),
			g.say("被拒", "refused"), g.say("新增", "inserted"), g.say("变更", "updated"), g.say("删除", "deleted"), g.say("已发布", "published"), g.say("用时", "time"), ""},
		align: []align{right, left, left, left, right, right, right, right, right, right, right},
	}
	for _, r := range rows {
		c, note := r.Counts, r.ErrorCode
		switch {
		case note != "":
		case r.Reverts > 0:
			note = g.sayf("撤销第 %[1]d 号：%[2]s", "reverts run %[1]d: %[2]s", r.Reverts, plain(r.Reason))
		case r.Mode == "forget":
			note = g.say("墓碑", "tombstones")
		}
		if r.Holds != "" {
			note = g.say("进行中：", "held by ") + r.Holds
		}
		t.add(strconv.FormatUint(r.RunNo, 10), r.Pipeline, g.at(r.Started), g.stateWord(r.State), count(c.Read), count(c.Rejected),
			count(c.Inserted), count(c.Updated), count(c.Deleted), count(r.Published), g.seconds(r.Seconds), note)
	}
	t.write(g, "")
	said := map[string]bool{}
	for _, r := range rows {
		if r.Error == "" || said[r.Pipeline] { // the newest one of each pipeline: the others are told by their codes
			continue
		}
		said[r.Pipeline] = true
		g.blank()
		g.line("%s", g.sayf("第 %[1]d 号，%[2]s：%[3]s", "run %[1]d, %[2]s: %[3]s", r.RunNo, r.Pipeline, strings.ReplaceAll(r.Error, "\n", "\n  ")))
	}
	return g.Bytes()
}

// stateWord is the state of a past or present run.
func (g *page) stateWord(state string) string {
	switch state {
	case "done":
		return g.paint(green, g.say("完成", "done"))
	case "failed":
		return g.paint(red, g.say("失败", "failed"))
	case "no_input":
		return g.paint(yellow, g.say("没有输入", "no input"))
	case "skipped":
		return g.say("跳过", "skipped")
	case "open", "running":
		return g.paint(yellow, g.say("进行中", "running"))
	case "abandoned":
		return g.paint(red, g.say("中断", "abandoned"))
	}
	return state
}

// HistoryJSON is the document of `runs --json`.
func (p Printer) HistoryJSON(rows []app.RunRow) []byte {
	type run struct {
		RunNo      uint64  `json:"run_no"`
		Run        string  `json:"run"`
		Name       string  `json:"name"`
		Kind       string  `json:"kind"`
		Mode       string  `json:"mode"`
		State      string  `json:"state"`
		Started    *string `json:"started"`
		Finished   *string `json:"finished"`
		Read       uint64  `json:"read"`
		Accepted   uint64  `json:"accepted"`
		Rejected   uint64  `json:"rejected"`
		Inserted   uint64  `json:"inserted"`
		Updated    uint64  `json:"updated"`
		Deleted    uint64  `json:"deleted"`
		Unchanged  uint64  `json:"unchanged"`
		Superseded uint64  `json:"superseded"`
		Withheld   uint64  `json:"withheld"`
		Warnings   uint64  `json:"warnings"`
		Published  uint64  `json:"published"`
		Seconds    float64 `json:"seconds"`
		ErrorCode  string  `json:"error_code"`
		Error      string  `json:"error"`
		HeldBy     string  `json:"held_by"`
		Reverts    uint64  `json:"reverts,omitempty"`
		Reason     string  `json:"reason,omitempty"`
	}
	d := struct {
		Runs []run `json:"runs"`
	}{[]run{}}
	for _, r := range rows {
		c := r.Counts
		d.Runs = append(d.Runs, run{r.RunNo, r.Run, r.Pipeline, r.Kind, r.Mode, r.State, p.moment(r.Started), p.moment(r.Finished),
			c.Read, c.Accepted, c.Rejected, c.Inserted, c.Updated, c.Deleted, c.Unchanged, c.Superseded, c.Withheld, c.Warnings,
			r.Published, milli(r.Seconds), r.ErrorCode, r.Error, r.Holds, r.Reverts, r.Reason})
	}
	return encode(d)
}
