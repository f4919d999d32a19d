package late

import (
	"context"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"creditsync/internal/bus"
	"creditsync/internal/testkit/kafka"
	"creditsync/internal/testkit/site"
	"creditsync/internal/testkit/wire"
)

// brokers runs a test beside the embedded broker, and beside Apache Kafka 4.2 where there is time.
func onBrokers(t *testing.T, test func(t *testing.T, b broker)) {
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, broker{})
	})
	if *all {
		t.Run("Kafka 4.2", func(t *testing.T) {
			t.Parallel()
			test(t, broker{kafka.Run(t).Addr})
		})
	}
}

// TestSleeper_OfTheRelay_I5: a relay sleeps past the end of its lease; the next run's relay takes over and tells both runs'
// changes; then the sleeper wakes. It publishes nothing more.
func TestSleeper_OfTheRelay_I5(t *testing.T) {
	t.Parallel()
	onBrokers(t, func(t *testing.T, b broker) {
		steps := []string{"relay leased", "relay fenced", "relay reads", "relay added", "relay produced", "relay committed", "told", "noted"}
		if !*all {
			steps = []string{"relay added", "relay committed"}
		}
		from := site.NewSource(t)
		s := newSite(t, keysOf(t), b, "")
		for i, step := range steps {
			s.Deliver(from.Files(t, site.Changing(2*i)))
			sleeper := s.asleep(step)
			s.Deliver(from.Files(t, site.Changing(2*i+1)))
			if got := s.Start(nil, "run", "--json").Outcome(); got != "exit 0" {
				t.Errorf("%s: the run that goes on: %s", step, got)
			}
			sleeper.Resume()
			t.Logf("%s: the sleeper: %s", step, s.superseded(sleeper))
		}
		s.Calmly() // in peace
		s.Books().Equal(t, undisturbed(t, from, site.Changing(2*len(steps)-1)))
	})
}

// superseded waits for a run whose data is applied and whose messages another one tells.
func (s *deployment) superseded(sleeper *site.Process) string {
	s.T.Helper()
	got := sleeper.Outcome()
	switch got {
	case "exit 0", "exit 1 done lease.lost", "exit 1 done relay.fenced":
	default:
		s.T.Errorf("the relay that was superseded: %s", got)
	}
	return got
}

// TestLateMessages_I5: a request of a relay is on the way when the relay falls asleep; it arrives when the next run's relay
// has taken over and told everything. The broker refuses it: nothing of it is seen.
func TestLateMessages_I5(t *testing.T) {
	t.Parallel()
	onBrokers(t, func(t *testing.T, b broker) {
		names := []string{"AddPartitionsToTxn", "Produce", "EndTxn", "InitProducerID"}
		if !*all {
			names = []string{"Produce", "EndTxn"}
		}
		from := site.NewSource(t)
		s := newSite(t, keysOf(t), b, "")
		s.Deliver(from.Files(t, 0))
		s.Calmly()
		for i, name := range names {
			s.Deliver(from.Files(t, site.Changing(2*i+1)))
			standing, release := make(chan struct{}), make(chan struct{})
			k := s.kafka.Once(name, 1, func(x *wire.Exchange) {
				close(standing)
				if x.Await(release) {
					_ = x.Deliver() // the broker may refuse it by hanging up
				}
				x.Cut()
			})
			sleeper := s.run()
			select {
			case <-standing:
			case <-sleeper.Done():
				t.Fatalf("%s: the run ended before: %s", name, sleeper.Printed())
			}
			sleeper.Signal(syscall.SIGSTOP)
			s.Deliver(from.Files(t, site.Changing(2*i+2)))
			if got := s.Start(nil, "run", "--json").Outcome(); got != "exit 0" {
				t.Errorf("%s: the run that goes on: %s", name, got)
			}
			close(release)
			<-k.Done()
			s.kafka.Play(nil)
			sleeper.Resume()
			t.Logf("%s: the sleeper: %s", name, s.superseded(sleeper))
		}
		s.Calmly()
		s.Books().Equal(t, undisturbed(t, from, site.Changing(2*len(names))))
	})
}

// TestHiddenPosition_I5: somebody else's open transaction on the topic of positions hides where the kind's relay stands. On
// another kind's partition it is in nobody's way; on the kind's own the relay waits for its end and does not start anew.
func TestHiddenPosition_I5(t *testing.T) {
	t.Parallel()
	onBrokers(t, func(t *testing.T, b broker) {
		from := site.NewSource(t)
		s := newSite(t, keysOf(t), b, "")
		s.Deliver(from.Files(t, 0))
		s.Calmly()
		other := s.transaction(41)
		s.Deliver(from.Files(t, 1))
		s.Calmly()
		other(kgo.TryAbort)
		mine := s.transaction(0)
		asked := make(chan struct{}, 1000)
		s.kafka.Play(func(x *wire.Exchange) {
			if x.Name == "ListOffsets" {
				select {
				case asked <- struct{}{}:
				default:
				}
			}
			x.Pass()
		})
		s.Deliver(from.Files(t, 2))
		waits := s.run()
		for range 20 { // it asks again and again whether the transaction has ended
			select {
			case <-asked:
			case <-waits.Done():
				t.Fatalf("the run did not wait: %s", waits.Printed())
			case <-time.After(site.Limit):
				t.Fatal("the run does not ask where it stands")
			}
		}
		mine(kgo.TryCommit)
		if got := waits.Outcome(); got != "exit 0" {
			t.Errorf("the run that waited: %s", got)
		}
		s.kafka.Play(nil)
		s.Calmly()
		s.Books().Equal(t, undisturbed(t, from, 2))
	})
}

// transaction opens one of a stranger, with a message in a partition of the topic of positions, and returns what ends it.
func (s *deployment) transaction(partition int32) (end func(kgo.TransactionEndTry)) {
	s.T.Helper()
	ctx, cancel := context.WithTimeout(s.T.Context(), site.Limit)
	s.T.Cleanup(cancel)
	client, err := kgo.NewClient(kgo.SeedBrokers(s.Kafka), kgo.TransactionalID("stranger"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		s.T.Fatal(err)
	}
	s.T.Cleanup(client.Close)
	if err := client.BeginTransaction(); err != nil {
		s.T.Fatal(err)
	}
	r := &kgo.Record{Topic: bus.PositionTopic, Partition: partition, Key: []byte("stranger"), Value: []byte("{}")}
	if err := client.ProduceSync(ctx, r).FirstErr(); err != nil {
		s.T.Fatal(err)
	}
	return func(how kgo.TransactionEndTry) {
		if err := client.EndTransaction(ctx, how); err != nil && !strings.Contains(err.Error(), "INVALID_TXN_STATE") {
			s.T.Fatal(err)
		}
		client.Close()
	}
}
