package late

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"creditsync/internal/app"
	"creditsync/internal/testkit/site"
	"creditsync/internal/testkit/wire"
)

var all = flag.Bool("late.all", false, "every request, every step and both brokers; else a few of each")

// program is the program under test.
var program site.Program

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(program.Main(m))
}

// lease is how long leases last here: long enough for a renewal in time on a busy machine, short enough to be waited for.
const lease = 4 * time.Second

// deployment is a site whose runs speak through proxies.
type deployment struct {
	*site.Site
	clickhouse, kafka *wire.Proxy
	pipelines         string
}

// wired is the configuration of runs that speak through the proxies.
const wired = "wired.yaml"

// broker is who keeps the messages: the site's own embedded one where Addr is "".
type broker struct{ Addr string }

// newSite starts a site with its engine and broker, the proxies before them, and short leases.
func newSite(t testing.TB, keys []byte, b broker, pipelines string) *deployment {
	t.Helper()
	s := &deployment{Site: site.New(t, program.Path(t), keys, site.Config{Pipelines: pipelines}), pipelines: pipelines}
	s.Env = []string{app.EnvLease + "=" + lease.String()}
	s.Engine = s.ServeEngine()
	if b.Addr == "" {
		s.Broker = s.ServeBroker()
	}
	s.Kafka = cmp.Or(b.Addr, s.Kafka)
	s.clickhouse, s.kafka = wire.ClickHouse(t, s.HTTP), wire.Kafka(t, s.Kafka)
	s.Configure("creditsync.yaml", site.Config{Pipelines: pipelines, Bus: s.bus(s.Kafka)})
	s.Configure(wired, site.Config{
		Pipelines: pipelines, Bus: s.bus(s.kafka.Addr), Warehouse: fmt.Sprintf(`{clickhouse: {url: "http://%s/credit"}}`, s.clickhouse.Addr),
	})
	return s
}

func (s *deployment) bus(addr string) string { return fmt.Sprintf(`{kafka: {brokers: [%q]}}`, addr) }

// run starts a run through the proxies.
func (s *deployment) run(env ...string) *site.Process {
	s.T.Helper()
	return s.Start(env, "run", "--json", "-c", s.Path(wired))
}

// keysOnce are the keys of all sites here.
var keysOnce struct {
	sync.Once
	keys []byte
}

func keysOf(t testing.TB) []byte {
	t.Helper()
	keysOnce.Do(func() { keysOnce.keys = site.NewKeys(t) })
	return keysOnce.keys
}

// calmOnce are the books of an undisturbed site after one changing night, two and so on.
var calmOnce struct {
	sync.Once
	after []site.Books
}

// calmNights is how many nights of an undisturbed site are known.
const calmNights = 5

// calm are the books of an undisturbed site after so many nights.
func calm(t testing.TB, nights int) site.Books {
	t.Helper()
	calmOnce.Do(func() {
		s, from := newSite(t, keysOf(t), broker{}, ""), site.NewSource(t)
		for n := range calmNights {
			s.Deliver(from.Files(t, site.Changing(n)))
			s.Calmly()
			calmOnce.after = append(calmOnce.after, s.Books())
		}
		s.Alone()
	})
	if len(calmOnce.after) < nights {
		t.Fatal("the undisturbed site did not come so far")
	}
	return calmOnce.after[nights-1]
}
