package bus

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestRelay_Start_WaitsForThePositionThatAnOpenTransactionHides: a position that is on the broker and not yet visible is
// waited for. What reaches it was told already and is not told again.
func TestRelay_Start_WaitsForThePositionThatAnOpenTransactionHides(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		pos := r.started(t) // commit 1 is told, commit 2 is closed
		pos.Seq, pos.Run = Commit{No: 2}.end(), "b"
		cl, err := r.cfg.reader(kgo.TransactionalID("of-an-older-relay-of-"+r.kind.Name), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(cl.Close)
		if err := cl.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		hidden := &kgo.Record{Topic: PositionTopic, Partition: int32(r.kind.Ordinal), Key: []byte(r.kind.Name), Value: pos.encode("d1")}
		if err := cl.ProduceSync(t.Context(), hidden).FirstErr(); err != nil {
			t.Fatal(err)
		}

		fenced, ended := make(chan struct{}), make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			<-fenced
			pause(ctx, time.Second) // time for a relay that does not wait
			ended <- cl.EndTransaction(context.WithoutCancel(ctx), kgo.TryCommit)
		}()
		rel := r.relay(t, func(o *Options) {
			o.Step = func(s string) error {
				switch s {
				case "fenced":
					close(fenced)
				case "added":
					cancel()
				}
				return nil
			}
		})
		res, relayErr := rel.Catchup(t.Context())
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if relayErr != nil || res.Messages != 0 || res.Position.Seq != pos.Seq {
			t.Errorf("%d messages were published again, position %d, %v, want none after position %d", res.Messages, res.Position.Seq, relayErr, pos.Seq)
		}
		for _, m := range r.messages(t) {
			if seqOf(t, m)>>seqBits == 2 {
				t.Fatalf("message %s is told again", m.Header("ce_id"))
			}
		}
	})
}
