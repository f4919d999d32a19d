package ledger

import (
	"context"
	"database/sql"
	"time"
)

// Schedule is what the scheduler remembers of a pipeline; package scheduler says what it means. Zero times are never.
type Schedule struct {
	Pipeline  string
	Rule      string
	Since     time.Time
	Seen      time.Time
	Next      time.Time
	Trying    time.Time
	Attempts  int
	Turns     uint64
	Retry     time.Time
	Skipped   uint64
	SkippedAt time.Time
	Missed    uint64
	MissedAt  time.Time
	// Ended is true where the newest run for the tick of Trying has ended otherwise than failed. It is read, not written.
	Ended bool
}

const scheduleColumns = "pipeline, rule, since, seen, next, trying, attempts, turns, retry, skipped, skipped_at, missed, missed_at"

func scanSchedule(s scanner) (Schedule, error) {
	var c Schedule
	var since, seen, turns, skipped, missed int64
	var next, trying, retry, skippedAt, missedAt sql.NullInt64
	err := s.Scan(&c.Pipeline, &c.Rule, &since, &seen, &next, &trying, &c.Attempts, &turns, &retry, &skipped, &skippedAt, &missed, &missedAt, &c.Ended)
	c.Since, c.Seen, c.Next, c.Trying, c.Retry = fromMS(since), fromMS(seen), fromNull(next), fromNull(trying), fromNull(retry)
	c.Turns, c.Skipped, c.Missed, c.SkippedAt, c.MissedAt = uint64(turns), uint64(skipped), uint64(missed), fromNull(skippedAt), fromNull(missedAt)
	return c, err
}

// Schedules are those of all pipelines, by name.
func (l *Ledger) Schedules(ctx context.Context) ([]Schedule, error) {
	return read(ctx, l, scanSchedule, "SELECT "+scheduleColumns+`, trying IS NOT NULL AND coalesce((SELECT state IN ('done', 'no_input', 'skipped')
		FROM runs WHERE runs.pipeline = schedules.pipeline AND tick = trying ORDER BY no DESC LIMIT 1), FALSE) FROM schedules ORDER BY pipeline`)
}

// TakeTurn stores a schedule whose next attempt is about to begin. taken is false, and nothing is stored, unless its Turns
// is higher than the stored one: of two schedulers one takes each.
func (l *Ledger) TakeTurn(ctx context.Context, s Schedule) (taken bool, err error) {
	err = l.write(ctx, func(t *tx) error {
		n, err := t.putSchedule(s, "excluded.turns > turns")
		taken = n > 0
		return err
	})
	return taken && err == nil, err
}

// PutSchedules stores schedules in one transaction, but for those whose Turns is lower than the stored one.
func (l *Ledger) PutSchedules(ctx context.Context, list []Schedule) error {
	return l.write(ctx, func(t *tx) error {
		for _, s := range list {
			if _, err := t.putSchedule(s, "excluded.turns >= turns"); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) putSchedule(s Schedule, unless string) (changed int64, err error) {
	return t.exec("INSERT INTO schedules ("+scheduleColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET rule = excluded.rule, since = excluded.since, seen = excluded.seen, next = excluded.next, trying = excluded.trying,
			attempts = excluded.attempts, turns = excluded.turns, retry = excluded.retry, skipped = excluded.skipped,
			skipped_at = excluded.skipped_at, missed = excluded.missed, missed_at = excluded.missed_at WHERE `+unless,
		s.Pipeline, s.Rule, ms(s.Since), ms(s.Seen), toNull(s.Next), toNull(s.Trying), s.Attempts, int64(s.Turns), toNull(s.Retry),
		int64(s.Skipped), toNull(s.SkippedAt), int64(s.Missed), toNull(s.MissedAt))
}

// ForgetSchedules removes those of pipelines that are switched off.
func (l *Ledger) ForgetSchedules(ctx context.Context, pipelines []string) error {
	return l.write(ctx, func(t *tx) error {
		for _, name := range pipelines {
			if _, err := t.exec("DELETE FROM schedules WHERE pipeline = ?", name); err != nil {
				return err
			}
		}
		return nil
	})
}
