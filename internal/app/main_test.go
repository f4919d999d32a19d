package app

import (
	"context"
	"encoding/csv"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"creditsync/connectors/all"
	"creditsync/internal/config"
	"creditsync/schemas"
)

// TestMain makes the test binary the program itself when it is started as an engine, a broker or a run.
func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[2] == "-c" && (os.Args[1] == "engine" || os.Args[1] == "broker" || os.Args[1] == "travel") {
		if err := serve(os.Args[1], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func serve(what, file string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	a, err := load(file)
	if err != nil {
		return err
	}
	defer a.Close()
	switch what {
	case "engine":
		return a.Engine(ctx, func(map[string]string) {})
	case "travel":
		return travelOnce(a)
	}
	return a.Broker(ctx, func(map[string]string) {})
}

func load(file string) (*App, error) {
	kinds := map[string][]string{}
	for _, k := range schemas.All() {
		kinds[k.Name] = k.Names()
	}
	c, err := config.Load(file, config.Lookup{Env: os.LookupEnv, ReadFile: os.ReadFile}, config.Known{Sources: all.Registry(), Kinds: kinds})
	if err != nil {
		return nil, err
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return New(Options{Config: c, Log: slog.New(slog.DiscardHandler), Now: time.Now, Executable: exe, Getenv: os.Getenv}), nil
}

// site is a deployment in a temporary folder.
type site struct {
	*App
	t   *testing.T
	dir string
}

const siteConfig = `
language: en
warehouse: {embedded: {http: "127.0.0.1:0", native: "127.0.0.1:0"}}
bus: {embedded: {listen: "127.0.0.1:0"}}
pipelines:
  - {name: penalties, kind: admin_penalty, mode: snapshot, source: {file: {path: "inbox/*.csv"}}}
`

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir()}
	s.write("creditsync.yaml", siteConfig)
	s.again()
	return s
}

// again closes the deployment and opens it anew, as the next process would.
func (s *site) again() {
	s.t.Helper()
	if s.App != nil {
		if err := s.Close(); err != nil {
			s.t.Fatal(err)
		}
	}
	a, err := load(filepath.Join(s.dir, "creditsync.yaml"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.App = a
	s.t.Cleanup(func() { a.Close() })
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) write(name, content string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// deliver writes a snapshot of n rows into the inbox.
func (s *site) deliver(n int) {
	s.t.Helper()
	header, rows := schemas.Sample(schemas.AdminPenalty(), 7, n)
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.WriteAll(append([][]string{header}, rows...)); err != nil {
		s.t.Fatal(err)
	}
	s.write("inbox/penalties.csv", b.String())
}
