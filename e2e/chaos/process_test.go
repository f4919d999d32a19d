package chaos

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	owners "creditsync/internal/process"
)

// limit is how long anything that must happen may take.
const limit = 2 * time.Minute

// process is a command of the site that was started. It ends with the test, and with the test's own process however that
// ends.
type process struct {
	t        *testing.T
	cmd      *exec.Cmd
	out, err bytes.Buffer // to be read after done
	done     chan struct{}
}

// start starts a command of the site; env is added to this process's own.
func (s *site) start(env []string, args ...string) *process {
	s.t.Helper()
	path, err := binary()
	if err != nil {
		s.t.Fatal(err)
	}
	p := &process{t: s.t, cmd: exec.Command(path, append(args, "-c", s.path("creditsync.yaml"))...), done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = s.dir, append(os.Environ(), env...)
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
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		p.signal(syscall.SIGKILL)
		<-p.done
	})
	return p
}

func (p *process) signal(sig syscall.Signal) { _ = p.cmd.Process.Signal(sig) }

// wait waits until the process has ended.
func (p *process) wait() {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(limit):
		state := p.state()
		p.signal(syscall.SIGQUIT) // prints where it stands
		p.signal(syscall.SIGCONT)
		<-p.done
		p.t.Fatalf("%v has not ended after %s, state %s:\n%s", p.cmd.Args[1:], limit, state, p.err.String())
	}
}

// ended waits and returns the exit status, −1 for a process that a signal has ended.
func (p *process) ended() int {
	p.t.Helper()
	p.wait()
	return p.cmd.ProcessState.ExitCode()
}

// killed waits and reports whether SIGKILL ended the process.
func (p *process) killed() bool {
	p.t.Helper()
	p.wait()
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// kill ends the process at once.
func (p *process) kill() {
	p.t.Helper()
	p.signal(syscall.SIGKILL)
	p.wait()
}

// stop asks the process to end.
func (p *process) stop() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	p.wait()
}

// over reports whether the process has ended.
func (p *process) over() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// halted waits until the process has stopped itself, or has ended without.
func (p *process) halted() bool {
	p.t.Helper()
	p.poll("stops itself", func() bool { return p.over() || p.state() == "T" })
	return !p.over()
}

// state is the letter of the process's state, "" once it is gone.
func (p *process) state() string {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/stat")
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(b), ") ") // the name before may hold anything
	letter, _, _ := strings.Cut(rest, " ")
	return letter
}

// printed is what the process has printed; it must have ended.
func (p *process) printed() string {
	return "stdout: " + tail(p.out.String()) + "\nstderr: " + tail(p.err.String())
}

func tail(s string) string { return s[max(0, len(s)-3000):] }

// poll waits until ok holds.
func (p *process) poll(what string, ok func() bool) {
	p.t.Helper()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			p.t.Fatalf("after %s: %v: has not happened: %s", limit, p.cmd.Args[1:], what)
		}
	}
}

// serve starts `engine` or `broker` and waits until its lock names its addresses.
func (s *site) serve(what, lock string) *process {
	s.t.Helper()
	p := s.start(nil, what)
	p.poll("is up", func() bool {
		if p.over() {
			s.t.Fatalf("%s ended: %s", what, p.printed())
		}
		owner, ok, err := owners.ReadOwner(s.path("data/" + lock))
		return err == nil && ok && owner.PID == p.cmd.Process.Pid && len(owner.Addresses) > 0
	})
	return p
}
