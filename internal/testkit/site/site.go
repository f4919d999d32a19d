package site

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Kind is the kind of the records of a site's default pipeline, Topic where they are told.
const (
	Kind  = "admin_penalty"
	Topic = "credit.admin_penalty"
)

// Config is what the configurations of tests differ in: the YAML value of each key. What is left out is as New says.
type Config struct {
	DataDir, Warehouse, Bus, Ledger string
	Pipelines                       string // the list, indented
}

// Pipelines is the default list: one pipeline that takes all files of the inbox for a snapshot.
const Pipelines = `
  - name: penalties
    kind: admin_penalty
    mode: snapshot
    source: {file: {path: "inbox/*.csv"}}
`

// Site is a deployment in a temporary folder. One goroutine uses it.
type Site struct {
	T              testing.TB // of the present test
	Dir            string
	Data, LedgerAt string   // the data directory and the ledger's file
	HTTP, Kafka    string   // where the embedded engine and broker listen, whoever starts them
	Engine, Broker *Process // while they are up beside the runs
	Env            []string // added to the environment of every process
	program        string
	took           []time.Duration // runs that nobody disturbed
}

// New makes the folder of a site for the program at a path, with keys that sites may share, so that their record ids and
// hashes are comparable. By default the engine and the broker are embedded, on addresses that stay the same, in "data".
// Nothing is started.
func New(t testing.TB, program string, keys []byte, c Config) *Site {
	t.Helper()
	s := &Site{T: t, Dir: t.TempDir(), HTTP: port(t), Kafka: port(t), program: program}
	s.Data = s.Path("data")
	s.LedgerAt = s.Path("data/ledger.db")
	s.Write("keys.json", keys)
	s.Configure("creditsync.yaml", c)
	return s
}

// Configure writes a configuration: "creditsync.yaml" is that of every command that names no other.
func (s *Site) Configure(name string, c Config) {
	s.T.Helper()
	c.DataDir = cmp.Or(c.DataDir, "data")
	c.Warehouse = cmp.Or(c.Warehouse, fmt.Sprintf(`{embedded: {http: %q, native: "127.0.0.1:0"}}`, s.HTTP))
	c.Bus = cmp.Or(c.Bus, fmt.Sprintf(`{embedded: {listen: %q}}`, s.Kafka))
	c.Ledger = cmp.Or(c.Ledger, "{}")
	c.Pipelines = cmp.Or(c.Pipelines, Pipelines)
	s.Write(name, fmt.Appendf(nil, "language: en\ndata_dir: %s\nwarehouse: %s\nbus: %s\nledger: %s\nkeys: {file: keys.json}\npipelines:%s",
		c.DataDir, c.Warehouse, c.Bus, c.Ledger, c.Pipelines))
}

// port is a free address below those that the system gives out by itself: an engine that was killed must get its own back.
// Each is on a loopback address of its own, so that no other test takes it while nobody listens there.
func port(t testing.TB) string {
	t.Helper()
	for range 100 {
		at := fmt.Sprintf("127.%d.%d.%d:%d", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254), 15000+rand.IntN(15000))
		l, err := net.Listen("tcp", at)
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return at
	}
	t.Fatal("no free port")
	return ""
}

// Path is that of a file of the site.
func (s *Site) Path(name string) string { return filepath.Join(s.Dir, name) }

// Write writes a file of the site, making its folder.
func (s *Site) Write(name string, content []byte) {
	s.T.Helper()
	if err := os.MkdirAll(filepath.Dir(s.Path(name)), 0o755); err != nil {
		s.T.Fatal(err)
	}
	if err := os.WriteFile(s.Path(name), content, 0o600); err != nil {
		s.T.Fatal(err)
	}
}

// Deliver puts a night's files into the inbox.
func (s *Site) Deliver(files [Files][]byte) {
	s.T.Helper()
	s.DeliverTo("inbox", files)
}

// DeliverTo puts a night's files into a folder.
func (s *Site) DeliverTo(folder string, files [Files][]byte) {
	s.T.Helper()
	for i, content := range files {
		s.Write(fmt.Sprintf("%s/%d.csv", folder, i+1), content)
	}
}

// Beside starts the engine and the broker that are not up, so that the runs use them.
func (s *Site) Beside() {
	s.T.Helper()
	if s.Engine == nil || s.Engine.Over() {
		s.Engine = s.ServeEngine()
	}
	if s.Broker == nil || s.Broker.Over() {
		s.Broker = s.ServeBroker()
	}
}

// ServeEngine starts the embedded ClickHouse and waits until it is up; who wants Alone to end it makes it s.Engine.
func (s *Site) ServeEngine() *Process {
	s.T.Helper()
	return s.serve("engine", "clickhouse.lock")
}

// ServeBroker starts the embedded Kafka as ServeEngine does ClickHouse.
func (s *Site) ServeBroker() *Process {
	s.T.Helper()
	return s.serve("broker", "kafka.lock")
}

// Alone ends the engine and the broker that stand beside the runs: the next run starts its own, which die with it.
func (s *Site) Alone() {
	s.T.Helper()
	for _, p := range []**Process{&s.Engine, &s.Broker} {
		if *p != nil {
			(*p).Stop()
			*p = nil
		}
	}
}

// Calmly runs the pipelines; they must end well. More arguments go to `run`.
func (s *Site) Calmly(more ...string) {
	s.T.Helper()
	began := time.Now()
	p := s.Start(nil, append([]string{"run", "--json"}, more...)...)
	if got := p.Outcome(); got != "exit 0" {
		s.T.Fatalf("a run that nobody disturbed: %s\n%s", got, p.Printed())
	}
	s.took = append(s.took, time.Since(began))
}

// Again runs calmly until a commit after one is closed: a night that was disturbed is over then.
func (s *Site) Again(after uint64) {
	s.T.Helper()
	for try := 0; len(s.Committed(after)) == 0; try++ {
		if try == 3 {
			s.T.Fatalf("no commit after %d runs", try)
		}
		s.Calmly()
	}
}

// Usual is how long a run of this site takes that nobody disturbs.
func (s *Site) Usual() time.Duration {
	if len(s.took) == 0 {
		return time.Second / 2
	}
	last := slices.Sorted(slices.Values(s.took[max(0, len(s.took)-9):]))
	return last[len(last)/2]
}
