package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"creditsync/internal/fault"
)

// Lost is what a ledger that was put back to an older state no longer knows of a kind, as other stores remember it.
type Lost struct {
	Runs    []RunRow // ended ones
	Commits []Commit // closed ones by number, with the states that they have reached since
	// Moved is where the last commit of a run left its pipeline, by number of the commit.
	Moved map[uint64]Standing
	// Tried are the numbers of commits that wrote rows and were never closed: they are not given out again.
	Tried []uint64
}

// SkipRuns makes the ledger number its next run above last: what an older state of it would give out again was given to
// runs that other stores remember.
func (l *Ledger) SkipRuns(ctx context.Context, last uint64) error {
	return l.write(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'runs'", int64(last))
		if err == nil && n == 0 {
			_, err = t.exec("INSERT INTO sqlite_sequence (name, seq) VALUES ('runs', ?)", int64(last))
		}
		return err
	})
}

// BringBack stores what the ledger lost of a kind, in one transaction that holds the kind, and writes down that it did. It
// may be repeated (I2). What the ledger knows as closed is never changed: a commit that it closed otherwise is a fault of
// class Environment, "ledger.other_history", and nothing is stored then. ErrFenced: the kind is not the run's.
func (l *Ledger) BringBack(ctx context.Context, run *Run, lock *KindLock, lost Lost) error {
	return l.write(ctx, func(t *tx) error {
		if err := t.committer(run, lock); err != nil {
			return err
		}
		for _, r := range lost.Runs {
			if err := t.bringRun(r); err != nil {
				return err
			}
		}
		for _, c := range lost.Commits {
			if err := t.bringCommit(lock.Kind, c); err != nil {
				return err
			}
			if at, moved := lost.Moved[c.No]; moved {
				if err := t.bringStanding(c, at); err != nil {
					return err
				}
			}
		}
		for _, no := range lost.Tried {
			_, err := t.exec(`INSERT INTO commits (kind, no, run, run_no, pipeline, state, opened, abandoned) VALUES (?, ?, ?, ?, ?, 'abandoned', ?, ?) ON CONFLICT DO NOTHING`,
				lock.Kind, no, run.ID.String(), run.No, run.Pipeline, ms(t.now), ms(t.now))
			if err != nil {
				return err
			}
		}
		return t.audit(l.o.Self.String(), "repair.ledger", lock.Kind, fmt.Sprintf("brought back %d commits%s, %d runs, %d numbers never closed", len(lost.Commits), numbers(lost.Commits), len(lost.Runs), len(lost.Tried)))
	})
}

func numbers(list []Commit) string {
	if len(list) == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d to %d)", list[0].No, list[len(list)-1].No)
}

// bringRun adds a run, or says how one ended that was still going on, or whose process was taken for dead. A number that the
// ledger has given to another run meanwhile stays that one's.
func (t *tx) bringRun(r RunRow) error {
	_, err := t.exec(`INSERT INTO runs (no, id, pipeline, kind, mode, note, state, fence, host, pid, process_started, what, started, finished, error, error_code)
		VALUES (iif(EXISTS (SELECT 1 FROM runs WHERE no = ?1), NULL, ?1), ?, ?, ?, ?, ?, ?, 0, '', 0, 0, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, finished = excluded.finished, error = excluded.error, error_code = excluded.error_code
		WHERE state = 'open' OR error_code = '`+endedCode+`'`,
		r.No, r.ID.String(), r.Pipeline, r.Kind, r.Mode, r.Note, r.State, "repair", ms(r.Started), ms(r.Finished), r.Error, r.ErrorCode)
	if err != nil {
		return err
	}
	_, err = t.exec("UPDATE runs SET "+setCounts+" WHERE id = ? AND read = 0", append(r.Counts.args(), r.ID.String())...)
	return err
}

func (t *tx) bringCommit(kind string, c Commit) error {
	applied := sql.NullInt64{Int64: ms(c.ClosedAt), Valid: c.State == CommitApplied}
	args := []any{kind, c.No, c.Run.String(), c.RunNo, c.Pipeline, c.State, c.Live, c.Last, ms(c.ClosedAt), ms(c.ClosedAt), applied,
		int64(c.Rows), int64(c.Notify), int64(c.Checksum), int64(c.QuarantineRows), int64(c.QuarantineChecksum)}
	n, err := t.exec(`INSERT INTO commits (kind, no, run, run_no, pipeline, state, live, last, opened, closed, applied, version_rows, notify_rows, checksum, quarantine_rows, quarantine_checksum)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET run = excluded.run, run_no = excluded.run_no, pipeline = excluded.pipeline, state = excluded.state, live = excluded.live, last = excluded.last,
			closed = excluded.closed, applied = excluded.applied, abandoned = NULL, version_rows = excluded.version_rows, notify_rows = excluded.notify_rows,
			checksum = excluded.checksum, quarantine_rows = excluded.quarantine_rows, quarantine_checksum = excluded.quarantine_checksum
		WHERE state IN ('open', 'abandoned')`, args...)
	if err != nil {
		return err
	}
	if n > 0 {
		_, err := t.exec("UPDATE commits SET "+setCounts+" WHERE kind = ? AND no = ?", append(c.Counts.args(), kind, c.No)...)
		return err
	}
	now, err := t.commitOf(kind, c.No)
	if err != nil {
		return err
	}
	if now.Run == c.Run && now.Rows == c.Rows && now.Checksum == c.Checksum {
		return nil
	}
	return fault.New(fault.Environment, "ledger.other_history", fault.T(
		"台账中 %s 的提交 %d 与要找回的不是同一次", "commit %[2]d of %[1]s in the ledger is not the one to be brought back", kind, c.No)).
		Do(fault.T("台账和 ClickHouse 来自不同的历史：请恢复同一时刻的两者", "ledger and ClickHouse have different histories: restore both of one moment"))
}

// bringStanding moves the pipeline to where the commit left it, unless the run of a later one has moved it already.
func (t *tx) bringStanding(c Commit, s Standing) error {
	inputs, err := json.Marshal(append([]string{}, s.Inputs...))
	if err != nil {
		return err
	}
	const later = "SELECT 1 FROM cursors WHERE pipeline = ? AND (SELECT no FROM runs WHERE id = cursors.run) >= ?"
	switch err := t.row(later, c.Pipeline, c.RunNo).Scan(new(int)); {
	case err == nil:
		return nil
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	if err := t.rememberBefore(&Run{ID: c.Run}); err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO cursors (pipeline, cursor, inputs, run, moved) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET cursor = excluded.cursor, inputs = excluded.inputs, run = excluded.run, moved = excluded.moved`,
		c.Pipeline, s.Cursor, string(inputs), c.Run.String(), ms(s.Moved))
	return err
}

// Adopt makes a ledger that has never committed anything that of the deployment whose stores are there already. A ledger
// with runs is refused: it has a deployment of its own.
func (l *Ledger) Adopt(ctx context.Context, deployment string) error {
	if _, err := uuid.Parse(deployment); err != nil {
		return fmt.Errorf("ledger: a deployment is named by a UUID: %w", err)
	}
	err := l.write(ctx, func(t *tx) error {
		var used int
		if err := t.row("SELECT (SELECT count(*) FROM commits) + (SELECT count(*) FROM positions)").Scan(&used); err != nil {
			return err
		}
		if used > 0 {
			return fault.New(fault.Input, "ledger.in_use", fault.T("台账 %s 已有自己的提交，不能改属另一套部署", "the ledger %s has commits of its own and cannot become another deployment's", l.path)).
				Do(fault.T("请先把它移开，再重建", "move it away first, then make it again"))
		}
		if _, err := t.exec("UPDATE meta SET value = ? WHERE key = 'deployment'", deployment); err != nil {
			return err
		}
		return t.audit(l.o.Self.String(), "repair.adopt", deployment, "was "+l.deployment)
	})
	if err == nil {
		l.deployment = deployment
	}
	return err
}

// ForcePosition stores where a relay is to go on, also behind where it was: it undoes the guard of SetPosition, on an
// operator's word only, and writes down that it did. ErrFenced: the relay is not the caller's.
func (l *Ledger) ForcePosition(ctx context.Context, lease *RelayLease, p Position, why string) error {
	return l.write(ctx, func(t *tx) error {
		if err := t.mine(lease.lease()); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO positions (kind, seq, topic_id, partitions, at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET seq = excluded.seq, topic_id = excluded.topic_id, partitions = excluded.partitions, at = excluded.at`,
			lease.Kind, int64(p.Seq), p.TopicID, p.Partitions, ms(t.now))
		if err != nil {
			return err
		}
		return t.audit(l.o.Self.String(), "repair.position", lease.Kind, fmt.Sprintf("seq %d, topic %s with %d partitions: %s", p.Seq, p.TopicID, p.Partitions, why))
	})
}

// GiveUp takes back commits of a kind whose rows are lost: their numbers stay given, nobody looks for them any more, and each
// pipeline stands where it did before the first of them. standing is that, by pipeline, nil for the very beginning. Numbers
// that the ledger never gave are taken for given too. It is one transaction, may be repeated, and is written down. ErrFenced:
// the kind is not the run's.
func (l *Ledger) GiveUp(ctx context.Context, run *Run, lock *KindLock, numbers []uint64, standing map[string]*Standing) error {
	return l.write(ctx, func(t *tx) error {
		if err := t.committer(run, lock); err != nil {
			return err
		}
		for _, no := range numbers {
			_, err := t.exec(`INSERT INTO commits (kind, no, run, run_no, pipeline, state, opened, abandoned) VALUES (?, ?, ?, ?, ?, 'abandoned', ?, ?)
				ON CONFLICT DO UPDATE SET state = 'abandoned', abandoned = excluded.abandoned, live = 0, closed = NULL, applied = NULL WHERE state IN ('closed', 'applied')`,
				lock.Kind, no, run.ID.String(), run.No, run.Pipeline, ms(t.now), ms(t.now))
			if err != nil {
				return err
			}
		}
		for pipeline, at := range standing {
			if err := t.putBack(pipeline, at); err != nil {
				return err
			}
		}
		return t.audit(l.o.Self.String(), "repair.given_up", lock.Kind, fmt.Sprintf("commits %v, whose rows are lost", numbers))
	})
}

// putBack moves a pipeline to where it stood; nil is the beginning.
func (t *tx) putBack(pipeline string, at *Standing) error {
	if at == nil {
		_, err := t.exec("DELETE FROM cursors WHERE pipeline = ?", pipeline)
		return err
	}
	inputs, err := json.Marshal(append([]string{}, at.Inputs...))
	if err != nil {
		return err
	}
	_, err = t.exec("UPDATE cursors SET cursor = ?, inputs = ?, run = ?, moved = ? WHERE pipeline = ?", at.Cursor, string(inputs), at.Run.String(), ms(at.Moved), pipeline)
	return err
}
