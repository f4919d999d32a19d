package bus

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"creditsync/schemas"

	"github.com/twmb/franz-go/pkg/kadm"
)

// Standing is how a kind stands on the brokers, as anybody sees it who takes no part in publishing.
type Standing struct {
	Position   Position // the last one that is committed
	Deployment string   // that wrote it
	Found      bool     // there is one
	// Hidden is true where a transaction that does not end may hide a newer position.
	Hidden bool
	// Topic is the kind's topic as it is now.
	Topic Topic
}

// Topic is what the brokers say of a topic.
type Topic struct {
	There      bool
	ID         string
	Partitions int
}

// Stand finds out how a kind stands. It writes nothing and fences nobody; it waits a moment for a transaction that is just
// ending. The error is a fault.
func Stand(ctx context.Context, cfg Config, kind *schemas.Kind) (Standing, error) {
	var s Standing
	if err := cfg.Validate(); err != nil {
		return s, err
	}
	cl, err := cfg.reader()
	if err != nil {
		return s, err
	}
	defer cl.Close()
	adm := kadm.NewClient(cl)
	name := TopicOf(kind.Name)
	topic, there, err := describe(ctx, cl, name)
	if err != nil {
		return s, classed(err, cfg.Brokers)
	}
	s.Topic = Topic{There: there, ID: topic.id, Partitions: topic.partitions}
	marks, there, err := describe(ctx, cl, PositionTopic)
	if err != nil || !there || marks.partitions <= kind.Ordinal {
		return s, classed(err, cfg.Brokers)
	}
	at, hidden, err := settledPosition(ctx, adm, int32(kind.Ordinal))
	if err != nil {
		return s, classed(err, cfg.Brokers)
	}
	s.Hidden = hidden
	s.Position, s.Deployment, s.Found, err = lastMark(ctx, cfg, kind.Name, kind.Ordinal, at.first, at.stable)
	return s, classed(err, cfg.Brokers)
}

// settledPosition are the offsets of a kind's partition of positions once what stood there at the call is decided, or after
// a moment.
func settledPosition(ctx context.Context, adm *kadm.Client, partition int32) (at offsets, hidden bool, err error) {
	deadline, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	for want := int64(-1); ; {
		all, err := offsetsOf(ctx, adm, PositionTopic)
		if err != nil {
			return offsets{}, false, err
		}
		at = all[partition]
		if want < 0 {
			want = at.end
		}
		if at.stable >= want {
			return at, false, nil
		}
		if !pause(deadline, 20*time.Millisecond) {
			return at, true, ctx.Err()
		}
	}
}

// Fault says why a relay must not go on from here, given the deployment and what its ledger remembers; nil where it may.
// That the ledger has the position's commit is for the caller to see: LedgerOlder.
func (s Standing) Fault(kind, deployment string, told Position, remembered bool) error {
	if s.Hidden {
		return nil // its own start waits longer, and decides then
	}
	if err := misplaced(kind, deployment, s.Deployment, s.Found, remembered, s.Position, told); err != nil || !s.Found {
		return err
	}
	return sameTopic(TopicOf(kind), s.Topic.There, topicState{id: s.Topic.ID, partitions: s.Topic.Partitions}, s.Position)
}

// Thinning is how long messages stay on a topic that a newer message of their key has made superfluous, and whether such
// messages are thinned out at all.
func Thinning(ctx context.Context, cfg Config, kind string) (after time.Duration, thinned bool, err error) {
	cl, err := cfg.reader()
	if err != nil {
		return 0, false, err
	}
	defer cl.Close()
	list, err := kadm.NewClient(cl).DescribeTopicConfigs(ctx, TopicOf(kind))
	if err == nil && len(list) == 1 {
		err = list[0].Err
	}
	if err != nil || len(list) != 1 {
		return 0, false, classed(err, cfg.Brokers)
	}
	for _, c := range list[0].Configs {
		switch c.Key {
		case "cleanup.policy":
			thinned = strings.Contains(c.MaybeValue(), "compact")
		case "min.compaction.lag.ms":
			if ms, err := strconv.ParseInt(c.MaybeValue(), 10, 64); err == nil {
				after = time.Duration(min(ms, int64(math.MaxInt64/time.Millisecond))) * time.Millisecond
			}
		}
	}
	return after, thinned, nil
}
