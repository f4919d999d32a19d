package config

import (
	"time"

	"creditsync/internal/fault"
)

// CatchUp says what becomes of ticks that were missed while nothing ran.
type CatchUp struct {
	// Policy is which of them are run.
	Policy CatchUpPolicy `yaml:"policy"`
	// Max bounds how many are run with CatchUpAll, the latest ones; 0 for the other policies.
	Max int `yaml:"max" min:"1" max:"10000"`
}

// shorthand is the key that a bare value stands for: `catch_up: latest`.
func (CatchUp) shorthand() string { return "policy" }

// CatchUpPolicy is which missed ticks are run.
type CatchUpPolicy string

// The policies of catching up.
const (
	CatchUpLatest CatchUpPolicy = "latest" // one run for all of them
	CatchUpAll    CatchUpPolicy = "all"    // one run for each, the latest Max
	CatchUpNone   CatchUpPolicy = "none"   // none; the next tick comes anyway
)

// defaultCatchUpMax is a month of nightly ticks.
const defaultCatchUpMax = 31

// Overlap says what becomes of a tick that comes while the last run of the pipeline still goes.
type Overlap string

// The ways of overlap.
const (
	OverlapSkip  Overlap = "skip"  // it is dropped and recorded as skipped
	OverlapQueue Overlap = "queue" // one of them waits and runs right after
)

// When is on which days a schedule counts.
type When string

// The days on which a schedule counts.
const (
	WhenAlways  When = "always"
	WhenWorkday When = "workday" // of Config.Calendar
)

// Retry says how often a scheduled run that failed for reasons of the environment is tried again.
type Retry struct {
	// Max is how many attempts may follow the first.
	Max int `yaml:"max" min:"0" max:"100"`
	// Wait is the time before the first of them; it doubles each time, up to an hour.
	Wait time.Duration `yaml:"wait"`
}

// shorthand is the key that a bare value stands for: `retry: 3`.
func (Retry) shorthand() string { return "max" }

// Calendar says which days are worked.
type Calendar struct {
	// Base is the table that comes with the program.
	Base CalendarName `yaml:"base"`
	// File holds days of one's own, year by year in place of the table's; "" for none.
	File string `yaml:"file" is:"path"`
	// Days is what File holds.
	Days string `yaml:"-"`
}

// shorthand is the key that a bare value stands for: `calendar: cn-workdays`.
func (Calendar) shorthand() string { return "base" }

// CalendarName is a calendar that comes with the program.
type CalendarName string

// CNWorkdays are the working days of mainland China.
const CNWorkdays CalendarName = "cn-workdays"

// Alerts say who is told when something is wrong.
type Alerts struct {
	// Webhook is nil where nobody is told.
	Webhook *Webhook `yaml:"webhook"`
}

// Webhook is an address that takes alerts by POST.
type Webhook struct {
	// URL is its address, which often is all that protects it: it is never shown.
	URL Endpoint `yaml:"url"`
}

// calendar reads the calendar's own days and checks them.
func (d *decoder) calendar(c *Calendar) {
	if c.File == "" || d.bad.under("calendar") {
		return
	}
	const at = "calendar.file"
	days, err := d.expand.look.ReadFile(c.File)
	if err != nil {
		why := reason(err)
		d.say(at, fault.Text{ZH: "读不到：" + why.ZH, EN: "cannot be read: " + why.EN})
		return
	}
	c.Days = string(days)
	if d.known.Calendar == nil {
		return
	}
	if err := d.known.Calendar(d.written(at, c.File), c.Days); err != nil {
		d.say(at, sentence(err))
	}
}

// alerts checks that a webhook has an address.
func (d *decoder) alerts(a *Alerts) {
	if a.Webhook != nil && a.Webhook.URL.Empty() {
		d.required("alerts.webhook.url")
	}
}

// schedule checks when a pipeline runs.
func (d *decoder) schedule(p *Pipeline, path string) {
	if d.has(path+".schedule") && d.known.Schedule != nil && !d.bad.under(path+".schedule") {
		if err := d.known.Schedule(p.Schedule); err != nil {
			d.say(path+".schedule", and(sentence(err), got(d.raw[path+".schedule"])))
		}
	}
	if d.has(path+".catch_up.max") && p.CatchUp.Policy != CatchUpAll {
		d.say(path+".catch_up.max", fault.T("只有 policy: all 才有 max", "max is for policy: all only"))
	}
	if p.CatchUp.Policy == CatchUpAll && p.CatchUp.Max == 0 {
		p.CatchUp.Max = defaultCatchUpMax
	}
	if d.has(path+".when") && p.When == WhenWorkday && p.Schedule == "" {
		d.say(path+".when", fault.T("when 只用于有 schedule 的管道", "when is for a pipeline with a schedule"))
	}
	if d.has(path+".retry.wait") && p.Retry.Wait < time.Second {
		d.say(path+".retry.wait", fault.T("至少 1s", "must be 1s at least"))
	}
}

// consoleOpen notes a status page that others than this machine can reach: it asks nobody who he is.
func (d *decoder) consoleOpen(c *Console) {
	if beyond(c.Listen) {
		d.say("console.listen", fault.T("%s 不是本机回环地址，而状态页面没有密码，任何人都能看到；请用 127.0.0.1，需要远程查看时在前面放一个带登录的反向代理",
			"%s is not a loopback address and anybody could look, as the status page has no password; use 127.0.0.1, with a proxy that asks for a password in front of it where others must see it",
			quote(d.written("console.listen", c.Listen))))
	}
}
