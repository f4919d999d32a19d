package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/produce"
	"github.com/segmentio/kafka-go/protocol/rawproduce"
	"golang.org/x/sync/errgroup"
)

const (
	// transactionTimeout is after how long the brokers abort a transaction whose relay vanished, so that consumers are
	// not held up. A newer relay aborts it at once.
	transactionTimeout = 60 * time.Second
	requestTimeout     = 20 * time.Second
)

// producer is one transactional session: what InitProducerID began and the first error ends. Only one of a transactional
// id is alive; the brokers refuse every request of an older one.
type producer struct {
	client    *kafka.Client
	transport *kafka.Transport
	txid      string
	topic     string
	ordinal   int // of the kind: its partition of the position topic
	pid       producerID
	sequence  []int32 // next sequence number, by partition of the topic
	mark      int32   // next sequence number in the position's partition
	leaders   []int32 // by partition of the topic
	marks     int32   // leader of the position's partition
	now       func() time.Time
	open      bool // a transaction has partitions and no end was asked for
	ended     bool // an end was asked for and not answered
}

// newProducer connects nothing yet. close gives its connections up.
func newProducer(o *Options) (*producer, error) {
	topic := TopicOf(o.Kind.Name)
	transport, err := o.Config.transport(topic, PositionTopic)
	if err != nil {
		return nil, err
	}
	return &producer{
		client:    &kafka.Client{Addr: kafka.TCP(o.Config.Brokers...), Transport: transport},
		transport: transport, txid: transactionalID(o.Deployment, o.Kind.Name), topic: topic, ordinal: o.Kind.Ordinal,
		now: o.Now,
	}, nil
}

// forget gives up what the connections know of topics, which they ask for when first used and again after seconds only: a
// topic that was made since is not among it. The session goes on.
func (p *producer) forget(c Config) error {
	transport, err := c.transport(p.topic, PositionTopic)
	if err != nil {
		return err
	}
	p.transport.CloseIdleConnections()
	p.transport, p.client.Transport = transport, transport
	return nil
}

// transactionalID names the one relay of a kind on a deployment.
func transactionalID(deployment, kind string) string { return "creditsync." + deployment + "." + kind }

// init takes the transactional id over: older relays and every request of theirs that is still on its way are refused
// from now on, and what they left open is aborted.
func (p *producer) init(ctx context.Context) error {
	return again(ctx, "init producer id", func(ctx context.Context) error {
		r, err := p.client.InitProducerID(ctx, &kafka.InitProducerIDRequest{
			TransactionalID: p.txid, TransactionTimeoutMs: int(transactionTimeout / time.Millisecond),
			// Zeros would mean producer 0, epoch 0.
			ProducerID: -1, ProducerEpoch: -1,
		})
		if err != nil {
			return err
		}
		if r.Error != nil {
			return r.Error
		}
		p.pid = producerID{int64(r.Producer.ProducerID), int16(r.Producer.ProducerEpoch)}
		return nil
	})
}

// again repeats a request of the transaction coordinator while it says that it is busy with the transaction before, is
// loading or has moved. Kafka 4 answers 51 right after each commit.
func again(ctx context.Context, what string, request func(context.Context) error) error {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 2*time.Millisecond, 200*time.Millisecond
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		ctx, cancel := context.WithTimeout(ctx, requestTimeout)
		defer cancel()
		err := request(ctx)
		switch kafkaCode(err) {
		case codeConcurrentTxn, codeLoading, codeCoordinatorAway, codeNotCoordinator:
			return struct{}{}, err
		}
		if err != nil {
			return struct{}{}, backoff.Permanent(err)
		}
		return struct{}{}, nil
	}, backoff.WithBackOff(wait), backoff.WithMaxElapsedTime(30*time.Second))
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// send publishes a transaction: all of it and its position become visible, or nothing. After an error the producer is
// of no use any more; whether the transaction is committed is then known only by reading the position.
func (p *producer) send(ctx context.Context, t *transaction, check func(context.Context) error, step func(string) error) error {
	if err := p.add(ctx, t); err != nil {
		return err
	}
	p.open = true
	if err := step("added"); err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.produce(gctx, t, step) })
	g.Go(func() error { return check(gctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	if err := step("produced"); err != nil {
		return err
	}
	p.open, p.ended = false, true
	if err := p.end(ctx, true); err != nil {
		return err
	}
	if err := step("committed"); err != nil {
		return err
	}
	p.ended = false
	return nil
}

func (p *producer) add(ctx context.Context, t *transaction) error {
	topics := map[string][]kafka.AddPartitionToTxn{PositionTopic: {{Partition: p.ordinal}}}
	for i := range t.parts {
		if len(t.parts[i].used()) > 0 {
			topics[p.topic] = append(topics[p.topic], kafka.AddPartitionToTxn{Partition: i})
		}
	}
	return again(ctx, "add partitions to transaction", func(ctx context.Context) error {
		r, err := p.client.AddPartitionsToTxn(ctx, &kafka.AddPartitionsToTxnRequest{
			TransactionalID: p.txid, ProducerID: int(p.pid.id), ProducerEpoch: int(p.pid.epoch), Topics: topics,
		})
		if err != nil {
			return err
		}
		// 55, operation not attempted, stands beside the partition that is to blame.
		for _, parts := range r.Topics {
			for _, part := range parts {
				if part.Error != nil && kafkaCode(part.Error) != 55 {
					return part.Error
				}
			}
		}
		return nil
	})
}

// produce sends the first batch of each partition, then the second of each, and so on, so that each partition keeps its
// order. All that goes to one broker at a time goes in one request: a broker of Kafka 4 that asks its coordinator about the
// partitions of a transaction forgets the question when another request of the same transaction comes meanwhile.
func (p *producer) produce(ctx context.Context, t *transaction, step func(string) error) error {
	mark := t.mark()
	for wave, left := 0, true; left; wave++ {
		byLeader := map[int32][]outgoing{}
		left = false
		for i := range t.parts {
			used := t.parts[i].used()
			if wave < len(used) {
				byLeader[p.leaders[i]] = append(byLeader[p.leaders[i]], outgoing{p.topic, i, &used[wave], &p.sequence[i]})
			}
			left = left || wave+1 < len(used)
		}
		if wave == 0 {
			byLeader[p.marks] = append(byLeader[p.marks], outgoing{PositionTopic, p.ordinal, &mark, &p.mark})
		}
		g, gctx := errgroup.WithContext(ctx)
		for _, some := range byLeader {
			g.Go(func() error { return p.write(gctx, some) })
		}
		if err := g.Wait(); err != nil {
			return err
		}
		if wave > 0 {
			continue
		}
		if err := step("first produced"); err != nil {
			return err
		}
	}
	return nil
}

// outgoing is a batch and where it goes.
type outgoing struct {
	topic     string
	partition int
	batch     *batch
	sequence  *int32 // of the partition: taken and moved on
}

// nextSequence wraps around after 2^31-1, as brokers expect it.
func nextSequence(seq int32, n int) int32 { return int32((int64(seq) + int64(n)) & 0x7fffffff) }

// write sends batches to the one broker that leads their partitions.
func (p *producer) write(ctx context.Context, some []outgoing) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	req := &rawproduce.Request{TransactionalID: p.txid, Acks: int16(kafka.RequireAll), Timeout: int32(requestTimeout / time.Millisecond)}
	ms := p.now().UnixMilli()
	for _, o := range some {
		if n := len(req.Topics); n == 0 || req.Topics[n-1].Topic != o.topic {
			req.Topics = append(req.Topics, rawproduce.RequestTopic{Topic: o.topic})
		}
		t := &req.Topics[len(req.Topics)-1]
		t.Partitions = append(t.Partitions, rawproduce.RequestPartition{
			Partition: int32(o.partition), RecordSet: protocol.RawRecordSet{Reader: o.batch.wire(p.pid, *o.sequence, ms)},
		})
		*o.sequence = nextSequence(*o.sequence, o.batch.count)
	}
	m, err := p.transport.RoundTrip(ctx, p.client.Addr, req)
	if err != nil {
		return fmt.Errorf("produce: %w", err)
	}
	answered := 0
	for _, t := range m.(*produce.Response).Topics {
		for _, part := range t.Partitions {
			if part.ErrorCode != 0 {
				return fmt.Errorf("produce to partition %d of %s: %w %s", part.Partition, t.Topic, kafka.Error(part.ErrorCode), part.ErrorMessage)
			}
			answered++
		}
	}
	if answered != len(some) {
		return fmt.Errorf("produce: %d of %d partitions are answered", answered, len(some))
	}
	return nil
}

func (p *producer) end(ctx context.Context, commit bool) error {
	return again(ctx, "end transaction", func(ctx context.Context) error {
		r, err := p.client.EndTxn(ctx, &kafka.EndTxnRequest{
			TransactionalID: p.txid, ProducerID: int(p.pid.id), ProducerEpoch: int(p.pid.epoch), Committed: commit,
		})
		if err != nil {
			return err
		}
		return r.Error
	})
}

// close gives the connections up. With abort, a transaction that is still open is aborted first, as far as that takes no
// more than a moment, so that consumers need not wait for its timeout.
func (p *producer) close(ctx context.Context, abort bool) {
	if abort && p.open {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		// What cannot be aborted here is aborted by the next InitProducerID or by the timeout.
		_ = p.end(ctx, false)
	}
	p.transport.CloseIdleConnections()
}
