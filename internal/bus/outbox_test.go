package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"sync"
	"time"

	"creditsync/schemas"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// version is a committed version as a test writes it down.
type version struct {
	id       string // 16 bytes
	version  uint32
	op       string
	silent   bool              // not for the relay
	fields   map[string]string // texts of the kind's columns; "a|b" for lists, digits for amounts, days for dates
	changed  []string
	ref      string
	ingested int64
}

// recordOf builds a record of the kind's MessageArrow from versions of one commit, numbered from first.
func recordOf(kind *schemas.Kind, commit uint64, first int, vs []version) arrow.Record {
	schema := kind.MessageArrow()
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for i, v := range vs {
		seq := commit<<seqBits | uint64(first+i)
		for col, f := range schema.Fields() {
			appendCell(b.Field(col), f.Name, seq, v)
		}
	}
	return b.NewRecord()
}

func appendCell(b array.Builder, name string, seq uint64, v version) {
	switch name {
	case "seq":
		b.(*array.Uint64Builder).Append(seq)
	case "row_check":
		b.(*array.Uint64Builder).Append(v.check(seq))
	case schemas.ColRecordID:
		b.(*array.FixedSizeBinaryBuilder).Append([]byte(v.id))
	case "version":
		b.(*array.Uint32Builder).Append(v.version)
	case "op":
		b.(*array.StringBuilder).Append(v.op)
	case "status":
		b.(*array.StringBuilder).Append("active")
	case "notify":
		n := uint8(1)
		if v.silent {
			n = 0
		}
		b.(*array.Uint8Builder).Append(n)
	case "pipeline":
		b.(*array.StringBuilder).Append("market-penalties")
	case schemas.ColSourceRef:
		b.(*array.StringBuilder).Append(v.ref)
	case "ingested_ms":
		b.(*array.Int64Builder).Append(v.ingested)
	case "changed":
		appendList(b.(*array.ListBuilder), v.changed)
	default:
		appendField(b, v.fields[name])
	}
}

func appendField(b array.Builder, text string) {
	if text == "" {
		b.AppendNull()
		return
	}
	switch b := b.(type) {
	case *array.StringBuilder:
		b.Append(text)
	case *array.BinaryBuilder:
		b.Append([]byte(text))
	case *array.Date32Builder:
		day, err := time.Parse("2006-01-02", text)
		if err != nil {
			panic(err)
		}
		b.Append(arrow.Date32FromTime(day))
	case *array.Decimal128Builder:
		n, err := decimal128.FromString(text, 38, 6)
		if err != nil {
			panic(err)
		}
		b.Append(n)
	case *array.ListBuilder:
		appendList(b, []string{text})
	default:
		panic(fmt.Sprintf("no cell for %T", b))
	}
}

func appendList(b *array.ListBuilder, items []string) {
	b.Append(true)
	for _, s := range items {
		b.ValueBuilder().(*array.StringBuilder).Append(s)
	}
}

// check stands for what the engine computes of a row.
func (v version) check(seq uint64) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, seq, v.id, v.version, v.op, v.silent)
	return h.Sum64()
}

// outbox is a ledger and a warehouse in memory.
type outbox struct {
	kind    *schemas.Kind
	mu      sync.Mutex
	commits []Commit
	rows    map[uint64][]version
	perRead int // rows in a record
	// what a test makes go wrong
	hidden map[uint64]int // rows at the end of a commit that are not read
	lies   map[uint64]bool
}

func newOutbox(kind *schemas.Kind) *outbox {
	return &outbox{kind: kind, rows: map[uint64][]version{}, perRead: 700, hidden: map[uint64]int{}, lies: map[uint64]bool{}}
}

// add closes a commit of the given number.
func (o *outbox) add(no uint64, run string, vs ...version) {
	c := Commit{Kind: o.kind.Name, No: no, Rows: uint64(len(vs)), Run: run, Pipeline: "market-penalties"}
	for i, v := range vs {
		c.Checksum += v.check(no<<seqBits | uint64(i+1))
		if !v.silent {
			c.Notify++
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.commits = append(o.commits, c)
	o.rows[no] = vs
}

func (o *outbox) Committed(_ context.Context, _ string, after uint64, limit int) ([]Commit, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var found []Commit
	for _, c := range o.commits {
		if c.No > after && len(found) < limit {
			found = append(found, c)
		}
	}
	return found, nil
}

func (o *outbox) versions(no uint64) []version {
	o.mu.Lock()
	defer o.mu.Unlock()
	vs := o.rows[no]
	return vs[:len(vs)-o.hidden[no]]
}

func (o *outbox) Verify(_ context.Context, c Commit) (rows, sum uint64, err error) {
	if o.lies[c.No] {
		return c.Rows, c.Checksum, nil
	}
	for i, v := range o.versions(c.No) {
		rows++
		sum += v.check(c.No<<seqBits | uint64(i+1))
	}
	return rows, sum, nil
}

func (o *outbox) Read(_ context.Context, c Commit) (Rows, error) {
	return &rowsOf{o: o, no: c.No, left: o.versions(c.No)}, nil
}

type rowsOf struct {
	o    *outbox
	no   uint64
	done int
	left []version
}

func (r *rowsOf) Next() (arrow.Record, error) {
	if len(r.left) == 0 {
		return nil, io.EOF
	}
	n := min(r.o.perRead, len(r.left))
	rec := recordOf(r.o.kind, r.no, r.done+1, r.left[:n])
	r.left, r.done = r.left[n:], r.done+n
	return rec, nil
}

func (r *rowsOf) Close() {}

// lease is what the ledger remembers, in memory or in a file that outlives a process.
type lease struct {
	mu   sync.Mutex
	pos  Position
	set  bool
	file string
	fail error
}

func (l *lease) Position(context.Context, string) (Position, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != "" {
		b, err := os.ReadFile(l.file)
		if errors.Is(err, os.ErrNotExist) {
			return Position{}, false, nil
		}
		if err != nil {
			return Position{}, false, err
		}
		l.set = true
		if err := json.Unmarshal(b, &l.pos); err != nil {
			return Position{}, false, err
		}
	}
	return l.pos, l.set, l.fail
}

func (l *lease) Remember(_ context.Context, p Position) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.Seq > l.pos.Seq {
		l.pos, l.set = p, true
	}
	if l.file != "" {
		b, err := json.Marshal(l.pos)
		if err != nil {
			return err
		}
		if err := os.WriteFile(l.file+".new", b, 0o600); err != nil {
			return err
		}
		return os.Rename(l.file+".new", l.file)
	}
	return l.fail
}

// kindOf is the kind of administrative penalties under another name and ordinal, so that tests share a broker.
func kindOf(name string, ordinal int) *schemas.Kind {
	k := *schemas.AdminPenalty()
	k.Name, k.Ordinal = name, ordinal
	return &k
}

// penalty is a believable version.
func penalty(record, ver int, op string) version {
	return version{
		id: fmt.Sprintf("%016d", record), version: uint32(ver), op: op, ref: fmt.Sprintf("inbox/penalties/a.csv:%d", record+2),
		ingested: 1704243723456 + int64(ver),
		fields: map[string]string{
			"subject_name": "庐陵测试商贸有限公司", "subject_type": schemas.Organisation, "uscc": "91360802MA36T00X6M",
			"decision_no": fmt.Sprintf("吉市监处罚〔2024〕%d号", record), "violation_type": "未按规定公示", "violation_fact": "未在规定期限内公示 \"年度报告\"\n另查明\\",
			"legal_basis": "《企业信息公示暂行条例》第十七条", "penalty_category": "罚款", "penalty_content": "罚款人民币2000元",
			"fine_wanyuan": "0.200000", "decision_date": "2024-01-03", "valid_until": "2025-01-03", "publicity_until": "2025-01-03",
			"authority_name": "吉安市市场监督管理局", "authority_uscc": "11360800014567892P",
			"source_unit_name": "吉安市市场监督管理局", "source_unit_uscc": "11360800014567892P",
		},
	}
}

// penalties are versions of the given number for records from first on.
func penalties(first, n, ver int) []version {
	vs := make([]version, n)
	for i := range vs {
		vs[i] = penalty(first+i, ver, opUpsert)
	}
	return vs
}
