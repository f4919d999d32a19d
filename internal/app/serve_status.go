package app

import (
	"context"
	"maps"

	"creditsync/internal/console"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
)

var _ console.Source = (*server)(nil)

// Status is how everything is, with what only serve knows: what runs and waits, how far runs have read, what is up.
func (s *server) Status(ctx context.Context) (Status, error) {
	books, err := s.readBooks(ctx)
	if err != nil {
		return Status{}, err
	}
	maps.DeleteFunc(books.open, func(_ string, r ledger.RunRow) bool { // the scheduler knows better what runs here
		return r.Holder.PID == s.self.PID && r.Holder.Host == s.self.Host
	})
	st := Status{At: s.Now(), Version: s.Version, Serving: s.started, Alerting: s.Config.Alerts.Webhook != nil}
	for i := range s.Config.Pipelines {
		st.Pipelines = append(st.Pipelines, s.statusOf(&s.Config.Pipelines[i], books, st.At))
	}
	s.now(&st)
	for _, p := range []*part{s.engine, s.broker} {
		st.Parts = append(st.Parts, p.status())
	}
	for _, k := range s.kinds() {
		waiting, err := s.waiting(ctx, k.Name)
		if err != nil {
			return st, err
		}
		st.Kinds = append(st.Kinds, console.Kind{Name: k.Name, Title: s.kindTitle(k), Waiting: waiting, Trouble: s.relays[k.Name].trouble()})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range st.Kinds {
		if err := s.bad[st.Kinds[i].Name]; err != nil {
			st.Kinds[i].Trouble = both(err)
		}
	}
	setRefused(&st, s.refused)
	if s.alertErr != nil {
		st.AlertErr = both(s.alertErr)
	}
	return st, nil
}

// now adds what pipelines do.
func (s *server) now(st *Status) {
	states := s.scheduler.States()
	at := make(map[string]int, len(states))
	for i := range states {
		at[states[i].Name] = i
	}
	for i := range st.Pipelines {
		p := &st.Pipelines[i]
		n, ok := at[p.Name]
		if !ok {
			continue
		}
		state := states[n]
		if state.Running || state.Waiting {
			p.Running, p.Waiting, p.Since = state.Running, state.Waiting, state.Since
		}
		if p.Running {
			p.Progress = s.progressOf(p.Name)
		}
		p.Next, p.Skipped, p.SkippedAt, p.Missed, p.MissedAt = state.Mark.Next, state.Mark.Skipped, state.Mark.SkippedAt, state.Mark.Missed, state.Mark.MissedAt
		if p.Retry, p.Attempts = state.Mark.Retry, state.Mark.Attempts; state.Mark.Trying.IsZero() {
			p.Attempts = 0
		}
	}
}

// status is the part as the page shows it.
func (p *part) status() console.Part {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := console.Part{Name: p.name, Title: map[string]fault.Text{"engine": fault.T("ClickHouse", "ClickHouse"), "broker": fault.T("Kafka", "Kafka")}[p.name],
		Address: p.address, Up: p.up, Since: p.since, Restarts: p.restarts}
	if p.why != nil {
		out.Why = both(p.why)
	}
	return out
}

func both(err error) fault.Text {
	return fault.Text{ZH: fault.Say(err, fault.Chinese), EN: fault.Say(err, fault.English)}
}

func (r *relaying) trouble() fault.Text {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		return fault.Text{}
	}
	return both(r.err)
}

// refusedNow counts the open rows in quarantine.
func (s *server) refusedNow(ctx context.Context) (map[string]refused, error) {
	w, err := s.warehouse(ctx)
	if err != nil {
		return nil, err
	}
	return refusedIn(ctx, w)
}
