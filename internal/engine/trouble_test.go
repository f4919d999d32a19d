package engine

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// eventually polls until ok or the deadline.
func eventually(t *testing.T, what string, within time.Duration, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); ; {
		if ok() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s", what, within)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// rawRequest sends bytes as they are and closes the connection's sending side.
func rawRequest(t *testing.T, c *child, head, body string, reset bool) string {
	t.Helper()
	conn, err := net.Dial("tcp", c.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, head+body); err != nil {
		t.Fatal(err)
	}
	if reset {
		_ = conn.(*net.TCPConn).SetLinger(0)
		return ""
	}
	_ = conn.(*net.TCPConn).CloseWrite()
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	answer, _ := io.ReadAll(conn)
	return string(answer)
}

// A body that is cut off must fail its insert and leave nothing, in whatever way it is cut.
func TestTruncatedBodiesStoreNothing(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	db := c.database(t)
	c.must(t, "CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a", "database", db)
	q := url.Values{"database": {db}, "query": {"INSERT INTO t FORMAT CSV"}}.Encode()
	line := "POST /?" + q + " HTTP/1.1\r\nHost: x\r\n"
	var long strings.Builder
	for i := range 700_000 { // more than the statement's head, whole lines
		fmt.Fprintf(&long, "%d\n", i)
	}
	for name, test := range map[string]struct {
		head, body string
		reset      bool
	}{
		"content length":             {line + "Content-Length: 1000\r\n\r\n", "1\n2\n3\n", false},
		"content length, long":       {line + "Content-Length: 100000000\r\n\r\n", long.String(), false},
		"chunked":                    {line + "Transfer-Encoding: chunked\r\n\r\n", "6\r\n1\n2\n3\n\r\n", false},
		"chunked, in a chunk":        {line + "Transfer-Encoding: chunked\r\n\r\n", "60\r\n1\n2\n3\n", false},
		"a client that goes away":    {line + "Content-Length: 100000000\r\n\r\n", long.String(), true},
		"a client that goes at once": {line + "Content-Length: 1000\r\n\r\n", "1\n2\n", true},
	} {
		answer := rawRequest(t, c, test.head, test.body, test.reset)
		if strings.Contains(answer, "200 OK") {
			t.Errorf("%s: answered %q", name, answer)
		}
	}
	var rows bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&rows, "%d\n", i)
	}
	for name, cut := range truncatedEncodings(t, rows.Bytes()) {
		pairs := []string{"database", db, "query", "INSERT INTO t FORMAT CSV"}
		if name == "native" {
			pairs = append(pairs, "decompress", "1")
		} else {
			pairs = append(pairs, "H:Content-Encoding", name)
		}
		for _, b := range cut {
			if r := c.send(t, http.MethodPost, bytes.NewReader(b), pairs...); r.status == http.StatusOK {
				t.Errorf("%s cut at %d: was taken", name, len(b))
			}
		}
	}
	idle(t, c)
	if got := c.must(t, "SELECT count() FROM "+db+".t"); got != "0\n" {
		t.Errorf("rows stored: %s", got)
	}
}

// truncatedEncodings are data in each encoding, cut in the middle, one byte before the end, and at block boundaries.
func truncatedEncodings(t *testing.T, data []byte) map[string][][]byte {
	t.Helper()
	all := map[string][]byte{}
	write := func(name string, make func(w io.Writer) io.WriteCloser) {
		var b bytes.Buffer
		w := make(&b)
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		all[name] = b.Bytes()
	}
	write("gzip", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	write("lz4", func(w io.Writer) io.WriteCloser {
		z := lz4.NewWriter(w)
		_ = z.Apply(lz4.BlockSizeOption(lz4.Block64Kb))
		return z
	})
	write("zstd", func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z })
	var native bytes.Buffer
	z := compress.NewWriter(compress.LevelZero, compress.LZ4)
	var ends []int
	for at := 0; at < len(data); at += 1 << 16 {
		if err := z.Compress(data[at:min(at+1<<16, len(data))]); err != nil {
			t.Fatal(err)
		}
		native.Write(z.Data)
		ends = append(ends, native.Len())
	}
	cut := map[string][][]byte{}
	for name, b := range all {
		cut[name] = [][]byte{b[:len(b)/2], b[:len(b)-1]}
	}
	n := native.Bytes()
	cut["native"] = [][]byte{n[:len(n)/2], n[:len(n)-1], n[:ends[0]+10], n[:ends[0]+frameHeader]}
	// An LZ4 frame ends with four zero bytes; without them it is whole blocks.
	l := all["lz4"]
	first := 7 + 4 + int(binary.LittleEndian.Uint32(l[7:])&0x7fffffff)
	cut["lz4"] = append(cut["lz4"], l[:first], l[:len(l)-8])
	return cut
}

// idle waits until no query runs but the one that asks.
func idle(t *testing.T, c *child) {
	t.Helper()
	eventually(t, "an idle engine", 20*time.Second, func() bool {
		return c.must(t, "SELECT count() FROM system.processes WHERE query LIKE 'INSERT%'") == "0\n"
	})
}

func TestSettingsAndDatabaseDoNotLeak(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	db := c.database(t)
	for range 20 {
		c.must(t, "SELECT 1", "max_block_size", "77", "database", db)
		c.must(t, "SET max_block_size = 78")
		c.must(t, "USE "+db)
		c.must(t, "CREATE TEMPORARY TABLE tmp (a Int8)")
		if got := c.must(t, "SELECT getSetting('max_block_size') IN (77, 78), currentDatabase()"); got != "0\tdefault\n" {
			t.Fatalf("leaked: %q", got)
		}
		if r := c.post(t, "SELECT * FROM tmp"); r.status != http.StatusNotFound {
			t.Fatalf("the temporary table leaked: %v", r)
		}
	}
}

func TestNamedSessions(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	db := c.database(t)
	in := func(pairs ...string) []string { return append([]string{"session_id", db}, pairs...) }
	c.must(t, "CREATE TEMPORARY TABLE tmp AS SELECT 5 AS a", in()...)
	c.must(t, "SET max_block_size = 99", in()...)
	c.must(t, "USE "+db, in()...)
	if got := c.must(t, "SELECT a, getSetting('max_block_size'), currentDatabase() FROM tmp", in()...); got != "5\t99\t"+db+"\n" {
		t.Errorf("the session forgot: %q", got)
	}
	// What a request sets in its URL is for that request alone.
	if got := c.must(t, "SELECT getSetting('max_block_size'), getSetting('max_threads'), currentDatabase()", in("max_block_size", "55", "max_threads", "3", "database", "system")...); got != "55\t3\tsystem\n" {
		t.Errorf("the request's settings: %q", got)
	}
	if got := c.must(t, "SELECT getSetting('max_block_size'), getSetting('max_threads') = 3, currentDatabase()", in()...); got != "99\t0\t"+db+"\n" {
		t.Errorf("the request's settings stayed: %q", got)
	}
	// What a failed statement had put out is not the next one's.
	for _, format := range []string{"CSV", "JSON", "Native"} {
		for _, failing := range []string{"SELECT number, throwIf(number = 3) FROM numbers(10)", "SELECT number, throwIf(number = 3) FROM numbers(10) GROUP BY number WITH TOTALS"} {
			if r := c.post(t, failing, in("default_format", format, "max_block_size", "1")...); r.status == http.StatusOK && r.err == nil {
				t.Errorf("did not fail: %q", r.body)
			}
			if got := c.must(t, "SELECT 7", in("default_format", "CSV")...); got != "7\n" {
				t.Errorf("after a failed %s: %q", format, got)
			}
		}
	}
	done := make(chan reply)
	go func() {
		for { // until it is the one that has the session
			if r := c.post(t, "SELECT sleep(2)", in()...); r.status != http.StatusLocked {
				done <- r
				return
			}
		}
	}()
	eventually(t, "a locked session", 20*time.Second, func() bool { return c.post(t, "SELECT 1", in()...).status == http.StatusLocked })
	<-done
	c.must(t, "SELECT 1", in("close_session", "1")...)
	if r := c.post(t, "SELECT 1", in("session_check", "1")...); r.status != http.StatusNotFound {
		t.Errorf("a closed session: %v", r)
	}
	c.must(t, "SELECT 1", in("session_timeout", "1")...)
	eventually(t, "an expired session", 5*time.Second, func() bool {
		<-time.After(1200 * time.Millisecond)
		return c.post(t, "SELECT 1", in("session_check", "1", "session_timeout", "1")...).status == http.StatusNotFound
	})
}

func TestExceptionsInTheMiddle(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	sql := "SELECT number, throwIf(number = 900000) FROM numbers(2000000) SETTINGS max_threads = 1, max_block_size = 10000 FORMAT CSV"
	r := c.post(t, sql)
	tag := r.header.Get("X-ClickHouse-Exception-Tag")
	if r.status != http.StatusOK || len(tag) != 16 || r.err == nil {
		t.Errorf("status %d, tag %q, end %v", r.status, tag, r.err)
	}
	if i := strings.Index(r.body, "\r\n__exception__\r\n"+tag+"\r\nCode: 395. DB::Exception: "); i < 0 || !strings.HasSuffix(r.body, " "+tag+"\r\n__exception__\r\n") {
		t.Errorf("the end is %q", r.body[max(0, len(r.body)-300):])
	}
	if r := c.post(t, sql, "wait_end_of_query", "1"); r.status != http.StatusInternalServerError || !strings.HasPrefix(r.body, "Code: 395.") {
		t.Errorf("held back: status %d, %q", r.status, r.body[:min(len(r.body), 100)])
	}
	if got := c.must(t, "SELECT count() FROM numbers(1000000) GROUP BY number FORMAT CSV", "wait_end_of_query", "1"); len(got) != 2_000_000 {
		t.Errorf("held back: %d bytes", len(got))
	}
}

func TestAnswerEncodings(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	want := c.must(t, "SELECT number FROM numbers(200000)")
	decode := map[string]func(io.Reader) (io.Reader, error){
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"zstd": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
		"lz4":  func(r io.Reader) (io.Reader, error) { return lz4.NewReader(r), nil },
	}
	for name, f := range decode {
		r := c.post(t, "SELECT number FROM numbers(200000)", "enable_http_compression", "1", "H:Accept-Encoding", name)
		d, err := f(strings.NewReader(r.body))
		if err != nil || r.header.Get("Content-Encoding") != name {
			t.Fatalf("%s: %v, %v", name, err, r.header)
		}
		if got, err := io.ReadAll(d); err != nil || string(got) != want {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	if r := c.post(t, "SELECT 1", "H:Accept-Encoding", "gzip"); r.body != "1\n" {
		t.Errorf("compressed though not asked: %q", r.body)
	}
	r := c.post(t, "SELECT number FROM numbers(200000)", "compress", "1")
	got, err := io.ReadAll(NewFrames(strings.NewReader(r.body)))
	if err != nil || string(got) != want {
		t.Errorf("native: %d bytes, %v", len(got), err)
	}
	if r := c.post(t, "SELECT 1", "H:Accept-Encoding", "gzip;q=0, br", "enable_http_compression", "1"); r.body != "1\n" {
		t.Errorf("an encoding that was not accepted: %q", r.body)
	}
}

func TestExternalTables(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	body := "--B\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\nSELECT sum(a), any(b) FROM ext\r\n" +
		"--B\r\nContent-Disposition: form-data; name=\"ext\"; filename=\"x\"\r\n\r\n1\tx\n2\tx\n\r\n--B--\r\n"
	r := c.post(t, body, "H:Content-Type", "multipart/form-data; boundary=B", "ext_structure", "a Int32, b String")
	if r.body != "3\tx\n" {
		t.Errorf("got %d %q", r.status, r.body)
	}
}

func TestSummaryAndHeaders(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	r := c.post(t, "1\n2\n3\n", "query", "INSERT INTO FUNCTION null('a Int8') FORMAT CSV", "query_id", "my-id")
	for name, want := range map[string]string{"X-ClickHouse-Query-Id": "my-id", "X-ClickHouse-Timezone": "Asia/Shanghai"} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := r.header.Get("X-ClickHouse-Summary"); !strings.Contains(got, `"written_rows":"3"`) {
		t.Errorf("summary: got %q", got)
	}
	r = c.post(t, "SELECT number FROM numbers(5) FORMAT JSON")
	if got := r.header.Get("X-ClickHouse-Summary"); !strings.Contains(got, `"read_rows":"5"`) || !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") {
		t.Errorf("summary: got %q, %v", got, r.header)
	}
	res, err := http.Get("http://" + c.address + "/ping")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, _ := io.ReadAll(res.Body); string(b) != "Ok.\n" {
		t.Errorf("ping: %q", b)
	}
}

// rss is a process's resident memory in bytes, now and at its peak.
func rss(t *testing.T, pid int) (now, peak int64) {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		n, _ := strconv.ParseInt(f[1], 10, 64)
		switch f[0] {
		case "VmRSS:":
			now = n << 10
		case "VmHWM:":
			peak = n << 10
		}
	}
	return now, peak
}

// Inserts and selects of any size go through in bounded memory.
func TestLargeStreamsInBoundedMemory(t *testing.T) {
	t.Parallel()
	c := own(t)
	c.must(t, "CREATE TABLE default.t (a UInt64, s String) ENGINE = Null")
	before, _ := rss(t, c.cmd.Process.Pid)
	row := "123456789," + strings.Repeat("x", 1000) + "\n"
	const rows = 600_000 // 600 MB
	r := c.send(t, http.MethodPost, io.LimitReader(&repeat{text: []byte(row)}, int64(rows*len(row))),
		"query", "INSERT INTO default.t FORMAT CSV", "max_insert_block_size", "20000", "min_insert_block_size_rows", "20000", "min_insert_block_size_bytes", "0")
	if r.status != http.StatusOK || !strings.Contains(r.header.Get("X-ClickHouse-Summary"), `"written_rows":"600000"`) {
		t.Fatalf("insert: %d %s %v", r.status, r.body, r.header)
	}
	_, peak := rss(t, c.cmd.Process.Pid)
	if grown := peak - before; grown > 500<<20 {
		t.Errorf("600 MB in: memory grew by %d MB", grown>>20)
	}
	res, err := plainClient.Post("http://"+c.address+"/", "", strings.NewReader("SELECT number, repeat('x', 1000) FROM numbers(600000) FORMAT CSV"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err != nil || n < 600_000_000 {
		t.Errorf("select: %d bytes, %v", n, err)
	}
	_, peak = rss(t, c.cmd.Process.Pid)
	if grown := peak - before; grown > 900<<20 {
		t.Errorf("600 MB out: memory grew by %d MB", grown>>20)
	}
	t.Logf("before %d MB, peak %d MB", before>>20, peak>>20)
}

type repeat struct {
	text []byte
	at   int
}

func (r *repeat) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		m := copy(p[n:], r.text[r.at:])
		r.at = (r.at + m) % len(r.text)
		n += m
	}
	return n, nil
}

// Eight clients at once, reading and writing, and as many that go away in the middle.
func TestConcurrentClients(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	db := c.database(t)
	c.must(t, "CREATE TABLE t (client UInt8, a UInt64) ENGINE = MergeTree ORDER BY a", "database", db)
	var all sync.WaitGroup
	for client := range 8 {
		all.Go(func() {
			for i := range 15 {
				r := c.post(t, fmt.Sprintf("%d,%d\n", client, i), "database", db, "query", "INSERT INTO t FORMAT CSV", "max_block_size", fmt.Sprint(1000+client))
				if r.status != http.StatusOK {
					t.Errorf("insert: %d %s %v", r.status, r.body, r.err)
				}
				r = c.post(t, fmt.Sprintf("SELECT count(), any(getSetting('max_block_size')) FROM t WHERE client = %d", client), "database", db, "max_block_size", fmt.Sprint(2000+client))
				if want := fmt.Sprintf("%d\t%d\n", i+1, 2000+client); r.body != want {
					t.Errorf("client %d: got %q, want %q", client, r.body, want)
				}
			}
		})
		all.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(20+30*client)*time.Millisecond)
			defer cancel()
			req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.address+"/", strings.NewReader("SELECT number FROM system.numbers FORMAT CSV"))
			if res, err := plainClient.Do(req); err == nil {
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
			}
		})
	}
	all.Wait()
	eventually(t, "no query of a lost client", 10*time.Second, func() bool {
		return c.must(t, "SELECT count() FROM system.processes WHERE query LIKE 'SELECT number FROM system.numbers%'") == "0\n"
	})
}

// A lost client's long query frees its place: more of them than places, then others get theirs.
func TestLostClientsFreeTheirPlaces(t *testing.T) {
	t.Parallel()
	c := own(t)
	for range 20 {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.address+"/",
			strings.NewReader("SELECT sum(sleepEachRow(0.01)) FROM numbers(100000) SETTINGS function_sleep_max_microseconds_per_block = 0, max_block_size = 10"))
		if err != nil {
			t.Fatal(err)
		}
		if res, err := plainClient.Do(req); err == nil {
			_ = res.Body.Close()
		}
		cancel()
	}
	if got := c.must(t, "SELECT 1"); got != "1\n" {
		t.Errorf("got %q", got)
	}
	eventually(t, "an idle engine", 10*time.Second, func() bool { return c.must(t, "SELECT count() FROM system.processes") == "1\n" })
}

func TestEndsInTime(t *testing.T) {
	t.Parallel()
	c := own(t)
	c.must(t, "CREATE TABLE default.t (a UInt64) ENGINE = MergeTree ORDER BY a")
	go c.post(t, "SELECT sum(sleepEachRow(0.01)) FROM numbers(100000) SETTINGS function_sleep_max_microseconds_per_block = 0, max_block_size = 10")
	go c.post(t, "INSERT INTO default.t SELECT number FROM numbers(100000000000)")
	conn, err := net.Dial("tcp", c.address) // an insert that stands still
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	w := bufio.NewWriter(conn)
	fmt.Fprintf(w, "POST /?query=INSERT+INTO+default.t+FORMAT+CSV HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n1\n")
	_ = w.Flush()
	eventually(t, "three running statements", 10*time.Second, func() bool {
		return c.must(t, "SELECT count() >= 3 FROM system.processes") == "1\n"
	})
	began := time.Now()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.cmd.Wait() }()
	select {
	case <-ended:
		t.Logf("ended after %s", time.Since(began))
	case <-time.After(10 * time.Second):
		t.Error("still runs after 10 s")
	}
}
