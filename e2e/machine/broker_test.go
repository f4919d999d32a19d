package machine

import (
	"bytes"
	"context"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"creditsync/internal/testkit/site"
)

// TestBroker_AWriteIsRefused: there is room for the broker to begin, and not for what comes: the batch is not acknowledged,
// the broker ends and names its folder, and the next one has what was acknowledged and nothing of the other.
func TestBroker_AWriteIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, site.Config{})
	d := mount(t, s.Path("data/kafka"), 4<<20)
	ctx, cancel := context.WithTimeout(t.Context(), site.Limit)
	defer cancel()
	client := func(opts ...kgo.Opt) *kgo.Client {
		t.Helper()
		c, err := kgo.NewClient(append(opts, kgo.SeedBrokers(s.Kafka), kgo.DefaultProduceTopic("t"), kgo.ProducerBatchCompression(kgo.NoCompression()), kgo.DisableIdempotentWrite(), kgo.RecordRetries(0))...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	s.Broker = s.ServeBroker()
	c := client()
	if r, err := kadm.NewClient(c).CreateTopic(ctx, 1, 1, nil, "t"); err != nil || r.Err != nil {
		t.Fatal(err, r.Err)
	}
	if err := c.ProduceSync(ctx, kgo.StringRecord("first")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	d.leave(d.size/20 + 64<<10) // not so little that nothing is begun
	refused := make(chan error, 1)
	c.Produce(ctx, kgo.SliceRecord(bytes.Repeat([]byte("x"), 700<<10)), func(_ *kgo.Record, err error) { refused <- err })
	if status := s.Broker.Ended(); status != 3 || !s.Broker.Says("the broker cannot use the folder "+d.dir) {
		t.Errorf("the broker: exit %d: %s", status, s.Broker.Printed())
	}
	if err := <-refused; err == nil {
		t.Error("a batch that is not on the disk was acknowledged")
	}
	d.makeRoom()
	s.Broker = s.ServeBroker()
	if err := client().ProduceSync(ctx, kgo.StringRecord("second")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	reader := client(kgo.ConsumeTopics("t"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	for _, want := range []string{"first", "second"} {
		fetches := reader.PollRecords(ctx, 1)
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		if got := string(fetches.Records()[0].Value); got != want {
			t.Errorf("got %.20q, want %q", got, want)
		}
	}
}
