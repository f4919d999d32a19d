package bus

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"creditsync/internal/testkit/golden"
	"creditsync/schemas"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"
)

// encodeAll encodes the rows of a record.
func encodeAll(t testing.TB, kind *schemas.Kind, rec arrow.Record) []Message {
	t.Helper()
	e := newEncoder(kind, "6f1f")
	if err := e.bind(rec); err != nil {
		t.Fatal(err)
	}
	var all []Message
	for i := range e.rows {
		if err := e.encode(i, "0190-run"); err != nil {
			t.Fatal(err)
		}
		m := Message{Key: bytes.Clone(e.key), Headers: parseHeaders(t, e.headers)}
		if !e.tombstone(i) {
			m.Value = bytes.Clone(e.value)
		}
		all = append(all, m)
	}
	return all
}

func parseHeaders(t testing.TB, b []byte) (all []Header) {
	t.Helper()
	next := func() int64 {
		n, size := binary.Varint(b)
		if size <= 0 {
			t.Fatal("headers are cut off")
		}
		b = b[size:]
		return n
	}
	text := func() []byte {
		n := next()
		s := b[:n]
		b = b[n:]
		return bytes.Clone(s)
	}
	for range next() {
		all = append(all, Header{string(text()), text()})
	}
	if len(b) > 0 {
		t.Fatalf("%d bytes after the headers", len(b))
	}
	return all
}

// samples are versions that use every part of a message.
func samples() []version {
	person := penalty(7, 3, opUpsert)
	person.changed = []string{"penalty_content", "fine_wanyuan"}
	for name, v := range map[string]string{
		"subject_name": "测试某", "subject_type": schemas.Person, "uscc": "", "id_type": schemas.ResidentID, "id_no": "360802********1238",
		"id_no_cipher": "\x01\x02sealed\xff", "text_cipher": "\x01all", "confiscated_wanyuan": "123456789012.000001",
	} {
		person.fields[name] = v
	}
	return []version{penalty(1, 1, opUpsert), person, penalty(1, 2, opDelete), penalty(1, 3, opForget)}
}

func TestEncoder_Encode_Golden(t *testing.T) {
	t.Parallel()
	rec := recordOf(schemas.AdminPenalty(), 5, 1, samples())
	defer rec.Release()
	var out bytes.Buffer
	for _, m := range encodeAll(t, schemas.AdminPenalty(), rec) {
		fmt.Fprintf(&out, "%s\n", m.Key)
		for _, h := range m.Headers {
			fmt.Fprintf(&out, "  %s: %s\n", h.Key, h.Value)
		}
		if m.Value == nil {
			fmt.Fprintln(&out, "(tombstone)")
			continue
		}
		if err := json.Indent(&out, m.Value, "", "  "); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&out)
	}
	golden.CheckFile(t, "testdata/messages.golden", out.String())
}

// as converts a text column to another of the encodings that ClickHouse may choose.
func as(t *testing.T, a arrow.Array, to arrow.DataType) arrow.Array {
	t.Helper()
	b := array.NewBuilder(memory.DefaultAllocator, to)
	defer b.Release()
	for i := range a.Len() {
		if a.IsNull(i) {
			b.AppendNull()
		} else if err := b.AppendValueFromString(text(a.(*array.String).Value(i), to)); err != nil {
			t.Fatal(err)
		}
	}
	return b.NewArray()
}

// text is s as AppendValueFromString takes it: bytes come in base64.
func text(s string, to arrow.DataType) string {
	if d, ok := to.(*arrow.DictionaryType); ok {
		to = d.ValueType
	}
	switch to.ID() {
	case arrow.BINARY, arrow.LARGE_BINARY:
		return base64.StdEncoding.EncodeToString([]byte(s))
	}
	return s
}

func TestEncoder_Bind_AnyEncodingOfTextGivesTheSameMessages(t *testing.T) {
	t.Parallel()
	kind := schemas.AdminPenalty()
	plain := recordOf(kind, 5, 1, samples())
	t.Cleanup(plain.Release)
	want := encodeAll(t, kind, plain)
	for _, to := range []arrow.DataType{
		arrow.BinaryTypes.Binary, arrow.BinaryTypes.LargeString, arrow.BinaryTypes.LargeBinary,
		&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String},
		&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint32, ValueType: arrow.BinaryTypes.Binary},
	} {
		t.Run(to.String(), func(t *testing.T) {
			t.Parallel()
			cols := append([]arrow.Array{}, plain.Columns()...)
			fields := append([]arrow.Field{}, plain.Schema().Fields()...)
			for i, c := range cols {
				if c.DataType().ID() == arrow.STRING {
					cols[i] = as(t, c, to)
					fields[i].Type = to
				}
			}
			rec := array.NewRecord(arrow.NewSchema(fields, nil), cols, plain.NumRows())
			if got := encodeAll(t, kind, rec); !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestEncoder_Bind_RefusesOtherColumns(t *testing.T) {
	t.Parallel()
	kind := schemas.AdminPenalty()
	plain := recordOf(kind, 5, 1, samples())
	t.Cleanup(plain.Release)
	other := func(name string, to arrow.Array) arrow.Record {
		cols := append([]arrow.Array{}, plain.Columns()...)
		fields := append([]arrow.Field{}, plain.Schema().Fields()...)
		i := plain.Schema().FieldIndices(name)[0]
		cols[i], fields[i].Type = to, to.DataType()
		return array.NewRecord(arrow.NewSchema(fields, nil), cols, plain.NumRows())
	}
	n := array.NewInt32Builder(memory.DefaultAllocator)
	n.AppendValues([]int32{1, 2, 3, 4}, nil)
	numbers := n.NewArray()
	d := array.NewDecimal128Builder(memory.DefaultAllocator, &arrow.Decimal128Type{Precision: 18, Scale: 2})
	d.AppendValues(make([]decimal128.Num, 4), nil)
	cents := d.NewArray()
	for name, c := range map[string]arrow.Array{
		"seq": numbers, "op": numbers, "notify": numbers, "changed": numbers, "decision_date": numbers,
		"fine_wanyuan": cents, "subject_name": numbers, "penalty_category": numbers, "ingested_ms": numbers,
	} {
		if err := newEncoder(kind, "d").bind(other(name, c)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s of type %s: got %v, want an error that names it", name, c.DataType(), err)
		}
	}
	if err := newEncoder(kind, "d").bind(plain.NewSlice(0, 1)); err != nil {
		t.Error(err)
	}
	short := array.NewRecord(arrow.NewSchema(plain.Schema().Fields()[1:], nil), plain.Columns()[1:], plain.NumRows())
	if err := newEncoder(kind, "d").bind(short); err == nil {
		t.Error("a record without seq was accepted")
	}
}

func TestJSONSchema_Golden(t *testing.T) {
	t.Parallel()
	for _, k := range schemas.All() {
		golden.CheckFile(t, "testdata/"+k.Name+".schema.json", string(JSONSchema(k)))
	}
}

func TestJSONSchema_EveryFieldHasItsCode(t *testing.T) {
	t.Parallel()
	for _, k := range schemas.All() {
		var s struct {
			ID         string `json:"$id"`
			Properties struct {
				Data struct {
					Properties map[string]map[string]any `json:"properties"`
				} `json:"data"`
			} `json:"properties"`
		}
		if err := json.Unmarshal(JSONSchema(k), &s); err != nil {
			t.Fatal(err)
		}
		for _, f := range k.Fields {
			if got, _ := s.Properties.Data.Properties[f.Name]["x-standard-code"].(string); got != f.Code {
				t.Errorf("%s.%s: x-standard-code is %v, want %s", k.Name, f.Name, got, f.Code)
			}
		}
	}
}

func TestJSONSchema_MessagesValidate(t *testing.T) {
	t.Parallel()
	kind := schemas.AdminPenalty()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema(kind)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(SchemaID(kind), doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(SchemaID(kind))
	if err != nil {
		t.Fatal(err)
	}
	rec := recordOf(kind, 5, 1, samples())
	defer rec.Release()
	for _, m := range encodeAll(t, kind, rec) {
		if m.Value == nil {
			continue
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(m.Value))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Error(err)
		}
		v.(map[string]any)["op"] = "erase"
		if schema.Validate(v) == nil {
			t.Error("an unknown op is valid")
		}
	}
}

func TestPartition_IsJavas(t *testing.T) {
	t.Parallel()
	// Of Kafka's own UtilsTest.testMurmur2.
	for key, want := range map[string]int32{
		"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536, "a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971, "abc": 479470107,
	} {
		if got := int32(murmur2(key)); got != want {
			t.Errorf("murmur2(%q) = %d, want %d", key, got, want)
		}
		if got, want := Partition(key, 6), int(want&0x7fffffff)%6; got != want {
			t.Errorf("Partition(%q, 6) = %d, want %d", key, got, want)
		}
	}
}

// jsonString holds appendString against encoding/json.
func jsonString(s string) error {
	got := appendString(nil, s)
	var back string
	if err := json.Unmarshal(got, &back); err != nil {
		return fmt.Errorf("%q: %w", got, err)
	}
	if want := strings.ToValidUTF8(s, "\ufffd"); utf8.ValidString(s) && back != want {
		return fmt.Errorf("%q comes back as %q", want, back)
	}
	if !utf8.Valid(got) {
		return fmt.Errorf("%q is not UTF-8", got)
	}
	return nil
}

func FuzzAppendString_IsJSON(f *testing.F) {
	for _, s := range []string{"", "吉市监处罚〔2024〕12号", "a\"b\\c\n\r\t\x00\x1f\x7f", "\xff\xfe", "日\xe6\x97", "12345678\"", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if err := jsonString(s); err != nil {
			t.Error(err)
		}
	})
}

func TestAppendString_IsJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("ab\"\\\n\x01罚款")), 0, 40, -1)).Draw(t, "s")
		if err := jsonString(s); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAppendDecimal_IsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		hi, lo := rapid.Int64Range(-1<<40, 1<<40).Draw(t, "hi"), rapid.Uint64().Draw(t, "lo")
		if rapid.Bool().Draw(t, "small") {
			hi, lo = 0, lo%1000000000
		}
		n := decimal128.New(hi, lo)
		got := string(appendDecimal(nil, n, 6))
		back, ok := new(big.Rat).SetString(got)
		want := new(big.Rat).SetFrac(n.BigInt(), big.NewInt(1_000_000))
		if !ok || back.Cmp(want) != 0 {
			t.Fatalf("%s is %s", want.FloatString(6), got)
		}
		if _, places, _ := strings.Cut(got, "."); len(places) != 6 {
			t.Fatalf("%s has not six places", got)
		}
	})
}

func TestAppendDay_IsISO(t *testing.T) {
	t.Parallel()
	for day := int32(-25567); day < 120530; day += 17 {
		want := time.Unix(int64(day)*86400, 0).UTC().Format(time.DateOnly)
		if got := string(appendDay(nil, day)); got != want {
			t.Fatalf("day %d: got %s, want %s", day, got, want)
		}
	}
}

func TestVarintLen(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, -1, 63, 64, -64, -65, 8191, 8192, 1 << 20, 1<<31 - 1} {
		if got, want := varintLen(n), len(appendVarint(nil, n)); got != want {
			t.Errorf("varintLen(%d) = %d, want %d", n, got, want)
		}
	}
}

func BenchmarkEncoder(b *testing.B) {
	kind := schemas.AdminPenalty()
	rec := recordOf(kind, 5, 1, penalties(0, 1000, 1))
	defer rec.Release()
	e := newEncoder(kind, "6f1f")
	if err := e.bind(rec); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	size := 0
	for i := range b.N {
		if err := e.encode(i%1000, "0190-run"); err != nil {
			b.Fatal(err)
		}
		size = len(e.value) + len(e.headers)
	}
	b.ReportMetric(float64(size), "bytes/message")
}
