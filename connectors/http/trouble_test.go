package http

import (
	"compress/gzip"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	nethttp "net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"creditsync/connectors"
	"creditsync/connectors/remote"
	"creditsync/internal/fault"
	"creditsync/internal/testkit/daemon"
	"creditsync/internal/testkit/webapi"
)

// answers gives the same to each request until the n-th, which and after which the server is well again.
func answers(until int, status int, header nethttp.Header, body string) webapi.Meddle {
	return func(n int, w nethttp.ResponseWriter, _ *nethttp.Request) bool {
		if n >= until {
			return false
		}
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
}

// cut sends a part of an answer and ends the connection.
func cut(part string) webapi.Meddle {
	return func(_ int, w nethttp.ResponseWriter, _ *nethttp.Request) bool {
		w.Header().Set("Content-Length", "1000000")
		_, _ = io.WriteString(w, part)
		panic(nethttp.ErrAbortHandler)
	}
}

// TestRetry_ByClass: what may be better by itself is tried again, as often as is configured; anything else at once is not.
func TestRetry_ByClass(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		make  func(n int) webapi.Meddle // well from the n-th request on
		again bool
		code  string
	}{
		{"408", func(n int) webapi.Meddle { return answers(n, 408, nil, "") }, true, "http.server_error"},
		{"429", func(n int) webapi.Meddle { return answers(n, 429, nil, "") }, true, "http.busy"},
		{"500", func(n int) webapi.Meddle { return answers(n, 500, nil, `{"msg":"系统异常"}`) }, true, "http.server_error"},
		{"502", func(n int) webapi.Meddle { return answers(n, 502, nil, "<html><title>Bad Gateway</title>") }, true, "http.server_error"},
		{"503", func(n int) webapi.Meddle { return answers(n, 503, nil, "") }, true, "http.busy"},
		{"a lost connection", func(n int) webapi.Meddle {
			return func(i int, w nethttp.ResponseWriter, r *nethttp.Request) bool { return i < n && cut(`{"co`)(i, w, r) }
		}, true, "http.lost"},
		{"busy in an envelope", func(n int) webapi.Meddle { return answers(n, 200, nil, `{"code":-1,"msg":"系统繁忙","data":null}`) }, true, "http.not_ok"},
		{"400", func(n int) webapi.Meddle { return answers(n, 400, nil, `{"error":{"message":"缺少参数"}}`) }, false, "http.refused"},
		{"401", func(n int) webapi.Meddle { return answers(n, 401, nil, "") }, false, "http.denied"},
		{"404", func(n int) webapi.Meddle { return answers(n, 404, nil, "") }, false, "http.not_found"},
		{"407", func(n int) webapi.Meddle { return answers(n, 407, nil, "") }, false, "http.proxy"},
		{"an envelope that failed", func(n int) webapi.Meddle { return answers(n, 200, nil, `{"code":500,"msg":"内部错误"}`) }, false, "http.not_ok"},
		{"a web page", func(n int) webapi.Meddle { return answers(n, 200, nil, "<!DOCTYPE html><title>统一登录</title>") }, false, "http.no_json"},
		{"broken JSON", func(n int) webapi.Meddle { return answers(n, 200, nil, `{"code":0,"data":{"list":[{"id":1,}]}}`) }, false, "http.broken_json"},
		{"a redirect", func(n int) webapi.Meddle {
			return answers(n, 302, nethttp.Header{"Location": {"https://sso.example/login"}}, "")
		}, false, "http.redirect"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, 100)
			o := options(s, byPage)
			o.OK.Again = []string{"-1"}
			s.Meddle(test.make(5))
			out, err := readAll(t, o, connectors.Request{})
			if test.again {
				if err != nil {
					t.Errorf("well at the fifth try: %v", err)
				}
				same(t, out, 100)
				s.Meddle(test.make(6))
				wantFault(t, o, test.code)
				if n := len(s.Requests()); n != 5+5 {
					t.Errorf("%d requests, want 5 and 5", n)
				}
				return
			}
			isFault(t, err, test.code)
			if n := len(s.Requests()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

// TestRetryAfter: a server that says how long to wait is obeyed, and one that asks for too long ends the read with that time.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 1, 3, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		value string
		want  time.Duration
	}{{"3", 3 * time.Second}, {"0", 0}, {"", 0}, {"-1", 0}, {"soon", 0}, {"Wed, 03 Jan 2024 12:00:30 GMT", 30 * time.Second}, {"Wed, 03 Jan 2024 11:00:00 GMT", 0}, {"99999999999", 0}} {
		if got := retryAfter(test.value, now); got != test.want {
			t.Errorf("%q: got %s, want %s", test.value, got, test.want)
		}
	}
	s := serve(t, 10)
	o := options(s, byPage)
	s.Meddle(answers(2, 429, nethttp.Header{"Retry-After": {"1"}}, ""))
	began := time.Now()
	same(t, got(t, o), 10)
	if took := time.Since(began); took < time.Second {
		t.Errorf("the read took %s, want the second that the server asked for", took)
	}
	s.Meddle(answers(99, 503, nethttp.Header{"Retry-After": {"3600"}}, ""))
	err := wantFault(t, o, "http.busy", "503")
	if again, after := fault.Retryable(err); !again || after != time.Hour {
		t.Errorf("again %v after %s, want after an hour", again, after)
	}
	if n := len(s.Requests()); n != 2+1 {
		t.Errorf("%d requests, want 2 and 1", n)
	}
}

// TestRate: requests keep their distance.
func TestRate(t *testing.T) {
	t.Parallel()
	s := serve(t, 500)
	o := options(s, byPage)
	o.Page.Size, o.Rate = 100, "20/s"
	began := time.Now()
	same(t, got(t, o), 500)
	if took := time.Since(began); took < 4*50*time.Millisecond {
		t.Errorf("5 requests took %s, want 200 ms at least", took)
	}
	o.Rate, o.Timeout = "1/h", time.Minute
	wantFault(t, o, "http.timeout", "1m")
	for _, bad := range []string{"0/s", "-1/s", "5", "5/d", "x/s", "NaN/s", "1e9/s"} {
		if _, err := parseRate(bad); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

// TestNetwork_Trouble: a read over a bad network is slow, or it fails as a whole and says why; it never ends early as if that
// were all.
func TestNetwork_Trouble(t *testing.T) {
	t.Parallel()
	const rows = 20_000
	s := serve(t, rows)
	proxy := badNetwork(t, s.URL)
	o := options(s, byOffset)
	o.Page.Size, o.Total, o.Retry.Times = 5000, "", 1 // nothing but the connection tells that something is missing
	o.URL = fmt.Sprintf("http://127.0.0.1:%d/offset", proxy.Port)
	whole := func() {
		t.Helper()
		same(t, got(t, o), rows)
		proxy.Calm(t)
	}
	broken := func(o Options, codes ...string) {
		t.Helper()
		out, err := readAll(t, o, connectors.Request{})
		if err == nil || len(out.Rows) > 0 {
			t.Errorf("a broken read gave %d of %d rows, %v", len(out.Rows), rows, err)
		}
		code := fault.CodeOf(err)
		if !slices.Contains(codes, code) {
			t.Errorf("got %q (%v), want one of %q", code, err, codes)
		}
		isFault(t, err, code)
		if again, _ := fault.Retryable(err); !again {
			t.Errorf("%v is not worth trying again", err)
		}
		proxy.Calm(t)
	}
	whole()
	proxy.Latency(t, 50*time.Millisecond)
	whole()
	proxy.Bandwidth(t, 4000)
	whole()
	proxy.SlowClose(t, 300*time.Millisecond)
	whole()
	proxy.Cut(t, 300_000) // after some pages, again and again: each of them comes whole at the second try
	whole()
	for _, bytes := range []int{50_000, 20_000, 700, 10} { // in the middle of a page, in its beginning, in the headers
		proxy.Cut(t, bytes)
		broken(o, "http.lost", "http.unreachable", "http.no_http")
	}
	proxy.Reset(t, 10*time.Millisecond)
	proxy.Bandwidth(t, 100)
	broken(o, "http.lost", "http.unreachable")
	quick := o
	quick.Silence, quick.Answer = 300*time.Millisecond, 300*time.Millisecond
	proxy.Stall(t)
	broken(quick, "http.slow")
	proxy.Down(t)
	broken(quick, "http.unreachable")
}

// TestSilence: an answer that stops in its middle, the connection staying open, ends after the silence that is allowed; one
// that comes slowly, but comes, does not.
func TestSilence(t *testing.T) {
	t.Parallel()
	s := serve(t, 10)
	o := options(s, "all")
	o.Silence, o.Retry.Times = 400*time.Millisecond, 0
	s.Meddle(func(_ int, w nethttp.ResponseWriter, r *nethttp.Request) bool {
		_, _ = io.WriteString(w, `{"code":0,"data":{"total":10,"list":[{"id":"1"},`)
		w.(nethttp.Flusher).Flush()
		<-r.Context().Done()
		return true
	})
	wantFault(t, o, "http.silent", "400ms")
	o.Timeout, o.Silence = 500*time.Millisecond, time.Minute
	wantFault(t, o, "http.timeout", "500ms")
	o.Timeout, o.Answer = time.Minute, 300*time.Millisecond
	s.Meddle(func(_ int, _ nethttp.ResponseWriter, r *nethttp.Request) bool { <-r.Context().Done(); return true })
	wantFault(t, o, "http.slow", "300ms")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	o.Answer = time.Minute
	if _, err := source(t, o).Open(ctx, connectors.Request{}); err != context.Canceled {
		t.Errorf("a read that was stopped: %v", err)
	}
}

// TestCutWithoutLength: an answer whose end is that of its connection, and which breaks off, is a lost connection.
func TestCutWithoutLength(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n[{\"id\":1},{\"id\"")
			_ = c.Close()
		}
	}()
	o := Defaults()
	o.URL, o.Retry = "http://"+l.Addr().String()+"/rows", Retry{Times: 1, Wait: time.Millisecond, Longest: time.Second}
	wantFault(t, o, "http.lost")
}

// TestRedirects: credentials stay with the host that they are for.
func TestRedirects(t *testing.T) {
	t.Parallel()
	other := serve(t, 10)
	s := serve(t, 10)
	leads := func(to string) {
		s.Meddle(func(_ int, w nethttp.ResponseWriter, r *nethttp.Request) bool {
			if r.URL.Path == "/all" {
				return false
			}
			nethttp.Redirect(w, r, to, nethttp.StatusFound)
			return true
		})
	}
	o := options(s, "all")
	o.URL = s.URL + "/moved"
	o.Auth, o.Headers = &Auth{Header: &Named{Name: "X-Token", Value: connectors.NewSecret(secret)}}, map[string]string{"X-App": "a"}
	leads("/all")
	same(t, got(t, o), 10)
	leads(other.URL + "/all?x=1")
	wantFault(t, o, "http.redirect", other.URL)
	o.Redirects = redirectNone
	leads("/all")
	wantFault(t, o, "http.redirect")
	leads(other.URL + "/all?x=1")
	o.Redirects = redirectAny
	same(t, got(t, o), 10)
	o.Auth = &Auth{Query: &Named{Name: "token", Value: connectors.NewSecret(secret)}}
	same(t, got(t, o), 10)
	o.Auth = &Auth{Basic: &Basic{User: "a", Password: connectors.NewSecret(secret)}}
	same(t, got(t, o), 10)
	for _, r := range other.Requests() {
		if said := fmt.Sprint(r); strings.Contains(said, secret) || r.Header.Get("X-App") != "" || r.Header.Get("Referer") != "" || r.Header.Get("Authorization") != "" {
			t.Errorf("another host was told %s", said)
		}
	}
	o.Method = "post"
	wantFault(t, o, "http.redirect")
	leads("/again")
	o.Method = "get"
	wantFault(t, o, "http.redirect")

	o = options(s, byLink)
	s.Meddle(func(_ int, w nethttp.ResponseWriter, _ *nethttp.Request) bool {
		w.Header().Set("Link", "<"+other.URL+"/link?token=a>; rel=next")
		return false
	})
	wantFault(t, o, "http.next_elsewhere", other.URL)
}

// TestBody: gzip, asked for or not; a byte order mark; GB18030 by the Content-Type; JSON in a text; null for no rows; a page
// that is larger than may be.
func TestBody(t *testing.T) {
	t.Parallel()
	s := serve(t, 10)
	o := options(s, "all")
	o.Total = ""
	reply := func(header nethttp.Header, body string) { s.Meddle(answers(99, 200, header, body)) }
	packed := func(body string) string {
		var b strings.Builder
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, body)
		_ = z.Close()
		return b.String()
	}
	const one = `{"code":"0","data":{"list":[{"id":1,"name":"吉安","n":0.20,"in":{"a":null,"b":true}}]}}`
	for name, reply := range map[string]func(){
		"plain":        func() { reply(nil, one) },
		"bom":          func() { reply(nil, "\xef\xbb\xbf"+one) },
		"gzip":         func() { reply(nethttp.Header{"Content-Encoding": {"gzip"}}, packed(one)) },
		"unasked gzip": func() { reply(nil, packed(one)) },
		"no type":      func() { reply(nethttp.Header{"Content-Type": {"text/html;charset=UTF-8"}}, " \r\n"+one) },
		"gb18030": func() {
			reply(nethttp.Header{"Content-Type": {"application/json;charset=GBK"}}, strings.Replace(one, "吉安", "\xbc\xaa\xb0\xb2", 1))
		},
		"json in texts": func() {
			reply(nil, `{"code":0,"data":"{\"list\":\"[{\\\"id\\\":1,\\\"name\\\":\\\"吉安\\\",\\\"n\\\":0.20,\\\"in\\\":{\\\"b\\\":true}}]\"}"}`)
		},
	} {
		reply()
		out := got(t, o)
		if len(out.Rows) != 1 || !slices.Equal(out.Rows[0][:3], []string{"1", "吉安", "0.20"}) || out.Rows[0][len(out.Rows[0])-1] != "true" {
			t.Errorf("%s: %q %q", name, out.Header, out.Rows)
		}
	}
	reply(nil, `{"code":0,"data":{"list":null}}`)
	wantFault(t, o, "http.empty")
	o.AllowEmpty = true
	if out := got(t, o); len(out.Rows) != 0 {
		t.Errorf("rows of null: %q", out.Rows)
	}
	o.MaxPage = 1 << 10
	reply(nethttp.Header{"Content-Encoding": {"gzip"}}, packed(strings.Repeat(" ", 1<<20)+one))
	wantFault(t, o, "http.too_large", "1024")
}

// TestTLS: a server whose authority is configured is read, any other is not; none is spoken to in clear by mistake.
func TestTLS(t *testing.T) {
	t.Parallel()
	s := webapi.StartTLS(t)
	header, rows := penalties(10)
	s.Fill(t, header, rows)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.CA()}), 0o600); err != nil {
		t.Fatal(err)
	}
	o := options(s, byPage)
	o.TLS = &remote.TLS{CA: ca}
	same(t, got(t, o), 10)
	o.TLS.ServerName = "other.example.org"
	wantFault(t, o, "http.tls", "other.example.org")
	o.TLS = nil
	wantFault(t, o, "http.tls", "authority")
	o.TLS = &remote.TLS{CA: ca + "x"}
	wantFault(t, o, "http.tls_file", "ca.pemx")
	o = options(s, byPage)
	o.URL = strings.Replace(o.URL, "https", "http", 1)
	wantFault(t, o, "http.refused", "400")
	plain := serve(t, 10)
	o = options(plain, byPage)
	o.URL = strings.Replace(o.URL, "http", "https", 1)
	wantFault(t, o, "http.tls")
}

// TestNoServer: what is no API is said to be none.
func TestNoServer(t *testing.T) {
	t.Parallel()
	port, err := daemon.Port()
	if err != nil {
		t.Fatal(err)
	}
	o := Defaults()
	o.Retry.Times = 0
	o.URL = fmt.Sprintf("http://127.0.0.1:%d/", port)
	wantFault(t, o, "http.unreachable", "refused")
	o.URL = "http://no-such-host.invalid/"
	wantFault(t, o, "http.host_unknown", "no-such-host.invalid")
	o.Proxy = fmt.Sprintf("http://127.0.0.1:%d", port)
	wantFault(t, o, "http.unreachable")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.6\r\n")
			_, _ = c.Read(make([]byte, 1))
			_ = c.Close()
		}
	}()
	o.URL, o.Proxy = "http://"+l.Addr().String()+"/", ""
	wantFault(t, o, "http.no_http")
}

// TestProxy_OnlyAsConfigured: a proxy of the environment is not asked; a configured one is.
func TestProxy_OnlyAsConfigured(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	proxy := serve(t, 10) // answers whatever it is asked for
	o := options(proxy, "all")
	same(t, got(t, o), 10)
	o.URL, o.Proxy = "http://api.invalid/all", proxy.URL
	same(t, got(t, o), 10)
}
