package engine

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"creditsync/internal/fault"
)

// RunOptions say what Run serves.
type RunOptions struct {
	Library string // path of libchdb.so, as from FindLibrary
	Dir     string // the data directory
	HTTP    string // the address to listen on, as in "127.0.0.1:8123"; port 0 takes a free one
	Native  string // that of the native protocol, as in "127.0.0.1:9000"; "" does without
	Engine  Options
	Server  ServerOptions
	// NewNative makes the server of the native protocol; it may be nil where Native is "".
	NewNative func(*Engine, ServerOptions) (Front, error)
	// Lock takes the lock on Dir, naming the addresses that will be served, and returns what gives it back. It is called
	// before anything in Dir is touched, and again with the real addresses once they are known.
	Lock func(ctx context.Context, dir string) (announce func(addresses map[string]string) error, unlock func() error, err error)
	// Ready is called once, when the addresses accept connections: "http" names the HTTP one, "native" that of the native
	// protocol.
	Ready func(addresses map[string]string)
	Log   *slog.Logger
}

// Front is a server of one of ClickHouse's protocols.
type Front interface {
	// Serve answers on l, as Server.Serve does: until ctx ends, then to the end within about 5 s. It closes l.
	Serve(ctx context.Context, l net.Listener) error
}

// front is a front with what it listens on.
type front struct {
	name, address, option string
	listener              net.Listener
	serve                 func(context.Context, net.Listener) error
}

// fronts are those that o asks for, HTTP first.
func (o RunOptions) fronts() []*front {
	list := []*front{{name: "http", address: o.HTTP, option: "warehouse.embedded.http"}}
	if o.Native != "" {
		list = append(list, &front{name: "native", address: o.Native, option: "warehouse.embedded.native"})
	}
	return list
}

func (f *front) listen(ctx context.Context) (err error) {
	if f.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", f.address); err == nil {
		return nil
	}
	return fault.New(fault.Environment, "engine.listen",
		fault.T("内置 ClickHouse 无法监听 %s", "the embedded ClickHouse cannot listen on %s", f.address)).Because(err).
		Do(fault.T("在 %[1]s 中换一个端口", "choose another port in %[1]s", f.option))
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
	fronts := o.fronts()
	for _, f := range fronts {
		if err := reachable(f.address, o.Server.Password); err != nil {
			return err
		}
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
	for _, f := range fronts {
		if err := f.listen(ctx); err != nil {
			return err
		}
		defer f.listener.Close()
	}
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
		if code := fault.CodeOf(err); code == "engine.write_refused" || code == "engine.hangs" {
			return // closing it would clear away parts that may be needed again, or never end
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		if e := e.Close(last); e != nil {
			o.Log.Warn("the engine did not end in time", "error", e)
		}
	}()
	addresses, err := o.found(e, fronts)
	if err != nil {
		return unusable(dir, err)
	}
	if err := announce(addresses); err != nil {
		return fmt.Errorf("announce the engine's addresses: %w", err)
	}
	o.Log.Info("engine ready", "version", e.Version(), "http", addresses["http"], "native", addresses["native"], "dir", dir, "seconds", time.Since(started).Seconds())
	o.Ready(addresses)
	return e.serve(ctx, fronts)
}

// found makes the fronts' servers and returns their real addresses.
func (o RunOptions) found(e *Engine, fronts []*front) (addresses map[string]string, err error) {
	addresses = map[string]string{}
	for _, f := range fronts {
		var s Front
		if f.name == "http" {
			s, err = NewServer(e, o.Server)
		} else {
			s, err = o.NewNative(e, o.Server)
		}
		if err != nil {
			return nil, err
		}
		f.serve, addresses[f.name] = s.Serve, f.listener.Addr().String()
	}
	return addresses, nil
}

// serve answers until ctx ends or the disk has refused a write.
func (e *Engine) serve(ctx context.Context, fronts []*front) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go e.watch(ctx, watchEvery)
	go func() {
		select {
		case <-e.failure.met:
			cancel()
		case <-ctx.Done():
		}
	}()
	all, one := errgroup.WithContext(ctx)
	for _, f := range fronts {
		all.Go(func() error { return f.serve(one, f.listener) })
	}
	err := all.Wait()
	select {
	case <-e.failure.met:
		if e.failure.hung {
			return e.errHangs()
		}
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
