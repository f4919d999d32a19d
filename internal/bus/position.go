package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// stableLimit is how long the end of the position's partition may stay in an open transaction. Ours was ended by
// InitProducerID; a stranger's ends by its own timeout.
const stableLimit = 90 * time.Second

// readPosition reads the last committed position of a kind and which deployment wrote it; false if there is none. It must
// be called after InitProducerID: an open transaction would hide the position that it holds, so nothing is concluded
// before the last stable offset has reached the end that the partition had then.
func readPosition(ctx context.Context, cfg Config, adm *kadm.Client, kind string, ordinal int) (pos Position, deployment string, found bool, err error) {
	at, err := stableEnd(ctx, adm, int32(ordinal))
	if err != nil {
		return pos, "", false, err
	}
	return lastMark(ctx, cfg, kind, ordinal, at.first, at.end)
}

// lastMark is the last position of a kind that stands between two offsets of its partition.
func lastMark(ctx context.Context, cfg Config, kind string, ordinal int, first, end int64) (pos Position, deployment string, found bool, err error) {
	// The last record of the kind stands near the end; look there first and further back only if it is not found.
	for span := int64(256); ; span *= 16 {
		from := max(first, end-span)
		var bad error
		err := scan(ctx, cfg, PositionTopic, map[int32]extent{int32(ordinal): {from, end}}, func(r *kgo.Record) bool {
			if string(r.Key) != kind {
				return true
			}
			var m markJSON
			if err := json.Unmarshal(r.Value, &m); err != nil {
				bad = fmt.Errorf("position of %s at offset %d: %w", kind, r.Offset, err)
				return false
			}
			pos, deployment, found = Position{m.Seq, m.TopicID, m.Partitions, m.Run}, m.Deployment, true
			return true
		})
		if err = errors.Join(err, bad); err != nil || found || from == first {
			return pos, deployment, found, err
		}
	}
}

// stableEnd waits until every transaction that stood in the partition is ended.
func stableEnd(ctx context.Context, adm *kadm.Client, partition int32) (offsets, error) {
	var want int64 = -1
	ctx, cancel := context.WithTimeout(ctx, stableLimit)
	defer cancel()
	for {
		all, err := offsetsOf(ctx, adm, PositionTopic)
		if err != nil {
			return offsets{}, err
		}
		at, there := all[partition]
		if !there {
			return offsets{}, positionPartition(len(all))
		}
		if want < 0 {
			want = at.end
		}
		if at.stable >= want {
			at.end = want
			return at, nil
		}
		if !pause(ctx, 20*time.Millisecond) {
			return offsets{}, fmt.Errorf("an open transaction holds topic %s: %w", PositionTopic, context.Cause(ctx))
		}
	}
}
