package native

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/ClickHouse/ch-go/proto"
	"go.opentelemetry.io/otel/trace"
)

// over reads packets from b.
func over(b []byte) *wire {
	budget := &atomic.Int64{}
	budget.Store(maxPackets)
	return &wire{in: bufio.NewReaderSize(bytes.NewReader(b), 16), budget: budget}
}

// helloBytes is a hello as ch-go writes it.
func helloBytes(revision int) []byte {
	var b proto.Buffer
	proto.ClientHello{Name: "test", Major: 1, Minor: 2, ProtocolVersion: revision, Database: "库", User: "default", Password: "p"}.Encode(&b)
	return b.Buf
}

// queryBytes is a query as ch-go writes it, with everything that it can hold.
func queryBytes(revision int, body string) []byte {
	var b proto.Buffer
	proto.Query{
		ID: "id", Body: body, Stage: proto.StageComplete, Compression: proto.CompressionEnabled,
		Info: proto.ClientInfo{ProtocolVersion: revision, Interface: proto.InterfaceTCP, Query: proto.ClientQueryInitial, InitialUser: "u", ClientName: "c",
			Span: trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}})},
		Settings:   []proto.Setting{{Key: "max_threads", Value: "1", Important: true}, {Key: "custom_x", Value: "'a\\'b'", Custom: true}, {Key: "network_compression_method", Value: "ZSTD"}},
		Parameters: []proto.Parameter{{Key: "x", Value: "'1\\t2'"}},
	}.EncodeAware(&b, revision)
	return b.Buf
}

func TestPackets(t *testing.T) {
	t.Parallel()
	for _, revision := range []int{54429, 54441, 54449, 54453, 54458, 54459, 54460, 54470} {
		h, err := over(helloBytes(revision)[1:]).hello()
		if err != nil || h != (hello{"test", min(revision, newest), "库", "default", "p"}) {
			t.Errorf("revision %d: %+v, %v", revision, h, err)
		}
		w := over(append(queryBytes(min(revision, newest), "SELECT 1")[1:], "rest"...))
		q, err := w.query(min(revision, newest))
		if err != nil || q.ID != "id" || q.Text != "SELECT 1" || !q.compressed || q.method != "ZSTD" || len(q.Settings) != 3 {
			t.Fatalf("revision %d: %+v, %v", revision, q, err)
		}
		if q.Settings[1].Value != "a'b" || !q.Settings[0].Important || q.Settings[2].Important {
			t.Errorf("revision %d: settings %+v", revision, q.Settings)
		}
		if revision >= 54459 && (len(q.Params) != 1 || q.Params[0].Value != "1\t2") {
			t.Errorf("revision %d: parameters %+v", revision, q.Params)
		}
		if rest, _ := io.ReadAll(w.in); string(rest) != "rest" {
			t.Errorf("revision %d: %q is left", revision, rest)
		}
		if w.end(); w.budget.Load() != maxPackets {
			t.Errorf("revision %d: the budget is %d", revision, w.budget.Load())
		}
	}
}

func TestPackets_Refused(t *testing.T) {
	t.Parallel()
	var what *errPacket
	if _, err := over(helloBytes(54428)[1:]).hello(); !errors.As(err, &what) || !strings.Contains(err.Error(), "54429") {
		t.Errorf("an old client: %v", err)
	}
	if _, err := over(queryBytes(newest, strings.Repeat("x", maxPacket))[1:]).query(newest); !errors.As(err, &what) {
		t.Errorf("a long query: %v", err)
	}
	w := over(queryBytes(newest, strings.Repeat("x", 1<<20))[1:])
	w.budget.Store(1 << 19)
	if _, err := w.query(newest); !errors.As(err, &what) {
		t.Errorf("a query too many: %v", err)
	}
	if w.end(); w.budget.Load() != 1<<19 {
		t.Errorf("the budget is %d", w.budget.Load())
	}
}

// Whatever comes, nothing panics, nothing that was not sent takes memory, and the budget is whole afterwards.
func FuzzPackets(f *testing.F) {
	for _, revision := range []int{oldest, 54449, 54454, newest} {
		f.Add(helloBytes(revision)[1:], uint16(revision-oldest))
		f.Add(queryBytes(revision, "SELECT {x:String}")[1:], uint16(revision-oldest))
	}
	f.Add(append(bytes.Repeat([]byte{0xff}, 9), 1), uint16(0))
	f.Fuzz(func(t *testing.T, b []byte, above uint16) {
		revision := oldest + int(above)%(newest-oldest+1)
		_, _ = over(b).hello()
		w := over(b)
		q, err := w.query(revision)
		if held := maxPackets - w.budget.Load(); held > int64(len(b))+64<<10 {
			t.Errorf("%d bytes hold %d", len(b), held)
		}
		if err == nil && len(q.Text) > len(b) {
			t.Errorf("%d bytes became %d", len(b), len(q.Text))
		}
		if w.end(); w.budget.Load() != maxPackets {
			t.Errorf("the budget is %d", w.budget.Load())
		}
	})
}

// dial connects without a client.
func dial(t testing.TB) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", shared.native)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return c
}

// exchange sends bytes and returns what is answered until the end.
func exchange(t testing.TB, b []byte) []byte {
	t.Helper()
	c := dial(t)
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if err != nil {
		t.Logf("after %d bytes: %v", len(got), err)
	}
	return got
}

// What is none of the protocol is answered with words, and the connection ends.
func TestStrangers(t *testing.T) {
	t.Parallel()
	greeting := append(helloBytes(newest), 0) // with the addendum
	for name, test := range map[string]struct {
		send []byte
		want string
	}{
		"a browser":      {[]byte("GET / HTTP/1.1\r\n\r\n"), "HTTP has a port of its own"},
		"no hello":       {[]byte{4}, "a hello was expected"},
		"another packet": {append(bytes.ReplaceAll(greeting, []byte("\x03库"), []byte{0}), 99), "Unknown packet"},
		"stray data":     {append(bytes.ReplaceAll(greeting, []byte("\x03库"), []byte{0}), 2), "no statement takes data"},
		"tables' state":  {append(bytes.ReplaceAll(greeting, []byte("\x03库"), []byte{0}), 5), "no member of a cluster"},
		"old":            {helloBytes(50000), "54429"},
	} {
		if got := exchange(t, test.send); !bytes.Contains(got, []byte(test.want)) {
			t.Errorf("%s: answered %q, want %q", name, got, test.want)
		}
	}
}

// Further connections than may be open are told so; those that are idle keep their place.
func TestTooManyConnections(t *testing.T) {
	t.Parallel()
	s := &Server{open: map[*conn]bool{}}
	s.budget.Store(maxPackets)
	take := func() (*conn, net.Conn) {
		ours, theirs := net.Pipe()
		t.Cleanup(func() { _ = theirs.Close(); _ = ours.Close() })
		return s.take(ours), theirs
	}
	for i := range maxConnections {
		if c, _ := take(); c == nil || c.refused {
			t.Fatalf("connection %d was refused", i)
		}
	}
	c, client := take()
	answer := make(chan []byte, 1)
	go func() {
		_, _ = client.Write(helloBytes(newest))
		b, _ := io.ReadAll(client)
		answer <- b
	}()
	c.serve(t.Context())
	s.drop(c)
	if got := <-answer; !bytes.Contains(got, fmt.Appendf(nil, "%d are open", maxConnections)) {
		t.Errorf("answered %q", got)
	}
	for i := range maxRefusals {
		if c, _ := take(); c == nil || !c.refused {
			t.Fatalf("refusal %d", i)
		}
	}
	if c, _ := take(); c != nil {
		t.Error("a connection beyond the refusals was taken")
	}
}

// emptyData is the packet of an empty block, compressed.
func emptyData(t testing.TB) []byte {
	t.Helper()
	var block, b proto.Buffer
	proto.Block{Info: proto.BlockInfo{BucketNum: -1}}.EncodeAware(&block, newest)
	w := compress.NewWriter(compress.LevelZero, compress.LZ4)
	if err := w.Compress(block.Buf); err != nil {
		t.Fatal(err)
	}
	proto.ClientCodeData.Encode(&b)
	proto.ClientData{}.EncodeAware(&b, newest)
	b.PutRaw(w.Data)
	return b.Buf
}
