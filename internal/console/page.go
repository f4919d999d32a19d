package console

import (
	_ "embed"
	"fmt"
	html "html/template"
	"io"
	"strings"
	"time"

	"creditsync/internal/fault"
)

//go:embed page.html
var pageText string

// template is the page in one language.
type template struct{ page *html.Template }

func pageTemplate(o Options) template {
	words := words{o.Language, o.Zone, o.Now}
	return template{html.Must(html.New("page").Funcs(html.FuncMap{
		"say": words.say, "in": words.in, "at": words.at, "ago": words.ago, "until": words.until, "lasting": words.lasting, "number": number, "state": words.state,
		"attention": words.attention, "expected": words.expected, "skipped": words.skipped, "missed": words.missed,
		"comma":   func() string { return words.say("，", ", ") },
		"colon":   func() string { return words.say("：", ": ") },
		"program": func() string { return o.Program },
		"lines":   func(s string) []string { return strings.Split(s, "\n") },
		"lang":    func() string { return words.say("zh-CN", "en") },
	}).Parse(pageText))}
}

func (t template) write(to io.Writer, v *view) error { return t.page.Execute(to, v) }

// words are what the page says in the reader's language.
type words struct {
	lang fault.Language
	zone *time.Location
	now  func() time.Time
}

func (w words) say(zh, en string) string               { return fault.Text{ZH: zh, EN: en}.In(w.lang) }
func (w words) in(t fault.Text) string                 { return t.In(w.lang) }
func (w words) sayf(zh, en string, args ...any) string { return fault.T(zh, en, args...).In(w.lang) }

// at is a time of day, with the date where it is not today's.
func (w words) at(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	t, now := t.In(w.zone), w.now().In(w.zone)
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04")
	case t.Year() == now.Year():
		return t.Format("01-02 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

func (w words) ago(t time.Time) string {
	return w.sayf("%s前", "%s ago", w.span(w.now().Sub(t)))
}

// lasting is how long something has gone on.
func (w words) lasting(since time.Time) string { return w.span(w.now().Sub(since)) }

func (w words) until(t time.Time) string {
	if left := t.Sub(w.now()); left > 0 {
		return w.sayf("%s后", "in %s", w.span(left))
	}
	return w.say("现在", "now")
}

// span is a duration as people say it.
func (w words) span(d time.Duration) string {
	switch d = max(0, d); {
	case d < time.Minute:
		return w.sayf("%d 秒", "%d s", int(d.Seconds()))
	case d < time.Hour:
		return w.sayf("%d 分钟", "%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return w.sayf("%d 小时", "%d h", int(d.Hours()))
	}
	return w.sayf("%d 天", "%d days", int(d.Hours()/24))
}

// attention is how many things want a person.
func (w words) attention(n int) string {
	if n == 1 {
		return w.say("1 件事需要处理", "1 thing wants attention")
	}
	return w.sayf("%d 件事需要处理", "%d things want attention", n)
}

// times is how often something was.
func (w words) times(n uint64) string {
	if n == 1 {
		return w.say("1 次", "once")
	}
	return w.sayf("%d 次", "%d times", n)
}

// expected is how often a pipeline is to succeed.
func (w words) expected(d time.Duration) string {
	return w.sayf("应每 %s至少成功一次", "expected at least every %s", w.span(d))
}

// skipped tells of scheduled times that came while the last run still went.
func (w words) skipped(p *Pipeline) string {
	return w.sayf("上次运行未完，跳过了 %[1]s，最近是 %[2]s", "skipped %[1]s because the last run still went, last %[2]s", w.times(p.Skipped), w.at(p.SkippedAt))
}

// missed tells of scheduled times that passed while nothing ran.
func (w words) missed(p *Pipeline) string {
	return w.sayf("错过且不补的有 %[1]s，最近是 %[2]s", "missed %[1]s and not made up for, last %[2]s", w.times(p.Missed), w.at(p.MissedAt))
}

// state is how a run ended.
func (w words) state(s string) string {
	known, ok := map[string]fault.Text{
		"done": fault.T("完成", "done"), "failed": fault.T("失败", "failed"), "no_input": fault.T("无输入", "no input"), "skipped": fault.T("试运行", "dry run"),
	}[s]
	if !ok {
		return s
	}
	return known.In(w.lang)
}

// number writes thousands apart.
func number(n uint64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:] // a narrow space that does not break
	}
	return s
}
