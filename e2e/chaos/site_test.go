package chaos

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"creditsync/internal/ledger"
)

const (
	kind  = "admin_penalty"
	topic = "credit.admin_penalty"
)

// site is a deployment in a temporary folder.
type site struct {
	t              *testing.T
	dir            string
	http, kafka    string          // where engine and broker listen, whoever starts them
	took           []time.Duration // runs that nobody disturbed
	engine, broker *process        // while they are up beside the runs
}

// newSite makes the folder, with the keys that all sites share, so that their record ids and hashes are comparable.
// Nothing is started.
func newSite(t *testing.T, keys []byte) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), http: port(t), kafka: port(t)}
	s.write("keys.json", keys)
	s.write("creditsync.yaml", fmt.Appendf(nil, `language: en
warehouse: {embedded: {http: %q, native: "127.0.0.1:0"}}
bus: {embedded: {listen: %q}}
keys: {file: keys.json}
pipelines:
  - name: penalties
    kind: %s
    mode: snapshot
    source: {file: {path: "inbox/*.csv"}}
`, s.http, s.kafka, kind))
	return s
}

// port is a free address below those that the system gives out by itself: an engine that was killed must get its own back.
func port(t *testing.T) string {
	t.Helper()
	for range 100 {
		at := fmt.Sprintf("127.0.0.1:%d", 15000+rand.IntN(15000))
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

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) write(name string, content []byte) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), content, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// deliver puts the night's files into the inbox.
func (s *site) deliver(files [files][]byte) {
	s.t.Helper()
	for i, content := range files {
		s.write(fmt.Sprintf("inbox/%d.csv", i+1), content)
	}
}

// beside starts the engine and the broker that are not up, so that the runs use them.
func (s *site) beside() {
	s.t.Helper()
	if s.engine == nil {
		s.engine = s.serve("engine", "clickhouse.lock")
	}
	if s.broker == nil {
		s.broker = s.serve("broker", "kafka.lock")
	}
}

// alone ends the engine and the broker that stand beside the runs: the next run starts its own, which die with it.
func (s *site) alone() {
	s.t.Helper()
	for _, p := range []**process{&s.engine, &s.broker} {
		if *p != nil {
			(*p).stop()
			*p = nil
		}
	}
}

// ask is the whole answer of the engine, one row a line.
func (s *site) ask(sql string) []string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.http+"/", strings.NewReader(sql))
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s: %v %s", sql, resp.Status, err, b)
	}
	if len(b) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// ledger passes the site's ledger to read; nothing of the program runs meanwhile.
func (s *site) ledger(read func(context.Context, *ledger.Ledger) error) {
	s.t.Helper()
	if err := os.MkdirAll(s.path("data"), 0o700); err != nil {
		s.t.Fatal(err)
	}
	self, err := ledger.ThisProcess("chaos")
	if err != nil {
		s.t.Fatal(err)
	}
	l, err := ledger.Open(s.t.Context(), s.path("data/ledger.db"), ledger.Options{Now: time.Now, Self: self, Alive: ledger.Alive})
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close()
	if err := read(s.t.Context(), l); err != nil {
		s.t.Fatal(err)
	}
}

// committed are the closed commits after one.
func (s *site) committed(after uint64) (list []ledger.Commit) {
	s.t.Helper()
	s.ledger(func(ctx context.Context, l *ledger.Ledger) (err error) {
		list, err = l.Committed(ctx, kind, after, 0)
		return err
	})
	return list
}
