package engine

import (
	"bytes"
	"io"
	"testing"

	"github.com/ClickHouse/ch-go/proto"
)

// encode writes one block at a revision with an independent encoder.
func encode(t testing.TB, revision int, rows int) []byte {
	t.Helper()
	var (
		id    proto.ColUInt64
		name  proto.ColStr
		maybe = proto.NewColNullable(&proto.ColStr{})
		low   = proto.NewLowCardinality[string](&proto.ColStr{})
		list  = proto.NewArray[string](proto.NewLowCardinality[string](&proto.ColStr{}))
		none  = proto.NewArray[string](proto.NewLowCardinality[string](&proto.ColStr{}))
		pairs = proto.NewMap[string, uint8](&proto.ColStr{}, &proto.ColUInt8{})
		fixed proto.ColFixedStr16
		dec   proto.ColDecimal64
	)
	for i := range rows {
		id.Append(uint64(i))
		name.Append(string(bytes.Repeat([]byte{'x'}, i*100)))
		maybe.Append(proto.Nullable[string]{Set: i%2 == 0, Value: "v"})
		low.Append([]string{"a", "b", "c"}[i%3])
		list.Append([]string{"p", "q", "r"}[:i%3])
		none.Append(nil)
		pairs.Append(map[string]uint8{"k": 1})
		fixed.Append([16]byte{byte(i)})
		dec.Append(proto.Decimal64(i))
	}
	input := proto.Input{{Name: "id", Data: &id}, {Name: "name", Data: &name}, {Name: "maybe", Data: maybe}, {Name: "low", Data: low},
		{Name: "list", Data: list}, {Name: "none", Data: none}, {Name: "pairs", Data: pairs}, {Name: "fixed", Data: &fixed}, {Name: "dec", Data: proto.Alias(&dec, "Decimal(18, 6)")}}
	for _, c := range input {
		if p, ok := c.Data.(proto.Preparable); ok {
			if err := p.Prepare(); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b proto.Buffer
	block := proto.Block{Columns: len(input), Rows: rows, Info: proto.BlockInfo{BucketNum: -1}}
	if revision > 0 {
		block.Info.Encode(&b)
	}
	if err := block.EncodeRawBlock(&b, revision, input); err != nil {
		t.Fatal(err)
	}
	return b.Buf
}

// A block of revision 0 becomes the very bytes that the independent encoder writes at the client's revision.
func TestNativeRevisions(t *testing.T) {
	t.Parallel()
	for _, revision := range []int{54405, 54453, 54454, 54460} {
		for _, rows := range []int{0, 1, 2, 300} {
			var got bytes.Buffer
			w := &nativeWriter{to: &got, revision: uint64(revision)}
			one := encode(t, 0, rows)
			if _, err := w.Write(append(bytes.Clone(one), one...)); err != nil { // two blocks in one piece
				t.Fatalf("revision %d, %d rows: %v", revision, rows, err)
			}
			want := encode(t, revision, rows)
			if !bytes.Equal(got.Bytes(), append(bytes.Clone(want), want...)) {
				t.Errorf("revision %d, %d rows: got %d bytes, want twice %d", revision, rows, got.Len(), len(want))
			}
		}
	}
}

func TestParseType(t *testing.T) {
	t.Parallel()
	for _, ok := range []string{"UInt8", "DateTime('Asia/Shanghai')", "DateTime64(3, 'UTC')", "Decimal(38, 10)", "Enum8('a,(b' = 1, 'it\\'s' = 2)",
		"Array(Tuple(field LowCardinality(String), `odd name` Nullable(FixedString(3))))", "Map(String, Array(UInt8))", "Nested(a UInt8, b String)",
		"LowCardinality(Nullable(String))", "SimpleAggregateFunction(sum, UInt64)", "MultiPolygon", "IntervalDay", "Tuple()", "Variant(String, UInt8)", "Nothing"} {
		if _, err := parseType(ok); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
	for _, bad := range []string{"", "JSON", "Dynamic", "AggregateFunction(sum, UInt64)", "Array(", "Array(UInt8))", "Array()", "FixedString(x)", "Nope(UInt8)"} {
		if c, err := parseType(bad); err == nil {
			t.Errorf("%q was taken: %+v", bad, c)
		}
	}
}

// Broken blocks are errors, whatever their bytes.
func FuzzNativeWriter(f *testing.F) {
	whole := encode(f, 0, 5)
	f.Add(whole)
	f.Add([]byte{1, 1, 1, 'a', 6, 'S', 't', 'r', 'i', 'n', 'g', 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		w := &nativeWriter{to: &out, revision: 54460}
		if _, err := w.Write(b); err == nil && out.Len() < len(b) {
			t.Errorf("%d bytes became %d", len(b), out.Len())
		}
	})
	for n := range whole {
		if _, err := (&nativeWriter{to: io.Discard, revision: 54460}).Write(whole[:n]); err == nil && n > 0 {
			f.Errorf("a block cut at %d of %d was taken", n, len(whole))
		}
	}
}
