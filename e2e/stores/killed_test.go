package stores

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"creditsync/internal/testkit/site"
	"creditsync/internal/testkit/wire"
)

var all = flag.Bool("stores.all", false, "a repair is killed at each of its requests, and topics are changed on both brokers; else a few, and Apache Kafka")

// wired is the configuration of a repair that speaks through proxies, so that a request can be its last.
const wired = "wired.yaml"

// blow kills a repair at the nth request that it sends with a name that begins so; "" is any name.
type blow struct {
	name  string
	nth   int64
	after bool // the server has carried it out; else it never arrives
}

func (b blow) String() string {
	when := "before"
	if b.after {
		when = "after"
	}
	return fmt.Sprintf("%s %q:%d", when, b.name, b.nth)
}

// lines are proxies before the engine and the broker of a site.
type lines struct{ clickhouse, kafka *wire.Proxy }

func (s *deployment) lines() lines {
	l := lines{wire.ClickHouse(s.T, s.HTTP), wire.Kafka(s.T, s.Kafka)}
	s.Configure(wired, site.Config{
		Warehouse: fmt.Sprintf(`{clickhouse: {url: "http://%s/credit"}}`, l.clickhouse.Addr), Bus: fmt.Sprintf(`{kafka: {brokers: [%q]}}`, l.kafka.Addr),
	})
	return l
}

// struck starts a repair and kills it; false if it ended before.
func (s *deployment) struck(l lines, b blow, args ...string) bool {
	s.T.Helper()
	there, gone := make(chan struct{}), make(chan struct{})
	var count atomic.Int64
	play := func(x *wire.Exchange) {
		if !strings.HasPrefix(x.Name, b.name) || count.Add(1) != b.nth {
			x.Pass()
			return
		}
		if b.after {
			_ = x.Deliver() // the engine refuses it where it would refuse anybody's
		}
		close(there)
		x.Await(gone)
		x.Cut()
	}
	l.clickhouse.Play(play)
	l.kafka.Play(play)
	defer l.clickhouse.Play(nil)
	defer l.kafka.Play(nil)
	p := s.Start(nil, append([]string{"repair", "--yes", "-c", s.Path(wired)}, args...)...)
	defer close(gone)
	select {
	case <-there:
		p.Kill()
		return true
	case <-p.Done():
		if p.Ended() != 0 {
			s.T.Errorf("%s: the repair: %s", b, p.Printed())
		}
		return false
	}
}

// TestRepair_I5_Killed: a repair that dies at any of its requests is completed by the same command, also where a run came
// between; then everything is as if nothing had been.
func TestRepair_I5_Killed(t *testing.T) {
	t.Parallel()
	stores := []string{"clickhouse", "ledger.db"}
	s := newSite(t)
	s.night(0)
	var older []func()
	for _, name := range stores {
		older = append(older, s.keep(name))
	}
	s.night(1)
	s.night(2)
	newer := s.keep("kafka")
	damaged := func() {
		t.Helper()
		newer()
		for _, back := range older {
			back()
		}
		s.Beside()
	}
	damaged()
	l := s.lines()
	rounds := [][]blow{{
		{"INSERT INTO credit.admin_penalty_versions", 1, true}, {"INSERT INTO credit.admin_penalty_current", 1, false},
		{"INSERT INTO credit.commits", 1, true}, {"EndTxn", 1, false}, {"EndTxn", 1, true},
	}}
	if *all {
		rounds = append(rounds, s.requests(l)...)
	}
	for _, blows := range rounds {
		damaged()
		for _, b := range blows {
			if !s.struck(l, b) {
				t.Errorf("%s: the repair did not come to it", b)
			}
		}
		t.Logf("%v", blows)
		s.Says(0, "", "repair", "--yes")
		s.night(nights[len(nights)-1])
		s.Says(0, "of commits that were given up", "verify")
		s.eightDaysLater()
		s.like(undisturbed(t))
		s.Env = nil
	}
}

// requests are those of a repair that change something, each the first time that it is sent, before it is carried out and after.
func (s *deployment) requests(l lines) (list [][]blow) {
	s.T.Helper()
	l.clickhouse.Forget()
	l.kafka.Forget()
	s.Says(0, "", "repair", "--yes", "-c", s.Path(wired))
	met := map[string]bool{}
	for _, name := range append(l.clickhouse.Seen(), l.kafka.Seen()...) {
		switch {
		case met[name]:
		case strings.HasPrefix(name, "INSERT "), strings.HasPrefix(name, "ALTER "), strings.HasPrefix(name, "DELETE "), strings.HasPrefix(name, "TRUNCATE "),
			slices.Contains([]string{"FindCoordinator", "InitProducerID", "AddPartitionsToTxn", "Produce", "EndTxn"}, name):
			list = append(list, []blow{{name, 1, false}}, []blow{{name, 1, true}})
		}
		met[name] = true
	}
	return list
}
