package ledger

import (
	"context"
	"errors"
	"time"

	"creditsync/internal/fault"
)

// KindLock is the hold of a run on the commits of a kind: they go one after another.
type KindLock struct {
	Kind    string
	Fence   uint64
	expires time.Time
}

func (k *KindLock) lease() lease { return lease{scopeKind, k.Kind, k.Fence, k.expires} }

// How often a waiting LockKind looks again: soon at first, then so that many waiters do not matter.
const (
	firstLook = 20 * time.Millisecond
	lastLook  = time.Second
)

// LockKind takes the lock on the run's kind, waiting for up to wait while another process or run lives on it, and then
// raises its fence and marks every open commit of the kind as abandoned, in one transaction: what an earlier holder began
// can no longer be closed. A run that takes the lock it has gets a new one. Errors: *Busy after wait; ErrFenced where the
// pipeline is not the run's; that of ctx.
func (l *Ledger) LockKind(ctx context.Context, run *Run, wait time.Duration) (*KindLock, error) {
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for look := firstLook; ; look = min(2*look, lastLook) {
		lock, err := l.tryKind(ctx, run)
		var busy *Busy
		if !errors.As(err, &busy) {
			return lock, err
		}
		if !pause(waiting, look) {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			return nil, err
		}
	}
}

func (l *Ledger) tryKind(ctx context.Context, run *Run) (*KindLock, error) {
	var mine lease
	err := l.write(ctx, func(t *tx) error {
		if err := t.openRun(run); err != nil {
			return err
		}
		var err error
		if mine, err = l.take(t, scopeKind, run.Kind, run.ID.String()); err != nil {
			return err
		}
		_, err = t.exec("UPDATE commits INDEXED BY commits_open SET state = 'abandoned', abandoned = ? WHERE kind = ? AND state = 'open'", ms(t.now), run.Kind)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &KindLock{run.Kind, mine.fence, mine.expires}, nil
}

// openRun refuses unless the pipeline's lease is the run's and the run is open.
func (t *tx) openRun(run *Run) error {
	if err := t.mine(run.lease()); err != nil {
		return err
	}
	var state string
	if err := t.row("SELECT state FROM runs WHERE id = ?", run.ID.String()).Scan(&state); err != nil {
		return err
	}
	if state != RunOpen {
		return notOpen("run.not_open", fault.T("运行 %d 已经结束（%s）", "run %d has ended already (%s)", run.No, state))
	}
	return nil
}

// RenewKind puts off the expiry of the lock. ErrFenced: it is no longer the caller's.
func (l *Ledger) RenewKind(ctx context.Context, lock *KindLock) error {
	_, err := l.renew(ctx, lock.lease())
	return err
}

// KeepKind is Keep for a kind's lock.
func (l *Ledger) KeepKind(ctx context.Context, lock *KindLock) (kept context.Context, stop func()) {
	return l.keep(ctx, lock.lease())
}

// UnlockKind gives the lock back. One that was lost or given back already is no error.
func (l *Ledger) UnlockKind(ctx context.Context, lock *KindLock) error {
	return l.write(ctx, func(t *tx) error { return t.free(lock.lease()) })
}

// KindHolder tells who commits records of a kind; ok is false where nobody who lives does.
func (l *Ledger) KindHolder(ctx context.Context, kind string) (h Held, ok bool, err error) {
	return l.holder(ctx, scopeKind, kind)
}
