package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Before is where the pipeline of a run has to stand so that what the run read is read again: its cursor from before the
// run, also where later runs have moved it since, for what they read may be read twice. The names of what a snapshot was
// read from go back only where no later run has read others. ok is false where the run moved nothing, or is older than
// this is remembered.
func (l *Ledger) Before(ctx context.Context, run uuid.UUID) (cursor []byte, inputs []string, ok bool, err error) {
	var before, after, last sql.NullString
	err = l.reader.QueryRowContext(ctx, `SELECT r.cursor_before, r.inputs_before, c.inputs, c.run FROM runs r LEFT JOIN cursors c ON c.pipeline = r.pipeline WHERE r.id = ?`, run.String()).
		Scan(&cursor, &before, &after, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, false, fmt.Errorf("ledger: there is no run %s", run)
	}
	if err != nil || !before.Valid {
		return nil, nil, false, l.failed(ctx, err)
	}
	text := before.String
	if last.String != run.String() {
		text = after.String
	}
	if err := json.Unmarshal([]byte(text), &inputs); err != nil {
		return nil, nil, false, damaged(l.path, fmt.Errorf("inputs before run %s: %w", run, err))
	}
	return cursor, inputs, true, nil
}

// rememberBefore keeps where the pipeline stands before the run moves it.
func (t *tx) rememberBefore(run *Run) error {
	_, err := t.exec(`UPDATE runs SET cursor_before = (SELECT cursor FROM cursors WHERE pipeline = runs.pipeline),
		inputs_before = coalesce((SELECT inputs FROM cursors WHERE pipeline = runs.pipeline), '[]') WHERE id = ?`, run.ID.String())
	return err
}

// ClosedBy is a number such that every commit of the kind up to it was closed at a time or before; 0 where there is none. A
// clock that was wrong for a while may make it lower, never higher.
func (l *Ledger) ClosedBy(ctx context.Context, kind string, at time.Time) (uint64, error) {
	var no uint64
	err := l.reader.QueryRowContext(ctx, `SELECT coalesce(
		(SELECT min(no) - 1 FROM commits INDEXED BY commits_by_time WHERE kind = ?1 AND state IN ('closed', 'applied') AND closed > ?2),
		(SELECT no FROM commits WHERE kind = ?1 AND state IN ('closed', 'applied') ORDER BY no DESC LIMIT 1), 0)`, kind, ms(at)).Scan(&no)
	return no, l.failed(ctx, err)
}
