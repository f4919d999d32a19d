package reconcile

import (
	"context"
	"log/slog"
	"time"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// Stores are the three that are held against each other. They are open, and stay so.
type Stores struct {
	Ledger    *ledger.Ledger
	Warehouse *warehouse.Warehouse
	// Bus says how to reach Kafka; nil leaves it out.
	Bus *bus.Config
	// BusErr says why Bus is nil.
	BusErr error
	// BusGone: Bus is nil because what the embedded broker kept is gone; nothing is told there.
	BusGone bool
	// Rows reads the versions between two seq that are told to others: of one record, or of all where its id is empty.
	Rows func(ctx context.Context, k *schemas.Kind, from, to uint64, record string) (bus.Rows, error)
	Zone *time.Location
	Now  func() time.Time
	Log  *slog.Logger
	// Mending is true for a repair: it ends a transaction that hides where a kind stands, and that others wait for.
	Mending bool
	// Step is told what is being done, now and then; nil for nobody.
	Step func(fault.Text)
}

// moment is a time as people read it.
func (s *Stores) moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	if s.Zone != nil {
		t = t.In(s.Zone)
	}
	return t.Format("2006-01-02 15:04")
}

// label is a kind as people call it.
func label(k *schemas.Kind) fault.Text {
	return fault.Text{ZH: k.Title + "（" + k.Name + "）", EN: k.Name}
}

// pause waits, false if ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// step tells what is being done.
func (s *Stores) step(t fault.Text) {
	if s.Step != nil {
		s.Step(t)
	}
}
