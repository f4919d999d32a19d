// Package toxic puts a bad network between a test and a real server: Shopify's toxiproxy, as a process of its own on free
// loopback ports, so that its goroutines are not those of the test.
//
// A package that uses it calls Main at the beginning of its TestMain: the process is the test's own program once more.
package toxic

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	client "github.com/Shopify/toxiproxy/v2/client"
	"github.com/rs/zerolog"

	"creditsync/internal/testkit/daemon"
)

// envPort makes this program a toxiproxy that is told what to do on that port.
const envPort = "CREDITSYNC_TEST_TOXIPROXY"

// Main turns the process into the proxies if that is what it was started for; it does not return then.
func Main() {
	if port := os.Getenv(envPort); port != "" {
		toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()).Listen("127.0.0.1", port)
		os.Exit(1) // Listen does not end
	}
}

// Network is a process with proxies.
type Network struct {
	daemon *daemon.Daemon
	dir    string
	client *client.Client
	count  atomic.Int64
}

// Start starts the process; Stop ends it.
func Start() (*Network, error) {
	dir, err := os.MkdirTemp("", "creditsync-toxic-")
	if err != nil {
		return nil, err
	}
	n := &Network{dir: dir}
	port, err := daemon.Port()
	if err == nil {
		n.client = client.NewClient("127.0.0.1:" + strconv.Itoa(port))
		n.daemon, err = daemon.StartSelf(dir, envPort+"="+strconv.Itoa(port))
	}
	if err == nil {
		err = n.daemon.Ready(2*time.Minute, func() error { _, err := n.client.Proxies(); return err })
	}
	if err != nil {
		n.Stop()
		return nil, err
	}
	return n, nil
}

// Stop ends the process and all its proxies.
func (n *Network) Stop() {
	if n.daemon != nil {
		n.daemon.Stop(syscall.SIGKILL)
	}
	_ = os.RemoveAll(n.dir)
}

// Shared is a network that the first test which wants a proxy starts. Its zero value is ready; TestMain stops it.
type Shared struct {
	mu      sync.Mutex
	network *Network
}

// Proxy starts a proxy to the server at host:port; it ends with the test.
func (s *Shared) Proxy(tb testing.TB, server string) *Proxy {
	tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.network == nil {
		n, err := Start()
		if err != nil {
			tb.Fatal(err)
		}
		s.network = n
	}
	return s.network.Proxy(tb, server)
}

// Stop ends the network if there is one.
func (s *Shared) Stop() {
	if s.network != nil {
		s.network.Stop()
	}
}

// Proxy passes connections on to one server, and meddles with what comes back from it.
type Proxy struct {
	// Port that clients connect to; it stays the same for the proxy's life.
	Port  int
	proxy *client.Proxy
}

// Proxy starts a proxy to the server at host:port; it ends with the test.
func (n *Network) Proxy(tb testing.TB, server string) *Proxy {
	tb.Helper()
	one, err := n.client.CreateProxy(fmt.Sprintf("p%d", n.count.Add(1)), "127.0.0.1:0", server)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = one.Delete() })
	p := &Proxy{proxy: one}
	if _, err := fmt.Sscanf(one.Listen, "127.0.0.1:%d", &p.Port); err != nil {
		tb.Fatal(err)
	}
	return p
}

func (p *Proxy) add(tb testing.TB, kind string, attributes client.Attributes) {
	tb.Helper()
	if _, err := p.proxy.AddToxic(kind, kind, "downstream", 1, attributes); err != nil {
		tb.Fatal(err)
	}
}

// Latency delays every answer.
func (p *Proxy) Latency(tb testing.TB, d time.Duration) {
	tb.Helper()
	p.add(tb, "latency", client.Attributes{"latency": d.Milliseconds()})
}

// Cut closes each connection after so many bytes of answers.
func (p *Proxy) Cut(tb testing.TB, bytes int) {
	tb.Helper()
	p.add(tb, "limit_data", client.Attributes{"bytes": bytes})
}

// Stall keeps connections open and lets no more answers through, as a half-open connection does.
func (p *Proxy) Stall(tb testing.TB) {
	tb.Helper()
	p.add(tb, "timeout", client.Attributes{"timeout": 0})
}

// Reset ends each connection with a TCP reset after a while.
func (p *Proxy) Reset(tb testing.TB, after time.Duration) {
	tb.Helper()
	p.add(tb, "reset_peer", client.Attributes{"timeout": after.Milliseconds()})
}

// SlowClose delays the end of connections.
func (p *Proxy) SlowClose(tb testing.TB, d time.Duration) {
	tb.Helper()
	p.add(tb, "slow_close", client.Attributes{"delay": d.Milliseconds()})
}

// Bandwidth bounds the answers to so many KB a second.
func (p *Proxy) Bandwidth(tb testing.TB, kilobytes int) {
	tb.Helper()
	p.add(tb, "bandwidth", client.Attributes{"rate": kilobytes})
}

// Calm takes everything back.
func (p *Proxy) Calm(tb testing.TB) {
	tb.Helper()
	toxics, err := p.proxy.Toxics()
	for _, one := range toxics {
		if err == nil {
			err = p.proxy.RemoveToxic(one.Name)
		}
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// Down ends all connections and refuses new ones.
func (p *Proxy) Down(tb testing.TB) {
	tb.Helper()
	if err := p.proxy.Disable(); err != nil {
		tb.Fatal(err)
	}
}
