package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"creditsync/internal/fault"
	"creditsync/internal/process"
)

// patience of the tour with an engine or broker that starts or ends.
const patience = 30 * time.Second

// servers are the engine and the broker while the tour lasts.
type servers struct {
	clickhouse, kafka string // host:port
	running           []*server
}

// server is one process. It ends with the tour, whatever ends that.
type server struct {
	what string
	cmd  *exec.Cmd
	done chan struct{}
	err  error // how it ended; read after done
}

// startServers starts both and waits until they serve.
func startServers(ctx context.Context, p program) (*servers, error) {
	s := &servers{}
	for _, one := range []struct {
		what, lock, protocol string
		address              *string
	}{{"engine", "clickhouse.lock", "http", &s.clickhouse}, {"broker", "kafka.lock", "kafka", &s.kafka}} {
		up, err := start(p, one.what)
		if err == nil {
			s.running = append(s.running, up)
			*one.address, err = up.await(ctx, filepath.Join(p.dir, "data", one.lock), one.protocol)
		}
		if err != nil {
			return nil, errors.Join(fault.New(fault.Environment, "tour.server", fault.T("creditsync %s 没有启动", "creditsync %s did not start", one.what)).Because(err).
				Do(fault.T("日志：%s", "Its log: %s", logOf(p, one.what))), s.stop())
		}
	}
	return s, nil
}

func logOf(p program, what string) string { return filepath.Join(p.dir, what+".log") }

// start starts a server. The kernel ends it when the thread that started it ends, which is kept for that.
func start(p program, what string) (*server, error) {
	log, err := os.Create(logOf(p, what))
	if err != nil {
		return nil, err
	}
	s := &server{what: what, cmd: exec.Command(p.path, what), done: make(chan struct{})}
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = p.dir, log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := s.cmd.Start()
		_ = log.Close() // the process has its own
		started <- err
		if err == nil {
			s.err = s.cmd.Wait()
			close(s.done)
		}
	}()
	return s, <-started
}

// await is the address that the server writes into its lock file once it serves.
func (s *server) await(ctx context.Context, lock, protocol string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		if owner, ok, err := process.ReadOwner(lock); err == nil && ok && owner.PID == s.cmd.Process.Pid && owner.Addresses[protocol] != "" {
			return owner.Addresses[protocol], nil
		}
		select {
		case <-s.done:
			return "", fmt.Errorf("it ended at once: %w", s.err)
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-look.C:
		}
	}
}

// stop ends what runs, last started first. Calling it again does nothing.
func (s *servers) stop() error {
	var errs []error
	for ; len(s.running) > 0; s.running = s.running[:len(s.running)-1] {
		errs = append(errs, s.running[len(s.running)-1].stop())
	}
	return errors.Join(errs...)
}

func (s *server) stop() error {
	select {
	case <-s.done:
		return fault.New(fault.Environment, "tour.server_ended", fault.T("creditsync %s 中途结束了", "creditsync %s had ended by itself", s.what)).Because(s.err)
	default:
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may be ending already
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-s.done:
	case <-late.C:
		_ = s.cmd.Process.Kill()
		<-s.done
		return fault.New(fault.Environment, "tour.server_late", fault.T("creditsync %[1]s 在 %[2]s 内没有结束", "creditsync %[1]s did not end within %[2]s", s.what, patience))
	}
	if s.err != nil {
		return fmt.Errorf("creditsync %s: %w", s.what, s.err)
	}
	return nil
}
