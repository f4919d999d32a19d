package process

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"creditsync/internal/fault"
)

// The environment variables that tell a child which of its files are the two pipes.
const (
	guardEnv = "CREDITSYNC_PARENT_FD" // read end: its end means that the parent has ended
	readyEnv = "CREDITSYNC_READY_FD"  // write end: one line of JSON says that the child is ready
)

// stopWait is how long a child may take to end after SIGTERM.
const stopWait = 10 * time.Second

// Spec says what to start.
type Spec struct {
	What    string        // for people: "engine", "broker"
	Path    string        // the program, usually our own
	Args    []string      // without the program's name
	Env     []string      // added to this process's own
	Dir     string        // working directory; empty: this process's
	Log     string        // file that the child's standard output and error are appended to
	Timeout time.Duration // until it must be ready; 0 means 30 s
}

// Child is a process that was started here. Its methods may be called concurrently.
type Child struct {
	cmd       *exec.Cmd
	guard     *os.File
	addresses map[string]string
	done      chan struct{}
	err       error // how it ended; read after done
	spec      Spec
	from      int64 // where its part of the log begins
	stopped   atomic.Bool
}

// Start starts the program and waits until it is ready. If it ends before or takes too long, the error has the class
// fault.Environment, the code "process.start", and the end of its log. ctx ends the waiting, not the child's life: that ends
// with Stop, or with this process.
func Start(ctx context.Context, s Spec) (*Child, error) {
	if s.Timeout <= 0 {
		s.Timeout = 30 * time.Second
	}
	if err := os.MkdirAll(filepath.Dir(s.Log), 0o700); err != nil {
		return nil, unstartable(s, 0, err)
	}
	log, err := os.OpenFile(s.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, unstartable(s, 0, err)
	}
	defer log.Close()
	info, err := log.Stat()
	if err != nil {
		return nil, unstartable(s, 0, err)
	}
	from := info.Size() // what earlier children wrote is not this one's
	c, ready, err := launch(s, log)
	if err != nil {
		return nil, unstartable(s, from, err)
	}
	c.spec, c.from = s, from
	defer ready.Close()
	if err := c.await(ctx, s, ready); err != nil {
		c.kill()
		<-c.done
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, unstartable(s, from, err)
	}
	return c, nil
}

// launch starts the process with its pipes. The kernel sends the parent-death signal when the *thread* that started the child
// ends, so the thread is kept for the child's whole life.
func launch(s Spec, log *os.File) (c *Child, ready *os.File, err error) {
	guardRead, guardWrite, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer guardRead.Close()
	readyRead, readyWrite, err := os.Pipe()
	if err != nil {
		_ = guardWrite.Close()
		return nil, nil, err
	}
	defer readyWrite.Close()
	cmd := exec.Command(s.Path, s.Args...)
	cmd.Env = append(append(os.Environ(), s.Env...), guardEnv+"=3", readyEnv+"=4")
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.Dir, log, log
	cmd.ExtraFiles = []*os.File{guardRead, readyWrite}
	// A group of its own: a terminal's Ctrl-C goes to the parent, which decides in which order things end.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	c = &Child{cmd: cmd, guard: guardWrite, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this goroutine, after the child
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		started <- nil
		c.err = cmd.Wait()
		_ = c.guard.Close()
		close(c.done)
	}()
	if err := <-started; err != nil {
		_ = guardWrite.Close()
		_ = readyRead.Close()
		return nil, nil, err
	}
	return c, readyRead, nil
}

// await reads the line that says that the child is ready.
func (c *Child) await(ctx context.Context, s Spec, ready *os.File) error {
	line := make(chan error, 1)
	go func() {
		b, err := bufio.NewReader(io.LimitReader(ready, 1<<16)).ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(b, &c.addresses)
		}
		line <- err
	}()
	limit := time.NewTimer(s.Timeout)
	defer limit.Stop()
	select {
	case err := <-line:
		if errors.Is(err, io.EOF) {
			// It has ended, or closed its end of the pipe, which comes to the same.
			select {
			case <-c.done:
				return fmt.Errorf("it ended at once: %w", ended(c.err))
			case <-limit.C:
			case <-ctx.Done():
			}
			return errors.New("it said nothing")
		}
		return err
	case <-c.done:
		return fmt.Errorf("it ended at once: %w", ended(c.err))
	case <-limit.C:
		return fmt.Errorf("it was not ready within %s", s.Timeout)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func ended(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// PID is the child's process id.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// Addr is the address that the child said it serves under name, as in "http"; "" for none.
func (c *Child) Addr(name string) string { return c.addresses[name] }

// Done is closed when the child has ended.
func (c *Child) Done() <-chan struct{} { return c.done }

// Err says how the child ended; nil while it runs and after exit status 0.
func (c *Child) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// Stop asks the child to end with SIGTERM and kills it after 10 s or at the end of ctx. It returns when the child has ended,
// and an error if it had to be killed. Calling it again does nothing.
func (c *Child) Stop(ctx context.Context) error {
	select {
	case <-c.done:
		return nil
	default:
	}
	c.stopped.Store(true)
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal process %d: %w", c.PID(), err)
	}
	limit := time.NewTimer(stopWait)
	defer limit.Stop()
	select {
	case <-c.done:
		return nil
	case <-limit.C:
	case <-ctx.Done():
	}
	c.kill()
	<-c.done
	return fmt.Errorf("process %d did not end in time and was killed", c.PID())
}

func (c *Child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended already
}

// How much of the end of a child's log an error shows, how much of one line of it, and how much is looked at.
const (
	tailBytes = 2048
	lineBytes = 700
	lookedAt  = 64 << 10
)

// Ended is nil while the child runs and after Stop. Otherwise it says that the child has ended by itself, with the end of its
// log; the class is fault.Environment, the code "process.ended".
func (c *Child) Ended() error {
	select {
	case <-c.done:
	default:
		return nil
	}
	if c.stopped.Load() {
		return nil
	}
	err := fmt.Errorf("it ended: %w", ended(c.err))
	if text := tail(c.spec.Log, c.from); text != "" {
		err = fmt.Errorf("%w; the end of its log:\n%s", err, text)
	}
	return fault.New(fault.Environment, "process.ended", fault.T("%s 进程已自行退出", "the %s process has ended by itself", c.spec.What)).Because(err).
		Do(fault.T("完整日志见 %s；排除原因后再次运行。", "Its whole log is in %s; mend what it names and run again.", c.spec.Log))
}

func unstartable(s Spec, from int64, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EROFS) || errors.Is(err, os.ErrPermission) {
		return fault.New(fault.Environment, "process.start", fault.T("无法启动 %s 进程", "cannot start the %s process", s.What)).Because(err).Do(fault.Disk(err))
	}
	text := tail(s.Log, from)
	if text != "" {
		err = fmt.Errorf("%w; the end of its log:\n%s", err, text)
	}
	return fault.New(fault.Environment, "process.start",
		fault.T("无法启动 %s 进程", "cannot start the %s process", s.What)).Because(err).
		Do(fault.T("完整日志见 %s", "its whole log is in %s", s.Log))
}

// tail is the end of what was written to the file behind position from, whole lines of it. A line that is too long is cut: the
// engine names what it cannot open at the beginning of a line that goes on with the whole definition of it.
func tail(path string, from int64) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil || size <= from {
		return ""
	}
	b := make([]byte, min(size-from, lookedAt))
	n, err := f.ReadAt(b, size-int64(len(b)))
	if err != nil && err != io.EOF {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(string(b[:n]), "")), "\n")
	var kept []string
	for left := tailBytes; len(lines) > 0 && left > 0; lines = lines[:len(lines)-1] {
		line := lines[len(lines)-1]
		if len(line) > lineBytes {
			line = strings.ToValidUTF8(line[:lineBytes], "") + " …"
		}
		if left -= len(line) + 1; left >= 0 || len(kept) == 0 {
			kept = append(kept, line)
		}
	}
	slices.Reverse(kept)
	return strings.Join(kept, "\n")
}
