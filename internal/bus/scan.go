package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// extent is a range of offsets of one partition: from the first, before the second.
type extent struct{ from, to int64 }

// stallLimit is how long a scan waits for the next record of a range that is known to be there.
const stallLimit = 30 * time.Second

// scan reads the committed records of one topic within the given extents, partition by partition in order, and ends when
// it has passed each. The extents must end at or before the last stable offset. fn returns false to stop early.
func scan(ctx context.Context, cfg Config, topic string, extents map[int32]extent, fn func(*kgo.Record) bool) error {
	left := map[int32]extent{}
	start := map[int32]kgo.Offset{}
	for p, e := range extents {
		if e.from < e.to {
			left[p] = e
			start[p] = kgo.NewOffset().At(e.from)
		}
	}
	if len(left) == 0 {
		return nil
	}
	// Commit markers are kept, because where a range ends with one or with aborted messages nothing else says that it
	// is passed.
	cl, err := cfg.reader(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: start}), kgo.KeepControlRecords(),
		kgo.FetchMaxWait(500*time.Millisecond), kgo.FetchMaxPartitionBytes(4<<20), kgo.FetchMaxBytes(16<<20))
	if err != nil {
		return err
	}
	defer cl.Close()
	for len(left) > 0 {
		pollCtx, cancel := context.WithTimeout(ctx, stallLimit)
		f := cl.PollRecords(pollCtx, 10_000)
		cancel()
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, e := range f.Errors() {
			if pollCtx.Err() != nil && e.Topic == "" {
				return fmt.Errorf("read topic %s: nothing came for %s", topic, stallLimit)
			}
			return fmt.Errorf("read partition %d of topic %s: %w", e.Partition, topic, e.Err)
		}
		for it := f.RecordIter(); !it.Done(); {
			r := it.Next()
			e, wanted := left[r.Partition]
			if !wanted {
				continue
			}
			if r.Offset < e.to && !r.Attrs.IsControl() && !fn(r) {
				return nil
			}
			if r.Offset >= e.to-1 {
				delete(left, r.Partition)
				cl.PauseFetchPartitions(map[string][]int32{topic: {r.Partition}})
			}
		}
	}
	return nil
}

// offsets are the first offset, the end and the last stable offset of a partition.
type offsets struct{ first, end, stable int64 }

// settleLimit is how long a reader waits for transactions that are just ending. Kafka answers EndTxn before its markers
// are written, and until then hides what was committed; a relay at work has one open for a second at most.
const settleLimit = 3 * time.Second

// settledOffsets are the offsets of a topic once everything that stood there at the call is decided, or after settleLimit.
func settledOffsets(ctx context.Context, adm *kadm.Client, topic string) (map[int32]offsets, error) {
	at, err := offsetsOf(ctx, adm, topic)
	if err != nil {
		return nil, err
	}
	patience, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	for now := at; ; {
		open := false
		for p, o := range at {
			open = open || now[p].stable < o.end
		}
		if !open || !pause(patience, 20*time.Millisecond) {
			return now, ctx.Err()
		}
		if now, err = offsetsOf(ctx, adm, topic); err != nil {
			return nil, err
		}
	}
}

// offsetsOf lists the offsets of every partition of a topic. The end is asked for before the last stable offset.
func offsetsOf(ctx context.Context, adm *kadm.Client, topic string) (map[int32]offsets, error) {
	all := map[int32]offsets{}
	for _, ask := range []struct {
		what string
		list func(context.Context, ...string) (kadm.ListedOffsets, error)
		set  func(*offsets, int64)
	}{
		{"first", adm.ListStartOffsets, func(o *offsets, n int64) { o.first = n }},
		{"end", adm.ListEndOffsets, func(o *offsets, n int64) { o.end = n }},
		{"last stable", adm.ListCommittedOffsets, func(o *offsets, n int64) { o.stable = n }},
	} {
		l, err := ask.list(ctx, topic)
		if err == nil {
			err = l.Error()
		}
		if err != nil {
			return nil, fmt.Errorf("%s offsets of topic %s: %w", ask.what, topic, err)
		}
		for p, o := range l[topic] {
			have := all[p]
			ask.set(&have, o.Offset)
			all[p] = have
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("offsets of topic %s: %w", topic, kerr.UnknownTopicOrPartition)
	}
	return all, nil
}
