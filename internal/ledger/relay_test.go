package ledger

import (
	"context"
	"testing"
	"time"

	"creditsync/internal/fault"
)

func TestRelay_OneAtATime(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	a, b := w.open("node-1", 1), w.open("node-2", 2)
	old, err := a.TakeRelay(ctx, "admin_penalty")
	must(t, err)
	_, err = b.TakeRelay(ctx, "admin_penalty")
	wantFault(t, err, fault.Run, "relay.busy")
	if h, ok, err := b.RelayHolder(ctx, "admin_penalty"); err != nil || !ok || h.Holder != a.o.Self {
		t.Errorf("holder %+v, %v, %v", h, ok, err)
	}
	if _, err := b.TakeRelay(ctx, "court_notice"); err != nil {
		t.Errorf("another kind: %v", err)
	}
	w.clock.Add(ttl / 2)
	must(t, a.RenewRelay(ctx, old))
	w.clock.Add(ttl)
	if _, ok, err := b.RelayHolder(ctx, "admin_penalty"); err != nil || ok {
		t.Errorf("an expired holder is shown: %v", err)
	}
	lease, err := b.TakeRelay(ctx, "admin_penalty")
	must(t, err)
	if lease.Fence != old.Fence+1 {
		t.Errorf("fence %d after %d", lease.Fence, old.Fence)
	}
	wantErr(t, a.RenewRelay(ctx, old), ErrFenced, "lease.lost")
	wantErr(t, a.SetPosition(ctx, old, Position{Seq: 9}), ErrFenced, "lease.lost")
	must(t, a.ReleaseRelay(ctx, old)) // nothing to give back
	must(t, b.RenewRelay(ctx, lease))
	must(t, b.ReleaseRelay(ctx, lease))
	wantErr(t, b.RenewRelay(ctx, lease), ErrFenced, "lease.lost")
	if _, err := a.TakeRelay(ctx, "admin_penalty"); err != nil {
		t.Error(err)
	}
}

func TestSetPosition_NeverGoesBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	a, b := w.open("node-1", 1), w.open("node-2", 2)
	if _, ok, err := a.Position(ctx, "admin_penalty"); ok || err != nil {
		t.Errorf("a position before the first: %v", err)
	}
	lease, err := a.TakeRelay(ctx, "admin_penalty")
	must(t, err)
	p := Position{Seq: 7 << 24, TopicID: "topic", Partitions: 6, At: w.clock.Now()}
	must(t, a.SetPosition(ctx, lease, p))
	must(t, a.SetPosition(ctx, lease, p))
	wantFault(t, a.SetPosition(ctx, lease, Position{Seq: p.Seq - 1}), fault.Run, "relay.position_back")
	if got, ok, err := b.Position(ctx, "admin_penalty"); err != nil || !ok || got != p {
		t.Errorf("position %+v, %v, %v", got, ok, err)
	}
	p = Position{Seq: p.Seq + 1, TopicID: "other", Partitions: 12, At: p.At.Add(time.Second)}
	must(t, a.SetPosition(ctx, lease, p))
	if got, _, err := b.Position(ctx, "admin_penalty"); err != nil || got != p {
		t.Errorf("position %+v, %v", got, err)
	}
}

func TestMetaAudit(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	a, b := w.open("node-1", 1), w.open("node-2", 2)
	if _, ok, err := a.Meta(ctx, "keys"); ok || err != nil {
		t.Errorf("a value before the first: %v", err)
	}
	for _, l := range []*Ledger{a, b, a} {
		if got, err := l.SetMetaOnce(ctx, "keys", "of "+l.o.Self.Host); err != nil || got != "of node-1" {
			t.Errorf("stored %q, %v", got, err)
		}
	}
	if got, ok, err := b.Meta(ctx, "keys"); err != nil || !ok || got != "of node-1" {
		t.Errorf("%q, %v, %v", got, ok, err)
	}

	must(t, a.Audit(ctx, Entry{Who: "clerk", What: "quarantine.dismiss", Subject: "0f…", Detail: "d"}))
	w.clock.Add(time.Second)
	must(t, b.Audit(ctx, Entry{Who: "operator", What: "keys.rotate"}))
	log, err := a.AuditLog(ctx, 0)
	if err != nil || len(log) != 2 || log[0].Who != "operator" || !log[0].At.Equal(w.clock.Now()) || log[1].Subject != "0f…" {
		t.Errorf("audit %+v, %v", log, err)
	}
}
