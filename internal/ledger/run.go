package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// The states of a run. All but open are terminal.
const (
	RunOpen    = "open"
	RunDone    = "done"
	RunFailed  = "failed"
	RunNoInput = "no_input"
	RunSkipped = "skipped"
)

// endedCode is the error code of a run that another process ended, because its own was gone.
const endedCode = "run.ended"

// BeginRun says what is to run.
type BeginRun struct {
	Pipeline string // its name
	Kind     string // of the records
	Mode     string // "snapshot", "append", "incremental"
	Note     string // anything that people should see beside the run; may be empty
	// Tick is the scheduled time that the run is for; zero for one that nobody scheduled.
	Tick time.Time
}

// Run is a run that this process has begun and not yet finished, and its hold on the pipeline.
type Run struct {
	ID       uuid.UUID // version 7
	No       uint64    // counted over all pipelines, from 1
	Pipeline string
	Kind     string
	Mode     string
	Fence    uint64    // of the pipeline's lease
	Started  time.Time // when the lease was taken
	expires  time.Time
}

func (r *Run) lease() lease { return lease{scopePipeline, r.Pipeline, r.Fence, r.expires} }

// Begin takes the pipeline's lease and begins a run, in one transaction. The lease is to be had where it is free or
// expired, or where its holder is a dead process of this host; what that one left open then ends: its run as failed, its
// open commits as abandoned. While somebody lives on it the error is a *Busy. Renew the lease, best with Keep.
func (l *Ledger) Begin(ctx context.Context, b BeginRun) (*Run, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	run := &Run{ID: id, Pipeline: b.Pipeline, Kind: b.Kind, Mode: b.Mode}
	err = l.write(ctx, func(t *tx) error {
		mine, err := l.take(t, scopePipeline, b.Pipeline, id.String())
		if err != nil {
			return err
		}
		if err := t.endRuns(b.Pipeline); err != nil {
			return err
		}
		run.Fence, run.expires, run.Started = mine.fence, mine.expires, t.now
		h := l.o.Self
		return t.row(`INSERT INTO runs (id, pipeline, kind, mode, note, tick, state, fence, host, pid, process_started, what, started)
			VALUES (?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?) RETURNING no`,
			id.String(), b.Pipeline, b.Kind, b.Mode, b.Note, toNull(b.Tick), run.Fence, h.Host, h.PID, ms(h.Started), h.What, ms(t.now)).Scan(&run.No)
	})
	if err != nil {
		return nil, err
	}
	return run, nil
}

// endRuns ends what a holder that is gone left open of a pipeline. Whoever calls it has raised the fence. The run's counts
// become those of its closed commits (I3).
func (t *tx) endRuns(pipeline string) error {
	const open = "(SELECT id FROM runs WHERE pipeline = ? AND state = 'open')"
	if _, err := t.exec("UPDATE commits SET state = 'abandoned', abandoned = ? WHERE state = 'open' AND run IN "+open, ms(t.now), pipeline); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE runs SET state = 'failed', finished = ?, error_code = '`+endedCode+`', error = 'its process ended', (`+countColumns+`) = (
			SELECT total(read), total(accepted), total(rejected), total(inserted), total(updated), total(deleted), total(unchanged),
				total(superseded), total(withheld), total(warnings)
			FROM commits WHERE run = runs.id AND state IN ('closed', 'applied'))
		WHERE pipeline = ? AND state = 'open'`, ms(t.now), pipeline)
	return err
}

// Renew puts off the expiry of the run's lease. ErrFenced: it is no longer the run's.
func (l *Ledger) Renew(ctx context.Context, run *Run) error {
	_, err := l.renew(ctx, run.lease())
	return err
}

// Keep renews the run's lease in the background until stop is called. The context it returns ends, with ErrFenced in its
// cause, when the lease is lost or could not be renewed until it expired. stop waits for the last renewal and may be called
// twice.
func (l *Ledger) Keep(ctx context.Context, run *Run) (kept context.Context, stop func()) {
	return l.keep(ctx, run.lease())
}

// Outcome is how a run ended.
type Outcome struct {
	State          string // one of the terminal states
	Counts         Counts
	Error          string  // for people; holds no personal data
	ErrorCode      string  // of the fault
	Seconds        float64 // lease to commit applied
	LiveSeconds    float64 // from the last commit applied
	PublishSeconds float64 // from the last commit applied
	Published      uint64  // messages of this run's commits so far
}

// Finish ends the run and gives back its lease and the kind lock it may still hold; commits that it left open become
// abandoned. A run that is done must have counts that add up (I3): otherwise it stays open, with the error of Counts.Check.
// ErrFenced: another took over and has ended the run already. Finishing twice with the same state is finishing once (I2).
func (l *Ledger) Finish(ctx context.Context, run *Run, o Outcome) error {
	switch o.State {
	case RunDone:
		if err := o.Counts.Check(); err != nil {
			return err
		}
	case RunFailed, RunNoInput, RunSkipped:
	default:
		return fmt.Errorf("ledger: a run cannot end as %q", o.State)
	}
	return l.write(ctx, func(t *tx) error {
		var state, code string
		if err := t.row("SELECT state, error_code FROM runs WHERE id = ?", run.ID.String()).Scan(&state, &code); err != nil {
			return err
		}
		if state == o.State && code != endedCode {
			return nil // by its own Finish, whose answer was lost
		}
		if err := t.openRun(run); err != nil {
			return err
		}
		return l.finish(t, run, o)
	})
}

func (l *Ledger) finish(t *tx, run *Run, o Outcome) error {
	id := run.ID.String()
	args := append([]any{o.State, ms(t.now), o.Error, o.ErrorCode, o.Seconds, o.LiveSeconds, o.PublishSeconds, o.Published}, o.Counts.args()...)
	_, err := t.exec(`UPDATE runs SET state = ?, finished = ?, error = ?, error_code = ?, seconds = ?, live_seconds = ?,
		publish_seconds = ?, published = max(published, ?), `+setCounts+` WHERE id = ? AND state = 'open'`, append(args, id)...)
	if err != nil {
		return err
	}
	if _, err := t.exec("UPDATE commits SET state = 'abandoned', abandoned = ? WHERE state = 'open' AND run = ?", ms(t.now), id); err != nil {
		return err
	}
	if _, err := t.exec("UPDATE leases SET expires = NULL WHERE scope = 'kind' AND run = ?", id); err != nil {
		return err
	}
	if err := t.free(run.lease()); err != nil {
		return err
	}
	return t.audit(l.o.Self.String(), "run."+o.State, run.Pipeline, fmt.Sprintf("run %d, %s", run.No, id))
}

// PipelineHolder tells who runs a pipeline; ok is false where nobody who lives does.
func (l *Ledger) PipelineHolder(ctx context.Context, pipeline string) (h Held, ok bool, err error) {
	return l.holder(ctx, scopePipeline, pipeline)
}
