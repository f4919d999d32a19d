package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"creditsync/internal/fault"
	"creditsync/internal/process"
	"creditsync/pipelines"
	"creditsync/schemas"
)

// sheet is a source file as a test changes it: rows of cells under the titles of the fields.
type sheet struct {
	kind   *schemas.Kind
	header []string
	rows   [][]string
}

// newSheet makes n rows with different keys; the same n rows each time.
func newSheet(n int) *sheet {
	k := schemas.AdminPenalty()
	f := &sheet{kind: k}
	f.header, f.rows = schemas.Sample(k, 5, n)
	return f
}

// set writes a cell, the row counted from 0.
func (f *sheet) set(row int, field, value string) {
	i := slices.IndexFunc(f.kind.Fields, func(one schemas.Field) bool { return one.Name == field })
	f.rows[row][i] = value
}

// part is the rows from one to before another, as a sheet of its own.
func (f *sheet) part(from, to int) *sheet {
	out := &sheet{kind: f.kind, header: f.header}
	for _, row := range f.rows[from:to] {
		out.rows = append(out.rows, slices.Clone(row))
	}
	return out
}

func (f *sheet) csv() string {
	var b bytes.Buffer
	_ = csv.NewWriter(&b).WriteAll(append([][]string{f.header}, f.rows...)) // a buffer takes all
	return b.String()
}

// put writes a sheet into the inbox.
func (s *site) put(f *sheet) { s.write("inbox/a.csv", f.csv()) }

// newRig is a site whose engine is up beside it, so that it outlives what a test ends. change makes the configuration of the
// runs another one.
func newRig(t *testing.T, change ...string) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir()}
	s.write("engine.yaml", siteConfig)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	engine := exec.Command(self, "engine", "-c", s.path("engine.yaml"))
	engine.Stderr = os.Stderr
	if err := engine.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = engine.Process.Kill()
		_ = engine.Wait()
	})
	s.configure(change...)
	s.until("the engine is up", func() bool {
		owner, _, err := process.ReadOwner(s.engineLock())
		return err == nil && owner.PID == engine.Process.Pid && owner.Addresses["http"] != ""
	})
	if _, err := s.warehouse(t.Context()); err != nil { // makes the tables
		t.Fatal(err)
	}
	return s
}

// configure writes the configuration with texts replaced by others, and opens the deployment anew.
func (s *site) configure(change ...string) {
	s.t.Helper()
	s.write("creditsync.yaml", strings.NewReplacer(change...).Replace(siteConfig))
	s.again()
}

func (s *site) until(what string, ok func() bool) {
	s.t.Helper()
	deadline, tick := time.NewTimer(time.Minute), time.NewTicker(5*time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			s.t.Fatalf("has not happened: %s", what)
		}
	}
}

// travel runs the pipeline once, without telling anybody. at is told each named step while the run stands there; nil for
// nobody.
func (s *site) travel(wish pipelines.Wish, at func(step string)) pipelines.Report {
	s.t.Helper()
	ctx := s.t.Context()
	r, err := s.runner(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	r.At = at
	p, err := s.pipeline("penalties")
	if err != nil {
		s.t.Fatal(err)
	}
	return r.Run(ctx, s.onRoad(p), wish)
}

// done is travel of a run that must end well.
func (s *site) done(at func(step string)) pipelines.Report {
	s.t.Helper()
	rep := s.travel(pipelines.Wish{}, at)
	if rep.Err != nil || rep.State != pipelines.Done {
		s.t.Fatalf("the run ended as %s: %v", rep.State, rep.Err)
	}
	return rep
}

// stopped is travel of a run that must end with a fault of the code and apply nothing.
func (s *site) stopped(code string, at func(step string)) {
	s.t.Helper()
	before := s.query("SELECT count(), sum(cityHash64(*)) FROM credit.admin_penalty_history")
	rep := s.travel(pipelines.Wish{}, at)
	if rep.State != pipelines.Failed || fault.CodeOf(rep.Err) != code {
		s.t.Errorf("the run ended as %s with %+v: %v, want failed with %s", rep.State, rep.Counts, rep.Err, code)
	}
	if after := s.query("SELECT count(), sum(cityHash64(*)) FROM credit.admin_penalty_history"); after != before {
		s.t.Errorf("the history was %s and is %s", before, after)
	}
}

// when does something once, at the first time that a step is reached.
func when(step string, do func()) func(string) {
	var came atomic.Int32
	return func(s string) {
		if s == step && came.Add(1) == 1 {
			do()
		}
	}
}

// wantQuery fails unless the engine answers so.
func (s *site) wantQuery(want, sql string) {
	s.t.Helper()
	if got := s.query(sql); got != want {
		s.t.Errorf("%s:\ngot  %s\nwant %s", sql, got, want)
	}
}

// wantCounts fails unless a run found so many new, changed, deleted and unchanged records.
func (s *site) wantCounts(rep pipelines.Report, inserted, updated, deleted, unchanged uint64) {
	s.t.Helper()
	c := rep.Counts
	if c.Inserted != inserted || c.Updated != updated || c.Deleted != deleted || c.Unchanged != unchanged {
		s.t.Errorf("got %+v, want %d inserted, %d updated, %d deleted, %d unchanged", c, inserted, updated, deleted, unchanged)
	}
}

// diesAt runs the pipeline in a process of its own that is killed at a named step.
func (s *site) diesAt(step string) {
	s.t.Helper()
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	run := exec.CommandContext(s.t.Context(), self, "travel", "-c", s.path("creditsync.yaml"))
	run.Env = append(os.Environ(), EnvDieAt+"="+step)
	out, err := run.CombinedOutput()
	if status, ok := run.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		s.t.Fatalf("the run did not die at %q: %v\n%s", step, err, out)
	}
}

// travelOnce is what the process that diesAt starts does.
func travelOnce(a *App) error {
	r, err := a.runner(context.Background())
	if err != nil {
		return err
	}
	p, err := a.pipeline("penalties")
	if err != nil {
		return err
	}
	if rep := r.Run(context.Background(), a.onRoad(p), pipelines.Wish{}); rep.Err != nil {
		return rep.Err
	}
	return nil
}

// between makes the site reach its engine through a proxy that hands each statement to meddle, which passes it on by
// calling forward.
func (s *site) between(meddle func(statement string, w http.ResponseWriter, forward func(http.ResponseWriter))) {
	s.t.Helper()
	owner, _, err := process.ReadOwner(s.engineLock())
	if err != nil {
		s.t.Fatal(err)
	}
	pass := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: owner.Addresses["http"]})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		forward := func(w http.ResponseWriter) {
			again := r.Clone(r.Context())
			again.Body, again.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			pass.ServeHTTP(w, again)
		}
		statement := r.URL.Query().Get("query")
		if statement == "" {
			statement = string(body[:min(len(body), 256)])
		}
		meddle(strings.TrimSpace(statement), w, forward)
	}))
	s.t.Cleanup(server.Close)
	s.configure(`{embedded: {http: "127.0.0.1:0", native: "127.0.0.1:0"}}`, fmt.Sprintf(`{clickhouse: {url: "%s/credit"}}`, server.URL))
}
