package bus

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"creditsync/internal/bus/embedded"
	"creditsync/internal/testkit/kafka"
	"creditsync/schemas"

	"github.com/twmb/franz-go/pkg/kgo"
)

// brokers are shared by the tests of this package: each test has a kind, and so a topic and a position, of its own.
type brokers struct {
	mu       sync.Mutex
	dir      string
	embedded string
	kafka    *kafka.Broker
	stop     func()
	ordinal  atomic.Int32
}

var shared brokers

func TestMain(m *testing.M) {
	if os.Getenv(relayEnv) != "" {
		relayProcess()
	}
	if os.Getenv(brokerEnv) != "" {
		brokerProcess()
		return
	}
	dir, err := os.MkdirTemp("", "bus")
	if err != nil {
		panic(err)
	}
	shared.dir = dir
	code := m.Run()
	if shared.kafka != nil {
		shared.kafka.Stop()
	}
	if shared.stop != nil {
		shared.stop()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// embeddedAddr starts the embedded broker in this process on first use.
func (b *brokers) embeddedAddr(t testing.TB) string {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.embedded == "" {
		ctx, cancel := context.WithCancel(context.Background())
		ready, done := make(chan string, 1), make(chan error, 1)
		go func() {
			done <- embedded.Run(ctx, embedded.Options{Listen: "127.0.0.1:0", Dir: b.dir + "/embedded", Ready: func(a string) { ready <- a }})
		}()
		select {
		case b.embedded = <-ready:
		case err := <-done:
			t.Fatal(err)
		}
		b.stop = func() {
			cancel()
			<-done
		}
	}
	return b.embedded
}

// kafkaAddr starts Apache Kafka on first use.
func (b *brokers) kafkaAddr(t testing.TB) string {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kafka == nil {
		k, err := kafka.Start(context.Background(), b.dir)
		if err != nil {
			t.Fatal(err)
		}
		b.kafka = k
	}
	return b.kafka.Addr
}

// kind is a kind that no other test has.
func (b *brokers) kind(t testing.TB) *schemas.Kind {
	t.Helper()
	n := int(b.ordinal.Add(1))
	if n >= positionPartitions {
		t.Fatal("more tests than kinds: let the new one share")
	}
	return kindOf(fmt.Sprintf("penalty_%d", n), n)
}

// rig is one deployment on one broker.
type rig struct {
	cfg    Config
	kind   *schemas.Kind
	outbox *outbox
	lease  *lease
}

// onBoth runs a test against the embedded broker and against Apache Kafka.
func onBoth(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, embeddedRig(t))
	})
	t.Run("kafka", func(t *testing.T) {
		t.Parallel()
		test(t, newRig(Config{Brokers: []string{shared.kafkaAddr(t)}}, shared.kind(t)))
	})
}

func embeddedRig(t testing.TB) *rig {
	t.Helper()
	return newRig(Config{Brokers: []string{shared.embeddedAddr(t)}, Embedded: true}, shared.kind(t))
}

func newRig(cfg Config, kind *schemas.Kind) *rig {
	return &rig{cfg: cfg, kind: kind, outbox: newOutbox(kind), lease: &lease{}}
}

// options are a relay's on this rig.
func (r *rig) options() Options {
	return Options{
		Config: r.cfg, Kind: r.kind, Deployment: "d1", Outbox: r.outbox, Lease: r.lease, Now: time.Now,
		Patience: 20 * time.Second, Poll: 50 * time.Millisecond,
	}
}

// relay is a relay that is closed with the test.
func (r *rig) relay(t testing.TB, change ...func(*Options)) *Relay {
	t.Helper()
	o := r.options()
	for _, c := range change {
		c(&o)
	}
	rel, err := NewRelay(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rel.Close)
	return rel
}

// catchup publishes with a relay of its own, which ends.
func (r *rig) catchup(t testing.TB) (Result, error) {
	t.Helper()
	rel := r.relay(t)
	defer rel.Close()
	return rel.Catchup(t.Context())
}

func (r *rig) mustCatchup(t testing.TB) Result {
	t.Helper()
	res, err := r.catchup(t)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// crash is what kill -9 is to the brokers: the connections go, nothing is said.
func (r *Relay) crash() {
	if r.producer != nil {
		r.producer.close(context.Background(), false)
		r.producer = nil
	}
}

// messages are what a consumer of committed messages reads.
func (r *rig) messages(t testing.TB) []Message {
	t.Helper()
	var all []Message
	if err := Read(t.Context(), r.cfg, TopicOf(r.kind.Name), func(m Message) bool {
		all = append(all, m)
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// client is one for what an operator may do to a broker.
func (r *rig) client(t testing.TB) *kgo.Client {
	t.Helper()
	cl, err := r.cfg.reader()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

// exactly fails unless each published version of the outbox is on the topic once, the versions of a record in order, each
// in the partition of its key, and nothing else.
func (r *rig) exactly(t testing.TB) {
	t.Helper()
	if err := r.compare(r.messages(t)); err != nil {
		t.Error(err)
	}
}

func (r *rig) compare(got []Message) error {
	want := map[string]int{} // ce_id: times
	total := 0
	for _, c := range r.outbox.commits {
		for _, v := range r.outbox.rows[c.No] {
			if !v.silent {
				want[fmt.Sprintf("%x:%d", v.id, v.version)]++
				total++
			}
		}
	}
	lastSeq := map[int]string{}
	for _, m := range got {
		id := m.Header("ce_id")
		if want[id]--; want[id] < 0 {
			return fmt.Errorf("message %s is there too often", id)
		}
		seq := fmt.Sprintf("%020s", m.Header("seq"))
		if last := lastSeq[m.Partition]; seq <= last {
			return fmt.Errorf("partition %d: seq %s after %s", m.Partition, seq, last)
		}
		lastSeq[m.Partition] = seq
		if p := Partition(m.Key, defaultPartitions); p != m.Partition {
			return fmt.Errorf("message %s is in partition %d, not %d", id, m.Partition, p)
		}
	}
	if len(got) != total {
		return fmt.Errorf("%d messages are on the topic, want %d", len(got), total)
	}
	return nil
}
