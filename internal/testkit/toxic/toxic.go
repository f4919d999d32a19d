// Package toxic puts a bad network between a test and a real server: Shopify's toxiproxy, in this process, on a free
// loopback port.
package toxic

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Proxy passes connections on to one server, and meddles with what comes back from it.
type Proxy struct {
	// Port that clients connect to; it stays the same for the proxy's life.
	Port  int
	proxy *toxiproxy.Proxy
}

// New starts a proxy to the server at host:port; it ends with the test.
func New(tb testing.TB, server string) *Proxy {
	tb.Helper()
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := &Proxy{proxy: toxiproxy.NewProxy(api, "p", "127.0.0.1:0", server)}
	if err := p.proxy.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(p.proxy.Stop)
	if _, err := fmt.Sscanf(p.proxy.Listen, "127.0.0.1:%d", &p.Port); err != nil {
		tb.Fatal(err)
	}
	return p
}

func (p *Proxy) add(tb testing.TB, kind string, attributes map[string]any) {
	tb.Helper()
	body, err := json.Marshal(map[string]any{"name": kind, "type": kind, "stream": "downstream", "attributes": attributes})
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := p.proxy.Toxics.AddToxicJson(strings.NewReader(string(body))); err != nil {
		tb.Fatal(err)
	}
}

// Latency delays every answer.
func (p *Proxy) Latency(tb testing.TB, d time.Duration) {
	tb.Helper()
	p.add(tb, "latency", map[string]any{"latency": d.Milliseconds()})
}

// Cut closes each connection after so many bytes of answers.
func (p *Proxy) Cut(tb testing.TB, bytes int) {
	tb.Helper()
	p.add(tb, "limit_data", map[string]any{"bytes": bytes})
}

// Stall keeps connections open and lets no more answers through, as a half-open connection does.
func (p *Proxy) Stall(tb testing.TB) {
	tb.Helper()
	p.add(tb, "timeout", map[string]any{"timeout": 0})
}

// Reset ends each connection with a TCP reset after a while.
func (p *Proxy) Reset(tb testing.TB, after time.Duration) {
	tb.Helper()
	p.add(tb, "reset_peer", map[string]any{"timeout": after.Milliseconds()})
}

// SlowClose delays the end of connections.
func (p *Proxy) SlowClose(tb testing.TB, d time.Duration) {
	tb.Helper()
	p.add(tb, "slow_close", map[string]any{"delay": d.Milliseconds()})
}

// Bandwidth bounds the answers to so many KB a second.
func (p *Proxy) Bandwidth(tb testing.TB, kilobytes int) {
	tb.Helper()
	p.add(tb, "bandwidth", map[string]any{"rate": kilobytes})
}

// Calm takes everything back.
func (p *Proxy) Calm(tb testing.TB) {
	tb.Helper()
	p.proxy.Toxics.ResetToxics(tb.Context())
}

// Down ends all connections and refuses new ones.
func (p *Proxy) Down() { p.proxy.Stop() }
