package ledger

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"creditsync/internal/fault"

	"github.com/google/uuid"
)

// RunRow is a run as the ledger remembers it.
type RunRow struct {
	ID       uuid.UUID
	No       uint64
	Pipeline string
	Kind     string
	Mode     string
	Note     string
	Tick     time.Time // scheduled; zero for a run that nobody scheduled
	Holder   Holder    // without Birth
	Started  time.Time
	Finished time.Time // zero while it is open
	Cleaned  time.Time // zero while its stage may still be there
	Outcome            // State is "open" and the rest zero while it is open
}

const runColumns = `runs.id, no, pipeline, kind, mode, note, tick, host, pid, process_started, what, started, finished, cleaned,
	state, error, error_code, seconds, live_seconds, publish_seconds, published, ` + countColumns

func scanRun(s scanner) (RunRow, error) {
	var r RunRow
	var process, started int64
	var finished, cleaned, tick sql.NullInt64
	err := s.Scan(append([]any{&r.ID, &r.No, &r.Pipeline, &r.Kind, &r.Mode, &r.Note, &tick, &r.Holder.Host, &r.Holder.PID, &process, &r.Holder.What,
		&started, &finished, &cleaned, &r.State, &r.Error, &r.ErrorCode, &r.Seconds, &r.LiveSeconds, &r.PublishSeconds, &r.Published},
		r.Counts.dest()...)...)
	r.Holder.Started, r.Started, r.Finished, r.Cleaned, r.Tick = fromMS(process), fromMS(started), fromNull(finished), fromNull(cleaned), fromNull(tick)
	return r, err
}

// Recent are the last runs of a pipeline, "" for all, newest first; limit 0 means all of them.
func (l *Ledger) Recent(ctx context.Context, pipeline string, limit int) ([]RunRow, error) {
	return read(ctx, l, scanRun, "SELECT "+runColumns+" FROM runs WHERE ? IN ('', pipeline) ORDER BY no DESC LIMIT ?", pipeline, limitOf(limit))
}

// FindRun is the run with that number, or the one whose UUID begins with that text. Errors are faults of class Input:
// "run.unknown", "run.ambiguous".
func (l *Ledger) FindRun(ctx context.Context, idOrNo string) (RunRow, error) {
	text := strings.ToLower(strings.TrimSpace(idOrNo))
	no, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		no = 0
	}
	prefix := text
	if strings.Trim(text, "0123456789abcdef-") != "" || len(text) < 4 {
		prefix = "none" // no UUID begins so
	}
	rows, err := read(ctx, l, scanRun, "SELECT "+runColumns+" FROM runs WHERE no = ? OR substr(id, 1, ?) = ? ORDER BY no = ? DESC LIMIT 2", no, len(prefix), prefix, no)
	if err != nil {
		return RunRow{}, err
	}
	switch {
	case len(rows) == 0:
		return RunRow{}, fault.New(fault.Input, "run.unknown", fault.T("没有编号为 %q 的运行", "there is no run %q", idOrNo)).
			Do(fault.T("执行 creditsync runs 查看已有的运行", "creditsync runs lists those there are"))
	case len(rows) == 2 && rows[0].No != uint64(no):
		return RunRow{}, fault.New(fault.Input, "run.ambiguous", fault.T("有多个运行以 %q 开头", "several runs begin with %q", idOrNo)).
			Do(fault.T("请写得更长，或使用运行编号", "write more of it, or use the run's number"))
	}
	return rows[0], nil
}

// SetPublished remembers how many messages of the run's commits are published, and after how many seconds. It only
// counts up, so a late or repeated call changes nothing (I2).
func (l *Ledger) SetPublished(ctx context.Context, run uuid.UUID, n uint64, seconds float64) error {
	return l.write(ctx, func(t *tx) error {
		_, err := t.exec("UPDATE runs SET published = ?, publish_seconds = ? WHERE id = ? AND published < ?", n, seconds, run.String(), n)
		return err
	})
}

// CompletePublished counts as published every message of the ended runs of a kind whose last commit is passed by the kind's
// position: whoever told them may not have been the run itself. It may be repeated (I2).
func (l *Ledger) CompletePublished(ctx context.Context, kind string) error {
	p, ok, err := l.Position(ctx, kind)
	if err != nil || !ok {
		return err
	}
	// A position within a commit has not passed it.
	passed := int64((p.Seq+1)>>(64-commitBits)) - 1
	return l.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE runs INDEXED BY runs_untold SET published = inserted + updated + deleted
			WHERE kind = ? AND state <> 'open' AND published < inserted + updated + deleted
				AND NOT EXISTS (SELECT 1 FROM commits WHERE run = runs.id AND state IN ('closed', 'applied') AND no > ?)`, kind, passed)
		return err
	})
}

// MarkCleaned remembers that the stage of a run that has ended was removed.
func (l *Ledger) MarkCleaned(ctx context.Context, run uuid.UUID) error {
	return l.write(ctx, func(t *tx) error {
		_, err := t.exec("UPDATE runs SET cleaned = coalesce(cleaned, ?) WHERE id = ? AND state <> 'open'", ms(t.now), run.String())
		return err
	})
}

// EndDead ends the open runs that nobody lives on, as Begin would for their pipeline: so that people see what became of
// them, and their stages are removed, although the pipeline may never run again. It returns how many.
func (l *Ledger) EndDead(ctx context.Context) (int, error) {
	open, err := read(ctx, l, func(s scanner) (name string, err error) { return name, s.Scan(&name) },
		"SELECT DISTINCT pipeline FROM runs WHERE state = 'open'")
	if err != nil {
		return 0, err
	}
	ended := 0
	for _, pipeline := range open {
		err := l.write(ctx, func(t *tx) error {
			r, err := t.leaseOf(scopePipeline, pipeline)
			if err != nil || l.lives(r, t.now) {
				return err
			}
			// The fence first: from here on the run that may come back to life can write nothing.
			if _, err := t.exec("UPDATE leases SET fence = fence + 1, expires = NULL WHERE scope = 'pipeline' AND name = ?", pipeline); err != nil {
				return err
			}
			ended++
			return t.endRuns(pipeline)
		})
		if err != nil {
			return ended, err
		}
	}
	return ended, nil
}
