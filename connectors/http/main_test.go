package http

import (
	"net/url"
	"os"
	"testing"

	"creditsync/internal/testkit/toxic"
)

// network is the bad network of the tests of this package.
var network toxic.Shared

func TestMain(m *testing.M) {
	toxic.Main()
	code := m.Run()
	network.Stop()
	os.Exit(code)
}

// badNetwork puts a proxy before a server.
func badNetwork(t testing.TB, server string) *toxic.Proxy {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	return network.Proxy(t, u.Host)
}
