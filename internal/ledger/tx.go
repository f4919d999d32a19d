package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"creditsync/internal/fault"
)

// tx is one write transaction. From its beginning no other process writes, so what it checked stays true until its end:
// a fence that is checked first in it is a fence in the WHERE of everything it writes.
type tx struct {
	ctx  context.Context
	conn *sql.Conn
	now  time.Time
}

func (t *tx) exec(query string, args ...any) (changed int64, err error) {
	r, err := t.conn.ExecContext(t.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (t *tx) row(query string, args ...any) *sql.Row {
	return t.conn.QueryRowContext(t.ctx, query, args...)
}

// write runs do in one transaction, which is on the disk when write returns nil. ctx ends the wait for others' transactions;
// once ours has begun it is carried through, a matter of milliseconds, so that nobody has to ask how it ended. Where the
// disk fails at the commit itself that is open; every step may be repeated (I2).
func (l *Ledger) write(ctx context.Context, do func(*tx) error) error {
	conn, err := l.writer.Conn(ctx)
	if err != nil {
		return l.failed(ctx, err)
	}
	defer conn.Close()
	t := &tx{ctx: context.WithoutCancel(ctx), conn: conn, now: l.now()}
	done := false
	defer func() {
		if !done { // also where do panics, and where BEGIN was carried out although its context ended
			_, _ = t.exec("ROLLBACK") // its error is that there is nothing to roll back
		}
	}()
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return l.failed(ctx, err)
	}
	if err := do(t); err != nil {
		if busy := (*Busy)(nil); errors.As(err, &busy) {
			_, _ = t.exec("ROLLBACK")
			done = true
			if err := l.shorten(t, busy); err != nil {
				return l.failed(ctx, err)
			}
		}
		return l.failed(ctx, err)
	}
	if _, err := t.exec("COMMIT"); err != nil {
		return l.failed(ctx, err)
	}
	done = true
	return nil
}

// Quietly runs do while no transaction of this Ledger is open.
func (l *Ledger) Quietly(ctx context.Context, do func()) error {
	conn, err := l.writer.Conn(ctx) // there is but one
	if err != nil {
		return l.failed(ctx, err)
	}
	defer conn.Close()
	do()
	return nil
}

// again repeats do while the file is locked by others, for as long as a transaction would wait.
func (l *Ledger) again(ctx context.Context, do func() error) error {
	waiting, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	for {
		err := l.failed(ctx, do())
		if retry, _ := fault.Retryable(err); !retry || !pause(waiting, 20*time.Millisecond) {
			return err
		}
	}
}

// pause waits for d; false means that ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// read scans every row of a query with scan.
func read[T any](ctx context.Context, l *Ledger, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := l.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, l.failed(ctx, err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, l.failed(ctx, err)
		}
		all = append(all, one)
	}
	return all, l.failed(ctx, rows.Err())
}

// scanner is a *sql.Row or *sql.Rows.
type scanner interface{ Scan(...any) error }

// limitOf is limit as SQL takes it: none where it is not positive.
func limitOf(limit int) int {
	if limit <= 0 {
		return -1
	}
	return limit
}
