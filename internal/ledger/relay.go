package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"creditsync/internal/fault"
)

// RelayLease is the hold of a relay on the messages of a kind.
type RelayLease struct {
	Kind    string
	Fence   uint64
	expires time.Time
}

func (r *RelayLease) lease() lease { return lease{scopeRelay, r.Kind, r.Fence, r.expires} }

// TakeRelay takes the relay of a kind: where it is free or expired, or where its holder is a dead process of this host.
// While somebody lives on it the error is a *Busy. What fences an older relay on the broker is the broker's affair.
func (l *Ledger) TakeRelay(ctx context.Context, kind string) (*RelayLease, error) {
	var mine lease
	err := l.write(ctx, func(t *tx) (err error) {
		mine, err = l.take(t, scopeRelay, kind, "")
		return err
	})
	if err != nil {
		return nil, err
	}
	return &RelayLease{kind, mine.fence, mine.expires}, nil
}

// RenewRelay puts off the expiry of the lease. ErrFenced: it is no longer the caller's.
func (l *Ledger) RenewRelay(ctx context.Context, lease *RelayLease) error {
	_, err := l.renew(ctx, lease.lease())
	return err
}

// KeepRelay is Keep for a relay's lease.
func (l *Ledger) KeepRelay(ctx context.Context, lease *RelayLease) (kept context.Context, stop func()) {
	return l.keep(ctx, lease.lease())
}

// ReleaseRelay gives the lease back. One that was lost or given back already is no error.
func (l *Ledger) ReleaseRelay(ctx context.Context, lease *RelayLease) error {
	return l.write(ctx, func(t *tx) error { return t.free(lease.lease()) })
}

// RelayHolder tells who relays a kind; ok is false where nobody who lives does.
func (l *Ledger) RelayHolder(ctx context.Context, kind string) (h Held, ok bool, err error) {
	return l.holder(ctx, scopeRelay, kind)
}

// Position is how far the messages of a kind are published, as a relay found or left it on the broker.
type Position struct {
	Seq        uint64    // of the last row published
	TopicID    string    // of the topic they are in, so that one that was made anew is noticed
	Partitions int       // of that topic
	At         time.Time // when it was noted; zero where it is set: now
}

// Position is the last one that was set; ok is false where none was. The broker's own is the one that counts: this one
// tells others how far the relay is, and a relay that the broker has lost its position.
func (l *Ledger) Position(ctx context.Context, kind string) (p Position, ok bool, err error) {
	var seq, at int64
	err = l.reader.QueryRowContext(ctx, "SELECT seq, topic_id, partitions, at FROM positions WHERE kind = ?", kind).
		Scan(&seq, &p.TopicID, &p.Partitions, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Position{}, false, nil
	}
	if err != nil {
		return Position{}, false, l.failed(ctx, err)
	}
	p.Seq, p.At = uint64(seq), fromMS(at)
	return p, true, nil
}

// SetPosition remembers p. It never goes back: a lower Seq is a fault of class Run, "relay.position_back", and changes
// nothing. ErrFenced: the relay is no longer the caller's.
func (l *Ledger) SetPosition(ctx context.Context, lease *RelayLease, p Position) error {
	return l.write(ctx, func(t *tx) error {
		if err := t.mine(lease.lease()); err != nil {
			return err
		}
		n, err := t.exec(`INSERT INTO positions (kind, seq, topic_id, partitions, at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET seq = excluded.seq, topic_id = excluded.topic_id, partitions = excluded.partitions, at = excluded.at
			WHERE excluded.seq >= seq`, lease.Kind, int64(p.Seq), p.TopicID, p.Partitions, ms(cmp.Or(p.At, t.now)))
		if err == nil && n == 0 {
			return fault.New(fault.Run, "relay.position_back", fault.T(
				"%s 的转发位置不能后退到 %d", "the relay of %s cannot go back to %d", lease.Kind, p.Seq)).
				Do(fault.T("请执行 creditsync check：消息队列可能被恢复到了旧状态", "run creditsync check: the broker may have been put back to an older state"))
		}
		return err
	})
}
