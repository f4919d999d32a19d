package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"creditsync/internal/alert"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
)

// alertEvery is how often serve looks whether somebody has to be told.
const alertEvery = 5 * time.Second

// codeErrorBudget is how package pipelines calls too many refused rows.
const codeErrorBudget = "guard.error_budget"

// alerts tells the webhook of troubles and of their ends, until ctx ends.
func (s *server) alerts(ctx context.Context) {
	hook := s.Config.Alerts.Webhook
	if hook == nil {
		return
	}
	kinds := map[string]string{}
	for i := range s.Config.Pipelines {
		kinds[s.Config.Pipelines[i].Name] = s.Config.Pipelines[i].Kind
	}
	sender := &alert.Sender{
		URL: hook.URL.Reveal(), Shown: hook.URL.String(), Deployment: s.ledger.Deployment(), Language: s.Config.Language, Zone: s.Config.Timezone,
		KindOf: func(pipeline string) string { return kinds[pipeline] },
	}
	tick := time.NewTicker(alertEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		s.try(ctx, "look for what somebody has to be told", func(ctx context.Context) error { return s.alert(ctx, sender) })
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// alert writes down what is wrong and tells what is due.
func (s *server) alert(ctx context.Context, sender *alert.Sender) error {
	now := s.Now()
	written, err := s.writtenAlerts(ctx)
	if err != nil {
		return err
	}
	wrong, err := s.troubles(ctx, now, written)
	if err != nil {
		return err
	}
	put, remove := alert.Reconcile(written, wrong, now, uuid.NewString)
	if len(put)+len(remove) > 0 {
		if err := s.ledger.PutAlerts(ctx, rows(put), rows(remove)); err != nil {
			return err
		}
		if written, err = s.writtenAlerts(ctx); err != nil {
			return err
		}
	}
	due := alert.Due(written, now)
	for len(due) > 0 {
		batch := due[:min(len(due), alert.AtOnce)]
		due = due[len(batch):]
		err := sender.Send(ctx, batch)
		if ctx.Err() != nil {
			return ctx.Err() // whether it arrived is not known: it is told again, with the same id
		}
		s.alertFailed(err)
		put, remove := alert.Settle(batch, err, s.Now())
		if err := s.ledger.PutAlerts(ctx, rows(put), rows(remove)); err != nil {
			return err
		}
		if err != nil {
			return err // the others would not arrive either
		}
	}
	return nil
}

func (s *server) alertFailed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alertErr = err
}

// troubles are what is wrong with pipelines now, as the ledger has it: of runs of this process and of any other. While a
// tick is under way a failure is neither told nor over: what is written down of the one before stays as it is.
func (s *server) troubles(ctx context.Context, now time.Time, written []alert.Trouble) ([]alert.Trouble, error) {
	books, err := s.readBooks(ctx)
	if err != nil {
		return nil, err
	}
	var list []alert.Trouble
	for i := range s.Config.Pipelines {
		p := &s.Config.Pipelines[i]
		if !p.Enabled {
			continue
		}
		st := s.statusOf(p, books, now)
		if st.Overdue > 0 {
			detail := fault.T("还没有成功过", "it never succeeded")
			if !st.LastSuccess.IsZero() {
				detail = fault.T("上次成功是 %s", "its last success was at %s", st.LastSuccess.In(s.Config.Timezone).Format("2006-01-02 15:04:05"))
			}
			list = append(list, alert.Trouble{Pipeline: p.Name, Problem: alert.Overdue, Since: now.Add(-st.Overdue), Detail: detail.In(s.Config.Language)})
		}
		r, ok := books.ended[p.Name]
		if !ok || r.State != ledger.RunFailed {
			continue
		}
		if st.Attempts > 0 || !st.Retry.IsZero() {
			for _, w := range written {
				if w.Pipeline == p.Name && w.Problem != alert.Overdue && w.Over.IsZero() {
					list = append(list, w)
				}
			}
			continue
		}
		problem := alert.Failed
		if r.ErrorCode == codeErrorBudget {
			problem = alert.Budget
		}
		list = append(list, alert.Trouble{Pipeline: p.Name, Problem: problem, Since: r.Finished, Code: r.ErrorCode, Detail: r.Error, Run: r.ID.String()})
	}
	return list, nil
}

func (s *server) writtenAlerts(ctx context.Context) ([]alert.Trouble, error) {
	list, err := s.ledger.Alerts(ctx)
	out := make([]alert.Trouble, len(list))
	for i, a := range list {
		out[i] = alert.Trouble(a)
	}
	return out, err
}

func rows(list []alert.Trouble) []ledger.Alert {
	out := make([]ledger.Alert, len(list))
	for i, t := range list {
		out[i] = ledger.Alert(t)
	}
	return out
}
