package site

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	owners "creditsync/internal/process"
)

// Limit is how long anything that must happen may take.
const Limit = 4 * time.Minute

// Process is a command of the site that was started. It ends with the test, and with the test's own process however that
// ends.
type Process struct {
	t        testing.TB
	cmd      *exec.Cmd
	out, err bytes.Buffer // to be read after done
	done     chan struct{}
}

// Start starts a command of the site, with creditsync.yaml unless args name another configuration; env is added to the
// environment.
func (s *Site) Start(env []string, args ...string) *Process {
	s.T.Helper()
	if !slices.Contains(args, "-c") {
		args = append(args, "-c", s.Path("creditsync.yaml"))
	}
	p := &Process{t: s.T, cmd: exec.Command(s.program, args...), done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = s.Dir, slices.Concat(os.Environ(), s.Env, env)
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.err
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.cmd.WaitDelay = 10 * time.Second
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the death signal is bound to the thread that starts the child
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		s.T.Fatal(err)
	}
	s.T.Cleanup(func() {
		p.Signal(syscall.SIGKILL)
		<-p.done
	})
	return p
}

// Signal sends a signal; a process that has ended gets none.
func (p *Process) Signal(sig syscall.Signal) { _ = p.cmd.Process.Signal(sig) }

// Wait waits until the process has ended.
func (p *Process) Wait() {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(Limit):
		p.giveUp("has not ended")
	}
}

// giveUp ends the test, and with it the process, which prints where it stands.
func (p *Process) giveUp(why string) {
	p.t.Helper()
	state := p.State()
	p.Signal(syscall.SIGQUIT)
	p.Signal(syscall.SIGCONT)
	<-p.done
	p.t.Fatalf("after %s: %v, state %s: %s:\n%s", Limit, p.cmd.Args[1:], state, why, p.err.String())
}

// Ended waits and returns the exit status, −1 for a process that a signal has ended.
func (p *Process) Ended() int {
	p.t.Helper()
	p.Wait()
	return p.cmd.ProcessState.ExitCode()
}

// Killed waits and reports whether SIGKILL ended the process.
func (p *Process) Killed() bool {
	p.t.Helper()
	p.Wait()
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// Kill ends the process at once.
func (p *Process) Kill() {
	p.t.Helper()
	p.Signal(syscall.SIGKILL)
	p.Wait()
}

// Stop asks the process to end.
func (p *Process) Stop() {
	p.t.Helper()
	p.Signal(syscall.SIGTERM)
	p.Wait()
}

// Over reports whether the process has ended.
func (p *Process) Over() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Halted waits until the process has stopped itself, or has ended without.
func (p *Process) Halted() bool {
	p.t.Helper()
	p.Poll("stops itself", func() bool { return p.Over() || p.State() == "T" })
	return !p.Over()
}

// State is the letter of the process's state, "" once it is gone.
func (p *Process) State() string { return State(p.cmd.Process.Pid) }

// State is the letter of the state of any process, as in "T" for one that has stopped; "" for none.
func State(pid int) string {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(b), ") ") // the name before may hold anything
	letter, _, _ := strings.Cut(rest, " ")
	return letter
}

// Printed is what the process has printed; it must have ended.
func (p *Process) Printed() string {
	return "stdout: " + tail(p.out.String()) + "\nstderr: " + tail(p.err.String())
}

// Says reports whether the process, which must have ended, has printed a text.
func (p *Process) Says(text string) bool {
	return strings.Contains(p.out.String()+p.err.String(), text)
}

func tail(s string) string { return s[max(0, len(s)-3000):] }

// Poll waits until ok holds, which costs nothing to ask.
func (p *Process) Poll(what string, ok func() bool) {
	p.t.Helper()
	p.Every(2*time.Millisecond, what, ok)
}

// Every asks every so often until ok holds.
func (p *Process) Every(pause time.Duration, what string, ok func() bool) {
	p.t.Helper()
	deadline := time.NewTimer(Limit)
	defer deadline.Stop()
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			p.giveUp("has not happened: " + what)
		}
	}
}

// serve starts `engine` or `broker` and waits until its lock names its addresses.
func (s *Site) serve(what, lock string) *Process {
	s.T.Helper()
	p := s.Start(nil, what)
	p.Poll("is up", func() bool {
		if p.Over() {
			s.T.Fatalf("%s ended: %s", what, p.Printed())
		}
		return s.up(p, lock)
	})
	return p
}

// Serve starts `serve` and waits until all of it is up, or until it has stopped itself or ended, as a test has told it to.
func (s *Site) Serve(env ...string) *Process {
	s.T.Helper()
	p := s.Start(env, "serve")
	p.Poll("is up", func() bool { return p.Over() || p.State() == "T" || s.up(p, "serve.lock") })
	return p
}

// up reports whether a process holds a lock of the data directory and has named its addresses there.
func (s *Site) up(p *Process, lock string) bool {
	owner, ok := s.Owner(lock)
	return ok && owner.PID == p.cmd.Process.Pid && len(owner.Addresses) > 0
}

// Owner is who holds, or held last, a lock of the data directory: "clickhouse.lock", "kafka.lock", "serve.lock". false:
// nobody has.
func (s *Site) Owner(lock string) (owners.Owner, bool) {
	owner, ok, err := owners.ReadOwner(filepath.Join(s.Data, lock))
	return owner, ok && err == nil
}

// Until waits for that long or until the process has ended.
func (p *Process) Until(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.done:
	}
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// PID is the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Resume lets a process that was stopped go on.
func (p *Process) Resume() { p.Signal(syscall.SIGCONT) }
