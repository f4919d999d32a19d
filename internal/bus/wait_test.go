package bus

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"creditsync/internal/fault"
)

// nobody is an address that nobody listens on.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Who waits for brokers that are away is told at once for what and until when, and only once.
func TestRelay_Catchup_SaysThatItWaits(t *testing.T) {
	t.Parallel()
	r := newRig(Config{Brokers: []string{nobody(t)}}, kindOf("waits", 3))
	r.outbox.add(1, "run-a", penalty(1, 1, opUpsert))
	began := time.Now()
	var told []time.Time
	var heard time.Duration
	_, err := r.relay(t, func(o *Options) {
		o.Patience = 3 * time.Second
		o.Waits = func(err error, until time.Time) {
			heard = time.Since(began)
			told = append(told, until)
			if fault.CodeOf(err) != "kafka.unreachable" {
				t.Errorf("it waits for %v", err)
			}
		}
	}).Catchup(context.Background())
	if fault.CodeOf(err) != "kafka.unreachable" {
		t.Errorf("got %v, want kafka.unreachable", err)
	}
	if len(told) != 1 || told[0].Before(began.Add(3*time.Second)) || told[0].After(began.Add(5*time.Second)) {
		t.Errorf("told %v after %s, want once, that it ends 3 s after %s", told, heard, began)
	}
	t.Logf("told after %s", heard)
}

// unread is an outbox whose warehouse is away.
type unread struct{ *outbox }

func (unread) Read(context.Context, Commit) (Rows, error) {
	return nil, fault.New(fault.Environment, "warehouse.unreachable", fault.T("连接不上", "cannot be reached")).Because(errors.New("refused")).Again()
}

// The patience is for brokers: a warehouse that cannot be read ends the call soon, with its own fault.
func TestRelay_Catchup_WaitsForBrokersOnly(t *testing.T) {
	t.Parallel()
	r := newRig(Config{Brokers: []string{shared.embeddedAddr(t)}, Embedded: true}, shared.kind(t))
	r.outbox.add(1, "run-a", penalty(1, 1, opUpsert))
	began := time.Now()
	_, err := r.relay(t, func(o *Options) {
		o.Outbox = unread{r.outbox}
		o.Patience = time.Minute
		o.Waits = func(error, time.Time) { t.Error("nobody is to be told of brokers") }
	}).Catchup(context.Background())
	if took := time.Since(began); fault.CodeOf(err) != "warehouse.unreachable" || took > 20*time.Second {
		t.Errorf("got %v after %s, want warehouse.unreachable at once", err, took)
	}
	if again, _ := fault.Retryable(err); !again {
		t.Error("a relay that runs for ever must try again")
	}
	r.mustCatchup(t)
	r.exactly(t)
}
