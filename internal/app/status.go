package app

import (
	"context"
	"strings"
	"time"

	"creditsync/internal/config"
	"creditsync/internal/console"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/process"
	"creditsync/internal/warehouse"
	"creditsync/scheduler"
	"creditsync/schemas"
	"creditsync/transforms"
)

// Status is how everything is, as the status page and `creditsync status` show it.
type Status = console.Status

// PipelineStatus is how one pipeline is.
type PipelineStatus = console.Pipeline

// StatusDocument is a Status as JSON, with times in a zone.
func StatusDocument(st Status, lang fault.Language, zone *time.Location) any {
	return console.Document(st, lang, zone)
}

// Status is how everything is, from the ledger: nothing is started for it. What is open in quarantine is known only where
// the engine is up.
func (a *App) Status(ctx context.Context) (Status, error) {
	books, err := a.readBooks(ctx)
	if err != nil {
		return Status{}, err
	}
	st := Status{At: a.Now(), Version: a.Version, Alerting: a.Config.Alerts.Webhook != nil}
	if owner, held, err := process.ReadOwner(a.serveLock()); err == nil && held && owner.Alive() {
		st.Serving, st.Console = owner.StartedAt, owner.Addresses["console"]
	}
	for i := range a.Config.Pipelines {
		st.Pipelines = append(st.Pipelines, a.statusOf(&a.Config.Pipelines[i], books, st.At))
	}
	if found, err := a.refusedIfUp(ctx); err == nil {
		setRefused(&st, found)
	}
	used := map[string]bool{}
	for _, p := range a.Config.Pipelines {
		used[p.Kind] = true
	}
	for _, k := range schemas.All() {
		if !used[k.Name] {
			continue
		}
		waiting, err := a.waiting(ctx, k.Name)
		if err != nil {
			return st, err
		}
		st.Kinds = append(st.Kinds, console.Kind{Name: k.Name, Title: a.kindTitle(k), Waiting: waiting})
	}
	return st, nil
}

// pages are what the ledger says of all pipelines.
type pages struct {
	schedules  map[string]ledger.Schedule
	ended, won map[string]ledger.RunRow
	open       map[string]ledger.RunRow
}

func (a *App) readBooks(ctx context.Context) (pages, error) {
	l, err := a.ledger(ctx)
	if err != nil {
		return pages{}, err
	}
	out := pages{schedules: map[string]ledger.Schedule{}}
	list, err := l.Schedules(ctx)
	if err != nil {
		return out, err
	}
	for _, s := range list {
		out.schedules[s.Pipeline] = s
	}
	names := make([]string, len(a.Config.Pipelines))
	for i := range a.Config.Pipelines {
		names[i] = a.Config.Pipelines[i].Name
	}
	if out.ended, err = l.Latest(ctx, names, ledger.RunDone, ledger.RunFailed, ledger.RunNoInput); err != nil {
		return out, err
	}
	if out.won, err = l.Latest(ctx, names, ledger.RunDone); err != nil {
		return out, err
	}
	out.open, err = l.OpenRuns(ctx)
	return out, err
}

// statusOf is a pipeline as the ledger knows it.
func (a *App) statusOf(p *config.Pipeline, b pages, now time.Time) console.Pipeline {
	kind, _ := schemas.Find(p.Kind)
	out := console.Pipeline{
		Name: p.Name, Kind: p.Kind, KindTitle: a.kindTitle(kind), Enabled: p.Enabled, Schedule: p.Schedule, Workdays: p.When == config.WhenWorkday, ExpectEvery: p.ExpectEvery,
	}
	if r, ok := b.ended[p.Name]; ok {
		out.Last = &console.Run{
			No: r.No, State: r.State, Started: r.Started, Finished: r.Finished, Tick: r.Tick, Read: r.Counts.Read, Rejected: r.Counts.Rejected, Inserted: r.Counts.Inserted,
			Updated: r.Counts.Updated, Deleted: r.Counts.Deleted, Unchanged: r.Counts.Unchanged, Published: r.Published, ErrorCode: r.ErrorCode, Error: r.Error,
		}
	}
	if r, ok := b.won[p.Name]; ok {
		out.LastSuccess = r.Finished
	}
	if r, ok := b.open[p.Name]; ok {
		out.Running, out.Since, out.Progress.Size = true, r.Started, -1
	}
	s, known := b.schedules[p.Name]
	if known && p.Enabled {
		out.Next, out.Skipped, out.SkippedAt, out.Missed, out.MissedAt = s.Next, s.Skipped, s.SkippedAt, s.Missed, s.MissedAt
		if !s.Trying.IsZero() && !s.Ended {
			out.Retry, out.Attempts = s.Retry, s.Attempts
		}
	}
	if p.Enabled {
		out.Overdue = scheduler.Overdue(now, out.LastSuccess, s.Since, p.ExpectEvery)
	}
	return out
}

func (a *App) kindTitle(k *schemas.Kind) string {
	if a.Config.Language == fault.Chinese {
		return k.Title
	}
	return k.Name
}

// refusedIfUp counts the open rows in quarantine where the engine is up; nil where it is not.
func (a *App) refusedIfUp(ctx context.Context) (map[string]refused, error) {
	url := ""
	if c := a.Config.Warehouse.ClickHouse; c != nil {
		url = c.URL.Reveal()
	} else {
		owner, held, err := process.ReadOwner(a.engineLock())
		if err != nil || !held || !owner.Alive() || owner.Addresses["http"] == "" {
			return nil, errStarting("engine")
		}
		url = a.engineAt(owner.Addresses["http"])
	}
	w, err := openWarehouse(url, a.Config)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	limited, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	return refusedIn(limited, w)
}

// refused is what is open in quarantine of a pipeline.
type refused struct {
	rows  uint64
	rules []console.Refused
}

func refusedIn(ctx context.Context, w *warehouse.Warehouse) (map[string]refused, error) {
	list, err := w.OpenRejects(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]refused, len(list))
	for _, one := range list {
		r := refused{rows: one.Rows}
		for _, c := range one.Rules {
			r.rules = append(r.rules, console.Refused{Rule: c.Rule, About: aboutRule(c.Rule), Rows: c.Rows})
		}
		out[one.Pipeline] = r
	}
	return out, nil
}

// aboutRule is the first clause of what a rule says.
func aboutRule(name string) fault.Text {
	rule, ok := transforms.FindRule(name)
	if !ok {
		return fault.Text{}
	}
	zh, _, _ := strings.Cut(rule.About(string(fault.Chinese)), "，")
	en, _, _ := strings.Cut(rule.About(string(fault.English)), ";")
	return fault.Text{ZH: zh, EN: en}
}

// setRefused adds what is open in quarantine; nil where that is not known.
func setRefused(st *Status, found map[string]refused) {
	if found == nil {
		return
	}
	for i := range st.Pipelines {
		p := &st.Pipelines[i]
		p.Open, p.Refused = found[p.Name].rows, found[p.Name].rules
		if p.Refused == nil {
			p.Refused = []console.Refused{}
		}
	}
}
