package relay

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"creditsync/bench/duel"
	"creditsync/bench/topic"
	"creditsync/internal/testkit/kafka"
)

// rivalTopic is where the other side writes.
const rivalTopic = "rival"

// keep writes the messages that were published so far as the payload of the other side, one a line.
func (r *relay) keep(ctx context.Context) error {
	all, err := topic.FromStart(r.ground.Broker(), published)
	if err != nil {
		return err
	}
	defer all.Close()
	out, err := os.Create(r.payload)
	if err != nil {
		return err
	}
	defer out.Close()
	w := bufio.NewWriterSize(out, 1<<20)
	err = all.Take(ctx, r.rows, func(m *kgo.Record) error {
		if bytes.IndexByte(m.Value, '\n') >= 0 {
			return fmt.Errorf("the message %s has a line end", m.Key)
		}
		if _, err := w.Write(m.Value); err != nil {
			return err
		}
		return w.WriteByte('\n')
	})
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return out.Close()
}

// rivalTopic makes the other side's topic with as many partitions as ours.
func (r *relay) rivalTopic(ctx context.Context) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(r.ground.Broker()))
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	ours, err := admin.ListTopics(ctx, published)
	if err != nil {
		return err
	}
	_, err = admin.CreateTopic(ctx, int32(len(ours[published].Partitions)), 1, nil, rivalTopic)
	return err
}

// said is what ProducerPerformance says at its end, of what came after the warming.
var said = regexp.MustCompile(`(\d+) steady state records sent, ([0-9.]+) records/sec`)

// theirs sends as many messages after a fifth as many to warm the virtual machine, which are not counted. Larger batches
// than its defaults make it faster; it gets them.
func (r *relay) theirs(ctx context.Context) (duel.Sample, error) {
	classes, err := kafka.Tools(ctx)
	if err != nil {
		return duel.Sample{}, err
	}
	warm := r.rows / 5
	ear, err := topic.FromEnd(ctx, r.ground.Broker(), rivalTopic)
	if err != nil {
		return duel.Sample{}, err
	}
	defer ear.Close()
	cmd := exec.CommandContext(ctx, "java", "-Xmx4g", "-cp", classes, "org.apache.kafka.tools.ProducerPerformance",
		"--bootstrap-server", r.ground.Broker(), "--topic", rivalTopic, "--num-records", strconv.Itoa(r.rows+warm), "--warmup-records", strconv.Itoa(warm),
		"--throughput", "-1", "--payload-file", r.payload, "--transactional-id", "rival", "--transaction-duration-ms", "1000",
		"--command-property", "acks=all", "compression.type=zstd", "compression.zstd.level=1", "batch.size=131072", "linger.ms=20", "buffer.memory=134217728")
	out, s, err := r.ground.Watch(cmd)
	if err != nil {
		return s, fmt.Errorf("%w: %s", err, out)
	}
	steady := said.FindStringSubmatch(string(out))
	if steady == nil || steady[1] != strconv.Itoa(r.rows) {
		return s, fmt.Errorf("it says nothing of %d messages: %s", r.rows, out)
	}
	rate, err := strconv.ParseFloat(steady[2], 64)
	if err != nil {
		return s, err
	}
	s.Wall = float64(r.rows) / rate
	s.Counts = map[string]int64{"messages": int64(r.rows)}
	return s, ear.Take(ctx, r.rows+warm, func(*kgo.Record) error { return nil })
}
