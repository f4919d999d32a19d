package app

import (
	"context"

	"creditsync/internal/bus"
	"creditsync/internal/ledger"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// outbox is what was committed, as the relay wants it: the ledger says which commits are closed, the warehouse has the
// rows.
type outbox struct {
	ledger    *ledger.Ledger
	warehouse *warehouse.Warehouse
	kind      *schemas.Kind
}

var _ bus.Outbox = outbox{}

func (o outbox) Committed(ctx context.Context, kind string, after uint64, limit int) ([]bus.Commit, error) {
	list, err := o.ledger.Committed(ctx, kind, after, limit)
	out := make([]bus.Commit, len(list))
	for i, c := range list {
		out[i] = bus.Commit{Kind: c.Kind, No: c.No, Rows: c.Rows, Notify: c.Notify, Checksum: c.Checksum, Run: c.Run.String(), Pipeline: c.Pipeline}
	}
	return out, err
}

func (o outbox) Read(ctx context.Context, c bus.Commit) (bus.Rows, error) {
	rows, err := o.warehouse.Versions(ctx, o.kind, c.No)
	if err != nil {
		return nil, err
	}
	return versions{rows}, nil
}

func (o outbox) Verify(ctx context.Context, c bus.Commit) (rows, checksum uint64, err error) {
	return o.warehouse.Sum(ctx, o.kind, c.No)
}

// versions closes without an error: a read that was given up has none that matters.
type versions struct{ *warehouse.Versions }

func (v versions) Close() { _ = v.Versions.Close() }

// relayLease is the ledger's memory of a relay as the bus wants it.
type relayLease struct {
	ledger *ledger.Ledger
	lease  *ledger.RelayLease
}

var _ bus.Lease = relayLease{}

func (l relayLease) Position(ctx context.Context, kind string) (bus.Position, bool, error) {
	p, ok, err := l.ledger.Position(ctx, kind)
	return bus.Position{Seq: p.Seq, TopicID: p.TopicID, Partitions: p.Partitions}, ok, err
}

func (l relayLease) Remember(ctx context.Context, p bus.Position) error {
	return l.ledger.SetPosition(ctx, l.lease, ledger.Position{Seq: p.Seq, TopicID: p.TopicID, Partitions: p.Partitions})
}
