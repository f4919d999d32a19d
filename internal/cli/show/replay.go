package show

import "creditsync/internal/app"

// Retold tells what was told again.
func (p Printer) Retold(r app.Retold) []byte {
	g := p.page()
	switch {
	case r.DryRun:
		g.line("%s", g.sayf("将向 %s 发 %s 条消息；这次没有发。", "%s would get %s messages; nothing was sent.", r.Topic, count(r.Messages)))
	default:
		g.line("%s", g.sayf("已向 %s 发 %s 条消息，消息头 replay = %s。", "%s got %s messages, header replay = %s.", r.Topic, count(r.Messages), r.ID))
	}
	return g.Bytes()
}

// RetoldJSON is the document of `replay --json`.
func (p Printer) RetoldJSON(r app.Retold) []byte {
	return encode(struct {
		Kind     string `json:"kind"`
		Topic    string `json:"topic"`
		Replay   string `json:"replay"`
		From     uint64 `json:"from"`
		To       uint64 `json:"to"`
		Messages uint64 `json:"messages"`
		DryRun   bool   `json:"dry_run"`
	}{r.Kind, r.Topic, r.ID, r.From, r.To, r.Messages, r.DryRun})
}
