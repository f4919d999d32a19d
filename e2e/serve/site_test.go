package serve

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"creditsync/internal/ledger"
	owners "creditsync/internal/process"
	"creditsync/internal/testkit/site"
	"creditsync/schemas"
)

// program is the program under test.
var program site.Program

func TestMain(m *testing.M) {
	os.Exit(program.Main(m))
}

// limit is how long anything that must happen may take.
const limit = 4 * time.Minute

// deployment is a site in a temporary folder.
type deployment struct {
	t      *testing.T
	dir    string
	ledger *ledger.Ledger // once it was read
}

// nightly is one pipeline at half past one.
const nightly = `
  - {name: penalties, kind: admin_penalty, schedule: "30 1 * * *", expect_every: 26h, source: {file: {path: "inbox/*.csv"}}}
`

// newSite makes the folder with a configuration; nothing is started.
func newSite(t *testing.T, pipelines string) *deployment {
	t.Helper()
	s := &deployment{t: t, dir: t.TempDir()}
	s.configure(pipelines)
	return s
}

// configure writes the configuration.
func (s *deployment) configure(pipelines string) {
	s.t.Helper()
	s.write("creditsync.yaml", `language: en
warehouse: {embedded: {http: "127.0.0.1:0", native: "127.0.0.1:0"}}
bus: {embedded: {listen: "127.0.0.1:0"}}
console: {listen: "127.0.0.1:0"}
pipelines:`+pipelines)
}

func (s *deployment) path(name string) string { return filepath.Join(s.dir, name) }

func (s *deployment) write(name, content string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// deliver writes a snapshot of n rows.
func (s *deployment) deliver(name string, seed uint64, n int) {
	s.t.Helper()
	header, rows := schemas.Sample(schemas.AdminPenalty(), seed, n)
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(append([][]string{header}, rows...)); err != nil {
		s.t.Fatal(err)
	}
	s.write(name, b.String())
}

// process is a serve that was started. It ends with the test.
type process struct {
	s        *deployment
	cmd      *exec.Cmd
	out, err bytes.Buffer // to be read after done
	done     chan struct{}
	console  string
}

// serve starts serve, whose clock then shows the time at. Engine and broker end with it, also when it is killed.
func (s *deployment) serve(at string, env ...string) *process {
	s.t.Helper()
	p := &process{s: s, done: make(chan struct{})}
	p.cmd = exec.Command(program.Path(s.t), "serve", "-c", s.path("creditsync.yaml"))
	p.cmd.Env = append(append(os.Environ(), "CREDITSYNC_TEST_NOW="+at), env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.err
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is asked of its state
		close(p.done)
	}()
	s.t.Cleanup(func() { p.kill(); p.report() })
	return p
}

// report shows what a process said where the test failed.
func (p *process) report() {
	if p.s.t.Failed() {
		p.s.t.Logf("stdout:\n%s\nstderr:\n%s", p.out.Bytes(), p.err.Bytes())
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// signal sends a signal.
func (p *process) signal(sig syscall.Signal) {
	p.s.t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		p.s.t.Fatal(err)
	}
}

// ends waits until the process has ended and returns its exit status, -1 after a signal.
func (p *process) ends(within time.Duration) int {
	p.s.t.Helper()
	late := time.NewTimer(within)
	defer late.Stop()
	select {
	case <-p.done:
	case <-late.C:
		p.s.t.Fatalf("serve has not ended within %s", within)
	}
	return p.cmd.ProcessState.ExitCode()
}

// ready waits until everything is up.
func (p *process) ready() *process {
	p.s.t.Helper()
	p.s.until("serve is ready", func() bool {
		p.lives()
		owner, _, err := owners.ReadOwner(p.s.path("data/serve.lock"))
		if err != nil || owner.PID != p.cmd.Process.Pid {
			return false
		}
		p.console = owner.Addresses["console"]
		return p.console != ""
	})
	return p
}

func (p *process) lives() {
	p.s.t.Helper()
	select {
	case <-p.done:
		p.s.t.Fatalf("serve ended: %s\n%s", p.cmd.ProcessState, p.err.Bytes())
	default:
	}
}

// get reads a page of the console; what does not answer 200 is "".
func (p *process) get(path string) string {
	p.s.t.Helper()
	ctx, cancel := context.WithTimeout(p.s.t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.console+path, nil)
	if err != nil {
		p.s.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return ""
	}
	return string(body)
}

// until waits until ok holds.
func (s *deployment) until(what string, ok func() bool) {
	s.every(50*time.Millisecond, limit, what, ok)
}

// every asks every so often whether ok holds, until a limit.
func (s *deployment) every(pause, limit time.Duration, what string, ok func() bool) {
	s.t.Helper()
	deadline, tick := time.NewTimer(limit), time.NewTicker(pause)
	defer deadline.Stop()
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			s.t.Fatalf("after %s: %s has not happened", limit, what)
		}
	}
}

// book is the ledger, opened once, as another process does.
func (s *deployment) book() *ledger.Ledger {
	s.t.Helper()
	if s.ledger != nil {
		return s.ledger
	}
	l, err := ledger.Open(s.t.Context(), s.path("data/ledger.db"), ledger.Options{Now: time.Now, Self: ledger.Holder{Host: "test", PID: os.Getpid()}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = l.Close() })
	s.ledger = l
	return l
}

// runs are the runs of the pipeline as the ledger has them, oldest first: "01:30 done".
func (s *deployment) runs() []string {
	s.t.Helper()
	l := s.book()
	list, err := l.Recent(s.t.Context(), "penalties", 0)
	if err != nil {
		s.t.Fatal(err)
	}
	var out []string
	for i := len(list) - 1; i >= 0; i-- {
		tick := "by hand"
		if !list[i].Tick.IsZero() {
			tick = list[i].Tick.In(time.FixedZone("", 8*3600)).Format("02T15:04")
		}
		out = append(out, tick+" "+list[i].State)
	}
	return out
}

// newServer serves HTTP on a loopback address until the test ends.
func newServer(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}
