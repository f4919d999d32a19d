package bus

import (
	"context"
	"io"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// ready is an outbox whose records are built beforehand, so that a benchmark measures the relay alone.
type ready struct {
	*outbox
	records map[uint64][]arrow.Record
}

func (o *ready) Read(_ context.Context, c Commit) (Rows, error) {
	return &readyRows{o.records[c.No]}, nil
}

type readyRows struct{ left []arrow.Record }

func (r *readyRows) Next() (arrow.Record, error) {
	if len(r.left) == 0 {
		return nil, io.EOF
	}
	rec := r.left[0]
	r.left = r.left[1:]
	rec.Retain()
	return rec, nil
}

func (r *readyRows) Close() {}

// numbered is rec as rows of a commit: its own seq and row_check, all other columns shared.
func numbered(rec arrow.Record, commit uint64, first int, vs []version) arrow.Record {
	seqs, checks := array.NewUint64Builder(memory.DefaultAllocator), array.NewUint64Builder(memory.DefaultAllocator)
	for i, v := range vs {
		seq := commit<<seqBits | uint64(first+i)
		seqs.Append(seq)
		checks.Append(v.check(seq))
	}
	cols := append([]arrow.Array{seqs.NewArray(), checks.NewArray()}, rec.Columns()[2:]...)
	return array.NewRecord(rec.Schema(), cols, rec.NumRows())
}

func BenchmarkRelay(b *testing.B) {
	const commits, rows, perRecord = 10, 100_000, 10_000
	for name, cfg := range map[string]func() Config{
		"embedded": func() Config { return Config{Brokers: []string{shared.embeddedAddr(b)}, Embedded: true} },
		"kafka":    func() Config { return Config{Brokers: []string{shared.kafkaAddr(b)}} },
	} {
		b.Run(name, func(b *testing.B) {
			r := newRig(cfg(), shared.kind(b))
			o := &ready{r.outbox, map[uint64][]arrow.Record{}}
			vs := penalties(0, rows, 1)
			for no := uint64(1); no <= commits; no++ {
				r.outbox.add(no, "run", vs...)
				r.outbox.lies[no] = true
				for first := 0; first < rows; first += perRecord {
					some := vs[first : first+perRecord]
					if no == 1 {
						o.records[no] = append(o.records[no], recordOf(r.kind, no, first+1, some))
					} else {
						o.records[no] = append(o.records[no], numbered(o.records[1][first/perRecord], no, first+1, some))
					}
				}
			}
			clear(r.outbox.rows)
			vs = nil
			for b.Loop() {
				fresh := newRig(r.cfg, shared.kind(b)) // a topic and a position of its own
				rel := fresh.relay(b, func(opt *Options) { opt.Outbox = o })
				res, err := rel.Catchup(b.Context())
				if err != nil || res.Messages != commits*rows {
					b.Fatal(res, err)
				}
				rel.Close()
			}
			b.ReportMetric(float64(b.N*commits*rows)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}
