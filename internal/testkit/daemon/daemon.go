// Package daemon runs real servers for tests: as child processes that die with the tests, on free loopback ports, in folders
// of their own, as an unprivileged user where the tests run as root, because the servers refuse to. internal/testkit/postgres
// and internal/testkit/mariadb say which programs and how.
//
// It never touches a service of the system, and it ends only what it started.
package daemon

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// Daemon is a running child process.
type Daemon struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // what it ended with, once done is closed
	log  string
}

// account is whom servers run as: nobody where the tests are root, else nil, which is the user of the tests.
func account() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return nil, fmt.Errorf("find a user to run a server as: %w", err)
	}
	uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// Folder makes a temporary folder that belongs to whom servers run as. The caller removes it.
func Folder(pattern string) (string, error) {
	dir, err := os.MkdirTemp("", pattern)
	if err != nil {
		return "", err
	}
	return dir, Give(dir)
}

// Give makes everything below dir belong to whom servers run as.
func Give(dir string) error {
	who, err := account()
	if err != nil || who == nil {
		return err
	}
	return filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(who.Uid), int(who.Gid))
	})
}

// Run runs a program of the server's to its end, as whom servers run as, in dir.
func Run(dir, program string, args ...string) error {
	who, err := account()
	if err != nil {
		return err
	}
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = dir, environment(dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(program), err, out)
	}
	return nil
}

// environment keeps what the tests were started with out of the servers: PGPORT, MYSQL_HOME and the like.
func environment(dir string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C.UTF-8", "TZ=UTC"}
}

// Start starts a server in dir, which also takes its log.
func Start(dir, program string, args ...string) (*Daemon, error) {
	who, err := account()
	if err != nil {
		return nil, err
	}
	return start(dir, who, environment(dir), program, args)
}

// startLimit is how long a server may take until it answers, on a machine that does much else.
const startLimit = 3 * time.Minute

// Serve starts a server on a free loopback port, waits until it answers, and returns it with its port. A port that was free a
// moment ago may be taken by now: it tries three. A server that does not come up is ended by the signal.
func Serve(dir, program string, end syscall.Signal, args func(port int) []string, answers func(port int) error) (*Daemon, int, error) {
	var last error
	for range 3 {
		port, err := Port()
		if err != nil {
			return nil, 0, err
		}
		d, err := Start(dir, program, args(port)...)
		if err != nil {
			return nil, 0, err
		}
		if last = d.Ready(startLimit, func() error { return answers(port) }); last == nil {
			return d, port, nil
		}
		d.Stop(end)
	}
	return nil, 0, last
}

// StartSelf starts this program once more as a server, with more in its environment, as the user that it runs as.
func StartSelf(dir string, env ...string) (*Daemon, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return start(dir, nil, append(os.Environ(), env...), self, nil)
}

func start(dir string, who *syscall.Credential, env []string, program string, args []string) (*Daemon, error) {
	d := &Daemon{cmd: exec.Command(program, args...), done: make(chan struct{}), log: filepath.Join(dir, "server.log")}
	log, err := os.Create(d.log)
	if err != nil {
		return nil, err
	}
	d.cmd.Dir, d.cmd.Env, d.cmd.Stdout, d.cmd.Stderr = dir, env, log, log
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who, Pdeathsig: syscall.SIGKILL}
	started := make(chan error, 1)
	go func() {
		// The death signal is bound to the thread that starts the child: it is kept for as long as the child lives.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer func() { _ = log.Close() }()
		err := d.cmd.Start()
		started <- err
		if err == nil {
			d.err = d.cmd.Wait()
			close(d.done)
		}
	}()
	return d, <-started
}

// Ready waits until try succeeds, the server ends or the limit is over.
func (d *Daemon) Ready(limit time.Duration, try func() error) error {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-d.done:
			return fmt.Errorf("the server ended: %w: %s", d.err, d.Log())
		case <-deadline.C:
			return fmt.Errorf("the server does not answer: %w: %s", err, d.Log())
		case <-tick.C:
		}
	}
}

// Log is the end of what the server wrote.
func (d *Daemon) Log() string {
	text, err := os.ReadFile(d.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4096):])
}

// Signal sends the server a signal.
func (d *Daemon) Signal(s syscall.Signal) error { return d.cmd.Process.Signal(s) }

// Stop ends the server with a signal, and with SIGKILL when it does not within 15 s. It may be called again.
func (d *Daemon) Stop(s syscall.Signal) {
	_ = d.Signal(s)
	select {
	case <-d.done:
	case <-time.After(15 * time.Second):
		_ = d.cmd.Process.Kill()
		<-d.done
	}
}

// Port is a loopback port that nobody listens on at the moment.
func Port() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}
