package engine

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// held is how much of an answer is kept back before its status is sent, so that an error in it still gets its own status.
const held = 256 << 10

// answer is the response to one request: it is written to like a file, and what was said of the query's success travels the
// way ClickHouse sends it.
type answer struct {
	w       http.ResponseWriter
	wait    bool // keep everything back until the end
	tag     string
	status  string // the engine's version, for error texts
	started bool   // the status line is sent
	buffer  []byte
	spool   *os.File
	encode  io.WriteCloser
	top     io.Writer // what data is written to
}

// newAnswer sets the headers that are known before the query runs.
func newAnswer(w http.ResponseWriter, q *request, format, version string) (*answer, error) {
	a := &answer{w: w, wait: q.wait, status: version, tag: randomTag()}
	h := w.Header()
	h.Set("Content-Type", contentType(format))
	h.Set("X-ClickHouse-Format", format)
	h.Set("X-ClickHouse-Exception-Tag", a.tag)
	var err error
	switch {
	case q.native:
		a.encode = NewFrameWriter(raw{a}, q.method)
	default:
		if q.encoding != "" {
			h.Set("Content-Encoding", q.encoding)
		}
		a.encode, err = encoder(raw{a}, q.encoding)
	}
	a.top = a.encode
	return a, err
}

// Write takes a piece of the output.
func (a *answer) Write(p []byte) (int, error) { return a.top.Write(p) }

// raw is the way behind the encoder.
type raw struct{ a *answer }

func (r raw) Write(p []byte) (int, error) {
	a := r.a
	if a.started {
		return a.w.Write(p)
	}
	if a.spool != nil {
		return a.spool.Write(p)
	}
	a.buffer = append(a.buffer, p...)
	if len(a.buffer) < held {
		return len(p), nil
	}
	if a.wait {
		return len(p), a.spill()
	}
	return len(p), a.start()
}

// spill goes on in a file without a name.
func (a *answer) spill() error {
	f, err := os.CreateTemp("", "creditsync-answer-")
	if err != nil {
		return fmt.Errorf("keep the answer back: %w", err)
	}
	a.spool = f
	_ = os.Remove(f.Name()) // it lives on until it is closed
	_, err = f.Write(a.buffer)
	a.buffer = nil
	return err
}

// start sends the status and what was kept back.
func (a *answer) start() error {
	a.started = true
	if a.spool != nil {
		if _, err := a.spool.Seek(0, io.SeekStart); err != nil {
			return err
		}
		_, err := io.Copy(a.w, a.spool)
		return err
	}
	b := a.buffer
	a.buffer = nil
	_, err := a.w.Write(b)
	return err
}

// free drops what was kept back.
func (a *answer) free() {
	if a.spool != nil {
		_ = a.spool.Close()
	}
}

// finish ends a good answer.
func (a *answer) finish(r *Result) error {
	if err := a.encode.Close(); err != nil {
		return err
	}
	if a.started {
		return nil
	}
	summary(a.w.Header(), r)
	return a.start()
}

// fail ends an answer with err: as a status with a text, or in the stream when that has begun. In the latter case the
// connection is broken off, so that no client takes the answer for complete.
func (a *answer) fail(err error) {
	e := AsException(err)
	text := e.Message
	if !strings.Contains(text, "(version ") {
		text += " (version " + a.status + ")"
	}
	if !a.started {
		reject(a.w, e, text+"\n")
		return
	}
	fmt.Fprintf(a.encode, "\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n", a.tag, text, len(text)+1, a.tag)
	_ = a.encode.Close()
	_ = http.NewResponseController(a.w).Flush()
	panic(http.ErrAbortHandler)
}

// reject answers with an error alone.
func reject(w http.ResponseWriter, e *Exception, text string) {
	h := w.Header()
	h.Del("Content-Encoding")
	h.Set("Content-Type", "text/plain; charset=UTF-8")
	h.Set("X-ClickHouse-Exception-Code", strconv.Itoa(e.Code))
	h.Set("Content-Length", strconv.Itoa(len(text)))
	if e.Code == authenticationFailed {
		h.Set("WWW-Authenticate", `Basic realm="ClickHouse server HTTP API"`)
	}
	w.WriteHeader(httpStatus(e.Code))
	_, _ = io.WriteString(w, text) // nobody is left to tell
}

// summary sets the header that clients read counts from.
func summary(h http.Header, r *Result) {
	n := func(v uint64) string { return strconv.FormatUint(v, 10) }
	b, err := json.Marshal(map[string]string{
		"read_rows": n(r.ReadRows), "read_bytes": n(r.ReadBytes), "written_rows": n(r.WrittenRows), "written_bytes": n(r.WrittenBytes),
		"total_rows_to_read": "0", "result_rows": n(r.ResultRows), "result_bytes": n(r.ResultBytes),
		"elapsed_ns": strconv.FormatInt(r.Elapsed.Nanoseconds(), 10),
	})
	if err == nil {
		h.Set("X-ClickHouse-Summary", string(b))
	}
}

// contentType is what ClickHouse calls a format on the web.
func contentType(format string) string {
	switch {
	case strings.HasPrefix(format, "TabSeparated"), strings.HasPrefix(format, "TSV"):
		return "text/tab-separated-values; charset=UTF-8"
	case strings.HasPrefix(format, "CSV"):
		return "text/csv; charset=UTF-8; header=absent"
	case strings.HasPrefix(format, "JSONEachRow"), strings.HasPrefix(format, "JSONCompactEachRow"), format == "JSONLines", format == "NDJSON":
		return "application/x-ndjson; charset=UTF-8"
	case strings.HasPrefix(format, "JSON"):
		return "application/json; charset=UTF-8"
	case format == "XML":
		return "application/xml; charset=UTF-8"
	case format == "Parquet", format == "Native", strings.HasPrefix(format, "Arrow"), strings.HasPrefix(format, "RowBinary"), format == "ORC", format == "Avro":
		return "application/octet-stream"
	}
	return "text/plain; charset=UTF-8"
}

func randomTag() string {
	return strings.ToLower(rand.Text()[:16])
}
