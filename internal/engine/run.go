package engine

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"creditsync/internal/fault"
)

// RunOptions say what Run serves.
type RunOptions struct {
	Library string // path of libchdb.so, as from FindLibrary
	Dir     string // the data directory
	HTTP    string // the address to listen on, as in "127.0.0.1:8123"; port 0 takes a free one
	Engine  Options
	Server  ServerOptions
	// Lock takes the lock on Dir, naming the addresses that will be served, and returns what gives it back. It is called
	// before anything in Dir is touched, and again with the real addresses once they are known.
	Lock func(ctx context.Context, dir string) (announce func(addresses map[string]string) error, unlock func() error, err error)
	// Ready is called once, when the addresses accept connections: "http" names the HTTP one.
	Ready func(addresses map[string]string)
	Log   *slog.Logger
}

// Run is the engine's process: it locks Dir, opens it, serves until ctx ends, and closes it within 10 s of that. It changes
// the process's working directory to an empty one, because the engine takes a table that it does not know for a file there.
func Run(ctx context.Context, o RunOptions) (err error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return unusable(o.Dir, err)
	}
	library, err := filepath.Abs(o.Library)
	if err != nil {
		return unusable(o.Dir, err)
	}
	empty := filepath.Join(dir, "empty")
	if err := os.MkdirAll(empty, 0o700); err != nil {
		return unusable(dir, err)
	}
	if err := reachable(o.HTTP, o.Server.Password); err != nil {
		return err
	}
	announce, unlock, err := o.Lock(ctx, dir)
	if err != nil {
		return err
	}
	defer func() {
		if e := unlock(); e != nil && err == nil {
			err = e
		}
	}()
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.HTTP)
	if err != nil {
		return fault.New(fault.Environment, "engine.listen",
			fault.T("内置 ClickHouse 无法监听 %s", "the embedded ClickHouse cannot listen on %s", o.HTTP)).Because(err).
			Do(fault.T("在 warehouse.embedded.http 中换一个端口", "choose another port in warehouse.embedded.http"))
	}
	defer l.Close()
	if _, err := os.Stat(library); err != nil {
		return unloadable(library, err)
	}
	if err := os.Chdir(empty); err != nil {
		return unusable(dir, err)
	}
	started := time.Now()
	e, err := Open(library, dir, o.Engine)
	if err != nil {
		return err
	}
	defer func() {
		if fault.CodeOf(err) == "engine.write_refused" {
			return // closing it would clear away parts that may be needed again
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		if e := e.Close(last); e != nil {
			o.Log.Warn("the engine did not end in time", "error", e)
		}
	}()
	s, err := NewServer(e, o.Server)
	if err != nil {
		return unusable(dir, err)
	}
	addresses := map[string]string{"http": l.Addr().String()}
	if err := announce(addresses); err != nil {
		return fmt.Errorf("announce the engine's addresses: %w", err)
	}
	o.Log.Info("engine ready", "version", e.Version(), "http", addresses["http"], "dir", dir, "seconds", time.Since(started).Seconds())
	o.Ready(addresses)
	return e.serve(ctx, s, l)
}

// serve answers until ctx ends or the disk has refused a write.
func (e *Engine) serve(ctx context.Context, s *Server, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go e.watch(ctx)
	go func() {
		select {
		case <-e.failure.met:
			cancel()
		case <-ctx.Done():
		}
	}()
	err := s.Serve(ctx, l)
	select {
	case <-e.failure.met:
		return e.surrender()
	default:
		return err
	}
}

// reachable refuses to serve other machines without a password.
func reachable(address, password string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fault.New(fault.Input, "engine.address",
			fault.T("内置 ClickHouse 的地址 %q 应写成“主机:端口”", "the embedded ClickHouse's address %q must be host:port", address)).Because(err)
	}
	if ip := net.ParseIP(host); password != "" || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fault.New(fault.Input, "engine.open_address",
		fault.T("内置 ClickHouse 在 %s 上对其他机器开放却没有口令", "the embedded ClickHouse would serve other machines at %s without a password", address)).
		Do(fault.T("设置口令，或只监听 127.0.0.1", "set a password, or listen on 127.0.0.1 only"))
}
