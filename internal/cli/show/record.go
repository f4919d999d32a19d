package show

import (
	"cmp"
	"slices"

	"creditsync/internal/app"
)

// Record tells a record's life: its present values, then every version, the newest first, with what changed from the
// version before, where it came from and which messages told of it.
func (p Printer) Record(r app.Record) []byte {
	g := p.page()
	g.line("%s  %s", g.paint(bold, r.ID), r.Kind)
	versions := newestFirst(r.Versions)
	if len(versions) > 0 {
		g.blank()
		t := table{}
		for _, x := range versions[0].Values {
			t.add(x.Title, plain(x.Text))
		}
		t.write(g, "  ")
	}
	messages := map[uint64][]app.Message{}
	for _, m := range r.Messages {
		messages[m.Seq] = append(messages[m.Seq], m)
	}
	for i, v := range versions {
		var before []app.Value
		if i+1 < len(versions) {
			before = versions[i+1].Values
		}
		g.version(v, before)
		for _, m := range messages[v.Seq] {
			g.line("  %s", g.sayf("消息：%s 分区 %d 位移 %d，%s", "message: %s, partition %d, offset %d, %s", m.Topic, m.Partition, m.Offset, g.at(m.At)))
		}
		if len(messages[v.Seq]) == 0 && r.MessagesErr == nil {
			g.line("  %s", g.paint(faint, g.say("没有消息", "no message")))
		}
	}
	if r.MessagesErr != nil {
		g.blank()
		g.line("%s", g.say("读不到消息：", "the messages cannot be read:"))
		g.problem(r.MessagesErr, "  ")
	}
	return g.Bytes()
}

// newestFirst orders versions whichever way they come.
func newestFirst(versions []app.Version) []app.Version {
	return slices.SortedFunc(slices.Values(versions), func(a, b app.Version) int { return cmp.Compare(b.Version, a.Version) })
}

func (g *page) version(v app.Version, before []app.Value) {
	g.blank()
	g.line("%s  %s  %s", g.paint(bold, g.sayf("第 %d 版", "version %d", v.Version)), g.opWord(v.Op)+g.say("，", ", ")+g.statusWord(v.Status), g.at(v.IngestedAt))
	from := v.Pipeline
	if v.SourceRef != "" {
		from += g.say("：", ": ") + plain(v.SourceRef)
	}
	g.line("  %s", g.sayf("来自 %s（第 %d 号运行，提交 %d）", "from %s (run %d, commit %d)", from, v.RunNo, v.CommitNo))
	g.warnings(v.Warnings)
	t := table{}
	old, now := byField(before), byField(v.Values)
	for _, name := range v.Changed {
		title := cmp.Or(now[name].Title, old[name].Title, name)
		t.add(title, g.value(old[name].Text)+" → "+g.value(now[name].Text))
	}
	t.write(g, "  ")
}

func byField(list []app.Value) map[string]app.Value {
	m := make(map[string]app.Value, len(list))
	for _, v := range list {
		m[v.Field] = v
	}
	return m
}

// value is a value in a comparison, where an absent one needs a sign.
func (g *page) value(s string) string {
	if s == "" {
		return g.say("（空）", "(empty)")
	}
	return plain(s)
}

// opWord says what happened to the record.
func (g *page) opWord(op string) string {
	switch op {
	case "upsert":
		return g.say("来源中有", "delivered")
	case "delete":
		return g.paint(red, g.say("已从来源消失", "gone from the source"))
	case "forget":
		return g.paint(faint, g.say("墓碑", "tombstone"))
	}
	return op
}

// statusWord is the legal state of a record.
func (g *page) statusWord(s string) string {
	switch s {
	case "active":
		return g.say("有效", "active")
	case "suspended":
		return g.paint(yellow, g.say("异议核查中", "suspended"))
	case "withdrawn":
		return g.say("已撤销", "withdrawn")
	case "repaired":
		return g.say("已修复", "repaired")
	case "expired":
		return g.say("已到期", "expired")
	}
	return s
}

// RecordJSON is the document of `record --json`.
func (p Printer) RecordJSON(r app.Record) []byte {
	type version struct {
		Version    uint32   `json:"version"`
		Seq        uint64   `json:"seq"`
		Op         string   `json:"op"`
		Status     string   `json:"status"`
		RunNo      uint64   `json:"run_no"`
		CommitNo   uint64   `json:"commit_no"`
		Pipeline   string   `json:"pipeline"`
		SourceRef  string   `json:"source_ref"`
		IngestedAt *string  `json:"ingested_at"`
		Changed    []string `json:"changed"`
		Warnings   []string `json:"warnings"`
		Values     object   `json:"values"`
	}
	type message struct {
		Topic     string  `json:"topic"`
		Partition int     `json:"partition"`
		Offset    int64   `json:"offset"`
		ID        string  `json:"id"`
		Seq       uint64  `json:"seq"`
		Op        string  `json:"op"`
		At        *string `json:"at"`
	}
	d := struct {
		Kind          string    `json:"kind"`
		RecordID      string    `json:"record_id"`
		Versions      []version `json:"versions"`
		Messages      []message `json:"messages"`
		MessagesError *Problem  `json:"messages_error"`
	}{r.Kind, r.ID, []version{}, []message{}, p.NewProblem(r.MessagesErr)}
	for _, v := range newestFirst(r.Versions) {
		one := version{v.Version, v.Seq, v.Op, v.Status, v.RunNo, v.CommitNo, v.Pipeline, v.SourceRef, p.moment(v.IngestedAt), list(v.Changed), list(v.Warnings), object{}}
		for _, x := range v.Values {
			one.Values = append(one.Values, member{x.Field, x.Text})
		}
		d.Versions = append(d.Versions, one)
	}
	for _, m := range r.Messages {
		d.Messages = append(d.Messages, message{m.Topic, m.Partition, m.Offset, m.ID, m.Seq, m.Op, p.moment(m.At)})
	}
	return encode(d)
}
