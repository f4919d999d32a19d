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

// Tip is how far a ledger knows the commits of a kind: what is held against the other stores.
type Tip struct {
	// Highest is the highest number ever given to a commit, whatever became of it.
	Highest uint64
	// Newest is the closed commit with the highest number; its No is 0 where none is closed. A run's UUID is given once, so
	// two stores whose newest commits have one number and one run have the same history up to there.
	Newest Commit
	// Closed counts the closed commits, Pending those of them that are not marked as applied; they have PendingRows versions.
	Closed, Pending, PendingRows uint64
}

// Tip reads how far the ledger knows the commits of a kind.
func (l *Ledger) Tip(ctx context.Context, kind string) (Tip, error) {
	var t Tip
	var err error
	if t.Highest, err = l.MaxCommit(ctx, kind); err != nil {
		return t, err
	}
	newest, err := l.commits(ctx, "WHERE kind = ? AND state IN ('closed', 'applied') ORDER BY no DESC LIMIT 1", kind)
	if err != nil {
		return t, err
	}
	if len(newest) > 0 {
		t.Newest = newest[0]
	}
	pending, err := l.Unapplied(ctx, kind)
	if err != nil {
		return t, err
	}
	t.Pending = uint64(len(pending))
	for _, c := range pending {
		t.PendingRows += c.Rows
	}
	err = l.reader.QueryRowContext(ctx, "SELECT count(*) FROM commits INDEXED BY commits_closed WHERE kind = ? AND state IN ('closed', 'applied')", kind).Scan(&t.Closed)
	return t, l.failed(ctx, err)
}

// MaxRun is the highest number ever given to a run, 0 where there was none.
func (l *Ledger) MaxRun(ctx context.Context) (uint64, error) {
	var no uint64
	err := l.reader.QueryRowContext(ctx, "SELECT max(coalesce((SELECT max(no) FROM runs), 0), coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'runs'), 0))").Scan(&no)
	return no, l.failed(ctx, err)
}

// Standing is where a pipeline stands: what the last commit of its last committed run moved.
type Standing struct {
	Run    uuid.UUID
	Cursor []byte // nil for a source without cursors
	Inputs []string
	Moved  time.Time
}

// Standing is where the pipeline stands; ok is false where no run of it has committed.
func (l *Ledger) Standing(ctx context.Context, pipeline string) (s Standing, ok bool, err error) {
	var inputs []byte
	var moved int64
	err = l.reader.QueryRowContext(ctx, "SELECT run, cursor, inputs, moved FROM cursors WHERE pipeline = ?", pipeline).Scan(&s.Run, &s.Cursor, &inputs, &moved)
	if errors.Is(err, sql.ErrNoRows) {
		return Standing{}, false, nil
	}
	if err != nil {
		return Standing{}, false, l.failed(ctx, err)
	}
	if err := json.Unmarshal(inputs, &s.Inputs); err != nil {
		return Standing{}, false, damaged(l.path, fmt.Errorf("inputs of %s: %w", pipeline, err))
	}
	s.Moved = fromMS(moved)
	return s, true, nil
}
