package ledger

import (
	"context"
	"strings"
	"testing"
	"time"

	"creditsync/internal/fault"
)

// shifted is the ledger as a process of node-1 sees it whose clock is wrong.
func (w *world) shifted(by time.Duration) *Ledger {
	w.t.Helper()
	right := w.clock
	w.clock = newClock()
	w.clock.Add(by)
	l := w.open("node-1", 1)
	w.clock = right
	return l
}

// A lease that a clock far ahead has written blocks nobody for longer than a lease lasts, counted from when somebody asks,
// unless its holder lives and puts it off.
func TestLease_OfAClockThatIsAhead(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, c := range []struct {
		name  string
		take  func(*Ledger) (renew func() error, err error)
		again string
	}{
		{"pipeline", func(l *Ledger) (func() error, error) {
			run, err := l.Begin(ctx, penalties)
			return func() error { return l.Renew(ctx, run) }, err
		}, "pipeline.busy"},
		{"relay", func(l *Ledger) (func() error, error) {
			lease, err := l.TakeRelay(ctx, penalties.Kind)
			return func() error { return l.RenewRelay(ctx, lease) }, err
		}, "relay.busy"},
		{"kind", func(l *Ledger) (func() error, error) {
			run, err := l.Begin(ctx, BeginRun{Pipeline: l.o.Self.Host, Kind: penalties.Kind})
			if err != nil {
				return nil, err
			}
			lock, err := l.LockKind(ctx, run, 0)
			return func() error { return l.RenewKind(ctx, lock) }, err
		}, "kind.busy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ahead, b := w.shifted(10*365*24*time.Hour), w.open("node-2", 2)
			renew, err := c.take(ahead)
			must(t, err)
			refused := func() {
				t.Helper()
				_, err := c.take(b)
				wantFault(t, err, fault.Run, c.again)
				if until := w.clock.Now().Add(ttl).Format("15:04:05"); !strings.Contains(fault.Say(err, fault.English), "after "+until) {
					t.Errorf("it does not say until %s: %s", until, fault.Say(err, fault.English))
				}
			}
			refused()
			w.clock.Add(ttl - time.Millisecond)
			must(t, renew()) // it lives: ten years more
			w.clock.Add(time.Minute)
			refused()
			w.clock.Add(ttl) // and now it has died
			if _, err := c.take(b); err != nil {
				t.Errorf("it is still held: %v", err)
			}
			if err := renew(); fault.CodeOf(err) != "lease.lost" {
				t.Errorf("the one whose clock is ahead goes on: %v", err)
			}
		})
	}
}
