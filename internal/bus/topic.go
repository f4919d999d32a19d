package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// PositionTopic holds how far each kind is published, one partition a kind.
const PositionTopic = "credit.relay"

// positionPartitions is how many kinds there can ever be; a kind's ordinal is its partition.
const positionPartitions = 64

// TopicOf is the topic of a kind's messages.
func TopicOf(kind string) string { return "credit." + kind }

// topicState is what the brokers say of a topic.
type topicState struct {
	id         string
	partitions int
	leaders    []int32 // by partition
}

const week = "604800000" // 7 days in milliseconds

// topicConfig is how a topic of ours is kept. On a real broker all versions stay readable for a week and the last one of
// each record for ever. The embedded broker's compaction knows no such delay, so there topics are never thinned.
func (c Config) topicConfig() map[string]*string {
	keep := func(kv ...string) map[string]*string {
		m := map[string]*string{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = &kv[i+1]
		}
		return m
	}
	if c.Embedded {
		return keep("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1")
	}
	return keep("cleanup.policy", "compact", "min.compaction.lag.ms", week, "delete.retention.ms", week)
}

// positionConfig is how the topic of positions is kept.
func (c Config) positionConfig() map[string]*string {
	if c.Embedded {
		return c.topicConfig()
	}
	compact := "compact"
	return map[string]*string{"cleanup.policy": &compact}
}

// describe returns the state of a topic as the brokers know it now, false if there is none. It asks them itself: kadm
// answers from a cache, in which a topic that was made again is still the old one.
func describe(ctx context.Context, cl *kgo.Client, topic string) (topicState, bool, error) {
	req := kmsg.NewPtrMetadataRequest()
	one := kmsg.NewMetadataRequestTopic()
	one.Topic = &topic
	req.Topics = append(req.Topics, one)
	resp, err := req.RequestWith(ctx, cl)
	if err != nil {
		return topicState{}, false, fmt.Errorf("metadata of topic %s: %w", topic, err)
	}
	if len(resp.Topics) != 1 {
		return topicState{}, false, fmt.Errorf("metadata of topic %s: %d topics are answered", topic, len(resp.Topics))
	}
	t := resp.Topics[0]
	switch err := kerr.ErrorForCode(t.ErrorCode); {
	case errors.Is(err, kerr.UnknownTopicOrPartition):
		return topicState{}, false, nil
	case err != nil:
		return topicState{}, false, fmt.Errorf("metadata of topic %s: %w", topic, err)
	}
	s := topicState{partitions: len(t.Partitions), leaders: make([]int32, len(t.Partitions))}
	if t.TopicID != [16]byte{} {
		s.id = kadm.TopicID(t.TopicID).String()
	}
	for _, p := range t.Partitions {
		if p.Leader < 0 || int(p.Partition) >= len(s.leaders) {
			return s, true, fmt.Errorf("partition %d of topic %s has no leader: %w", p.Partition, topic, kerr.LeaderNotAvailable)
		}
		s.leaders[p.Partition] = p.Leader
	}
	return s, true, nil
}

// create makes a topic and waits until the brokers can take messages for it. That it is there already is no error.
func create(ctx context.Context, cl *kgo.Client, topic string, partitions int, replication int16, config map[string]*string) (topicState, error) {
	r, err := kadm.NewClient(cl).CreateTopic(ctx, int32(partitions), replication, config, topic)
	if err == nil {
		err = r.Err
	}
	if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		return topicState{}, fmt.Errorf("create topic %s: %w", topic, err)
	}
	// The controller answers before the other brokers have heard of it.
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	for {
		s, found, err := describe(ctx, cl, topic)
		if err == nil && found {
			return s, nil
		}
		if err == nil {
			err = fmt.Errorf("topic %s does not appear", topic)
		}
		if !pause(ctx, 50*time.Millisecond) {
			return topicState{}, err
		}
	}
}

// pause waits, false if ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
