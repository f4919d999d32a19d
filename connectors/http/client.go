package http

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	nethttp "net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// param is one parameter of a request.
type param struct {
	name, value string
	number      bool // in JSON it is one
}

// ask is what is asked for beside the constants.
type ask struct {
	params []param
	link   *url.URL // the address of a next page, which has its parameters in it; nil: the configured one
}

// client asks one API. It is used by one goroutine.
type client struct {
	o         Options
	http      *nethttp.Client
	transport *nethttp.Transport
	limiter   *rate.Limiter // shared by the reads of a source
	now       func() time.Time
	zone      *time.Location
	tries     int
	wires     *wires
}

// newClient makes a client with connections of its own; close ends them.
func (s *Source) newClient(zone *time.Location, tries int, done *atomic.Int64) (*client, error) {
	dialer := net.Dialer{Timeout: s.o.ConnectTimeout, KeepAlive: 15 * time.Second}
	w := &wires{done: done}
	t := &nethttp.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return w.add(conn), nil
		},
		TLSHandshakeTimeout: s.o.ConnectTimeout, ResponseHeaderTimeout: s.o.Answer, MaxResponseHeaderBytes: 1 << 20,
		DisableCompression: true, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute,
	}
	if s.o.TLS != nil {
		var err error
		if t.TLSClientConfig, err = s.o.TLS.Config(s.o.address().Hostname()); err != nil {
			return nil, tlsFile(err)
		}
	}
	if s.o.Proxy != "" {
		proxy, err := url.Parse(s.o.Proxy)
		if err != nil {
			return nil, err // Validate saw to it
		}
		t.Proxy = nethttp.ProxyURL(proxy)
	}
	c := &client{o: s.o, transport: t, limiter: s.limiter, now: s.now, zone: zone, tries: tries, wires: w}
	c.http = &nethttp.Client{Transport: t, CheckRedirect: c.redirect}
	return c, nil
}

// close ends all connections.
func (c *client) close() {
	c.transport.CloseIdleConnections()
	c.wires.close()
}

// request makes the request of a page, with all that proves who asks.
func (c *client) request(ctx context.Context, a ask) (*nethttp.Request, error) {
	at, params := c.o.address(), slices.Clone(a.params)
	if a.link != nil {
		at, params = c.ofLink(a.link)
	} else {
		for name, value := range c.o.Params {
			params = append(params, param{name: name, value: value})
		}
	}
	headers := nethttp.Header{"Accept": {"application/json, text/json;q=0.9, */*;q=0.5"}, "Accept-Encoding": {"gzip"}, "User-Agent": {"creditsync"}}
	for name, value := range c.o.Headers {
		headers.Set(name, value)
	}
	if auth := c.o.Auth; auth != nil {
		switch {
		case auth.Header != nil:
			headers.Set(auth.Header.Name, auth.Header.Value.Reveal())
		case auth.Query != nil:
			params = append(params, param{name: auth.Query.Name, value: auth.Query.Value.Reveal()})
		}
	}
	method := strings.ToUpper(c.o.Method)
	if c.o.Sign != nil {
		r := &signed{method: method, path: at.EscapedPath(), params: params, headers: headers, body: c.body, now: c.now().In(c.zone)}
		c.o.Sign.apply(r)
		params = r.params
	}
	var body io.Reader
	switch c.o.send() {
	case sendQuery:
		query := url.Values{}
		for _, p := range params {
			query.Add(p.name, p.value)
		}
		at.RawQuery = query.Encode()
	case sendForm:
		headers.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		body = bytes.NewReader(c.body(params))
	default:
		headers.Set("Content-Type", "application/json; charset=utf-8")
		body = bytes.NewReader(c.body(params))
	}
	req, err := nethttp.NewRequestWithContext(ctx, method, at.String(), body)
	if err != nil {
		return nil, errors.New("this is no address") // the library's words have the query in them
	}
	req.Header = headers
	if auth := c.o.Auth; auth != nil && auth.Basic != nil {
		req.SetBasicAuth(auth.Basic.User, auth.Basic.Password.Reveal())
	}
	return req, nil
}

// ofLink takes the address of a next page apart: what every request has anew is left out.
func (c *client) ofLink(link *url.URL) (*url.URL, []param) {
	at := *link
	query := at.Query()
	at.RawQuery = ""
	var params []param
	for name, values := range query {
		if c.o.Sign != nil && c.o.Sign.fresh(name) || c.o.Auth != nil && c.o.Auth.Query != nil && c.o.Auth.Query.Name == name {
			continue
		}
		for _, v := range values {
			params = append(params, param{name: name, value: v})
		}
	}
	return &at, params
}

// body is the body that parameters make; nil where they stand in the address.
func (c *client) body(params []param) []byte {
	switch c.o.send() {
	case sendForm:
		form := url.Values{}
		for _, p := range params {
			form.Add(p.name, p.value)
		}
		return []byte(form.Encode())
	case sendJSON:
		root := map[string]any{}
		for _, p := range params {
			put(root, strings.Split(p.name, "."), p)
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(root) // texts and numbers
		return bytes.TrimRight(b.Bytes(), "\n")
	}
	return nil
}

// put puts a parameter whose name has dots into the object that they lead to.
func put(in map[string]any, path []string, p param) {
	for _, key := range path[:len(path)-1] {
		inner, ok := in[key].(map[string]any)
		if !ok {
			inner = map[string]any{}
			in[key] = inner
		}
		in = inner
	}
	last := path[len(path)-1]
	if n, err := strconv.ParseInt(p.value, 10, 64); p.number && err == nil {
		in[last] = n
		return
	}
	in[last] = p.value
}

// maxRedirects is how often one request is led on.
const maxRedirects = 5

// redirected is a redirect that is not followed.
type redirected struct{ to string }

func (e *redirected) Error() string { return "redirected to " + e.to }

// redirect decides whether a redirect is followed. Credentials never go to another place than the configured one: not in a
// header, and not in the Referer that the library sets.
func (c *client) redirect(req *nethttp.Request, via []*nethttp.Request) error {
	req.Header.Del("Referer")
	refuse := &redirected{req.URL.Scheme + "://" + req.URL.Host + req.URL.Path}
	first := via[0]
	same := sameOrigin(first.URL, req.URL)
	upgrade := first.URL.Scheme == "http" && req.URL.Scheme == "https" && first.URL.Hostname() == req.URL.Hostname()
	switch {
	case c.o.Redirects == redirectNone, len(via) > maxRedirects, req.Method != first.Method:
		return refuse
	case same || upgrade:
		return nil
	case c.o.Redirects != redirectAny, first.URL.Scheme == "https" && req.URL.Scheme != "https":
		return refuse
	}
	for name := range req.Header {
		if name != "Accept" && name != "Accept-Encoding" && name != "User-Agent" {
			req.Header.Del(name)
		}
	}
	if req.Body != nil { // a post that is led on repeats its parameters
		return refuse
	}
	return nil
}

// sameOrigin reports whether two addresses have the same scheme, host and port.
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
