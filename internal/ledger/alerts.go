package ledger

import (
	"context"
	"database/sql"
	"time"
)

// Alert is a trouble of a pipeline that people are to be told of, or whose end they are. Zero times are never.
type Alert struct {
	Pipeline string
	Problem  string // "failed", "overdue" or "budget"
	ID       string // the same while the trouble lasts
	Since    time.Time
	Code     string // of the fault; may be empty
	Detail   string // for people; holds no personal data
	Run      string // UUID of the run that showed it; may be empty
	Told     time.Time
	Over     time.Time
	Tries    int
	Retry    time.Time
}

const alertColumns = "pipeline, problem, id, since, code, detail, run, told, over, tries, retry"

func scanAlert(s scanner) (Alert, error) {
	var a Alert
	var since int64
	var told, over, retry sql.NullInt64
	err := s.Scan(&a.Pipeline, &a.Problem, &a.ID, &since, &a.Code, &a.Detail, &a.Run, &told, &over, &a.Tries, &retry)
	a.Since, a.Told, a.Over, a.Retry = fromMS(since), fromNull(told), fromNull(over), fromNull(retry)
	return a, err
}

// Alerts are all that are open, or whose end was not told yet, by pipeline.
func (l *Ledger) Alerts(ctx context.Context) ([]Alert, error) {
	return read(ctx, l, scanAlert, "SELECT "+alertColumns+" FROM alerts ORDER BY pipeline, problem")
}

// PutAlerts stores alerts and removes others, in one transaction.
func (l *Ledger) PutAlerts(ctx context.Context, put, remove []Alert) error {
	return l.write(ctx, func(t *tx) error {
		for _, a := range remove {
			if _, err := t.exec("DELETE FROM alerts WHERE pipeline = ? AND problem = ? AND id = ?", a.Pipeline, a.Problem, a.ID); err != nil {
				return err
			}
		}
		for _, a := range put {
			_, err := t.exec("INSERT OR REPLACE INTO alerts ("+alertColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
				a.Pipeline, a.Problem, a.ID, ms(a.Since), a.Code, a.Detail, a.Run, toNull(a.Told), toNull(a.Over), a.Tries, toNull(a.Retry))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
