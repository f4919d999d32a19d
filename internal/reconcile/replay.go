package reconcile

import (
	"context"

	"github.com/google/uuid"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/schemas"
)

// ReplayWish says which versions are told again. Both bounds are included; a zero one is open.
type ReplayWish struct {
	From, To Bound
	Record   string // hexadecimal id; all records where it is empty
	DryRun   bool
}

// Replayed is what was told again, or would be.
type Replayed struct {
	Kind, Topic string
	ID          string // in the header "replay" of each message
	From, To    uint64 // seq
	Messages    uint64
	DryRun      bool
}

// Replay tells committed versions that were told before once more, on the replay topic. It moves no position.
func (s *Stores) Replay(ctx context.Context, k *schemas.Kind, w ReplayWish) (Replayed, error) {
	out := Replayed{Kind: k.Name, Topic: bus.ReplayTopicOf(k.Name), ID: uuid.NewString(), DryRun: w.DryRun}
	if s.Bus == nil {
		return out, s.BusErr
	}
	commits, err := s.committed(ctx, k.Name)
	if err != nil {
		return out, err
	}
	standing, err := bus.Stand(ctx, *s.Bus, k)
	if err != nil {
		return out, err
	}
	out.From, out.To = w.From.first(commits), min(w.To.last(commits), standing.Position.Seq)
	if out.To < out.From || out.To == 0 {
		return out, nil
	}
	rows, err := s.Rows(ctx, k, out.From, out.To, w.Record)
	if err != nil {
		return out, err
	}
	tell := func(bus.Rendered) error { out.Messages++; return nil }
	var r *bus.Replay
	if !w.DryRun {
		s.step(fault.T("发到 %s", "telling on %s", out.Topic))
		if r, err = bus.NewReplay(ctx, *s.Bus, k, s.Ledger.Deployment(), out.ID); err != nil {
			rows.Close()
			return out, err
		}
		defer r.Close(context.WithoutCancel(ctx))
		tell = func(m bus.Rendered) error { return r.Tell(ctx, m) }
	}
	if err := bus.NewRenderer(k, s.Ledger.Deployment()).Each(rows, runsOf(commits), tell); err != nil {
		return out, err
	}
	if r != nil {
		err = r.End(ctx)
		out.Messages = r.Told
	}
	return out, err
}

// last is the highest seq that the bound lets through as an end.
func (b Bound) last(commits []ledger.Commit) uint64 {
	if b.IsZero() {
		return 1<<64 - 1
	}
	if b.Time.IsZero() {
		return b.Seq
	}
	var end uint64
	for _, c := range commits {
		if !c.ClosedAt.After(b.Time) {
			end = endOf(c.No)
		}
	}
	return end
}
