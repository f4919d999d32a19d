package app

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"creditsync/internal/bus/embedded"
	"creditsync/internal/config"
	"creditsync/internal/engine"
	"creditsync/internal/engine/native"
	"creditsync/internal/fault"
	"creditsync/internal/process"
)

// childWait is how long a run waits for an engine or broker of the same data directory to let go of it, and for its own
// to come up.
const childWait = 10 * time.Second

func (a *App) engineDir() string  { return filepath.Join(a.Config.DataDir, "clickhouse") }
func (a *App) brokerDir() string  { return filepath.Join(a.Config.DataDir, "kafka") }
func (a *App) engineLock() string { return filepath.Join(a.Config.DataDir, "clickhouse.lock") }
func (a *App) brokerLock() string { return filepath.Join(a.Config.DataDir, "kafka.lock") }

// engineURL is the address of ClickHouse, of the embedded engine when none is configured.
func (a *App) engineURL(ctx context.Context) (string, error) {
	if c := a.Config.Warehouse.ClickHouse; c != nil {
		return c.URL.Reveal(), nil
	}
	if c := a.open.engine; c != nil { // started to look at the stores before they are opened
		select {
		case <-c.Done():
		default:
			return a.engineAt(c.Addr("http")), nil
		}
	}
	addr, child, err := a.embeddedEngine(ctx, "")
	a.keep(child)
	a.open.engine = child
	return a.engineAt(addr), err
}

// embeddedEngine is the address of the embedded engine, and the child that it is where it was started here.
func (a *App) embeddedEngine(ctx context.Context, of string) (string, *process.Child, error) {
	// What is missing is said here in so many words, not with the end of a child's log.
	if _, err := engine.FindLibrary(a.Config.Warehouse.Embedded.Library, a.Getenv, a.Executable); err != nil {
		return "", nil, err
	}
	addr, child, err := a.child(ctx, "engine", "http", a.engineLock(), of)
	if err != nil {
		return "", nil, errChild(fault.T("内置 ClickHouse 没有启动", "the embedded ClickHouse did not start"), err)
	}
	return addr, child, nil
}

// engineAt is the URL of the embedded engine at an address.
func (a *App) engineAt(addr string) string {
	if secret := a.Config.Warehouse.Embedded.Password; !secret.Empty() {
		return "http://default:" + secret.Reveal() + "@" + addr
	}
	return "http://" + addr
}

// embeddedBroker is the address of the embedded broker, and the child that it is where it was started here.
func (a *App) embeddedBroker(ctx context.Context, of string) (string, *process.Child, error) {
	addr, child, err := a.child(ctx, "broker", "kafka", a.brokerLock(), of)
	if err != nil {
		return "", nil, errChild(fault.T("内置 Kafka 没有启动", "the embedded Kafka broker did not start"), err)
	}
	return addr, child, nil
}

// keep remembers a child that was started here, to be ended by Close.
func (a *App) keep(child *process.Child) {
	if child != nil {
		a.open.children = append(a.open.children, child)
	}
}

// child is the address of an engine or broker of this data directory: of one that somebody keeps up on purpose, else of
// one that is started here, ends with this process and is returned too. One that another run started ends with that run,
// so it is waited for instead of being used. of names who starts it for longer than a run; empty: a run does.
func (a *App) child(ctx context.Context, what, address, lock, of string) (string, *process.Child, error) {
	if addr, err := a.adopt(ctx, lock, address); err != nil || addr != "" {
		return addr, nil, err
	}
	var env []string
	if of != "" {
		env = []string{envChildOf + "=" + of}
	}
	c, err := process.Start(ctx, process.Spec{
		What: what, Path: a.Executable, Args: []string{what, "-c", a.Config.File, "--language", string(a.Config.Language)}, Env: env,
		Log: filepath.Join(a.Config.DataDir, what+".log"), Timeout: 3 * childWait,
	})
	if err != nil {
		return "", nil, err
	}
	return c.Addr(address), c, nil
}

// adopt is the address of one that somebody keeps up on purpose, "" where there is none. One that is still starting is
// waited for.
func (a *App) adopt(ctx context.Context, lock, address string) (string, error) {
	for until := a.Now().Add(childWait); ; {
		owner, held, err := process.ReadOwner(lock)
		if err != nil || !held || !owner.Alive() || strings.HasSuffix(owner.What, ofARun) {
			return "", nil // the lock itself says what is wrong with it
		}
		if addr := owner.Addresses[address]; addr != "" {
			return addr, nil
		}
		if a.Now().After(until) {
			return "", nil
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return "", err
		}
	}
}

// Engine is the process of the embedded ClickHouse; it serves until ctx ends.
func (a *App) Engine(ctx context.Context, ready func(addresses map[string]string)) error {
	e := a.Config.Warehouse.Embedded
	if e == nil {
		return notEmbedded("warehouse.embedded")
	}
	if err := a.makeDataDir(); err != nil {
		return err
	}
	library, err := engine.FindLibrary(e.Library, a.Getenv, a.Executable)
	if err != nil {
		return err
	}
	if ready, err = a.tie(ready); err != nil {
		return err
	}
	at := e.Native
	if at == config.Off {
		at = ""
	}
	return engine.Run(ctx, engine.RunOptions{
		Library: library, Dir: a.engineDir(), HTTP: e.HTTP, Native: at, Log: a.Log, Ready: ready, Lock: a.hold("engine", a.engineLock()),
		Engine:    engine.Options{TimeZone: a.Config.Timezone.String(), Memory: uint64(e.Memory)},
		Server:    engine.ServerOptions{Password: e.Password.Reveal()},
		NewNative: func(e *engine.Engine, o engine.ServerOptions) (engine.Front, error) { return native.New(e, o) },
	})
}

// Broker is the process of the embedded Kafka broker; it serves until ctx ends.
func (a *App) Broker(ctx context.Context, ready func(addresses map[string]string)) error {
	e := a.Config.Bus.Embedded
	if e == nil {
		return notEmbedded("bus.embedded")
	}
	if err := a.makeDataDir(); err != nil {
		return err
	}
	ready, err := a.tie(ready)
	if err != nil {
		return err
	}
	announce, unlock, err := a.hold("broker", a.brokerLock())(ctx, a.brokerDir())
	if err != nil {
		return err
	}
	defer func() { _ = unlock() }()
	return embedded.Run(ctx, embedded.Options{Listen: e.Listen, Dir: a.brokerDir(), Log: a.Log, Ready: func(addr string) {
		addresses := map[string]string{"kafka": addr}
		if err := announce(addresses); err != nil {
			a.Log.Warn("name the broker's address in its lock", "error", err)
		}
		ready(addresses)
	}})
}

func notEmbedded(section string) error {
	return fault.New(fault.Input, "config.not_embedded", fault.T("配置没有启用 %s", "the configuration does not use %s", section)).
		Do(fault.T("配置写明了外部地址时，不需要启动内置的。", "With an address of your own configured there is nothing to start."))
}

// errChild is what is said where the embedded engine or broker did not come up.
func errChild(what fault.Text, err error) error {
	if fault.CodeOf(err) != "" {
		return err
	}
	return fault.New(fault.Environment, "child.failed", what).Because(err)
}
