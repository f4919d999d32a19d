package sql

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"creditsync/internal/testkit/mariadb"
	"creditsync/internal/testkit/postgres"
	"creditsync/internal/testkit/toxic"
)

// servers are shared by the tests of this package: each test has a database of its own.
type servers struct {
	mu       sync.Mutex
	postgres *postgres.Server
	mariadb  *mariadb.Server
	network  toxic.Shared
}

var shared servers

func TestMain(m *testing.M) {
	toxic.Main()
	code := m.Run()
	shared.network.Stop()
	if shared.postgres != nil {
		shared.postgres.Stop()
	}
	if shared.mariadb != nil {
		shared.mariadb.Stop()
	}
	os.Exit(code)
}

// pg starts PostgreSQL on first use.
func pg(t testing.TB) *postgres.Server {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.postgres == nil {
		s, err := postgres.Start(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		shared.postgres = s
	}
	return shared.postgres
}

// maria starts MariaDB on first use.
func maria(t testing.TB) *mariadb.Server {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.mariadb == nil {
		s, err := mariadb.Start(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		shared.mariadb = s
	}
	return shared.mariadb
}

// badNetwork puts a proxy before a server on a loopback port.
func badNetwork(t testing.TB, port int) *toxic.Proxy {
	t.Helper()
	return shared.network.Proxy(t, fmt.Sprintf("127.0.0.1:%d", port))
}
