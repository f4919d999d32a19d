package engine

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// ServerOptions say how clients are served.
type ServerOptions struct {
	// Password is what user default has to give; empty means that everybody who reaches the address may do everything.
	Password string
	// DisplayName is what clients are told the server is called; empty means the host's name.
	DisplayName string
}

// Admits reports whether who says so may come in: user default, with the password if there is one.
func (o ServerOptions) Admits(user, password string) bool {
	same := subtle.ConstantTimeCompare([]byte(password), []byte(o.Password)) == 1
	return (user == "" || user == "default") && (same || o.Password == "")
}

// name is what clients are told the server is called.
func (o ServerOptions) name() string {
	if o.DisplayName != "" {
		return o.DisplayName
	}
	if host, err := os.Hostname(); err == nil {
		return host
	}
	return "creditsync"
}

// Hello is what clients are told of a server first.
type Hello struct{ Version, Zone, DisplayName string }

// Hello asks the engine for it.
func (e *Engine) Hello(o ServerOptions) (Hello, error) {
	zone, err := e.command("SELECT timezone() FORMAT TSVRaw")
	if err != nil {
		return Hello{}, fmt.Errorf("ask the engine for its time zone: %w", err)
	}
	return Hello{e.version, zone, o.name()}, nil
}

// OwnAgent is in the User-Agent of creditsync's own requests, for which places are kept. It is no secret: who sends it takes
// those places too.
const OwnAgent = "creditsync/"

// Server speaks ClickHouse's HTTP protocol over an engine's sessions. It is an http.Handler.
type Server struct {
	engine  *Engine
	options ServerOptions
	hello   Hello
	named   *sticky
}

// NewServer returns a server over e. It does not close e.
func NewServer(e *Engine, o ServerOptions) (*Server, error) {
	hello, err := e.Hello(o)
	if err != nil {
		return nil, err
	}
	return &Server{engine: e, options: o, hello: hello, named: &sticky{open: map[string]*named{}, max: 256}}, nil
}

// Serve answers on l until ctx ends, then lets requests in progress run on for a few seconds, kills what only reads and
// returns within about 5 s. It closes l. The end of ctx is no error.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	work, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	web := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 30 * time.Second,
		IdleTimeout:       10 * time.Minute,
		MaxHeaderBytes:    1 << 20,
		BaseContext:       func(net.Listener) context.Context { return work },
	}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(work, 3*time.Second)
	defer cancel()
	if err := web.Shutdown(grace); err != nil {
		stop(refuse(queryCancelled, "The engine is shutting down."))
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if web.Shutdown(last) != nil {
			_ = web.Close()
		}
	}
	s.named.closeAll()
	return nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-ClickHouse-Server-Display-Name", s.hello.DisplayName)
	h.Set("X-ClickHouse-Timezone", s.hello.Zone)
	switch r.URL.Path {
	case "/ping", "/replicas_status":
		h.Set("Content-Type", "text/html; charset=UTF-8")
		_, _ = io.WriteString(w, "Ok.\n") // nobody is left to tell
		return
	case "/", "":
	default:
		http.Error(w, "There is no handle "+r.URL.Path+"\n\nUse / or /ping for health checks.\nOr /replicas_status for more sophisticated health checks.\n"+
			"Send queries from your program with POST method or GET /?query=...", http.StatusNotFound)
		return
	}
	if r.Method == http.MethodGet && r.URL.RawQuery == "" && r.ContentLength == 0 {
		h.Set("Content-Type", "text/html; charset=UTF-8")
		_, _ = io.WriteString(w, "Ok.\n")
		return
	}
	if err := s.query(w, r); err != nil {
		e := AsException(err)
		text := e.Message
		if !strings.Contains(text, "(version ") {
			text += " (version " + s.engine.version + ")"
		}
		// A body that nobody reads to its end cannot be told from the next request.
		h.Set("Connection", "close")
		reject(w, e, text+"\n")
	}
}

func (s *Server) authorised(r *http.Request) bool {
	user, key := r.Header.Get("X-ClickHouse-User"), r.Header.Get("X-ClickHouse-Key")
	if u, p, ok := r.BasicAuth(); ok {
		user, key = u, p
	}
	q := r.URL.Query()
	if q.Has("user") {
		user = q.Get("user")
	}
	if q.Has("password") {
		key = q.Get("password")
	}
	return s.options.Admits(user, key)
}

// query runs one request. An error means that nothing has been answered yet.
func (s *Server) query(w http.ResponseWriter, r *http.Request) error {
	if !s.authorised(r) {
		return refuse(authenticationFailed, "default: Authentication failed: password is incorrect, or there is no user with such name.")
	}
	connection := http.NewResponseController(w)
	r.Body = &patient{ReadCloser: r.Body, connection: connection}
	q, err := readRequest(r)
	if err != nil {
		return err
	}
	defer q.close()
	if q.queryID == "" {
		q.queryID = strings.ToLower(rand.Text())
	}
	w.Header().Set("X-ClickHouse-Query-Id", q.queryID)
	if !s.engine.options.AllowFileFunctions {
		if err := q.plainValues(); err != nil {
			return err
		}
	}
	acquire := s.engine.AcquireGuest
	if strings.Contains(r.UserAgent(), OwnAgent) {
		acquire = s.engine.Acquire
	}
	release, err := acquire(r.Context())
	if err != nil {
		return err
	}
	defer release()
	session, done, err := s.session(q)
	if err != nil {
		return err
	}
	defer done()
	restore, err := session.prepare(q)
	if err != nil {
		return err
	}
	defer restore()
	if err := session.allowed(q); err != nil {
		return err
	}
	if err := s.engine.room.admit(q.st, q.text); err != nil {
		return err
	}
	return s.run(w, r, session, q)
}

// session opens a session for q, or takes the one that q names; done gives it back.
func (s *Server) session(q *request) (session *Session, done func(), err error) {
	if q.sessionID == "" {
		one, err := s.engine.Session()
		if err != nil {
			return nil, nil, err
		}
		return one, one.Close, nil
	}
	n, err := s.named.take(q.sessionID, q.mustExist, s.engine.Session)
	if err != nil {
		return nil, nil, err
	}
	timeout := time.Duration(q.timeout) * time.Second
	if q.endIt {
		timeout = 0
	}
	return n.session, func() { s.named.put(q.sessionID, n, timeout) }, nil
}

// run runs the statement in the way that it needs.
func (s *Server) run(w http.ResponseWriter, r *http.Request, session *Session, q *request) error {
	format := q.st.format
	if format == "" || q.st.insert {
		format = q.format
	}
	if format == "" {
		format = "TabSeparated"
	}
	a, err := newAnswer(patientWriter{w}, q, format, s.engine.version)
	if err != nil {
		return err
	}
	defer a.free()
	defer func() { _ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) }() // the next request starts without
	if strings.EqualFold(format, "Native") && q.revision > 0 {
		a.top = &nativeWriter{to: a.encode, revision: q.revision, zones: func() (map[string]string, error) { return s.zones(q) }}
	}
	ctx, done := s.engine.running.add(r.Context(), q)
	defer done()
	var result *Result
	if q.st.insert {
		result, err = session.insert(ctx, q)
	} else if j := q.joiner(format); j != nil {
		result, err = session.stream(ctx, a, q, format, j)
	} else {
		result, err = session.write(ctx, a, q, format)
	}
	if err == nil {
		err = s.engine.settled(q, result)
	}
	if err != nil {
		a.fail(err)
		return nil
	}
	if err := a.finish(result); err != nil {
		a.fail(err)
	}
	return nil
}

// settled is asked before a statement that was run is acknowledged.
func (e *Engine) settled(q *request, r *Result) error {
	if !q.st.reads() || r.Elapsed > slowAnswer {
		if err := e.written(); err != nil {
			return err
		}
	}
	if q.st.defines(q.text) {
		return e.definitions.keep()
	}
	return nil
}

// zones asks for the full types of a query's columns, in a session of its own: q's is busy.
func (s *Server) zones(q *request) (map[string]string, error) {
	session, err := s.engine.Session()
	if err != nil {
		return nil, err
	}
	defer session.Close()
	if _, err := session.prepare(q); err != nil {
		return nil, err
	}
	return session.types(q), nil
}

// patience is how long a client may take to send or take the next piece. Without an end, clients that stand still would take
// all places.
const patience = 5 * time.Minute

// patient is a request's body whose reads end after patience.
type patient struct {
	io.ReadCloser
	connection *http.ResponseController
}

func (p *patient) Read(b []byte) (int, error) {
	_ = p.connection.SetReadDeadline(time.Now().Add(patience)) // a writer without deadlines has none to keep
	n, err := p.ReadCloser.Read(b)
	if err != nil {
		// Behind the body's end the server watches for the client's going away, which must not take a deadline for it.
		_ = p.connection.SetReadDeadline(time.Time{})
	}
	return n, err
}

// patientWriter is the way to the client, with writes that end after patience.
type patientWriter struct{ http.ResponseWriter }

func (p patientWriter) Write(b []byte) (int, error) {
	_ = http.NewResponseController(p.ResponseWriter).SetWriteDeadline(time.Now().Add(patience))
	return p.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (p patientWriter) Unwrap() http.ResponseWriter { return p.ResponseWriter }
