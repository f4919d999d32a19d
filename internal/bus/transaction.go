package bus

import (
	"encoding/json"
	"time"

	"github.com/klauspost/compress/zstd"
)

// The bounds of a transaction. Consumers see nothing of it before its end, and all of it is in memory until then.
const (
	maxMessages = 10_000
	maxBytes    = 16 << 20
	maxAge      = time.Second
)

// transaction is what becomes visible together: messages by partition, and the position that they reach.
type transaction struct {
	parts      []part
	messages   int // tombstones included
	bytes      int
	runs       map[string]uint64 // published versions by run, tombstones left out
	began      time.Time         // when its first row was added
	kind       string
	deployment string
	position   Position
}

// part is a transaction's share of one partition. Its batches' memory is used again.
type part struct {
	batches []batch
	n       int
}

// used are the batches that hold messages.
func (p *part) used() []batch { return p.batches[:p.n] }

// add appends a message to the last batch, or to a new one if that is full.
func (p *part) add(key, value, headers []byte) int {
	size := len(key) + len(value) + len(headers) + 32
	if p.n == 0 || len(p.batches[p.n-1].records)+size > batchLimit {
		if p.n == len(p.batches) {
			p.batches = append(p.batches, batch{})
		}
		b := &p.batches[p.n]
		b.records, b.packed, b.count = b.records[:0], b.packed[:0], 0
		p.n++
	}
	p.batches[p.n-1].add(key, value, headers)
	return size
}

func newTransaction(kind, deployment string, partitions int) *transaction {
	return &transaction{kind: kind, deployment: deployment, parts: make([]part, partitions), runs: map[string]uint64{}}
}

// reset empties it for use again.
func (t *transaction) reset() {
	for i := range t.parts {
		t.parts[i].n = 0
	}
	t.messages, t.bytes = 0, 0
	clear(t.runs)
}

// pack compresses its batches.
func (t *transaction) pack(z *zstd.Encoder) {
	for i := range t.parts {
		used := t.parts[i].used()
		for j := range used {
			used[j].pack(z)
		}
	}
}

func (t *transaction) full() bool { return t.messages >= maxMessages || t.bytes >= maxBytes }

// mark is the batch that holds the position.
func (t *transaction) mark() batch {
	var b batch
	b.add([]byte(t.kind), t.position.encode(t.deployment), appendVarint(nil, 0))
	return b
}

// mark is what a position record holds.
type markJSON struct {
	Deployment string `json:"deployment"`
	Seq        uint64 `json:"seq"`
	TopicID    string `json:"topic_id"`
	Partitions int    `json:"partitions"`
	Run        string `json:"run,omitempty"`
}

func (p Position) encode(deployment string) []byte {
	b, err := json.Marshal(markJSON{deployment, p.Seq, p.TopicID, p.Partitions, p.Run})
	if err != nil {
		panic(err) // texts and numbers only
	}
	return b
}
