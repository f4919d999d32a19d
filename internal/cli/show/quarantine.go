package show

import (
	"slices"
	"strings"

	"creditsync/internal/app"
	"creditsync/schemas"
)

// Refused is the table of refused rows. more says that there are others beyond the limit.
func (p Printer) Refused(rows []app.Rejected, more bool) []byte {
	g := p.page()
	if len(rows) == 0 {
		g.line("%s", g.say("没有符合条件的被拒行。", "no refused rows match."))
		return g.Bytes()
	}
	t := table{
		head:  []string{g.say("回执号", "receipt"), g.say("状态", "state"), g.say("次数", "seen"), g.say("位置", "place"), g.say("规则", "rules"), g.say("机关", "authority")},
		align: []align{left, left, right},
	}
	for _, r := range rows {
		t.add(r.Receipt, g.rejectState(r.State), count(r.Seen), plain(r.Ref), strings.Join(rulesOf(r), " "), plain(r.Authority))
	}
	t.write(g, "")
	g.blank()
	if more {
		g.line("%s", g.sayf("以上 %d 行，还有更多：加 --limit 或用 --rule、--authority 缩小范围。", "%d rows; there are more: raise --limit, or narrow down with --rule or --authority.", len(rows)))
	}
	g.suggest("", "看一行：", "to see one: ", "quarantine show "+rows[0].Receipt)
	return g.Bytes()
}

// rulesOf are the rules of a row, each once, in order.
func rulesOf(r app.Rejected) []string {
	var rules []string
	for _, v := range r.Violations {
		if !slices.Contains(rules, v.Rule) {
			rules = append(rules, v.Rule)
		}
	}
	return rules
}

// rejectState is what became of a refused row.
func (g *page) rejectState(s string) string {
	switch s {
	case "open":
		return g.paint(red, g.say("待改", "open"))
	case "resolved":
		return g.paint(green, g.say("已解决", "resolved"))
	case "replayed":
		return g.paint(green, g.say("已重放", "replayed"))
	case "dismissed":
		return g.say("已忽略", "dismissed")
	}
	return s
}

// RefusedRows shows refused rows whole: why, and every cell as it was read.
func (p Printer) RefusedRows(rows []app.Rejected) []byte {
	g := p.page()
	if len(rows) == 0 {
		g.line("%s", g.say("没有符合条件的被拒行。", "no refused rows match."))
		return g.Bytes()
	}
	for _, r := range rows {
		g.blank()
		g.line("%s  %s", g.paint(bold, g.say("回执号 ", "receipt ")+r.Receipt), g.rejectState(r.State))
		t := table{}
		add := func(zh, en, text string) {
			if text != "" {
				t.add(g.say(zh, en), text)
			}
		}
		add("位置", "place", plain(r.Ref))
		add("机关", "authority", plain(r.Authority))
		add("管道", "pipeline", r.Pipeline)
		add("记录", "record", r.RecordID)
		if r.RecordID == "" {
			add("记录", "record", g.say("认不出是哪条记录", "cannot be told"))
		}
		add("出现", "seen", g.seen(r))
		if !r.ChangedAt.IsZero() {
			add("更新", "changed", g.at(r.ChangedAt))
		}
		t.write(g, "  ")
		g.blank()
		g.line("  %s", g.paint(bold, g.say("原因", "Reasons")))
		g.violations(r.Violations, "    ")
		g.cells(r)
	}
	return g.Bytes()
}

// seen says how often and when a row was refused.
func (g *page) seen(r app.Rejected) string {
	if r.FirstRun == r.LastRun {
		return g.sayf("%s 次，第 %d 号运行", "%s times, in run %d", count(r.Seen), r.LastRun)
	}
	return g.sayf("%s 次，第 %d 至 %d 号运行", "%s times, in runs %d to %d", count(r.Seen), r.FirstRun, r.LastRun)
}

// cells shows the row as it was read; the cells of refused fields are marked.
func (g *page) cells(r app.Rejected) {
	if len(r.Cells) == 0 {
		return
	}
	g.blank()
	g.line("  %s", g.paint(bold, g.say("读到的内容（证件号码已遮盖）", "As read (personal numbers masked)")))
	titles := map[string]bool{}
	kind, known := schemas.Find(r.Kind)
	for _, v := range r.Violations {
		titles[v.Title] = v.Title != ""
		titles[v.Field] = v.Field != ""
		if known { // headers are Chinese, whatever language the reasons are in
			if f, ok := kind.Field(v.Field); ok {
				titles[f.Title] = true
			}
		}
	}
	t := table{}
	for _, c := range r.Cells {
		mark := " "
		if titles[c.Header] {
			mark = g.paint(red, "!")
		}
		header := plain(c.Header)
		if header == "" {
			header = g.say("（多出的列）", "(surplus)")
		}
		t.add(mark, header, plain(c.Text))
	}
	t.write(g, "  ")
}

// Dismissed confirms how many rows will not be shown any more.
func (p Printer) Dismissed(n int) []byte {
	return []byte(p.sayf("已忽略 %d 行；同样的内容再来也不再提示。\n", "dismissed: %d; the same content stays dismissed when it comes again.\n", n))
}

// DismissedJSON is the document of `quarantine dismiss --json`.
func (p Printer) DismissedJSON(n int) []byte {
	return encode(struct {
		Dismissed int `json:"dismissed"`
	}{n})
}

// Exported lists the files that were written for the authorities.
func (p Printer) Exported(files []app.Exported) []byte {
	g := p.page()
	if len(files) == 0 {
		g.line("%s", g.say("没有待改的行，没有写文件。", "no rows are open; no file was written."))
		return g.Bytes()
	}
	t := table{head: []string{g.say("行数", "rows"), g.say("机关", "authority"), g.say("文件", "file")}, align: []align{right}}
	rows := 0
	for _, f := range files {
		rows += f.Rows
		authority := plain(f.Authority)
		if authority == "" {
			authority = g.say("（未知机关）", "(unknown)")
		}
		t.add(count(f.Rows), authority, f.Path)
	}
	t.write(g, "")
	g.blank()
	g.prose("", "", g.sayf("写了 %d 个文件，共 %s 行。发给各机关改好后放回来源目录即可；请保留“回执号”一列。",
		"%d files with %s rows. Send them to the authorities; when mended, put them into the source folder. Keep the column 回执号.", len(files), count(rows)))
	return g.Bytes()
}

// ExportedJSON is the document of `quarantine export --json`.
func (p Printer) ExportedJSON(files []app.Exported) []byte {
	type file struct {
		Path      string `json:"path"`
		Authority string `json:"authority"`
		Rows      int    `json:"rows"`
	}
	d := struct {
		Files []file `json:"files"`
	}{[]file{}}
	for _, f := range files {
		d.Files = append(d.Files, file(f))
	}
	return encode(d)
}

type violation struct {
	Field   string `json:"field"`
	Title   string `json:"title"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

type cell struct {
	Header string `json:"header"`
	Text   string `json:"text"`
}

type rejected struct {
	Receipt    string      `json:"receipt"`
	Kind       string      `json:"kind"`
	Pipeline   string      `json:"pipeline"`
	Ref        string      `json:"ref"`
	Authority  string      `json:"authority"`
	State      string      `json:"state"`
	Seen       uint32      `json:"seen"`
	FirstRun   uint64      `json:"first_run"`
	LastRun    uint64      `json:"last_run"`
	ChangedAt  *string     `json:"changed_at"`
	RecordID   string      `json:"record_id"`
	Violations []violation `json:"violations"`
	Cells      []cell      `json:"cells"`
}

func (p Printer) rejects(rows []app.Rejected) []rejected {
	out := []rejected{}
	for _, r := range rows {
		one := rejected{r.Receipt, r.Kind, r.Pipeline, r.Ref, r.Authority, r.State, r.Seen, r.FirstRun, r.LastRun, p.moment(r.ChangedAt), r.RecordID, []violation{}, []cell{}}
		for _, v := range r.Violations {
			one.Violations = append(one.Violations, violation(v))
		}
		for _, c := range r.Cells {
			one.Cells = append(one.Cells, cell(c))
		}
		out = append(out, one)
	}
	return out
}

// RefusedJSON is the document of `quarantine ls --json` and `quarantine show --json`.
func (p Printer) RefusedJSON(rows []app.Rejected, more bool) []byte {
	return encode(struct {
		Rows []rejected `json:"rows"`
		More bool       `json:"more"`
	}{p.rejects(rows), more})
}
