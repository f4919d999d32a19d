package ledger

import (
	"context"
	"database/sql"
	"errors"
)

// Meta is the value stored under a key; ok is false where there is none.
func (l *Ledger) Meta(ctx context.Context, key string) (value string, ok bool, err error) {
	err = l.reader.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = ?", key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return value, err == nil, l.failed(ctx, err)
}

// SetMetaOnce stores value under a key that has none, and returns what is stored: value, or what stood there before.
func (l *Ledger) SetMetaOnce(ctx context.Context, key, value string) (stored string, err error) {
	err = l.write(ctx, func(t *tx) error {
		if _, err := t.exec("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO NOTHING", key, value); err != nil {
			return err
		}
		return t.row("SELECT value FROM meta WHERE key = ?", key).Scan(&stored)
	})
	return stored, err
}
