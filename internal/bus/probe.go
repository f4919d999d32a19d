package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"creditsync/internal/fault"
	"creditsync/schemas"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// needed are the requests that a relay sends, with the lowest version that does what it relies on.
var needed = []struct {
	key     kmsg.Key
	version int16
}{
	{kmsg.Produce, 3}, // transactions
	{kmsg.Fetch, 4},   // isolation level
	{kmsg.ListOffsets, 2},
	{kmsg.InitProducerID, 0},
	{kmsg.AddPartitionsToTxn, 0},
	{kmsg.EndTxn, 0},
	{kmsg.FindCoordinator, 1}, // of transactions
}

// Probe tries the brokers without writing anything: that they can be reached with this login, that they know
// transactions, and that the topics that exist have the partitions they need. The error is a fault.
func Probe(ctx context.Context, cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	cl, err := cfg.reader()
	if err != nil {
		return err
	}
	defer cl.Close()
	if err := probe(ctx, cl, kadm.NewClient(cl)); err != nil {
		return classed(err, cfg.Brokers)
	}
	return nil
}

func probe(ctx context.Context, cl *kgo.Client, adm *kadm.Client) error {
	if err := cl.Ping(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	if err := probeVersions(ctx, adm); err != nil {
		return err
	}
	names := []string{PositionTopic}
	for _, k := range schemas.All() {
		names = append(names, TopicOf(k.Name))
	}
	for _, name := range names {
		s, there, err := describe(ctx, cl, name)
		if err != nil {
			return err
		}
		if there && name == PositionTopic && s.partitions < positionPartitions {
			return positionPartition(s.partitions)
		}
	}
	// Any transactional id will do to see that the coordinator of transactions is up and that we may ask it.
	req := kmsg.NewPtrFindCoordinatorRequest()
	req.CoordinatorKey, req.CoordinatorType = "creditsync.check", 1
	req.CoordinatorKeys = []string{req.CoordinatorKey}
	resp, err := req.RequestWith(ctx, cl)
	if err != nil {
		return fmt.Errorf("coordinator of transactions: %w", err)
	}
	code := resp.ErrorCode
	if len(resp.Coordinators) > 0 {
		code = resp.Coordinators[0].ErrorCode
	}
	// On a fresh cluster the coordinator's own topic is made on first use.
	if err := kerr.ErrorForCode(code); err != nil && !errors.Is(err, kerr.CoordinatorNotAvailable) {
		return fmt.Errorf("coordinator of transactions: %w", err)
	}
	return nil
}

func probeVersions(ctx context.Context, adm *kadm.Client) error {
	brokers, err := adm.ApiVersions(ctx)
	if err != nil {
		return fmt.Errorf("versions: %w", err)
	}
	var lacking []string
	for _, b := range brokers.Sorted() {
		if b.Err != nil {
			return fmt.Errorf("versions of broker %d: %w", b.NodeID, b.Err)
		}
		for _, n := range needed {
			if top, known := b.KeyMaxVersion(n.key.Int16()); !known || top < n.version {
				lacking = append(lacking, fmt.Sprintf("%s (broker %d)", n.key.Name(), b.NodeID))
			}
		}
	}
	if lacking == nil {
		return nil
	}
	list := strings.Join(lacking, ", ")
	return fault.New(fault.Environment, "kafka.too_old", fault.T("Kafka 版本过旧，缺少：%s", "Kafka is too old, it lacks %s", list)).
		Do(fault.T("需要 Kafka 2.4 或更新版本", "Kafka 2.4 or newer is needed"))
}
