package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/process"
	"creditsync/schemas"
)

// notifications is how many messages the commits of a run are due.
func (a *App) notifications(ctx context.Context, run string) (uint64, error) {
	l, err := a.ledger(ctx)
	if err != nil {
		return 0, err
	}
	id, err := uuid.Parse(run)
	if err != nil {
		return 0, err
	}
	list, err := l.CommitsOf(ctx, id)
	var due uint64
	for _, c := range list {
		if c.Committed() {
			due += c.Counts.Messages()
		}
	}
	return due, err
}

// remember writes down how much of a run is published, and of older runs what is by now.
func (a *App) remember(ctx context.Context, r RunResult) error {
	l, err := a.ledger(ctx)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(r.Run)
	if err != nil {
		return err
	}
	if err = l.SetPublished(ctx, id, r.Published, r.PublishSeconds); err == nil {
		err = l.CompletePublished(ctx, r.Kind)
	}
	a.steps()("remembered")
	return err
}

// relayPatience is how long a run waits for another process's relay that does not move.
const relayPatience = time.Minute

// noticeAfter is for how long people need not be told that something is waited for.
const noticeAfter = 2 * time.Second

// clock is a time of today as people read it.
func (a *App) clock(t time.Time) string { return t.In(a.Config.Timezone).Format("15:04:05") }

// relay publishes everything of the kind that is committed. Where another process relays the kind, it waits until that
// one has passed commit upTo.
func (a *App) relay(ctx context.Context, kind *schemas.Kind, upTo uint64) (bus.Result, error) {
	l, err := a.ledger(ctx)
	if err != nil {
		return bus.Result{}, err
	}
	var seen uint64
	moved, told := a.Now(), false
	for {
		lease, err := l.TakeRelay(ctx, kind.Name)
		if err == nil {
			a.steps()("relay leased")
			defer func() {
				if err := l.ReleaseRelay(context.WithoutCancel(ctx), lease); err != nil {
					a.Log.Warn("give the relay back", "kind", kind.Name, "error", err)
				}
			}()
			return a.catchup(ctx, l, lease, kind)
		}
		var busy *ledger.Busy
		if !errors.As(err, &busy) {
			return bus.Result{}, err
		}
		if p, ok, err := l.Position(ctx, kind.Name); err != nil {
			return bus.Result{}, err
		} else if upTo == 0 || (ok && (bus.Position{Seq: p.Seq}).Covers(upTo)) {
			return bus.Result{}, nil
		} else if p.Seq != seen {
			seen, moved = p.Seq, a.Now()
		} else if a.Now().Sub(moved) > relayPatience {
			return bus.Result{}, fault.New(fault.Environment, "relay.waiting", fault.T("消息由另一个进程发布（%s），它一直没有进展", "another process publishes the messages (%s) and makes no headway", busy.Held.Holder)).Because(err).
				Do(fault.T("数据已入库；请查看那个进程能否连上 Kafka。", "The data is applied; see whether that process reaches Kafka."))
		}
		if !told && a.Now().Sub(moved) > noticeAfter {
			told = true
			a.notice(fault.T("消息由另一个进程发布（%[1]s），等它发完；若它一直没有进展，等到 %[2]s 为止", "another process publishes the messages (%[1]s): waiting for it; until %[2]s if it makes no headway",
				busy.Held.Holder, a.clock(moved.Add(relayPatience))))
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return bus.Result{}, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (a *App) catchup(ctx context.Context, l *ledger.Ledger, lease *ledger.RelayLease, kind *schemas.Kind) (bus.Result, error) {
	kafka, err := a.kafka(ctx)
	if err != nil {
		return bus.Result{}, err
	}
	w, err := a.warehouse(ctx)
	if err != nil {
		return bus.Result{}, err
	}
	at := a.steps()
	kept, stop := l.KeepRelay(ctx, lease)
	defer stop()
	relay, err := bus.NewRelay(bus.Options{
		Config: kafka, Kind: kind, Deployment: l.Deployment(), Now: a.Now, Log: a.Log,
		Waits: func(err error, until time.Time) {
			a.notice(fault.T("数据已入库，正在等待 Kafka（%[1]s）恢复，等到 %[2]s 为止；发不出的消息由下次运行补发", "the data is applied; waiting for Kafka (%[1]s) until %[2]s; messages that cannot be told by then are told by the next run",
				strings.Join(kafka.Brokers, ", "), a.clock(until)))
		},
		Outbox: steppedOutbox{outbox{l, w, kind}, at}, Lease: steppedLease{relayLease{l, lease}, at}, Step: relayStep(at),
	})
	if err != nil {
		return bus.Result{}, err
	}
	defer relay.Close()
	res, err := relay.Catchup(kept)
	at("published")
	return res, a.embeddedTrouble(fault.Ended(err, kept, ctx)) // another may have the relay by now
}

// kafka says how to reach the brokers, starting the embedded one where none is up; within serve, which keeps it up, it
// only says so.
func (a *App) kafka(ctx context.Context) (bus.Config, error) {
	a.open.mu.Lock()
	defer a.open.mu.Unlock()
	if a.open.kafka != nil {
		return *a.open.kafka, nil
	}
	if a.open.server != nil {
		return bus.Config{}, errStarting("broker")
	}
	addr := ""
	if a.Config.Bus.Kafka == nil {
		var child *process.Child
		var err error
		if addr, child, err = a.embeddedBroker(ctx, ""); err != nil {
			return bus.Config{}, err
		}
		a.keep(child)
	}
	c, err := a.kafkaAt(addr)
	if err == nil {
		a.open.kafka = &c
	}
	return c, err
}

// kafkaAt says how to reach the configured brokers, or the embedded one at an address.
func (a *App) kafkaAt(embedded string) (bus.Config, error) {
	k := a.Config.Bus.Kafka
	if k == nil {
		return bus.Config{Brokers: []string{embedded}, Embedded: true}, nil
	}
	c := bus.Config{Brokers: k.Brokers, Partitions: k.Partitions, Replication: k.Replication}
	if k.SASL != nil {
		c.SASL = &bus.SASL{Mechanism: saslName(string(k.SASL.Mechanism)), User: k.SASL.User, Password: k.SASL.Password.Reveal()}
	}
	var err error
	if c.TLS, err = tlsOf(k.TLS); err != nil {
		return c, err
	}
	return c, c.Validate()
}
