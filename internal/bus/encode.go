package bus

import (
	"fmt"
	"strconv"
	"time"

	"creditsync/schemas"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// The operations that a version stands for.
const (
	opUpsert = "upsert"
	opDelete = "delete"
	opForget = "forget"
)

// encoder turns the rows of one record after another into messages of one kind. It is not safe for concurrent use.
type encoder struct {
	kind    *schemas.Kind
	source  string // ce_source up to the pipeline
	types   map[string]string
	schema  string // ce_dataschema
	columns []dataColumn

	rows     int
	seq      *array.Uint64
	check    *array.Uint64
	id       texts
	version  *array.Uint32
	op       texts
	status   texts
	notify   func(int) bool
	pipeline texts
	ref      texts
	ingested *array.Int64
	changed  lists
	subject  [3]texts // type, name, uscc
	value    []byte
	headers  []byte
	key      []byte
	spare    []byte
	whenMS   int64
	when     []byte
}

// dataColumn writes one field of a message's data.
type dataColumn struct {
	column schemas.Column
	label  string // "name":
	write  func(dst []byte, row int) []byte
	absent func(row int) bool
}

// newEncoder makes an encoder for a kind on one deployment.
func newEncoder(kind *schemas.Kind, deployment string) *encoder {
	e := &encoder{
		kind: kind, source: "creditsync/" + deployment + "/", schema: SchemaID(kind), types: map[string]string{},
		whenMS: -1 << 63,
	}
	for _, op := range []string{opUpsert, opDelete, opForget} {
		e.types[op] = "cn.credit." + kind.Name + "." + op
	}
	for _, c := range kind.Columns() {
		if c.Part != schemas.Index {
			e.columns = append(e.columns, dataColumn{column: c, label: `"` + c.Name + `":`})
		}
	}
	return e
}

// bind makes rec the record whose rows are encoded next. It finds columns by name and refuses a record whose columns have
// other types than the kind's, because ClickHouse coerces without a word. The record must outlive its use.
func (e *encoder) bind(rec arrow.Record) error {
	b := binding{rec: rec}
	e.rows = int(rec.NumRows())
	e.seq = bindNumbers[*array.Uint64](&b, "seq")
	e.check = bindNumbers[*array.Uint64](&b, "row_check")
	e.version = bindNumbers[*array.Uint32](&b, "version")
	e.ingested = bindNumbers[*array.Int64](&b, "ingested_ms")
	e.id, e.op, e.status = b.texts(schemas.ColRecordID), b.texts("op"), b.texts("status")
	e.pipeline, e.ref = b.texts("pipeline"), b.texts(schemas.ColSourceRef)
	e.notify = b.flags("notify")
	e.changed = b.lists("changed")
	for i, name := range []string{e.kind.Subject.Type, e.kind.Subject.Name, e.kind.Subject.USCC} {
		e.subject[i] = b.texts(name)
	}
	for i := range e.columns {
		b.data(&e.columns[i])
	}
	return b.err
}

// binding finds columns and keeps the first error.
type binding struct {
	rec arrow.Record
	err error
}

func (b *binding) column(name string) arrow.Array {
	at := b.rec.Schema().FieldIndices(name)
	if len(at) != 1 {
		b.fail(name, fmt.Errorf("is there %d times", len(at)))
		return nil
	}
	return b.rec.Column(at[0])
}

func (b *binding) fail(name string, err error) {
	if b.err == nil && err != nil {
		b.err = fmt.Errorf("column %s %w", name, err)
	}
}

func bindNumbers[A arrow.Array](b *binding, name string) (n A) {
	if a := b.column(name); a != nil {
		var err error
		n, err = numbers[A](a)
		b.fail(name, err)
		if err == nil && n.NullN() > 0 {
			b.fail(name, fmt.Errorf("has %d nulls", n.NullN()))
		}
	}
	return n
}

func (b *binding) texts(name string) texts {
	a := b.column(name)
	if a == nil {
		return nil
	}
	t, err := asTexts(a)
	b.fail(name, err)
	return t
}

func (b *binding) flags(name string) func(int) bool {
	a := b.column(name)
	if a == nil {
		return nil
	}
	f, err := asFlags(a)
	b.fail(name, err)
	return f
}

func (b *binding) lists(name string) lists {
	a := b.column(name)
	if a == nil {
		return lists{}
	}
	l, err := asLists(a)
	b.fail(name, err)
	return l
}

// data binds how a field is written: by its declared type, never by what arrived.
func (b *binding) data(c *dataColumn) {
	a := b.column(c.column.Name)
	if a == nil {
		return
	}
	var err error
	if c.column.Part == schemas.Cipher {
		err = c.bindTexts(a, appendBase64)
		b.fail(c.column.Name, err)
		return
	}
	switch c.column.Field.Type {
	case schemas.Date:
		var d *array.Date32
		if d, err = numbers[*array.Date32](a); err == nil {
			c.absent = d.IsNull
			c.write = func(dst []byte, row int) []byte {
				return append(appendDay(append(dst, '"'), int32(d.Value(row))), '"')
			}
		}
	case schemas.Money:
		var m amounts
		if m, err = asAmounts(a, c.column.ArrowType()); err == nil {
			c.absent = m.IsNull
			c.write = func(dst []byte, row int) []byte {
				return append(appendDecimal(append(dst, '"'), m.Value(row), m.scale), '"')
			}
		}
	case schemas.Count:
		var n *array.Int32
		if n, err = numbers[*array.Int32](a); err == nil {
			c.absent = n.IsNull
			c.write = func(dst []byte, row int) []byte { return strconv.AppendInt(dst, int64(n.Value(row)), 10) }
		}
	case schemas.Choices:
		var l lists
		if l, err = asLists(a); err == nil {
			c.absent = func(row int) bool { from, to := l.span(row); return from == to }
			c.write = l.appendJSON
		}
	default:
		err = c.bindTexts(a, appendString)
	}
	b.fail(c.column.Name, err)
}

func (c *dataColumn) bindTexts(a arrow.Array, write func([]byte, string) []byte) error {
	t, err := asTexts(a)
	if err != nil {
		return err
	}
	c.absent = func(row int) bool { return t.IsNull(row) || len(t.Value(row)) == 0 }
	c.write = func(dst []byte, row int) []byte { return write(dst, t.Value(row)) }
	return nil
}

func (l lists) appendJSON(dst []byte, row int) []byte {
	from, to := l.span(row)
	dst = append(dst, '[')
	for i := from; i < to; i++ {
		if i > from {
			dst = append(dst, ',')
		}
		dst = appendString(dst, l.items.Value(i))
	}
	return append(dst, ']')
}

// encode makes the message of a row: e.key, e.headers (as they stand in a record: their count, then each) and e.value,
// nil for a tombstone. They are overwritten by the next call.
func (e *encoder) encode(row int, run string) error {
	id, op := e.id.Value(row), e.op.Value(row)
	if len(id) != 16 {
		return fmt.Errorf("a record_id has %d bytes, not 16", len(id))
	}
	ceType, known := e.types[op]
	if !known {
		return fmt.Errorf("unknown op %q", op)
	}
	e.key = appendHex(e.key[:0], id)
	e.value = e.value[:0]
	if op != opForget {
		e.appendValue(row, op)
	}
	e.appendHeaders(row, ceType, run, op == opForget)
	return nil
}

// tombstone reports whether the message of the row has no value.
func (e *encoder) tombstone(row int) bool { return e.op.Value(row) == opForget }

func (e *encoder) appendValue(row int, op string) {
	v := append(e.value, `{"kind":"`...)
	v = append(v, e.kind.Name...)
	v = append(v, `","record_id":"`...)
	v = append(v, e.key...)
	v = append(v, `","version":`...)
	v = strconv.AppendUint(v, uint64(e.version.Value(row)), 10)
	v = append(v, `,"op":"`...)
	v = append(v, op...)
	v = append(v, `","status":`...)
	v = appendString(v, e.status.Value(row))
	v = append(v, `,"subject":{`...)
	v = e.appendPresent(v, row, `"type":`, e.subject[0])
	v = e.appendPresent(v, row, `"name":`, e.subject[1])
	v = e.appendPresent(v, row, `"uscc":`, e.subject[2])
	v = append(v, `},"data":{`...)
	for i := range e.columns {
		c := &e.columns[i]
		if c.absent(row) {
			continue
		}
		if v[len(v)-1] != '{' {
			v = append(v, ',')
		}
		v = c.write(append(v, c.label...), row)
	}
	v = append(v, '}')
	if from, to := e.changed.span(row); from < to {
		v = append(v, `,"changed":`...)
		v = e.changed.appendJSON(v, row)
	}
	v = append(v, `,"source":{`...)
	v = e.appendPresent(v, row, `"pipeline":`, e.pipeline)
	v = e.appendPresent(v, row, `"ref":`, e.ref)
	e.value = append(v, '}', '}')
}

// appendPresent writes a label and a text unless it is absent, with a comma unless it comes first.
func (e *encoder) appendPresent(v []byte, row int, label string, t texts) []byte {
	if t.IsNull(row) {
		return v
	}
	s := t.Value(row)
	if s == "" {
		return v
	}
	if v[len(v)-1] != '{' {
		v = append(v, ',')
	}
	return appendString(append(v, label...), s)
}

// appendHeaders writes CloudEvents 1.0 in binary mode (Kafka protocol binding §3.2), and seq and run beside it.
func (e *encoder) appendHeaders(row int, ceType, run string, tombstone bool) {
	count := 9
	if tombstone {
		count = 7 // without data, neither its type nor its schema
	}
	h := appendVarint(e.headers[:0], count)
	h = appendHeader(h, "ce_specversion", "1.0")
	s := append(append(e.spare[:0], e.key...), ':')
	s = strconv.AppendUint(s, uint64(e.version.Value(row)), 10)
	h = appendHeader(h, "ce_id", s)
	h = appendHeader(h, "ce_type", ceType)
	s = append(append(s[:0], e.source...), e.pipeline.Value(row)...)
	h = appendHeader(h, "ce_source", s)
	if ms := e.ingested.Value(row); ms != e.whenMS {
		// Rows of one statement have one time: format it once.
		e.whenMS, e.when = ms, time.UnixMilli(ms).UTC().AppendFormat(e.when[:0], "2006-01-02T15:04:05.000Z07:00")
	}
	h = appendHeader(h, "ce_time", e.when)
	if !tombstone {
		h = appendHeader(h, "ce_dataschema", e.schema)
		h = appendHeader(h, "content-type", "application/json")
	}
	s = strconv.AppendUint(s[:0], e.seq.Value(row), 10)
	h = appendHeader(h, "seq", s)
	e.headers = appendHeader(h, "run", run)
	e.spare = s
}

func appendHeader[V string | []byte](dst []byte, key string, value V) []byte {
	dst = append(appendVarint(dst, len(key)), key...)
	return append(appendVarint(dst, len(value)), value...)
}
