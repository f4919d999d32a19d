package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/uuid"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/schemas"
)

// relayPoll is how often serve looks for commits that nobody woke it for: those of a run beside it.
const relayPoll = time.Second

// relaying is serve's relay of one kind. It works while there is something to tell and keeps its session then, so that the
// next commit is told at once.
type relaying struct {
	kind *schemas.Kind
	wake chan struct{}

	mu        sync.Mutex
	err       error // why it does not get on
	published uint64
}

func newRelaying(k *schemas.Kind) *relaying { return &relaying{kind: k, wake: make(chan struct{}, 1)} }

// poke says that something was committed.
func (r *relaying) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *relaying) troubled(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

// kinds are the record kinds that this deployment has to do with.
func (s *server) kinds() []*schemas.Kind {
	used := map[string]bool{}
	for _, p := range s.Config.Pipelines {
		used[p.Kind] = true
	}
	var list []*schemas.Kind
	for _, k := range schemas.All() {
		if used[k.Name] {
			list = append(list, k)
		}
	}
	return list
}

// relayKind publishes what is committed of a kind until ctx ends.
func (s *server) relayKind(ctx context.Context, r *relaying) {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = time.Second, time.Minute
	wait.Reset()
	tick := time.NewTicker(relayPoll)
	defer tick.Stop()
	for {
		waiting, err := s.waiting(ctx, r.kind.Name)
		if err == nil && waiting == 0 {
			r.troubled(nil)
		}
		if err == nil && waiting > 0 {
			err := s.relaySession(ctx, r, wait)
			if ctx.Err() != nil {
				return
			}
			var busy *ledger.Busy
			if err != nil && !errors.As(err, &busy) {
				s.Log.Error("relay", "kind", r.kind.Name, "error", err)
				r.troubled(err)
				if pause(ctx, wait.NextBackOff()) != nil {
					return
				}
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-tick.C:
		}
	}
}

// relaySession publishes until the broker, the engine or the lease goes.
func (s *server) relaySession(ctx context.Context, r *relaying, wait *backoff.ExponentialBackOff) error {
	broker, err := s.broker.await(ctx, partWait)
	if err != nil {
		return err
	}
	engine, err := s.engine.await(ctx, partWait)
	if err != nil {
		return err
	}
	kafka, err := s.kafka(ctx)
	if err != nil {
		return err
	}
	w, err := s.warehouse(ctx)
	if err != nil {
		return err
	}
	lease, err := s.ledger.TakeRelay(ctx, r.kind.Name)
	if err != nil {
		return err
	}
	defer func() {
		if err := s.ledger.ReleaseRelay(context.WithoutCancel(ctx), lease); err != nil {
			s.Log.Warn("give the relay back", "kind", r.kind.Name, "error", err)
		}
	}()
	kept, stop := s.ledger.KeepRelay(ctx, lease)
	defer stop()
	living, end := context.WithCancel(kept)
	defer end()
	defer context.AfterFunc(broker, end)()
	defer context.AfterFunc(engine, end)()
	at := s.steps()
	relay, err := bus.NewRelay(bus.Options{
		Config: kafka, Kind: r.kind, Deployment: s.ledger.Deployment(), Now: s.Now, Log: s.Log, Poll: relayPoll,
		Waits:  func(err error, _ time.Time) { r.troubled(err) },
		Outbox: steppedOutbox{outbox{s.ledger, w, r.kind}, at}, Lease: steppedLease{relayLease{s.ledger, lease}, at}, Step: relayStep(at),
		Published: func(ctx context.Context, res bus.Result) {
			wait.Reset()
			r.troubled(nil)
			s.published(ctx, r, res)
		},
	})
	if err != nil {
		return err
	}
	defer relay.Close()
	if err := relay.Run(living, r.wake); err != nil {
		return fault.Ended(err, kept, ctx)
	}
	if ctx.Err() == nil && kept.Err() != nil {
		return context.Cause(kept)
	}
	return nil
}

// published writes down how many messages of each run are told.
func (s *server) published(ctx context.Context, r *relaying, res bus.Result) {
	r.mu.Lock()
	r.published += res.Messages
	r.mu.Unlock()
	s.metrics.Published(r.kind.Name, res.Messages)
	for run, n := range res.ByRun {
		if err := s.publishedOf(context.WithoutCancel(ctx), run, n); err != nil {
			s.Log.Warn("write down what was published", "run", run, "error", err)
		}
	}
	if err := s.ledger.CompletePublished(context.WithoutCancel(ctx), r.kind.Name); err != nil {
		s.Log.Warn("write down what others published", "kind", r.kind.Name, "error", err)
	}
}

// publishedOf adds n to what is told of a run, which a run beside serve may have written down already.
func (s *server) publishedOf(ctx context.Context, run string, n uint64) error {
	id, err := uuid.Parse(run)
	if err != nil {
		return err
	}
	row, err := s.ledger.FindRun(ctx, run)
	if err != nil {
		return err
	}
	commits, err := s.ledger.CommitsOf(ctx, id)
	if err != nil {
		return err
	}
	var due uint64
	var applied time.Time
	for _, c := range commits {
		if c.Committed() {
			due += c.Counts.Messages()
			applied = c.AppliedAt
		}
	}
	seconds := 0.0
	if !applied.IsZero() {
		seconds = max(0, s.Now().Sub(applied).Seconds())
	}
	return s.ledger.SetPublished(ctx, id, min(due, row.Published+n), seconds)
}

// waiting is how many messages of a kind are committed and not told yet.
func (a *App) waiting(ctx context.Context, kind string) (uint64, error) {
	l, err := a.ledger(ctx)
	if err != nil {
		return 0, err
	}
	p, _, err := l.Position(ctx, kind)
	if err != nil {
		return 0, err
	}
	commit, told := bus.Position{Seq: p.Seq}.Told()
	messages, _, err := l.Notifications(ctx, kind, commit)
	return messages - min(messages, told), err
}
