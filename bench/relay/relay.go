// Package relay is workload W4: a million committed changes told to Apache Kafka in transactions with acks from all
// replicas, against Kafka's own ProducerPerformance with the same messages as its payload, the same compression and
// transactions, warm.
//
// Ours also sends what the other side does not: a key, ten headers, and the position within each transaction; and it reads the
// rows from the warehouse and makes the messages of them.
package relay

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/twmb/franz-go/pkg/kgo"

	"creditsync/bench/duel"
	"creditsync/bench/ground"
	"creditsync/bench/topic"
	"creditsync/internal/bus"
	"creditsync/schemas"
)

// Run measures so many changes, in pairs.
func Run(ctx context.Context, binary string, rows, pairs int) (*duel.Result, error) {
	g, err := ground.Start(binary)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	r := &relay{ground: g, rows: rows, payload: filepath.Join(g.Dir, "payload")}
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	return duel.Duel{
		ID: "W4", Name: "relay", Rival: "ProducerPerformance", Pairs: pairs, Floor: 0.8, Aim: 1.5,
		Title:  fmt.Sprintf("%d committed changes to Apache Kafka 4.2, transactions, acks all, zstd; CPU is of the whole command, reading and committing included", rows),
		Theirs: r.theirs, Ours: r.ours,
	}.Run(ctx, os.Stderr)
}

type relay struct {
	ground  *ground.Ground
	site    string
	files   [2]string // each row of one differs from that of the other
	turn    int
	rows    int
	payload string // the messages of the first load, one a line
}

const pipeline = "  - {name: bench, kind: admin_penalty, mode: snapshot, source: {file: {path: inbox/penalties.csv}}}\n"

// prepare loads the first file, keeps its messages as the other side's payload, and makes the other side's topic.
func (r *relay) prepare(ctx context.Context) error {
	first, err := duel.Penalties(ctx, filepath.Join(r.ground.Dir, "first"), r.rows)
	if err != nil {
		return err
	}
	r.files = [2]string{first, filepath.Join(r.ground.Dir, "changed.csv")}
	if err := duel.Rewrite(first, r.files[1], func(_ int, line []byte) []byte { return duel.Remark(line, "（已复核）") }); err != nil {
		return err
	}
	if r.site, err = r.ground.OnKafka(ctx, pipeline); err != nil {
		return err
	}
	if err := r.deliver(); err != nil {
		return err
	}
	if _, _, err := r.ground.Sync(ctx, r.site, "bench"); err != nil {
		return err
	}
	if err := r.keep(ctx); err != nil {
		return err
	}
	return r.rivalTopic(ctx)
}

// deliver puts the file whose turn it is where the pipeline looks for it.
func (r *relay) deliver() error {
	inbox := filepath.Join(r.site, "inbox", "penalties.csv")
	if err := os.Remove(inbox); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.Link(r.files[r.turn%2], inbox)
}

// ours commits as many changes as there are rows; what counts is how long their telling took.
func (r *relay) ours(ctx context.Context) (duel.Sample, error) {
	r.turn++
	if err := r.deliver(); err != nil {
		return duel.Sample{}, err
	}
	ear, err := topic.FromEnd(ctx, r.ground.Broker(), published)
	if err != nil {
		return duel.Sample{}, err
	}
	defer ear.Close()
	o, s, err := r.ground.Sync(ctx, r.site, "bench")
	if err == nil && o.Updated != uint64(r.rows) {
		err = fmt.Errorf("%d rows are changed: %+v", r.rows, o)
	}
	if err != nil {
		return s, err
	}
	s.Wall = o.PublishSeconds
	s.Counts = map[string]int64{"messages": int64(r.rows)}
	if err := r.arrived(ctx, ear); err != nil {
		return s, err
	}
	return s, r.ground.Quiet(ctx)
}

var published = bus.TopicOf(schemas.AdminPenalty().Name)

// arrived holds what a consumer sees against what the warehouse committed: as many messages, and of the same records.
func (r *relay) arrived(ctx context.Context, ear *topic.Reader) error {
	var sum uint64
	err := ear.Take(ctx, r.rows, func(m *kgo.Record) error {
		var id [16]byte
		if _, err := hex.Decode(id[:], m.Key); err != nil {
			return err
		}
		sum += binary.LittleEndian.Uint64(id[:])
		return nil
	})
	if err != nil {
		return err
	}
	said, err := r.ground.Query(ctx, "SELECT count(), sumWithOverflow(reinterpretAsUInt64(substring(record_id, 1, 8))) FROM credit.admin_penalty_versions WHERE run_no = (SELECT max(run_no) FROM credit.admin_penalty_versions)")
	if want := strconv.Itoa(r.rows) + "\t" + strconv.FormatUint(sum, 10); err == nil && said != want {
		err = fmt.Errorf("the topic has other records than the warehouse: %s, not %s", want, said)
	}
	return err
}
