package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Tick is the last scheduled time of a pipeline that was seen to, by running it or by deciding not to; ok is false where
// there was none. What lies between it and now was missed.
func (l *Ledger) Tick(ctx context.Context, pipeline string) (at time.Time, ok bool, err error) {
	var n int64
	err = l.reader.QueryRowContext(ctx, "SELECT at FROM ticks WHERE pipeline = ?", pipeline).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, l.failed(ctx, err)
	}
	return fromMS(n), true, nil
}

// SetTick remembers that a scheduled time was seen to. It only goes forward: taken is false, and nothing is changed, where
// at or a later time was seen to already, so of two schedulers one takes each tick.
func (l *Ledger) SetTick(ctx context.Context, pipeline string, at time.Time) (taken bool, err error) {
	err = l.write(ctx, func(t *tx) error {
		n, err := t.exec(`INSERT INTO ticks VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at WHERE excluded.at > at`, pipeline, ms(at))
		taken = n > 0
		return err
	})
	return taken, err
}
