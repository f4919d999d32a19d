package bus

import (
	"context"
	"fmt"

	"creditsync/schemas"

	"github.com/twmb/franz-go/pkg/kgo"
)

// SetPosition writes where a kind's relay goes on, on an operator's word: it fences every relay of the kind, makes the topics
// that are missing, and returns the position as written, with the present topic's id and partitions.
func SetPosition(ctx context.Context, cfg Config, kind *schemas.Kind, deployment string, pos Position) (Position, error) {
	cl, err := cfg.relay(kind, deployment)
	if err != nil {
		return pos, err
	}
	defer cl.Close()
	pos, err = setPosition(ctx, cl, cfg, kind, deployment, pos)
	return pos, classed(err, cfg.Brokers)
}

// Fence does what a relay of a kind does when it starts, and no more: older ones are refused from now on, and the transaction
// that one of them left open is aborted.
func Fence(ctx context.Context, cfg Config, kind *schemas.Kind, deployment string) error {
	cl, err := cfg.relay(kind, deployment)
	if err != nil {
		return err
	}
	defer cl.Close()
	_, _, err = cl.ProducerID(ctx)
	return classed(err, cfg.Brokers)
}

// relay is a client with the transactional id of a kind's relay.
func (c Config) relay(kind *schemas.Kind, deployment string) (*kgo.Client, error) {
	return c.reader(kgo.TransactionalID(transactionalID(deployment, kind.Name)), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.TransactionTimeout(transactionTimeout))
}

func setPosition(ctx context.Context, cl *kgo.Client, cfg Config, kind *schemas.Kind, deployment string, pos Position) (Position, error) {
	marks, there, err := describe(ctx, cl, PositionTopic)
	if err == nil && !there {
		marks, err = create(ctx, cl, PositionTopic, positionPartitions, cfg.replication(), cfg.positionConfig())
	}
	if err != nil {
		return pos, err
	}
	if marks.partitions <= kind.Ordinal {
		return pos, positionPartition(marks.partitions)
	}
	topic, there, err := describe(ctx, cl, TopicOf(kind.Name))
	if err == nil && !there {
		partitions := cfg.partitions()
		if pos.Partitions > 0 {
			partitions = pos.Partitions
		}
		topic, err = create(ctx, cl, TopicOf(kind.Name), partitions, cfg.replication(), cfg.topicConfig())
	}
	if err != nil {
		return pos, err
	}
	pos.TopicID, pos.Partitions = topic.id, topic.partitions
	if err := cl.BeginTransaction(); err != nil {
		return pos, fmt.Errorf("begin a transaction: %w", err)
	}
	record := &kgo.Record{Topic: PositionTopic, Partition: int32(kind.Ordinal), Key: []byte(kind.Name), Value: pos.encode(deployment)}
	if err := cl.ProduceSync(ctx, record).FirstErr(); err != nil {
		return pos, fmt.Errorf("write the position: %w", err)
	}
	if err := cl.EndTransaction(ctx, kgo.TryCommit); err != nil {
		return pos, fmt.Errorf("end the transaction: %w", err)
	}
	return pos, nil
}
