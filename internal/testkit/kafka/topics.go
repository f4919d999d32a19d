package kafka

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// limit is how long a broker may take over what an operator does to a topic.
const limit = 2 * time.Minute

// Drop deletes a topic, as an operator may, and waits until the broker says that it is gone.
func Drop(tb testing.TB, addr, topic string) {
	tb.Helper()
	operate(tb, addr, func(ctx context.Context, adm *kadm.Client) error {
		r, err := adm.DeleteTopics(ctx, topic)
		if err == nil {
			err = r.Error()
		}
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for err == nil {
			var list kadm.TopicDetails
			if list, err = adm.ListTopics(ctx, topic); err == nil && !list.Has(topic) {
				return nil
			}
			select {
			case <-ctx.Done():
				err = ctx.Err()
			case <-tick.C:
			}
		}
		return err
	})
}

// Make makes a topic with that many partitions.
func Make(tb testing.TB, addr, topic string, partitions int32) {
	tb.Helper()
	operate(tb, addr, func(ctx context.Context, adm *kadm.Client) error {
		r, err := adm.CreateTopic(ctx, partitions, 1, nil, topic)
		if err == nil {
			err = r.Err
		}
		return err
	})
}

// Widen adds partitions to a topic.
func Widen(tb testing.TB, addr, topic string, more int) {
	tb.Helper()
	operate(tb, addr, func(ctx context.Context, adm *kadm.Client) error {
		r, err := adm.CreatePartitions(ctx, more, topic)
		if err == nil {
			err = r.Error()
		}
		return err
	})
}

// operate does something to a broker with a client of its own, which has heard of nothing yet.
func operate(tb testing.TB, addr string, do func(context.Context, *kadm.Client) error) {
	tb.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(addr))
	if err != nil {
		tb.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(tb.Context(), limit)
	defer cancel()
	if err := do(ctx, kadm.NewClient(cl)); err != nil {
		tb.Fatal(err)
	}
}
