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

// The states of a commit: open, then either closed and applied, or abandoned.
const (
	CommitOpen      = "open"
	CommitClosed    = "closed"
	CommitApplied   = "applied"
	CommitAbandoned = "abandoned"
)

// Commit is a commit as the ledger remembers it.
type Commit struct {
	Kind               string
	No                 uint64
	Run                uuid.UUID
	RunNo              uint64
	Pipeline           string
	State              string
	Live               bool // in the analysts' copy
	Last               bool // it moved the cursor of its pipeline
	Rows               uint64
	Notify             uint64
	Checksum           uint64
	QuarantineRows     uint64
	QuarantineChecksum uint64
	Counts             Counts
	OpenedAt           time.Time
	ClosedAt           time.Time // zero while it is open
	AppliedAt          time.Time // zero until it is applied
	AbandonedAt        time.Time // zero unless it is abandoned
}

// Committed reports whether the commit is closed: whether its rows count.
func (c Commit) Committed() bool { return c.State == CommitClosed || c.State == CommitApplied }

const commitColumns = `kind, no, run, run_no, pipeline, state, live, last, version_rows, notify_rows, checksum, quarantine_rows,
	quarantine_checksum, opened, closed, applied, abandoned, ` + countColumns

func scanCommit(s scanner) (Commit, error) {
	var c Commit
	var checksum, quarantine, opened int64
	var closed, applied, abandoned sql.NullInt64
	err := s.Scan(append([]any{&c.Kind, &c.No, &c.Run, &c.RunNo, &c.Pipeline, &c.State, &c.Live, &c.Last, &c.Rows, &c.Notify, &checksum,
		&c.QuarantineRows, &quarantine, &opened, &closed, &applied, &abandoned}, c.Counts.dest()...)...)
	c.Checksum, c.QuarantineChecksum = uint64(checksum), uint64(quarantine)
	c.OpenedAt, c.ClosedAt, c.AppliedAt, c.AbandonedAt = fromMS(opened), fromNull(closed), fromNull(applied), fromNull(abandoned)
	return c, err
}

func (t *tx) commitOf(kind string, no uint64) (Commit, error) {
	c, err := scanCommit(t.row("SELECT "+commitColumns+" FROM commits WHERE kind = ? AND no = ?", kind, no))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fmt.Errorf("ledger: %s has no commit %d", kind, no)
	}
	return c, err
}

// commits reads those that from, the rest of a query after "FROM commits", picks.
func (l *Ledger) commits(ctx context.Context, from string, args ...any) ([]Commit, error) {
	return read(ctx, l, scanCommit, "SELECT "+commitColumns+" FROM commits "+from, args...)
}

// Unapplied are the commits of a kind that are closed and not applied, in the order of their numbers.
func (l *Ledger) Unapplied(ctx context.Context, kind string) ([]Commit, error) {
	return l.commits(ctx, "INDEXED BY commits_unapplied WHERE kind = ? AND state = 'closed' ORDER BY no", kind)
}

// NotLive are the commits of a kind that are applied and not in the analysts' copy, in the order of their numbers.
func (l *Ledger) NotLive(ctx context.Context, kind string) ([]Commit, error) {
	return l.commits(ctx, "INDEXED BY commits_not_live WHERE kind = ? AND state = 'applied' AND live = 0 ORDER BY no", kind)
}

// Committed are the commits of a kind that are closed, applied or not, with a number above after, in the order of their
// numbers; limit 0 means all of them. No later call returns one with a number below any that it returned before.
func (l *Ledger) Committed(ctx context.Context, kind string, after uint64, limit int) ([]Commit, error) {
	return l.commits(ctx, "WHERE kind = ? AND no > ? AND state IN ('closed', 'applied') ORDER BY no LIMIT ?", kind, int64(after), limitOf(limit))
}

// CommitsOf are the commits of a run in any state, in the order of their numbers.
func (l *Ledger) CommitsOf(ctx context.Context, run uuid.UUID) ([]Commit, error) {
	return l.commits(ctx, "WHERE run = ? ORDER BY no", run.String())
}

// Abandoned are the commits of all kinds that were abandoned at since or later, oldest first.
func (l *Ledger) Abandoned(ctx context.Context, since time.Time) ([]Commit, error) {
	return l.commits(ctx, "WHERE state = 'abandoned' AND abandoned >= ? ORDER BY abandoned, kind, no", ms(since))
}

// MaxCommit is the highest number ever given to a commit of a kind, 0 where there was none.
func (l *Ledger) MaxCommit(ctx context.Context, kind string) (uint64, error) {
	var no uint64
	err := l.reader.QueryRowContext(ctx, "SELECT coalesce(max(no), 0) FROM commits WHERE kind = ?", kind).Scan(&no)
	return no, l.failed(ctx, err)
}

// Cursor is where the last run of the pipeline that committed stopped reading; nil where there is none.
func (l *Ledger) Cursor(ctx context.Context, pipeline string) ([]byte, error) {
	var cursor []byte
	err := l.reader.QueryRowContext(ctx, "SELECT cursor FROM cursors WHERE pipeline = ?", pipeline).Scan(&cursor)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return cursor, l.failed(ctx, err)
}

// Inputs are the names of what the last run of the pipeline that committed was read from; none where there is none.
func (l *Ledger) Inputs(ctx context.Context, pipeline string) ([]string, error) {
	var text []byte
	err := l.reader.QueryRowContext(ctx, "SELECT inputs FROM cursors WHERE pipeline = ?", pipeline).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, l.failed(ctx, err)
	}
	var inputs []string
	if err := json.Unmarshal(text, &inputs); err != nil {
		return nil, damaged(l.path, fmt.Errorf("inputs of %s: %w", pipeline, err))
	}
	return inputs, nil
}
