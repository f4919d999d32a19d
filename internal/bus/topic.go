package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
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

// describe returns the state of a topic, false if there is none.
func describe(ctx context.Context, adm *kadm.Client, topic string) (topicState, bool, error) {
	m, err := adm.Metadata(ctx, topic)
	if err != nil {
		return topicState{}, false, fmt.Errorf("metadata of topic %s: %w", topic, err)
	}
	t := m.Topics[topic]
	if errors.Is(t.Err, kerr.UnknownTopicOrPartition) {
		return topicState{}, false, nil
	}
	if t.Err != nil {
		return topicState{}, false, fmt.Errorf("metadata of topic %s: %w", topic, t.Err)
	}
	s := topicState{partitions: len(t.Partitions), leaders: make([]int32, len(t.Partitions))}
	if t.ID != (kadm.TopicID{}) {
		s.id = t.ID.String()
	}
	for _, p := range t.Partitions {
		if int(p.Partition) < len(s.leaders) {
			s.leaders[p.Partition] = p.Leader
		}
		if p.Leader < 0 || p.Err != nil && errors.Is(p.Err, kerr.LeaderNotAvailable) {
			return s, true, fmt.Errorf("partition %d of topic %s has no leader: %w", p.Partition, topic, kerr.LeaderNotAvailable)
		}
	}
	return s, true, nil
}

// create makes a topic and waits until the brokers can take messages for it. That it is there already is no error.
func create(ctx context.Context, adm *kadm.Client, topic string, partitions int, config map[string]*string) (topicState, error) {
	r, err := adm.CreateTopic(ctx, int32(partitions), -1, config, topic)
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
		s, found, err := describe(ctx, adm, topic)
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
