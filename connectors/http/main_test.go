package http

import (
	"net/url"
	"os"
	"sync"
	"testing"

	"creditsync/internal/testkit/toxic"
)

// shared is the bad network of the tests of this package.
var shared struct {
	mu      sync.Mutex
	network *toxic.Network
}

func TestMain(m *testing.M) {
	toxic.Main()
	code := m.Run()
	if shared.network != nil {
		shared.network.Stop()
	}
	os.Exit(code)
}

// badNetwork puts a proxy before a server.
func badNetwork(t testing.TB, server string) *toxic.Proxy {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.network == nil {
		n, err := toxic.Start()
		if err != nil {
			t.Fatal(err)
		}
		shared.network = n
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	return shared.network.Proxy(t, u.Host)
}
