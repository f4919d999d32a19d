package bus

import (
	"context"
	"fmt"

	"creditsync/schemas"

	"github.com/twmb/franz-go/pkg/kgo"
)

// ReplayTopicOf is the topic on which committed versions of a kind are told again.
func ReplayTopicOf(kind string) string { return TopicOf(kind) + ".replay" }

// replayHeader names a replay in each of its messages.
const replayHeader = "replay"

// Replay is a telling-again on the replay topic, in transactions of its own: it moves no position and fences no relay.
type Replay struct {
	client     *kgo.Client
	cfg        Config
	id, topic  string
	partitions int
	open       int // messages of the transaction that is under way
	Told       uint64
}

// NewReplay makes the replay topic where it is missing and begins. id names the replay. Two of one kind at once fence each
// other: the older one fails.
func NewReplay(ctx context.Context, cfg Config, kind *schemas.Kind, deployment, id string) (*Replay, error) {
	r := &Replay{cfg: cfg, id: id, topic: ReplayTopicOf(kind.Name)}
	var err error
	r.client, err = cfg.reader(kgo.TransactionalID(transactionalID(deployment, kind.Name)+".replay"), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.TransactionTimeout(transactionTimeout))
	if err != nil {
		return nil, err
	}
	partitions := cfg.partitions()
	if main, there, err := describe(ctx, r.client, TopicOf(kind.Name)); err == nil && there {
		partitions = main.partitions
	}
	s, there, err := describe(ctx, r.client, r.topic)
	if err == nil && !there {
		s, err = create(ctx, r.client, r.topic, partitions, cfg.replication(), cfg.topicConfig())
	}
	r.partitions = s.partitions
	if err != nil {
		r.client.Close()
		return nil, classed(err, cfg.Brokers)
	}
	return r, nil
}

// Tell adds a message to the transaction under way, and ends that one when it is full.
func (r *Replay) Tell(ctx context.Context, m Rendered) error {
	if r.open == 0 {
		if err := r.client.BeginTransaction(); err != nil {
			return fmt.Errorf("begin a transaction: %w", err)
		}
	}
	rec := &kgo.Record{Topic: r.topic, Partition: int32(Partition(m.Key, r.partitions)), Key: append([]byte{}, m.Key...)}
	if m.Value != nil {
		rec.Value = append([]byte{}, m.Value...)
	}
	for _, h := range m.Headers {
		rec.Headers = append(rec.Headers, kgo.RecordHeader{Key: h.Key, Value: append([]byte{}, h.Value...)})
	}
	rec.Headers = append(rec.Headers, kgo.RecordHeader{Key: replayHeader, Value: []byte(r.id)})
	r.client.Produce(ctx, rec, nil) // what goes wrong is told at the end of the transaction
	if r.open++; r.open < maxMessages {
		return nil
	}
	return r.End(ctx)
}

// End makes what was told since the last one visible, all of it or nothing.
func (r *Replay) End(ctx context.Context) error {
	if r.open == 0 {
		return nil
	}
	err := r.client.Flush(ctx)
	if err == nil {
		err = r.client.EndTransaction(ctx, kgo.TryCommit) // refuses if a message was not stored
	}
	if err != nil {
		return classed(fmt.Errorf("tell again on %s: %w", r.topic, err), r.cfg.Brokers)
	}
	r.Told += uint64(r.open)
	r.open = 0
	return nil
}

// Close aborts what is not ended.
func (r *Replay) Close(ctx context.Context) {
	if r.open > 0 {
		_ = r.client.AbortBufferedRecords(ctx)
		_ = r.client.EndTransaction(ctx, kgo.TryAbort)
	}
	r.client.Close()
}
