// Package topic reads the messages of a topic as a consumer that reads committed ones does, to see from outside what the
// program has told Kafka.
package topic

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Reader stands somewhere in a topic. Close ends it.
type Reader struct {
	client *kgo.Client
	topic  string
}

// FromStart stands before the topic's first message.
func FromStart(broker, topic string) (*Reader, error) {
	return open(broker, topic, kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
}

// FromEnd stands behind what the topic holds at this moment.
func FromEnd(ctx context.Context, broker, topic string) (*Reader, error) {
	asker, err := kgo.NewClient(kgo.SeedBrokers(broker))
	if err != nil {
		return nil, err
	}
	defer asker.Close()
	ends, err := kadm.NewClient(asker).ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, err
	}
	at := map[string]map[int32]kgo.Offset{topic: {}}
	ends.Each(func(o kadm.ListedOffset) { at[topic][o.Partition] = kgo.NewOffset().At(o.Offset) })
	return open(broker, topic, kgo.ConsumePartitions(at))
}

func open(broker, topic string, more ...kgo.Opt) (*Reader, error) {
	client, err := kgo.NewClient(append(more, kgo.SeedBrokers(broker), kgo.FetchIsolationLevel(kgo.ReadCommitted()))...)
	return &Reader{client, topic}, err
}

// Take reads so many messages.
func (r *Reader) Take(ctx context.Context, n int, each func(*kgo.Record) error) error {
	for n > 0 {
		got := r.client.PollRecords(ctx, n)
		if err := got.Err0(); err != nil {
			return err
		}
		for _, e := range got.Errors() {
			return fmt.Errorf("%s, partition %d: %w", e.Topic, e.Partition, e.Err)
		}
		for _, m := range got.Records() {
			if err := each(m); err != nil {
				return err
			}
			n--
		}
	}
	return nil
}

// Close ends the reader.
func (r *Reader) Close() { r.client.Close() }
