package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"creditsync/internal/fault"
)

// What can be leased.
const (
	scopePipeline = "pipeline" // by a run
	scopeKind     = "kind"     // to commit records of the kind
	scopeRelay    = "relay"    // to relay messages of the kind
)

// lease is what its holder knows of it.
type lease struct {
	scope, name string
	fence       uint64
	expires     time.Time // as of when it was taken
}

// leaseRow is what the file says of it.
type leaseRow struct {
	Held
	fence uint64
	run   string
	held  bool
}

const leaseColumns = "fence, run, host, pid, process_started, process_birth, what, since, expires"

func scanLease(s scanner) (leaseRow, error) {
	var r leaseRow
	var started, since int64
	var expires sql.NullInt64
	err := s.Scan(&r.fence, &r.run, &r.Holder.Host, &r.Holder.PID, &started, &r.Holder.Birth, &r.Holder.What, &since, &expires)
	r.Holder.Started, r.Since, r.Expires, r.held = fromMS(started), fromMS(since), fromNull(expires), expires.Valid
	return r, err
}

// leaseOf is the row of a lease; the zero row where nobody ever held it.
func (t *tx) leaseOf(scope, name string) (leaseRow, error) {
	r, err := scanLease(t.row("SELECT "+leaseColumns+" FROM leases WHERE scope = ? AND name = ?", scope, name))
	if errors.Is(err, sql.ErrNoRows) {
		return leaseRow{}, nil
	}
	return r, err
}

// lives reports whether somebody who may still work holds the lease.
func (l *Ledger) lives(r leaseRow, now time.Time) bool {
	if !r.held || !now.Before(r.Expires) {
		return false
	}
	h, self := r.Holder, l.o.Self
	if h.Host != self.Host || l.o.Alive == nil {
		return true // only its expiry can tell
	}
	ours := h.PID == self.PID && h.Birth == self.Birth && ms(h.Started) == ms(self.Started)
	return ours || l.o.Alive(h)
}

// take makes the lease ours for a run ("" for none) and raises its fence. It is refused with a *Busy while another lives
// on it; a run may take again what it holds, and then fences its own former hold.
func (l *Ledger) take(t *tx, scope, name, run string) (lease, error) {
	r, err := t.leaseOf(scope, name)
	if err != nil {
		return lease{}, err
	}
	again := run != "" && r.run == run
	if !again && l.lives(r, t.now) {
		return lease{}, l.busy(scope, name, r.Held)
	}
	mine := lease{scope, name, r.fence + 1, t.now.Add(l.o.LeaseTTL)}
	_, err = t.exec(`INSERT INTO leases (scope, name, `+leaseColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET fence = excluded.fence, run = excluded.run, host = excluded.host, pid = excluded.pid,
		process_started = excluded.process_started, process_birth = excluded.process_birth, what = excluded.what, since = excluded.since, expires = excluded.expires`,
		scope, name, mine.fence, run, l.o.Self.Host, l.o.Self.PID, ms(l.o.Self.Started), l.o.Self.Birth, l.o.Self.What, ms(t.now), ms(mine.expires))
	return mine, err
}

// shorten lets a lease that somebody was refused for end a lease's time from now at the latest. One that ends later was
// written by a clock that was ahead of ours, and would block for as long as it was wrong. Its holder, if it lives, puts it off
// again within a third of its time; a dead one does not.
func (l *Ledger) shorten(t *tx, b *Busy) error {
	latest := t.now.Add(l.o.LeaseTTL)
	if !b.Expires.After(latest) {
		return nil
	}
	_, err := t.exec("UPDATE leases SET expires = ? WHERE scope = ? AND name = ? AND expires = ?", ms(latest), b.scope, b.name, ms(b.Expires))
	return err
}

// mine refuses with ErrFenced unless the lease is the caller's. A lease that expired and that nobody took still is.
func (t *tx) mine(le lease) error {
	r, err := t.leaseOf(le.scope, le.name)
	if err != nil {
		return err
	}
	if r.held && r.fence == le.fence {
		return nil
	}
	cause := ErrFenced
	if r.held {
		cause = fmt.Errorf("%w to %s", ErrFenced, r.Holder)
	}
	return fault.New(fault.Run, "lease.lost", fault.T(
		"已失去对 %s（%s）的占用，本次的结果不再写入", "the hold on %s (%s) was lost; nothing more is written", le.name, le.scope)).Because(cause).
		Do(fault.T("无需处理：已提交的内容有效，其余由接手的进程或下一次运行完成", "nothing to do: what was committed stands, the rest is done by whoever took over or by the next run"))
}

// renew puts the expiry of the lease off and returns the new one.
func (l *Ledger) renew(ctx context.Context, le lease) (until time.Time, err error) {
	err = l.write(ctx, func(t *tx) error {
		if err := t.mine(le); err != nil {
			return err
		}
		until = t.now.Add(l.o.LeaseTTL)
		_, err := t.exec("UPDATE leases SET expires = ? WHERE scope = ? AND name = ? AND fence = ?", ms(until), le.scope, le.name, le.fence)
		return err
	})
	return until, err
}

// free gives the lease back. One that is not ours is left alone: there is nothing to give back.
func (t *tx) free(le lease) error {
	_, err := t.exec("UPDATE leases SET expires = NULL WHERE scope = ? AND name = ? AND fence = ?", le.scope, le.name, le.fence)
	return err
}

// holder tells people who holds a lease; ok is false where nobody who lives does.
func (l *Ledger) holder(ctx context.Context, scope, name string) (h Held, ok bool, err error) {
	rows, err := read(ctx, l, scanLease, "SELECT "+leaseColumns+" FROM leases WHERE scope = ? AND name = ?", scope, name)
	if err != nil || len(rows) == 0 || !l.lives(rows[0], l.now()) {
		return Held{}, false, err
	}
	return rows[0].Held, true, nil
}
