package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"creditsync/internal/fault"
)

// Engine is libchdb with one data directory open. Its methods may be called concurrently.
type Engine struct {
	lib     *binding
	options Options
	args    []string // what every connection is opened with
	version string   // as version() says
	slots   chan struct{}
	guests  chan struct{} // the slots that others than creditsync may take

	room        room
	definitions definitions
	reserve     string // a file that is given up when the disk is full
	aside       string // where parts go that were not written whole
	failure     failure
	running     running

	mu       sync.Mutex // of closed, and of sessions' first use
	closed   bool
	sessions sync.WaitGroup

	controlMu sync.Mutex
	control   *uintptr // held open for the engine's whole life: closing the last connection would shut the engine down
}

// Open loads library and opens dataDir, which is made if it is missing. It starts in under a second, longer when many parts
// have to be read. A process can do this once; the caller holds the lock on dataDir.
func Open(library, dataDir string, o Options) (*Engine, error) {
	if o.Concurrency <= 0 {
		o.Concurrency = 16
	}
	dataDir, err := filepath.Abs(dataDir)
	if err != nil {
		return nil, unusable(dataDir, err)
	}
	e := &Engine{options: o, slots: make(chan struct{}, o.Concurrency), guests: make(chan struct{}, o.guests()), failure: failure{met: make(chan struct{})}}
	if err := e.prepare(dataDir); err != nil {
		return nil, unusable(dataDir, err)
	}
	if o.TimeZone != "" {
		if err := setenv("TZ", o.TimeZone); err != nil {
			return nil, unusable(dataDir, err)
		}
	}
	lib, err := bind(library)
	if err != nil {
		return nil, unloadable(library, err)
	}
	e.lib = lib
	keepSignals(func() {
		lib.signals(0)
		e.control = e.connect()
	})
	if e.control == nil {
		return nil, unusable(dataDir, errors.New("libchdb gave no connection; its own words are on standard error")).
			Do(fault.T("查看引擎日志；目录可能被占用、已损坏，或设置的值不合法", "see the engine's log: the directory may be in use or damaged, or a setting's value is wrong"))
	}
	r, err := e.command("SELECT version() FORMAT TSVRaw")
	if err != nil {
		e.lib.closeConn(e.control)
		return nil, unusable(dataDir, err)
	}
	e.version = r
	if err := e.opened(); err != nil {
		return nil, err
	}
	return e, nil
}

// prepare makes what the engine needs in its data directory, and mends what a full disk has left there.
func (e *Engine) prepare(dataDir string) (err error) {
	store := filepath.Join(dataDir, "store")
	e.definitions = definitions{store, filepath.Join(dataDir, "definitions")}
	e.reserve, e.aside = filepath.Join(dataDir, "reserve"), filepath.Join(dataDir, "aside")
	if err := os.MkdirAll(store, 0o700); err != nil {
		return err
	}
	if e.room, err = newRoom(dataDir); err != nil {
		return err
	}
	if _, err := e.definitions.mend(); err != nil {
		return err
	}
	if err := e.room.start(); err != nil {
		return err
	}
	server, users, err := writeConfig(dataDir, e.options, e.room.keep)
	e.args = []string{"clickhouse", "--path=" + store, "--config-file=" + server, "--users_config=" + users}
	return err
}

// opened is what is due once the engine has its data directory.
func (e *Engine) opened() error {
	if n, err := e.refused(); err != nil || n > 0 {
		return errors.Join(err, e.surrender())
	}
	if err := e.definitions.keep(); err != nil {
		return unusable(e.room.dir, err)
	}
	if err := os.RemoveAll(e.aside); err != nil { // the engine does without
		return unusable(e.room.dir, err)
	}
	if err := e.room.set(e.reserve); err != nil {
		return unusable(e.room.dir, err)
	}
	return nil
}

func unloadable(library string, err error) *fault.Error {
	return fault.New(fault.Environment, "engine.library_broken",
		fault.T("无法加载 ClickHouse 引擎库 %s", "cannot load the ClickHouse engine library %s", library)).Because(err).
		Do(fault.T("删除该文件后运行 make build", "remove the file and run make build"))
}

func unusable(dataDir string, err error) *fault.Error {
	return fault.New(fault.Environment, "engine.data_directory",
		fault.T("内置 ClickHouse 打不开数据目录 %s", "the embedded ClickHouse cannot open its data directory %s", dataDir)).Because(err).Do(fault.Disk(err))
}

// Version is the engine's version, as in "26.7.2.1".
func (e *Engine) Version() string { return e.version }

// connect opens a connection with query settings of its own, each as --name=value. It returns nil when libchdb refuses.
func (e *Engine) connect(settings ...string) *uintptr {
	v := argv(append(slices.Clip(e.args), settings...))
	c := e.lib.connect(int32(len(v)-1), &v[0])
	runtime.KeepAlive(v)
	return c
}

// command runs a short statement on the engine's own connection and returns its output without the line end.
func (e *Engine) command(sql string) (string, error) {
	e.controlMu.Lock()
	defer e.controlMu.Unlock()
	if e.control == nil {
		return "", errors.New("the engine is closed")
	}
	r := e.lib.call(e.lib.query, *e.control, sql, "TSVRaw", nil)
	defer e.lib.free(r)
	if text := cstring(e.lib.resultError(r)); text != "" {
		return "", exceptionOf(text)
	}
	out := string(e.lib.bytes(r))
	for len(out) > 0 && out[len(out)-1] == '\n' {
		out = out[:len(out)-1]
	}
	return out, nil
}

// AcquireGuest is Acquire for a statement that is not creditsync's own. Some places are never given to such, so that no
// number of queries, however long, keeps a run from its commit.
func (e *Engine) AcquireGuest(ctx context.Context) (release func(), err error) {
	select {
	case e.guests <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	place, err := e.Acquire(ctx)
	if err != nil {
		<-e.guests
		return nil, err
	}
	return func() { place(); <-e.guests }, nil
}

// Acquire waits until fewer than Options.Concurrency statements run, or ctx ends. The caller calls release when the
// statement has ended.
func (e *Engine) Acquire(ctx context.Context) (release func(), err error) {
	select {
	case e.slots <- struct{}{}:
		return func() { <-e.slots }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Close ends what still runs and closes the data directory. It waits for the sessions to be closed until ctx ends; then it
// leaves the engine as a killed process would, which loses nothing that was acknowledged. Calling it again does nothing.
func (e *Engine) Close(ctx context.Context) error {
	e.mu.Lock()
	already := e.closed
	e.closed = true
	e.mu.Unlock()
	if already {
		return nil
	}
	done := make(chan struct{})
	go func() { e.sessions.Wait(); close(done) }()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			e.controlMu.Lock()
			defer e.controlMu.Unlock()
			e.lib.closeConn(e.control)
			e.control = nil
			return nil
		case <-tick.C:
			_, _ = e.command("KILL QUERY WHERE 1 ASYNC") // what it cannot end, the deadline does
		case <-ctx.Done():
			return fmt.Errorf("close the engine while sessions are open: %w", context.Cause(ctx))
		}
	}
}
