package bus

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Message is one message as a consumer that reads committed ones sees it.
type Message struct {
	Topic     string
	Partition int
	Offset    int64
	Time      time.Time // when it was published
	Key       []byte    // record id in hex
	Headers   []Header
	Value     []byte // JSON; nil for a tombstone
}

// Header is one header of a message.
type Header struct {
	Key   string
	Value []byte
}

// Header returns the value of the first header of a name, "" if there is none.
func (m Message) Header(name string) string {
	for _, h := range m.Headers {
		if h.Key == name {
			return string(h.Value)
		}
	}
	return ""
}

// Read passes every committed message of a topic, as far as it is committed when the call begins, to fn until fn returns
// false. Messages of one partition come in their order. The message belongs to fn. A topic that is not there holds none.
func Read(ctx context.Context, cfg Config, topic string, fn func(Message) bool) error {
	return read(ctx, cfg, topic, nil, time.Time{}, fn)
}

// ReadSince is Read without the messages that the brokers stored before a time.
func ReadSince(ctx context.Context, cfg Config, topic string, since time.Time, fn func(Message) bool) error {
	return read(ctx, cfg, topic, nil, since, fn)
}

// Find returns the committed messages of records of a kind, given by record id in hex, in their order within each record.
// It reads only the partitions that these records are in.
func Find(ctx context.Context, cfg Config, kind string, ids ...string) ([]Message, error) {
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	var found []Message
	err := read(ctx, cfg, TopicOf(kind), slices.Sorted(maps.Keys(wanted)), time.Time{}, func(m Message) bool {
		if wanted[string(m.Key)] {
			found = append(found, m)
		}
		return true
	})
	slices.SortStableFunc(found, func(a, b Message) int {
		if a.Partition != b.Partition {
			return a.Partition - b.Partition
		}
		return int(a.Offset - b.Offset)
	})
	return found, err
}

// read reads the partitions that the keys are in, all of them without keys; from a time on, unless it is zero.
func read(ctx context.Context, cfg Config, topic string, keys []string, since time.Time, fn func(Message) bool) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	cl, err := cfg.reader()
	if err != nil {
		return err
	}
	defer cl.Close()
	_, there, err := describe(ctx, cl, topic)
	if err != nil || !there {
		return classed(err, cfg.Brokers)
	}
	at, err := settledOffsets(ctx, kadm.NewClient(cl), topic)
	if err == nil && !since.IsZero() {
		err = startAt(ctx, kadm.NewClient(cl), topic, since, at)
	}
	if err != nil {
		return classed(err, cfg.Brokers)
	}
	extents := map[int32]extent{}
	for p, o := range at {
		extents[p] = extent{o.first, o.stable}
	}
	if keys != nil {
		some := map[int32]extent{}
		for _, k := range keys {
			p := int32(Partition(k, len(at)))
			some[p] = extents[p]
		}
		extents = some
	}
	err = scan(ctx, cfg, topic, extents, func(r *kgo.Record) bool { return fn(messageOf(r)) })
	if err != nil {
		return classed(fmt.Errorf("read topic %s: %w", topic, err), cfg.Brokers)
	}
	return nil
}

// startAt moves the first offsets on to those of messages stored at a time or later.
func startAt(ctx context.Context, adm *kadm.Client, topic string, since time.Time, at map[int32]offsets) error {
	list, err := adm.ListOffsetsAfterMilli(ctx, since.UnixMilli(), topic)
	if err == nil {
		err = list.Error()
	}
	if err != nil {
		return fmt.Errorf("offsets of topic %s at %s: %w", topic, since, err)
	}
	for p, o := range list[topic] {
		now, there := at[p]
		if !there {
			continue
		}
		if now.first = o.Offset; o.Offset < 0 { // nothing is as new as that
			now.first = now.stable
		}
		at[p] = now
	}
	return nil
}

func messageOf(r *kgo.Record) Message {
	m := Message{Topic: r.Topic, Partition: int(r.Partition), Offset: r.Offset, Time: r.Timestamp, Key: r.Key, Value: r.Value}
	for _, h := range r.Headers {
		m.Headers = append(m.Headers, Header{h.Key, h.Value})
	}
	return m
}
