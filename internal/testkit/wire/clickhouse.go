package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// ClickHouse starts a proxy to the ClickHouse whose HTTP address server is.
func ClickHouse(t testing.TB, server string) *Proxy {
	p := newProxy(t)
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler) // the client is gone
		}
		call := &call{ctx: p.ctx, server: server, transport: transport, w: w, r: r, body: body}
		statement := r.URL.Query().Get("query")
		if statement == "" {
			statement = string(body)
		}
		p.meet(&Exchange{Name: firstWords(statement), Text: statement, deliver: call.deliver, answer: call.answer, cut: call.cut, setting: call.setting})
		if !call.answered {
			call.cut()
		}
	}))
	t.Cleanup(func() {
		p.end() // and with it the requests that are waited for
		_ = web.Listener.Close()
		web.CloseClientConnections()
	})
	p.Addr = web.Listener.Addr().String()
	return p
}

// firstWords is a statement's beginning up to and with the table that it writes to, in one line.
func firstWords(statement string) string {
	words := strings.Fields(statement)
	n := min(len(words), 3)
	for i, word := range words[:n] {
		if at := strings.IndexByte(word, '('); at > 0 && i == 2 {
			words[i] = word[:at]
		}
	}
	return strings.Join(words[:n], " ")
}

// call is one HTTP request with its answer.
type call struct {
	ctx       context.Context
	server    string
	transport *http.Transport
	w         http.ResponseWriter
	r         *http.Request
	body      []byte

	status   int
	header   http.Header
	reply    []byte
	answered bool
	once     sync.Once
}

func (c *call) deliver(share float64) error {
	if share < 1 {
		return c.part(int(share * float64(len(c.body))))
	}
	to := *c.r.URL
	to.Scheme, to.Host = "http", c.server
	req, err := http.NewRequestWithContext(c.ctx, c.r.Method, to.String(), bytes.NewReader(c.body))
	if err != nil {
		return err
	}
	req.Header = c.r.Header.Clone()
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	c.reply, err = io.ReadAll(resp.Body)
	c.status, c.header = resp.StatusCode, resp.Header
	return err
}

func (c *call) setting(name, value string) {
	q := c.r.URL.Query()
	q.Set(name, value)
	c.r.URL.RawQuery = q.Encode()
}

// part sends the head of the request, which announces the whole body, and so much of the body.
func (c *call) part(n int) error {
	conn, err := (&net.Dialer{Timeout: time.Minute}).DialContext(c.ctx, "tcp", c.server)
	if err != nil {
		return err
	}
	defer conn.Close()
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", c.r.Method, (&url.URL{Path: c.r.URL.Path, RawQuery: c.r.URL.RawQuery}).RequestURI(), c.server, len(c.body))
	header := c.r.Header.Clone()
	header.Del("Transfer-Encoding")
	header.Del("Content-Length")
	if err := header.Write(&head); err != nil {
		return err
	}
	head.WriteString("\r\n")
	head.Write(c.body[:n])
	_, err = conn.Write(head.Bytes())
	return err
}

func (c *call) answer() error {
	if c.answered || c.status == 0 {
		return errors.New("nothing to answer")
	}
	c.answered = true
	for name, values := range c.header {
		if name != "Connection" && name != "Content-Length" {
			c.w.Header()[name] = values
		}
	}
	c.w.WriteHeader(c.status)
	_, err := c.w.Write(c.reply)
	return err
}

func (c *call) cut() {
	c.once.Do(func() {
		if c.answered {
			return
		}
		c.answered = true
		if h, ok := c.w.(http.Hijacker); ok {
			if conn, _, err := h.Hijack(); err == nil {
				_ = conn.Close()
			}
		}
	})
}
