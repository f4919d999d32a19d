package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// interposer stands between creditsync and ClickHouse and meddles with one statement.
type interposer struct {
	t      *testing.T
	url    string
	target *url.URL
	pass   http.Handler
	trick  atomic.Pointer[trick]
}

// trick is what happens to the n-th statement that begins so.
type trick struct {
	begins string
	nth    int32
	seen   atomic.Int32
	do     func(w http.ResponseWriter, r *http.Request, forward func(http.ResponseWriter))
}

// interpose starts a proxy to the engine at an address; it ends with the test.
func interpose(t *testing.T, engine string) *interposer {
	p := &interposer{t: t, target: &url.URL{Scheme: "http", Host: engine}}
	p.pass = httputil.NewSingleHostReverseProxy(p.target)
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

// next sets the trick; it is played once.
func (p *interposer) next(begins string, nth int32, do func(w http.ResponseWriter, r *http.Request, forward func(http.ResponseWriter))) *trick {
	one := &trick{begins: begins, nth: nth, do: do}
	p.trick.Store(one)
	return one
}

// played fails unless the trick was played.
func (k *trick) played(t *testing.T) {
	t.Helper()
	if k.seen.Load() < k.nth {
		t.Fatalf("%q came %d times, the trick waited for time %d", k.begins, k.seen.Load(), k.nth)
	}
}

// ServeHTTP passes every request on, unless it is the one to meddle with.
func (p *interposer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	forward := func(w http.ResponseWriter) {
		again := r.Clone(r.Context())
		again.Body, again.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		p.pass.ServeHTTP(w, again)
	}
	statement := r.URL.Query().Get("query")
	if statement == "" {
		statement = string(body[:min(len(body), 4096)])
	}
	if k := p.trick.Load(); k != nil && strings.HasPrefix(strings.TrimSpace(statement), k.begins) && k.seen.Add(1) == k.nth {
		k.do(w, r, forward)
		return
	}
	forward(w)
}

// drop ends the connection without an answer.
func drop(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
		}
	}
}
