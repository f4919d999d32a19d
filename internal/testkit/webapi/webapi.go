// Package webapi is a department's web API for tests: a real HTTP server on loopback that pages through one table in each of
// the ways in which APIs do, and that goes wrong when it is told to. gateway.go is what stands before such APIs: it verifies
// who asks, written apart from what signs.
//
//	/all                        every row
//	/page?pageNum=1&pageSize=50 by number
//	/offset?offset=0&limit=50   by offset
//	/cursor?cursor=…&limit=50   by a value of the last answer
//	/link?from=0&limit=50       by the header Link
//
// An answer is {"code":0,"msg":"成功","data":{"total":…,"pages":…,"more":…,"next":…,"list":[…]}}. Parameters may come in the
// address, in a form or in JSON. `since` (from on) and `until` (before) restrict the rows by the column that Since names.
package webapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Limit bounds the rows of a page, whatever is asked for.
const Limit = 1000

// Server is one API.
type Server struct {
	URL string // http://127.0.0.1:port, or https

	server *httptest.Server
	mu     sync.Mutex
	header []string
	rows   []row
	since  int // index of the column; −1: none
	asked  int
	meddle Meddle
	gate   func(*http.Request, url.Values) error
	log    []Request
}

type row struct {
	cells []string
	json  []byte
}

// Request is what came.
type Request struct {
	Path   string
	Params url.Values
	Header http.Header
}

// Meddle is asked before each answer; n counts the requests from 1 on. It reports whether it has answered.
type Meddle func(n int, w http.ResponseWriter, r *http.Request) bool

// Start starts a server without rows; it ends with the test.
func Start(tb testing.TB) *Server {
	tb.Helper()
	s := new(Server)
	s.server = httptest.NewServer(s)
	return s.started(tb)
}

// StartTLS starts one that speaks TLS; CA is the certificate that signs it, as PEM.
func StartTLS(tb testing.TB) *Server {
	tb.Helper()
	s := new(Server)
	s.server = httptest.NewUnstartedServer(s)
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that are to fail
	s.server.StartTLS()
	return s.started(tb)
}

func (s *Server) started(tb testing.TB) *Server {
	s.URL, s.since = s.server.URL, -1
	tb.Cleanup(s.server.Close)
	return s
}

// CA is the certificate of a server that speaks TLS.
func (s *Server) CA() []byte { return s.server.Certificate().Raw }

// Stop ends the server before the test ends.
func (s *Server) Stop() { s.server.CloseClientConnections(); s.server.Close() }

// Fill makes the server hold these rows; an empty text stays one.
func (s *Server) Fill(tb testing.TB, header []string, rows [][]string) {
	tb.Helper()
	list := make([]row, len(rows))
	for i, cells := range rows {
		list[i] = row{cells, object(header, cells)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.header, s.rows = header, list
}

// Since names the column that the parameters since and until restrict; its values are compared as text.
func (s *Server) Since(column string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = -1
	for i, h := range s.header {
		if h == column {
			s.since = i
		}
	}
}

// Meddle has f asked before every answer from now on, and counts anew; nil ends it.
func (s *Server) Meddle(f Meddle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.meddle, s.asked = f, 0
}

// Gate has f let requests in or not.
func (s *Server) Gate(f func(*http.Request, url.Values) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate = f
}

// Requests are those that came so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.log...)
}

// object writes a row.
func object(header, cells []string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, h := range header {
		if i > 0 {
			b.WriteByte(',')
		}
		_ = enc.Encode(h)
		b.Truncate(b.Len() - 1)
		b.WriteByte(':')
		_ = enc.Encode(cells[i])
		b.Truncate(b.Len() - 1)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// params are those of a request, wherever they stand.
func params(r *http.Request) url.Values {
	out := r.URL.Query()
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 1<<20))
	if err != nil || len(body) == 0 {
		return out
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		form, _ := url.ParseQuery(string(body))
		for k, v := range form {
			out[k] = append(out[k], v...)
		}
		return out
	}
	var root map[string]any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if dec.Decode(&root) == nil {
		flatten(out, "", root)
	}
	return out
}

func flatten(out url.Values, prefix string, in map[string]any) {
	for k, v := range in {
		if inner, ok := v.(map[string]any); ok {
			flatten(out, prefix+k+".", inner)
			continue
		}
		out.Add(prefix+k, fmt.Sprint(v))
	}
}

// ServeHTTP answers.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := params(r)
	s.mu.Lock()
	s.asked++
	n, meddle, gate := s.asked, s.meddle, s.gate
	s.log = append(s.log, Request{r.URL.Path, p, r.Header.Clone()})
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if gate != nil {
		if err := gate(r, p); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			_ = json.NewEncoder(w).Encode(map[string]any{"code": 401, "msg": err.Error()})
			return
		}
	}
	if meddle != nil && meddle(n, w, r) {
		return
	}
	s.answer(w, r, p)
}

// answer gives a page.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, p url.Values) {
	rows := s.restricted(p)
	from, size := 0, number(p, "limit", 100)
	switch r.URL.Path {
	case "/all":
		size = len(rows)
	case "/page":
		size = number(p, "pageSize", 100)
		from = (number(p, "pageNum", 1) - 1) * min(size, Limit)
	case "/offset":
		from = number(p, "offset", 0)
	case "/cursor":
		_, _ = fmt.Sscanf(p.Get("cursor"), "after-%d", &from)
	case "/link":
		from = number(p, "from", 0)
	default:
		http.NotFound(w, r)
		return
	}
	if r.URL.Path != "/all" {
		size = min(size, Limit)
	}
	from = min(max(from, 0), len(rows))
	to := min(from+size, len(rows))
	next := ""
	if to < len(rows) {
		next = fmt.Sprintf("after-%d", to)
		if r.URL.Path == "/link" {
			q := r.URL.Query()
			q.Set("from", strconv.Itoa(to))
			w.Header().Add("Link", fmt.Sprintf(`<%s?%s>; rel="first"; title="a, b", <?%s>; rel=next`, r.URL.Path, "from=0", q.Encode()))
		}
	}
	Answer(w, len(rows), next, rows[from:to]...)
}

// Answer writes an envelope with rows of JSON in it.
func Answer(w http.ResponseWriter, total int, next string, rows ...[]byte) {
	w.Header().Set("X-Total-Count", strconv.Itoa(total))
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"code":0,"msg":"成功","data":{"total":%d,"more":%t,"next":%q,"list":[`, total, next != "", next)
	for i, one := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(one)
	}
	b.WriteString(`]},"time":"2024-01-03 12:00:00"}`)
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = w.Write(b.Bytes())
}

// restricted are the rows that are asked for.
func (s *Server) restricted(p url.Values) [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([][]byte, 0, len(s.rows))
	for _, r := range s.rows {
		if s.since >= 0 {
			value := r.cells[s.since]
			if low := p.Get("since"); low != "" && less(value, low) {
				continue
			}
			if high := p.Get("until"); high != "" && !less(value, high) {
				continue
			}
		}
		out = append(out, r.json)
	}
	return out
}

// less compares numbers as numbers, everything else as text.
func less(a, b string) bool {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	if errX == nil && errY == nil {
		return x < y
	}
	return strings.Compare(a, b) < 0
}

func number(p url.Values, name string, otherwise int) int {
	n, err := strconv.Atoi(p.Get(name))
	if err != nil {
		return otherwise
	}
	return n
}
