package ledger

import (
	"context"
	"time"
)

// Entry says who did what to what.
type Entry struct {
	At      time.Time // set by the ledger
	Who     string    // a person's or a process's name
	What    string    // dotted: "run.done", "quarantine.dismiss"
	Subject string    // what it was done to
	Detail  string    // holds no personal data
}

// Audit appends an entry. Nothing changes or removes one.
func (l *Ledger) Audit(ctx context.Context, e Entry) error {
	return l.write(ctx, func(t *tx) error { return t.audit(e.Who, e.What, e.Subject, e.Detail) })
}

func (t *tx) audit(who, what, subject, detail string) error {
	_, err := t.exec("INSERT INTO audit (at, who, what, subject, detail) VALUES (?, ?, ?, ?, ?)", ms(t.now), who, what, subject, detail)
	return err
}

// AuditLog are the last entries, newest first; limit 0 means all of them.
func (l *Ledger) AuditLog(ctx context.Context, limit int) ([]Entry, error) {
	return read(ctx, l, func(s scanner) (e Entry, err error) {
		var at int64
		err = s.Scan(&at, &e.Who, &e.What, &e.Subject, &e.Detail)
		e.At = fromMS(at)
		return e, err
	}, "SELECT at, who, what, subject, detail FROM audit ORDER BY no DESC LIMIT ?", limitOf(limit))
}
