package pipelines

import (
	"cmp"
	"context"

	"creditsync/internal/fault"
)

// sliceRows is how many rows, staged and known, one diff looks at: its memory in the engine is bounded by it.
const sliceRows = 8 << 20

// slices is how many commits a difference of that many rows takes.
func (r *Runner) slices(size uint64) int { return int(size/cmp.Or(r.SliceRows, sliceRows)) + 1 }

// commit applies the stage: one commit, or several by range of record ids when the difference is large. The lock on the
// kind is released between them.
func (t *trip) commit(ctx context.Context) error {
	size, err := t.Warehouse.Size(ctx, t.scope(0, 0, 1))
	if err != nil {
		return err
	}
	slices := t.slices(size)
	if slices > 1 && t.snapshot && !t.scope(0, 0, slices).Withhold {
		deletes, err := t.Warehouse.Absent(ctx, t.scope(0, 0, slices))
		if err != nil {
			return err
		}
		if err := t.guardDeletes(ctx, deletes); err != nil {
			return t.setAside(ctx, err)
		}
	}
	for slice := range slices {
		if err := t.locked(ctx, func(ctx context.Context, lock Lock) error { return t.apply(ctx, lock, slice, slices) }); err != nil {
			return t.setAside(ctx, err)
		}
	}
	return t.live(ctx)
}

// locked does what needs the right to commit to the kind, and first brings forward what earlier commits left undone
// (step a).
func (t *trip) locked(ctx context.Context, do func(context.Context, Lock) error) error {
	lock, err := t.Ledger.Lock(ctx, t.run)
	if err != nil {
		return err
	}
	t.at("locked")
	defer func() {
		free, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
		defer cancel()
		if err := t.Ledger.Unlock(free, lock); err != nil {
			t.Log.Warn("free the lock of the kind", "kind", lock.Kind, "error", err)
		}
	}()
	kept, release := t.Ledger.KeepLock(ctx, lock)
	defer release()
	if err = t.Forward(kept, t.kind()); err == nil {
		err = do(kept, lock)
	}
	return fault.Ended(err, kept, ctx) // another may have the lock by now
}

// apply makes one commit: open (b), write, verify, close (c), roll forward (d). Whatever fails before the close leaves
// rows that nobody looks at.
func (t *trip) apply(ctx context.Context, lock Lock, slice, slices int) error {
	no, err := t.openCommit(ctx, lock)
	if err != nil {
		return err
	}
	found, closing, err := t.fill(ctx, no, slice, slices)
	if err != nil || t.wish.DryRun {
		t.abandon(ctx, lock, no)
		if err == nil {
			t.rep.Counts.Add(found)
		}
		return err
	}
	t.at("verified")
	if err := t.Ledger.Close(ctx, t.run, lock, closing); err != nil { // the commit point (I1)
		return err
	}
	t.stands = closing.Last
	t.at("closed")
	t.rep.Counts.Add(found)
	t.rep.LastCommit = no
	if err := t.Forward(ctx, t.kind()); err != nil {
		return err
	}
	t.applied = t.Now()
	return nil
}

// openCommit takes a number above every one that the ledger or the engine has ever seen, before any statement.
func (t *trip) openCommit(ctx context.Context, lock Lock) (uint64, error) {
	last, err := t.Warehouse.LastCommit(ctx, t.kind())
	if err != nil {
		return 0, err
	}
	no, err := t.Ledger.Open(ctx, t.run, lock, last)
	t.at("opened")
	return no, err
}

// fill writes and verifies the rows of a commit. It returns what the diff found and what the close has to store.
func (t *trip) fill(ctx context.Context, no uint64, slice, slices int) (found Counts, c Closing, err error) {
	s := t.scope(no, slice, slices)
	changes, err := t.Warehouse.Diff(ctx, s)
	if err != nil {
		return found, c, err
	}
	t.at("diffed")
	if slices == 1 {
		if err := t.guardDeletes(ctx, changes.Deleted); err != nil {
			return found, c, err
		}
	}
	if err := t.untouched(ctx, s); err != nil {
		return found, c, err
	}
	found = Counts{Inserted: changes.Inserted, Updated: changes.Updated, Deleted: changes.Deleted, Unchanged: changes.Unchanged, Superseded: changes.Superseded, Withheld: changes.Withheld}
	c = Closing{Commit: no, Rows: changes.Rows, Notify: changes.Notify, Checksum: changes.Checksum, Last: slice == slices-1, Cursor: t.cursor, Inputs: t.names}
	if t.act != nil { // what it changes is all that it reads
		found.Read = found.Inserted + found.Updated + found.Unchanged + found.Superseded
		found.Accepted, c.Stay = found.Read, t.act.Back == nil
	}
	c.Counts = found
	if c.Last && t.act == nil { // what was read and refused is counted once, with the run's last commit
		total := t.rep.Counts
		total.Add(found)
		if err := total.Balanced(); err != nil {
			if shrunk := t.tallied(ctx); shrunk != nil { // says more than that the sums differ
				return found, c, shrunk
			}
			return found, c, err
		}
		c.Counts.Add(Counts{Read: total.Read, Accepted: total.Accepted, Rejected: total.Rejected, Warnings: total.Warnings})
	}
	if t.wish.DryRun {
		return found, c, nil
	}
	if err := t.Warehouse.Write(ctx, s, changes, t.spool); err != nil {
		return found, c, err
	}
	t.at("written")
	if c.Last || t.act != nil {
		if c.Quarantine, c.QuarantineOf, err = t.Warehouse.WriteQuarantine(ctx, s, t.verdict()); err != nil {
			return found, c, err
		}
		t.at("quarantine written")
	}
	if err := t.tallied(ctx); err != nil {
		return found, c, err
	}
	return found, c, t.Warehouse.Verify(ctx, s, changes)
}

// commitQuarantine closes a commit that holds nothing but the run's refused rows and what is said of others.
func (t *trip) commitQuarantine(ctx context.Context, v Verdict) error {
	return t.locked(ctx, func(ctx context.Context, lock Lock) error {
		no, err := t.openCommit(ctx, lock)
		if err != nil {
			return err
		}
		c := Closing{Commit: no}
		if c.Quarantine, c.QuarantineOf, err = t.Warehouse.WriteQuarantine(ctx, t.scope(no, 0, 1), v); err != nil {
			t.abandon(ctx, lock, no)
			return err
		}
		if err := t.Ledger.Close(ctx, t.run, lock, c); err != nil {
			return err
		}
		t.stands, t.rep.LastCommit = true, no
		return t.Forward(ctx, t.kind())
	})
}

// abandon marks a commit that will not be closed, so that the janitor removes its rows at once instead of when the next
// holder of the lock finds it.
func (t *trip) abandon(ctx context.Context, lock Lock, no uint64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if err := t.Ledger.Abandon(ctx, t.run, lock, no); err != nil {
		t.Log.Warn("abandon a commit", "kind", lock.Kind, "commit", no, "error", err)
	}
}
