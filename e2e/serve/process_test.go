package serve

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"creditsync/internal/app"
	owners "creditsync/internal/process"
	"creditsync/internal/testkit/site"
)

// owner is the process that holds a lock of the site.
func (s *deployment) owner(lock string) owners.Owner {
	s.t.Helper()
	o, held, err := owners.ReadOwner(s.path("data/" + lock))
	if err != nil || !held {
		s.t.Fatalf("%s is held by nobody: %v", lock, err)
	}
	return o
}

// do runs another command of the program to its end, at a time.
func (s *deployment) do(at string, args ...string) (status int, stdout, stderr string) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), program.Path(s.t), append(args, "-c", s.path("creditsync.yaml"))...)
	var out, bad bytes.Buffer
	cmd.Env = append(os.Environ(), "CREDITSYNC_TEST_NOW="+at)
	cmd.Stdout, cmd.Stderr = &out, &bad
	_ = cmd.Run() // its status says how it ended
	return cmd.ProcessState.ExitCode(), out.String(), bad.String()
}

// The engine and the broker are killed: serve says so, starts them again, and the next run is as any other.
func TestServe_PartsThatDieComeBack(t *testing.T) {
	t.Parallel()
	s := newSite(t, strings.Replace(nightly, "expect_every: 26h", "retry: {max: 100, wait: 1s}", 1))
	s.deliver("inbox/a.csv", 1, 20)
	p := s.serve("2026-03-02T01:29:45+08:00").ready()
	if got := p.get("/readyz"); got != "ready\n" {
		t.Fatalf("readyz: %q", got)
	}
	for _, lock := range []string{"clickhouse.lock", "kafka.lock"} {
		old := s.owner(lock)
		if err := syscall.Kill(old.PID, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		// It may be up again before anybody has asked.
		s.until("serve says that it is not ready", func() bool { return p.get("/readyz") == "" || s.owner(lock).PID != old.PID })
		s.until("it is up again", func() bool { return p.get("/readyz") == "ready\n" && s.owner(lock).PID != old.PID })
	}
	s.until("it has run", func() bool { // on a slow machine the time may come while a part is down: then it is tried again
		p.lives()
		list := s.runs()
		return len(list) > 0 && list[len(list)-1] == "02T01:30 done"
	})
	p.told(20)
	if got := p.get("/metrics"); !strings.Contains(got, `creditsync_part_restarts_total{part="engine"} 1`) || !strings.Contains(got, `creditsync_part_restarts_total{part="broker"} 1`) {
		t.Error("the metrics do not tell of the restarts")
	}
}

// A run beside serve uses its engine and broker, and the two exclude each other from a pipeline.
func TestServe_RunBeside(t *testing.T) {
	t.Parallel()
	s := newSite(t, nightly)
	s.deliver("inbox/a.csv", 1, 20)
	p := s.serve("2026-03-02T12:00:00+08:00").ready()
	engine := s.owner("clickhouse.lock").PID
	var doc struct {
		Pipelines []struct {
			State     string
			Published uint64
		}
	}
	status, out, err := s.do("2026-03-02T12:01:00+08:00", "run", "--json")
	if e := json.Unmarshal([]byte(out), &doc); e != nil || status != 0 || len(doc.Pipelines) != 1 || doc.Pipelines[0].State != "done" || doc.Pipelines[0].Published != 20 {
		t.Fatalf("run: %d %s %s", status, out, err)
	}
	if got := s.owner("clickhouse.lock").PID; got != engine {
		t.Errorf("the run started an engine of its own")
	}
	if status, _, err := s.do("2026-03-02T12:01:00+08:00", "serve"); status != 3 || !strings.Contains(err, "is in use by serve") {
		t.Errorf("a second serve: %d %s", status, err)
	}
	if status, out, err := s.do("2026-03-02T12:02:00+08:00", "status", "--fail-on", "overdue,failed,stopped"); status != 0 || !strings.Contains(out, p.console) {
		t.Errorf("status: %d %s %s", status, out, err)
	}
	p.kill()
	if status, out, err := s.do("2026-03-02T12:03:00+08:00", "status", "--fail-on", "stopped"); status != 1 || !strings.Contains(out, "nothing runs by schedule") {
		t.Errorf("status without serve: %d %s %s", status, out, err)
	}
	stopped := s.serve("2026-03-03T01:29:58+08:00", app.EnvStopAt+"=guarded") // in the middle of a run
	stopped.halted()
	if status, out, _ := s.do("2026-03-03T01:30:05+08:00", "run", "--json"); status != 1 || !strings.Contains(out, "pipeline.busy") {
		t.Errorf("a run of a pipeline that runs: %d %s", status, out)
	}
	stopped.signal(syscall.SIGCONT)
	stopped.ready()
	s.wantRuns(stopped, "by hand done", "03T01:30 done")
}

// SIGTERM lets a run end; one that cannot is cut, all within ten seconds, and is done after the next start. A second
// signal ends at once.
func TestServe_Terminates(t *testing.T) {
	t.Parallel()
	t.Run("idle", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, nightly)
		p := s.serve("2026-03-02T12:00:00+08:00").ready()
		engine := s.owner("clickhouse.lock")
		p.terminated()
		s.until("the engine ends with serve", func() bool { return !engine.Alive() })
	})
	t.Run("a run ends", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, nightly)
		s.deliver("inbox/a.csv", 1, 20)
		p := s.serve("2026-03-02T01:29:58+08:00", app.EnvStopAt+"=verified")
		p.halted() // in the middle of a run, which five seconds are enough for
		p.terminated(syscall.SIGCONT)
		if got := s.runs(); len(got) != 1 || got[0] != "02T01:30 done" {
			t.Errorf("got %v", got)
		}
	})
	t.Run("a run is cut", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, nightly)
		p, engine := s.stuck()
		told := time.Now()
		p.signal(syscall.SIGTERM)
		s.until("the run is cut", func() bool { return s.runs()[0] == "02T01:30 failed" })
		if waited := time.Since(told); waited < 4*time.Second {
			t.Errorf("the run was cut after %s", waited)
		}
		if err := syscall.Kill(engine, syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		if got := p.ends(limit); got != 0 && got != 1 { // 1: it took longer than ten seconds on a busy machine
			t.Errorf("exit %d", got)
		}
		s.wantRuns(s.serve("2026-03-02T01:31:00+08:00").ready(), "02T01:30 failed", "02T01:30 done")
	})
	t.Run("a second signal", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, nightly)
		p, _ := s.stuck()
		p.signal(syscall.SIGTERM)
		s.until("it is ending", func() bool { return p.get("/readyz") == "" })
		p.signal(syscall.SIGTERM)
		if got := p.ends(limit); got != 1 {
			t.Errorf("exit %d", got)
		}
	})
}

// halted waits until the process has stopped itself at the step that its environment names.
func (p *process) halted() {
	p.s.t.Helper()
	p.s.until("it has stopped", func() bool {
		p.lives()
		return site.State(p.cmd.Process.Pid) == "T"
	})
}

// terminated tells the process to end, and whatever else it needs for that, and waits until it has. It ends well, unless the
// machine is too busy for ten seconds to be enough.
func (p *process) terminated(more ...syscall.Signal) {
	p.s.t.Helper()
	told := time.Now()
	for _, sig := range append([]syscall.Signal{syscall.SIGTERM}, more...) {
		p.signal(sig)
	}
	if got, took := p.ends(limit), time.Since(told); got != 0 && took < 10*time.Second {
		p.s.t.Errorf("exit %d after %s", got, took)
	}
}

// stuck starts serve and stops its engine in the middle of a run, so that the run cannot end.
func (s *deployment) stuck() (p *process, engine int) {
	s.t.Helper()
	s.deliver("inbox/a.csv", 1, 20)
	p = s.serve("2026-03-02T01:29:58+08:00", app.EnvStopAt+"=guarded")
	p.halted()
	engine = s.owner("clickhouse.lock").PID
	if err := syscall.Kill(engine, syscall.SIGSTOP); err != nil {
		s.t.Fatal(err)
	}
	p.signal(syscall.SIGCONT)
	p.ready()
	if got := s.runs()[0]; got != "02T01:30 open" {
		s.t.Fatalf("the run is %s already", got)
	}
	return p, engine
}

// hook is a receiver of alerts.
type hook struct {
	got chan alerts
	url string
}

type alerts struct {
	Text   string
	Alerts []struct{ ID, State, Problem, Pipeline, Code string }
}

func newHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{got: make(chan alerts, 100)}
	server := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var a alerts
		if err := json.NewDecoder(r.Body).Decode(&a); err != nil || r.URL.Path != "/hook/s3cret" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		h.got <- a
	}))
	h.url = server + "/hook/s3cret"
	return h
}

// next waits for a message with one alert.
func (h *hook) next(t *testing.T) (state, problem, id string) {
	t.Helper()
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case a := <-h.got:
		if len(a.Alerts) != 1 || a.Alerts[0].Pipeline != "penalties" {
			t.Fatalf("got %+v", a)
		}
		return a.Alerts[0].State, a.Alerts[0].Problem, a.Alerts[0].ID
	case <-late.C:
		t.Fatal("nobody was told")
	}
	return "", "", ""
}

// A failure is told once, also over a restart, and its end once. The address is shown nowhere.
func TestServe_Alerts(t *testing.T) {
	t.Parallel()
	h := newHook(t)
	s := newSite(t, strings.ReplaceAll(nightly, "30 1 * * *", "* * * * *")+"alerts: {webhook: {url: \""+h.url+"\"}}\n")
	s.write("inbox/a.csv", "no,such,header\n1,2,3\n")
	p := s.serve("2026-03-02T01:29:58+08:00").ready()
	state, problem, id := h.next(t)
	if state != "problem" || problem != "failed" || id == "" {
		t.Errorf("got %s %s %s", state, problem, id)
	}
	s.until("it is written down that it was told", func() bool {
		list, err := s.book().Alerts(t.Context())
		return err == nil && len(list) == 1 && !list[0].Told.IsZero()
	})
	p.kill()
	s.deliver("inbox/a.csv", 1, 5)
	again := s.serve("2026-03-02T01:30:52+08:00").ready()
	state, _, same := h.next(t)
	if state != "recovered" || same != id {
		t.Errorf("got %s %s, want the end of %s", state, same, id)
	}
	s.until("it is forgotten", func() bool {
		list, err := s.book().Alerts(t.Context())
		return err == nil && len(list) == 0
	})
	again.signal(syscall.SIGTERM)
	again.ends(limit)
	for _, said := range []string{p.err.String(), p.out.String(), again.err.String(), again.out.String()} {
		if strings.Contains(said, "s3cret") {
			t.Errorf("the address is shown:\n%s", said)
		}
	}
	if len(h.got) > 0 {
		t.Errorf("told more than once: %+v", <-h.got)
	}
}
