package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"creditsync/internal/fault"
	"creditsync/schemas"

	"github.com/cenkalti/backoff/v5"
	"github.com/klauspost/compress/zstd"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Options say what a relay publishes, from where and to where.
type Options struct {
	Config     Config
	Kind       *schemas.Kind
	Deployment string // id of this installation; two with one id would fence each other
	Outbox     Outbox
	Lease      Lease
	Now        func() time.Time // wall clock; required
	Log        *slog.Logger     // nil: silent
	// Patience is how long Catchup keeps trying while the brokers cannot be reached and nothing moves; 30 s when 0.
	Patience time.Duration
	// Waits is told once in each Catchup that the brokers cannot be reached, and until when they are tried; may be nil.
	Waits func(err error, until time.Time)
	// Poll is how often Run looks for commits that nobody woke it for; 5 s when 0.
	Poll time.Duration
	// Published is called by Run after each round that published something; may be nil.
	Published func(context.Context, Result)
	// Step is called at the named points of a session, each after the brokers' acknowledgement: "fenced", "added", "first
	// produced", "produced", "committed", and "noted" before the ledger is told. Tests stop the process there, or make it
	// fail. Nil for nobody.
	Step func(point string) error
}

// Result is what a call published, as far as the brokers acknowledged it.
type Result struct {
	// Messages counts everything sent, tombstones included.
	Messages uint64
	// ByRun counts the published versions of each run, tombstones left out.
	ByRun map[string]uint64
	// Position is how far the kind is published now; zero if that is not known.
	Position Position
}

// Relay publishes the committed versions of one kind. It is used by one goroutine at a time, which holds the kind's relay
// lease and cancels the context it passes when the lease is lost.
type Relay struct {
	options  Options
	client   *kgo.Client
	admin    *kadm.Client
	zstd     *zstd.Encoder
	producer *producer // nil: the next call begins a new session
	position Position  // committed on Kafka; valid with a producer
	noted    time.Time // when the ledger was last told of it
	told     Position  // what it was told
	// doubtful is a transaction whose end was asked for without an answer: the next session's position tells.
	doubtful *outcome
}

// outcome is what a transaction adds to a result once it is known to be committed.
type outcome struct {
	seq      uint64
	messages int
	runs     map[string]uint64
}

// NewRelay returns a relay that is not connected yet. Close releases it.
func NewRelay(o Options) (*Relay, error) {
	if err := o.Config.Validate(); err != nil {
		return nil, err
	}
	if o.Kind.Ordinal < 0 || o.Kind.Ordinal >= positionPartitions {
		return nil, fault.New(fault.Input, "relay.ordinal", fault.T("类别 %s 的序号 %d 超出 0 到 %d", "the ordinal %[2]d of kind %[1]s is not within 0 to %[3]d", o.Kind.Name, o.Kind.Ordinal, positionPartitions-1))
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Patience == 0 {
		o.Patience = 30 * time.Second
	}
	if o.Poll == 0 {
		o.Poll = 5 * time.Second
	}
	if o.Step == nil {
		o.Step = func(string) error { return nil }
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("zstd: %w", err)
	}
	client, err := o.Config.reader()
	if err != nil {
		return nil, err
	}
	return &Relay{options: o, client: client, admin: kadm.NewClient(client), zstd: z}, nil
}

// Close ends the session. A transaction that is open is aborted.
func (r *Relay) Close() {
	r.drop(context.Background())
	r.client.Close()
}

// drop ends the session, so that the next call begins with InitProducerID and reads the position anew.
func (r *Relay) drop(ctx context.Context) {
	if r.producer != nil {
		r.producer.close(ctx, true)
		r.producer = nil
	}
}

// Catchup publishes everything that is committed by now and returns. It tries again by itself while the brokers cannot be
// reached, as long as Options.Patience allows, and for a moment while the outbox cannot be read; after that, and after
// anything that needs a person, the error is a fault and the result says how far it got. Code relay.fenced: a newer relay is at work; take the lease anew before the next call.
func (r *Relay) Catchup(ctx context.Context) (Result, error) {
	res := Result{ByRun: map[string]uint64{}}
	wait := newPace()
	since, told := r.options.Now(), false
	for {
		before := res.Messages
		err := r.round(ctx, &res)
		if err == nil {
			return res, nil
		}
		r.drop(ctx)
		if ctx.Err() != nil {
			return res, context.Cause(ctx)
		}
		err = classed(err, r.options.Config.Brokers)
		if f := (*fault.Error)(nil); r.options.Config.Embedded && errors.As(err, &f) && f.Code == "kafka.storage" {
			f.Retry = false // there is no other broker whose disk has room
		}
		if res.Messages > before {
			since, told = r.options.Now(), false
			wait.Reset()
		}
		patience := r.options.Patience
		if errors.As(err, new(unreadError)) {
			patience = min(patience, outboxPatience)
		}
		if again, _ := fault.Retryable(err); !again || r.options.Now().Sub(since) >= patience {
			return res, err
		}
		r.options.Log.Warn("relay tries again", "kind", r.options.Kind.Name, "error", err)
		if !told && r.options.Waits != nil && patience == r.options.Patience {
			told = true
			r.options.Waits(err, since.Add(patience))
		}
		if !pause(ctx, wait.NextBackOff()) {
			return res, context.Cause(ctx)
		}
	}
}

// Run publishes until ctx ends, then returns nil. It looks for new commits when woken and every Options.Poll. Brokers
// that cannot be reached are waited for; an error that only a person or a new lease can mend is returned as a fault.
func (r *Relay) Run(ctx context.Context, wake <-chan struct{}) error {
	defer r.drop(ctx)
	wait := newPace()
	tick := time.NewTicker(r.options.Poll)
	defer tick.Stop()
	for {
		res, err := r.Catchup(ctx)
		if r.options.Published != nil && res.Messages > 0 {
			r.options.Published(ctx, res)
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			again, after := fault.Retryable(err)
			if !again {
				return err
			}
			r.options.Log.Error("relay waits for the brokers", "kind", r.options.Kind.Name, "error", err)
			if !pause(ctx, max(after, wait.NextBackOff())) {
				return nil
			}
			continue
		}
		wait.Reset()
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-tick.C:
		}
	}
}

// newPace is how long to wait between sessions.
func newPace() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = 100*time.Millisecond, 5*time.Second
	b.Reset()
	return b
}

// round is one attempt: begin a session if there is none, publish until nothing is left.
func (r *Relay) round(ctx context.Context, res *Result) error {
	if r.producer == nil {
		if err := r.begin(ctx); err != nil {
			return err
		}
	}
	r.settle(res)
	res.Position = r.position
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	f := newFeed(&r.options, r.position, r.zstd)
	fed := make(chan error, 1)
	go func() {
		err := f.run(ctx)
		close(f.full)
		fed <- err
	}()
	var failed error
	for t := range f.full {
		if failed == nil {
			if failed = r.publish(ctx, t, res); failed != nil {
				// The feed stops at its next step; what it still hands over is dropped.
				cancel(failed)
			}
		}
		f.free <- t
	}
	err := <-fed
	if failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	return r.note(ctx, true)
}

// publish sends one transaction and takes its position over.
func (r *Relay) publish(ctx context.Context, t *transaction, res *Result) error {
	done := outcome{seq: t.position.Seq, messages: t.messages, runs: make(map[string]uint64, len(t.runs))}
	for run, n := range t.runs {
		done.runs[run] = n
	}
	if err := r.producer.send(ctx, t, r.sameTopic, r.options.Step); err != nil {
		if r.producer.ended {
			r.doubtful = &done
		}
		return err
	}
	r.position = t.position
	done.addTo(res)
	res.Position = r.position
	return r.note(ctx, false)
}

func (o *outcome) addTo(res *Result) {
	res.Messages += uint64(o.messages)
	for run, n := range o.runs {
		res.ByRun[run] += n
	}
}

// settle counts a transaction whose end was not answered, if the new session's position says that it is committed.
func (r *Relay) settle(res *Result) {
	if d := r.doubtful; d != nil && r.position.Seq >= d.seq {
		d.addTo(res)
	}
	r.doubtful = nil
}

// note tells the ledger how far Kafka is: at once when asked to, else no more than once a second, because it only guards
// against a position that went back.
func (r *Relay) note(ctx context.Context, now bool) error {
	at := r.options.Now()
	if r.position.at() == r.told.at() || r.position.Seq == 0 || !now && at.Sub(r.noted) < time.Second {
		return nil
	}
	if err := r.options.Step("noted"); err != nil {
		return err
	}
	if err := r.options.Lease.Remember(ctx, r.position); err != nil {
		return ledgerTrouble(err)
	}
	r.noted, r.told = at, r.position
	return nil
}

// ledgerTrouble keeps a fault of the ledger's own; any other error of it ends the call, because the lease may be gone.
func ledgerTrouble(err error) error {
	var f *fault.Error
	if errors.As(err, &f) || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.New(fault.Environment, "relay.ledger", fault.T("消息发布无法访问台账", "the relay cannot use the ledger")).Because(err)
}
