package app

import (
	"context"
	"time"

	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/pipelines"
)

// lockWait is how long a run waits for its turn to commit to a kind.
const lockWait = 10 * time.Minute

// books is the ledger as package pipelines wants it.
type books struct {
	*ledger.Ledger
	language fault.Language
	tick     time.Time // scheduled; zero for a run that nobody scheduled
}

var _ pipelines.Ledger = books{}

func (b books) Begin(ctx context.Context, pipeline, kind, mode, note string) (pipelines.Run, error) {
	run, err := b.Ledger.Begin(ctx, ledger.BeginRun{Pipeline: pipeline, Kind: kind, Mode: mode, Note: note, Tick: b.tick})
	if err != nil {
		return pipelines.Run{}, err
	}
	return pipelines.Run{ID: run.ID.String(), No: run.No, Hold: run}, nil
}

func (b books) Keep(ctx context.Context, run pipelines.Run) (context.Context, func()) {
	return b.Ledger.Keep(ctx, run.Hold.(*ledger.Run))
}

func (b books) Finish(ctx context.Context, run pipelines.Run, rep pipelines.Report) error {
	o := ledger.Outcome{State: string(rep.State), Counts: ledger.Counts(rep.Counts), Seconds: rep.Seconds, LiveSeconds: rep.Live}
	if rep.DryRun && rep.State == pipelines.Done { // nothing was applied, so there is nothing to count
		o.State, o.Counts = ledger.RunSkipped, ledger.Counts{}
	}
	if rep.Err != nil {
		o.Error, o.ErrorCode = fault.Say(rep.Err, b.language), fault.CodeOf(rep.Err)
	}
	return b.Ledger.Finish(ctx, run.Hold.(*ledger.Run), o)
}

func (b books) Lock(ctx context.Context, run pipelines.Run) (pipelines.Lock, error) {
	lock, err := b.LockKind(ctx, run.Hold.(*ledger.Run), lockWait)
	if err != nil {
		return pipelines.Lock{}, err
	}
	return pipelines.Lock{Kind: lock.Kind, Hold: lock}, nil
}

func (b books) KeepLock(ctx context.Context, lock pipelines.Lock) (context.Context, func()) {
	return b.KeepKind(ctx, lock.Hold.(*ledger.KindLock))
}

func (b books) Unlock(ctx context.Context, lock pipelines.Lock) error {
	return b.UnlockKind(ctx, lock.Hold.(*ledger.KindLock))
}

func (b books) Open(ctx context.Context, run pipelines.Run, lock pipelines.Lock, atLeast uint64) (uint64, error) {
	return b.OpenCommit(ctx, run.Hold.(*ledger.Run), lock.Hold.(*ledger.KindLock), atLeast)
}

func (b books) Close(ctx context.Context, run pipelines.Run, lock pipelines.Lock, c pipelines.Closing) error {
	return b.CloseCommit(ctx, run.Hold.(*ledger.Run), lock.Hold.(*ledger.KindLock), ledger.Close{
		No: c.Commit, Counts: ledger.Counts(c.Counts), Rows: c.Rows, Notify: c.Notify, Checksum: c.Checksum,
		QuarantineRows: c.Quarantine, QuarantineChecksum: c.QuarantineOf, Last: c.Last && !c.Stay, Cursor: c.Cursor, Inputs: c.Inputs,
	})
}

func (b books) Abandon(ctx context.Context, run pipelines.Run, lock pipelines.Lock, commit uint64) error {
	return b.AbandonCommit(ctx, run.Hold.(*ledger.Run), lock.Hold.(*ledger.KindLock), commit)
}

func (b books) Unapplied(ctx context.Context, kind string) ([]pipelines.Commit, error) {
	list, err := b.Ledger.Unapplied(ctx, kind)
	if err != nil {
		return nil, err
	}
	out := commits(list)
	for i := range out {
		if err := b.standing(ctx, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// standing fills in where the pipeline stands after the last commit of a run, as long as no later one has moved it.
func (b books) standing(ctx context.Context, c *pipelines.Commit) error {
	if !c.Last {
		return nil
	}
	at, ok, err := b.Standing(ctx, c.Pipeline)
	if err == nil && ok && at.Run.String() == c.Run {
		c.Cursor, c.Inputs = at.Cursor, at.Inputs
	}
	return err
}

func (b books) NotLive(ctx context.Context, kind string) ([]pipelines.Commit, error) {
	list, err := b.Ledger.NotLive(ctx, kind)
	return commits(list), err
}

func commits(list []ledger.Commit) []pipelines.Commit {
	out := make([]pipelines.Commit, len(list))
	for i, c := range list {
		out[i] = pipelines.Commit{
			Kind: c.Kind, Run: c.Run.String(), Pipeline: c.Pipeline, No: c.No, RunNo: c.RunNo, Rows: c.Rows, Notify: c.Notify, Checksum: c.Checksum,
			Quarantine: c.QuarantineRows, QuarantineOf: c.QuarantineChecksum, Counts: pipelines.Counts(c.Counts), ClosedAt: c.ClosedAt, Last: c.Last,
		}
	}
	return out
}
