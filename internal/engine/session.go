package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"time"
	"unsafe"
)

// Session is one client's connection to the engine, with settings, current database and temporary tables of its own; opening
// one takes about a quarter of a millisecond. It runs one statement at a time and is not safe for concurrent use.
type Session struct {
	engine *Engine
	conn   *uintptr
	dirty  bool   // a statement has failed: what it had put out would come before the next one's output
	tag    string // the log_comment that its statements carry, by which they can be killed; "" when the client has set its own
}

// Session opens a session. The caller closes it.
func (e *Engine) Session() (*Session, error) {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil, refuse(queryCancelled, "The engine is shutting down.")
	}
	e.sessions.Add(1)
	e.mu.Unlock()
	tag := "creditsync-" + strings.ToLower(rand.Text())
	c := e.connect("--log_comment=" + tag)
	if c == nil {
		e.sessions.Done()
		return nil, refuse(unknownException, "The engine gave no connection.")
	}
	return &Session{engine: e, conn: c, tag: tag}, nil
}

// Close gives the connection back. Nothing of the session outlives it.
func (s *Session) Close() {
	if s.conn == nil {
		return
	}
	s.engine.lib.closeConn(s.conn)
	s.conn = nil
	s.engine.sessions.Done()
}

// Use makes database the one that names without a database mean.
func (s *Session) Use(database string) error {
	_, _, err := s.run("USE "+QuoteName(database), "TSV", nil)
	return err
}

var settingName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

// Set changes settings for the rest of the session. A nil value sets the default again.
func (s *Session) Set(settings map[string]*string) error {
	if len(settings) == 0 {
		return nil
	}
	names := make([]string, 0, len(settings))
	for name := range settings {
		if !settingName.MatchString(name) {
			return refuse(115, "Unknown setting '"+name+"'.")
		}
		names = append(names, name)
	}
	sort.Strings(names)
	var list []string
	for _, name := range names {
		if v := settings[name]; v != nil {
			list = append(list, name+" = "+QuoteString(*v))
		} else {
			list = append(list, name+" = DEFAULT")
		}
	}
	_, _, err := s.run("SET "+strings.Join(list, ", "), "TSV", nil)
	if _, own := settings["log_comment"]; own {
		s.tag = ""
	}
	return err
}

// Result is what a statement did. Rows and bytes as ClickHouse's summary counts them.
type Result struct {
	ReadRows, ReadBytes       uint64
	WrittenRows, WrittenBytes uint64
	ResultRows, ResultBytes   uint64
	Elapsed                   time.Duration
}

// Exec runs a statement to its end and hands its whole output, in format (a FORMAT clause wins), to each, which must not keep
// it. When ctx ends a statement that only reads is killed; any other is waited for, because killing it could leave half of
// what it writes.
func (s *Session) Exec(ctx context.Context, sql, format string, params []Param, each func(output []byte) error) (*Result, error) {
	defer s.killWhenLost(ctx, s.reads(sql))()
	return s.execute(sql, format, params, each)
}

// run runs a short statement and returns its output too.
func (s *Session) run(sql, format string, params []Param) (r *Result, output []byte, err error) {
	r, err = s.execute(sql, format, params, func(b []byte) error { output = append(output, b...); return nil })
	return r, output, err
}

func (s *Session) execute(sql, format string, params []Param, each func([]byte) error) (*Result, error) {
	s.clean()
	lib := s.engine.lib
	start := time.Now()
	r, err := lib.take(lib.call(lib.query, *s.conn, sql, format, params), start, each)
	s.dirty = err != nil
	return r, err
}

// clean drops what a failed statement had put out.
func (s *Session) clean() {
	if !s.dirty {
		return
	}
	s.dirty = false
	if r := s.engine.lib.call(s.engine.lib.query, *s.conn, "SELECT 1", "Null", nil); r != 0 {
		s.engine.lib.free(r)
	}
}

// take turns a result of libchdb's into one of ours, hands its output to each, and frees it.
func (b *binding) take(r uintptr, start time.Time, each func([]byte) error) (*Result, error) {
	if r == 0 {
		return nil, refuse(unknownException, "The engine gave no result.")
	}
	defer b.free(r)
	if text := cstring(b.resultError(r)); text != "" {
		return nil, exceptionOf(text)
	}
	if output := b.bytes(r); len(output) > 0 && each != nil {
		if err := each(output); err != nil {
			return nil, err
		}
	}
	return &Result{
		ReadRows: b.storageRows(r), ReadBytes: b.storageBytes(r),
		WrittenRows: b.rowsWritten(r), WrittenBytes: b.bytesWritten(r),
		ResultRows: b.rowsRead(r), ResultBytes: b.bytesRead(r), Elapsed: time.Since(start),
	}, nil
}

// bytes is a result's data, in C's memory: valid until the result is freed.
func (b *binding) bytes(r uintptr) []byte {
	n := b.length(r)
	if n == 0 {
		return nil
	}
	return unsafe.Slice(b.buffer(r), n)
}

// errNotStreamable says that a statement cannot be streamed; it has not run.
var errNotStreamable = errors.New("the statement cannot be streamed")

// Query runs a statement that returns rows and calls each with chunk after chunk of its output in format. Each chunk is a whole
// output in that format, of a part of the rows: see joiner. A chunk is valid during the call only. An error of each, or the end of ctx, cancels the statement.
func (s *Session) Query(ctx context.Context, sql, format string, params []Param, each func(chunk []byte) error) (*Result, error) {
	s.clean()
	s.dirty = true // until it has come to its end
	lib := s.engine.lib
	start := time.Now()
	defer s.killWhenLost(ctx, true)()
	stream := lib.call(lib.streamQuery, *s.conn, sql, format, params)
	if stream == 0 {
		return nil, refuse(unknownException, "The engine gave no result.")
	}
	defer lib.free(stream)
	if text := cstring(lib.resultError(stream)); text != "" {
		if strings.Contains(text, "Streaming query is not supported") {
			return nil, errNotStreamable
		}
		return nil, exceptionOf(text)
	}
	total := &Result{}
	for {
		if err := ctx.Err(); err != nil {
			lib.cancelQuery(*s.conn, stream)
			return nil, context.Cause(ctx)
		}
		last, err := s.fetch(stream, total, each)
		if err != nil {
			return nil, err
		}
		if last {
			total.Elapsed = time.Since(start)
			s.dirty = false
			return total, nil
		}
	}
}

func (s *Session) fetch(stream uintptr, total *Result, each func([]byte) error) (last bool, err error) {
	lib := s.engine.lib
	r := lib.fetch(*s.conn, stream)
	if r == 0 {
		return false, refuse(unknownException, "The engine gave no chunk.")
	}
	defer lib.free(r)
	if text := cstring(lib.resultError(r)); text != "" {
		return false, exceptionOf(text)
	}
	chunk := lib.bytes(r)
	total.ReadRows += lib.storageRows(r)
	total.ReadBytes += lib.storageBytes(r)
	total.ResultRows += lib.rowsRead(r)
	total.ResultBytes += lib.bytesRead(r)
	if len(chunk) == 0 {
		return true, nil
	}
	if err := each(chunk); err != nil {
		lib.cancelQuery(*s.conn, stream)
		return false, err
	}
	return false, nil
}

// Insert streams data, in format, into the table of an INSERT without data (`INSERT INTO t (a, b) SETTINGS …`). An error of
// data other than io.EOF cancels the insert: the block that was being collected is dropped; blocks before it, of an insert
// larger than one block, stay, as in ClickHouse. Once data has ended the insert is waited for, whatever ctx says.
func (s *Session) Insert(ctx context.Context, sql, format string, params []Param, data io.Reader) (*Result, error) {
	in, err := s.begin(sql, format, params)
	if err != nil {
		return nil, err
	}
	buffer := make([]byte, insertChunk)
	for {
		n, err := fill(data, buffer)
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil && err != io.EOF {
			in.Cancel()
			return nil, fmt.Errorf("read the data to insert: %w", err)
		}
		if _, full := in.Write(buffer[:n]); full != nil || err != nil {
			return in.Finish() // which says what was wrong
		}
	}
}

// fill reads until buffer is full or r has an error. Unlike io.ReadFull it keeps the reader's own errors apart from its end:
// io.EOF is the only error that means that all data was there.
func fill(r io.Reader, buffer []byte) (n int, err error) {
	for n < len(buffer) && err == nil {
		var m int
		m, err = r.Read(buffer[n:])
		n += m
	}
	return n, err
}

// killWhenLost kills the session's statement when ctx ends before the returned function is called. A statement becomes
// visible to KILL a moment after it started, so the kill is repeated.
func (s *Session) killWhenLost(ctx context.Context, reads bool) (stop func()) {
	if !reads || s.tag == "" || ctx.Done() == nil {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		select {
		case <-done:
			return
		case <-ctx.Done():
		}
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			_, _ = s.engine.command("KILL QUERY WHERE Settings['log_comment'] = " + QuoteString(s.tag) + " ASYNC")
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	return func() { close(done) }
}

// reads reports whether the engine's parser takes sql for one that leaves no trace.
func (s *Session) reads(sql string) bool {
	a, ok := s.analyse(sql)
	return ok && a.class == 0 && a.statementCount == 1
}

// analyse asks the engine's parser about sql. It is not ok where the parser is not.
func (s *Session) analyse(sql string) (analysis, bool) {
	a := analysis{structSize: uint32(unsafe.Sizeof(analysis{}))}
	rc := s.engine.lib.classify(*s.conn, bytePointer(sql), uintptr(len(sql)), nil, 0, &a)
	runtime.KeepAlive(sql)
	return a, rc == 0 && a.class != 4
}
