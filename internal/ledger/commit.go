package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"creditsync/internal/fault"
)

// MaxCommitNo is the highest number a commit can have: a row's seq is the number and 24 bits more.
const MaxCommitNo = 1<<commitBits - 1

// commitBits is how many of the 64 bits of a row's seq are its commit's number.
const commitBits = 40

// OpenCommit gives out the number of a new commit of the kind: one more than the highest that the ledger ever gave, and
// more than atLeast, the highest that the warehouse knows. A number is given once, whatever becomes of it: a statement of
// an earlier try may still be running under its own. ErrFenced: pipeline or kind are not the run's.
func (l *Ledger) OpenCommit(ctx context.Context, run *Run, lock *KindLock, atLeast uint64) (no uint64, err error) {
	if atLeast >= MaxCommitNo {
		return 0, fmt.Errorf("ledger: no commit number after %d", atLeast)
	}
	err = l.write(ctx, func(t *tx) error {
		if err := t.committer(run, lock); err != nil {
			return err
		}
		var last uint64
		if err := t.row("SELECT coalesce(max(no), 0) FROM commits WHERE kind = ?", lock.Kind).Scan(&last); err != nil {
			return err
		}
		if no = max(last, atLeast) + 1; no > MaxCommitNo {
			return fmt.Errorf("ledger: no commit number after %d", last)
		}
		_, err := t.exec("INSERT INTO commits (kind, no, run, run_no, pipeline, state, opened) VALUES (?, ?, ?, ?, ?, 'open', ?)",
			lock.Kind, no, run.ID.String(), run.No, run.Pipeline, ms(t.now))
		return err
	})
	if err != nil {
		return 0, err
	}
	return no, nil
}

// committer refuses unless both the pipeline and the kind are the run's, and it is open.
func (t *tx) committer(run *Run, lock *KindLock) error {
	if lock.Kind != run.Kind {
		return fmt.Errorf("ledger: a run of %s commits to %s", run.Kind, lock.Kind)
	}
	if err := t.openRun(run); err != nil {
		return err
	}
	return t.mine(lock.lease())
}

// Close is what is known of a commit at its close. It never changes after that.
type Close struct {
	No                 uint64
	Counts             Counts   // of this commit alone
	Rows               uint64   // rows of versions
	Notify             uint64   // of them, those to publish
	Checksum           uint64   // over the rows of versions
	QuarantineRows     uint64   // rows of quarantine_versions
	QuarantineChecksum uint64   // over them
	Last               bool     // of the run: moves the pipeline's cursor
	Cursor             []byte   // with Last: where the source stopped; nil for a source without cursors
	Inputs             []string // with Last: the names of what a snapshot was read from
}

// CloseCommit is the commit point (I1): one transaction that closes the commit, stores its counts and, with Last, moves the
// pipeline's cursor and inputs. Before it nothing of the commit exists for anybody; after it, all of it does, whatever
// dies (I5). It is refused, and nothing is changed, unless pipeline and kind are still the run's (ErrFenced), run and
// commit are open and no later commit of the kind is closed (ErrNotOpen). Closing twice with the same values is closing
// once (I2), also after the leases are gone: the answer to the first may have been lost. (The cursor is not compared.)
func (l *Ledger) CloseCommit(ctx context.Context, run *Run, lock *KindLock, c Close) error {
	return l.write(ctx, func(t *tx) error {
		now, err := t.commitOf(lock.Kind, c.No)
		if err != nil {
			return err
		}
		if now.Run == run.ID && now.Committed() && now.closedAs(c) {
			return nil
		}
		if err := t.committer(run, lock); err != nil {
			return err
		}
		if now.Run != run.ID || now.State != CommitOpen {
			return commitNotOpen(lock.Kind, c.No, now.State)
		}
		var later uint64
		err = t.row("SELECT no FROM commits WHERE kind = ? AND no > ? AND state IN ('closed', 'applied') LIMIT 1", lock.Kind, c.No).Scan(&later)
		if err == nil {
			return commitNotOpen(lock.Kind, c.No, fmt.Sprintf("%d closed", later))
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err := t.close(lock.Kind, c); err != nil {
			return err
		}
		if !c.Last {
			return nil
		}
		return t.moveCursor(run, c)
	})
}

func (t *tx) close(kind string, c Close) error {
	args := append([]any{ms(t.now), c.Last, int64(c.Rows), int64(c.Notify), int64(c.Checksum), int64(c.QuarantineRows), int64(c.QuarantineChecksum)}, c.Counts.args()...)
	n, err := t.exec(`UPDATE commits SET state = 'closed', closed = ?, last = ?, version_rows = ?, notify_rows = ?, checksum = ?,
		quarantine_rows = ?, quarantine_checksum = ?, `+setCounts+` WHERE kind = ? AND no = ? AND state = 'open'`,
		append(args, kind, c.No)...)
	if err == nil && n != 1 {
		return fmt.Errorf("ledger: closing commit %d of %s changed %d rows", c.No, kind, n)
	}
	return err
}

func (t *tx) moveCursor(run *Run, c Close) error {
	inputs, err := json.Marshal(append([]string{}, c.Inputs...))
	if err != nil {
		return err
	}
	if err := t.rememberBefore(run); err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO cursors (pipeline, cursor, inputs, run, moved) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET cursor = excluded.cursor, inputs = excluded.inputs, run = excluded.run, moved = excluded.moved`,
		run.Pipeline, c.Cursor, string(inputs), run.ID.String(), ms(t.now))
	return err
}

// closedAs reports whether c is what the commit was closed with.
func (c Commit) closedAs(as Close) bool {
	return c.Counts == as.Counts && c.Rows == as.Rows && c.Notify == as.Notify && c.Checksum == as.Checksum &&
		c.QuarantineRows == as.QuarantineRows && c.QuarantineChecksum == as.QuarantineChecksum && c.Last == as.Last
}

// AbandonCommit gives an open commit up: what was written under its number stays unreferenced. One that is abandoned
// already is no error; one that is closed is (ErrNotOpen).
func (l *Ledger) AbandonCommit(ctx context.Context, run *Run, lock *KindLock, no uint64) error {
	return l.write(ctx, func(t *tx) error {
		now, err := t.commitOf(lock.Kind, no)
		if err != nil {
			return err
		}
		if now.State == CommitAbandoned {
			return nil
		}
		if err := t.committer(run, lock); err != nil {
			return err
		}
		if now.State != CommitOpen {
			return commitNotOpen(lock.Kind, no, now.State)
		}
		_, err = t.exec("UPDATE commits SET state = 'abandoned', abandoned = ? WHERE kind = ? AND no = ? AND state = 'open'", ms(t.now), lock.Kind, no)
		return err
	})
}

// MarkApplied remembers that a closed commit is rolled forward into current, quarantine, commits and runs. Anybody may do
// so, and repeat it (I2). A commit that is not closed is an error (ErrNotOpen).
func (l *Ledger) MarkApplied(ctx context.Context, kind string, no uint64) error {
	return l.write(ctx, func(t *tx) error {
		now, err := t.commitOf(kind, no)
		if err != nil || now.State == CommitApplied {
			return err
		}
		if now.State != CommitClosed {
			return commitNotOpen(kind, no, now.State)
		}
		_, err = t.exec("UPDATE commits SET state = 'applied', applied = ? WHERE kind = ? AND no = ? AND state = 'closed'", ms(t.now), kind, no)
		return err
	})
}

// MarkLive remembers that an applied commit is in the analysts' copy. As MarkApplied, of applied commits.
func (l *Ledger) MarkLive(ctx context.Context, kind string, no uint64) error {
	return l.write(ctx, func(t *tx) error {
		now, err := t.commitOf(kind, no)
		if err != nil {
			return err
		}
		if now.State != CommitApplied {
			return commitNotOpen(kind, no, now.State)
		}
		_, err = t.exec("UPDATE commits SET live = 1 WHERE kind = ? AND no = ? AND live = 0", kind, no)
		return err
	})
}

func commitNotOpen(kind string, no uint64, state string) error {
	return notOpen("commit.not_open", fault.T("%s 的提交 %d 不处于所需的状态（%s）", "commit %[2]d of %[1]s is not in the state for this (%[3]s)", kind, no, state))
}
