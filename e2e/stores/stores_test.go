package stores

import (
	"os"
	"strings"
	"testing"

	"creditsync/internal/testkit/site"
)

// program is the program under test.
var program site.Program

func TestMain(m *testing.M) {
	os.Exit(program.Main(m))
}

// TestAnOlderLedger: check and run name it and write nothing, repair brings it back, and the next night goes on.
func TestAnOlderLedger(t *testing.T) {
	t.Parallel()
	s := site.New(t, program.Path(t), site.NewKeys(t), site.Config{})
	from := site.NewSource(t)
	night := func(n int) {
		t.Helper()
		s.Deliver(from.Files(t, n))
		if got := s.Start(nil, "run", "--json").Outcome(); got != "exit 0" {
			t.Fatalf("night %d: %s", n, got)
		}
	}
	night(0)
	older, err := os.ReadFile(s.LedgerAt)
	if err != nil {
		t.Fatal(err)
	}
	night(1)
	if err := os.WriteFile(s.LedgerAt, older, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"check", "run"} {
		p := s.Start(nil, command)
		if status, said := p.Ended(), p.Printed(); status != 3 || !strings.Contains(said, "the ledger is older than ClickHouse") || !strings.Contains(said, "creditsync repair") {
			t.Errorf("%s: exit %d: %s", command, status, said)
		}
	}
	if now, err := os.ReadFile(s.LedgerAt); err != nil || string(now) != string(older) {
		t.Errorf("the ledger was written to: %v", err)
	}
	for _, c := range []struct {
		status int
		args   []string
	}{{1, []string{"repair"}}, {0, []string{"repair", "--yes"}}, {0, []string{"verify"}}} {
		if p := s.Start(nil, c.args...); p.Ended() != c.status {
			t.Errorf("%v: want exit %d: %s", c.args, c.status, p.Printed())
		}
	}
	night(2)
}
