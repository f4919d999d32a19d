package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"creditsync/internal/fault"
	"creditsync/internal/process"
)

// part is something that serve keeps up: the engine or the broker. It is a child of this process, one that somebody else
// keeps up for the same data directory, or a server elsewhere.
type part struct {
	name string
	log  *slog.Logger
	now  func() time.Time
	// find returns where it is; child is nil where somebody else keeps it up.
	find func(ctx context.Context) (address string, child *process.Child, err error)
	// open makes it usable at a new address, before anybody uses it; shut undoes it.
	open func(ctx context.Context, address string) error
	shut func()
	// ask tries whether it answers; it is called every so often.
	ask   func(ctx context.Context) error
	every time.Duration
	// alive tries the least that the process at an address can do, whatever it is busy with; nil where that cannot be told.
	alive func(ctx context.Context, address string) error

	mu       sync.Mutex
	up       bool
	why      error // that it is not up
	address  string
	since    time.Time // of up, or of why
	restarts int
	life     context.Context // while it is usable; nil before and after
	changed  chan struct{}   // closed at the next change
}

const (
	// askEvery is how often a part of this machine is asked whether it answers, askFar one elsewhere, askLimit how long an
	// answer may take.
	askEvery = 2 * time.Second
	askFar   = 10 * time.Second
	askLimit = 5 * time.Second
	// strikes is how often a part that somebody else keeps up may stay silent before it is looked for anew.
	strikes = 3
	// mutes is how often a child of ours may in a row not even show that it is alive, before it is ended and started anew:
	// about two minutes. It is counted and not timed, so that a machine that slept takes nobody for dead.
	mutes = 10
)

func newPart(name string, a *App) *part {
	return &part{name: name, log: a.Log, now: a.Now, why: errStarting(name), since: a.Now(), changed: make(chan struct{}), every: askEvery}
}

func errStarting(name string) error {
	return fault.New(fault.Environment, "serve.starting", fault.T("%s 正在启动", "%s is starting", name)).Again()
}

// run keeps the part up until ctx ends, and ends what it started.
func (p *part) run(ctx context.Context) {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 200*time.Millisecond, 15*time.Second
	wait.Reset()
	for ctx.Err() == nil {
		err := p.live(ctx, wait)
		if ctx.Err() != nil {
			return
		}
		p.log.Error("a part is down", "part", p.name, "error", err)
		p.down(err)
		if pause(ctx, wait.NextBackOff()) != nil {
			return
		}
	}
}

// live is one life of the part, from its start to its end, which the error explains.
func (p *part) live(ctx context.Context, wait *backoff.ExponentialBackOff) error {
	address, child, err := p.find(ctx)
	if err != nil {
		return err
	}
	if child != nil {
		defer func() { _ = child.Stop(context.WithoutCancel(ctx)) }()
	}
	if err := p.open(ctx, address); err != nil {
		return err
	}
	defer p.shut()
	life, end := context.WithCancel(ctx)
	defer end()
	p.rise(life, address)
	wait.Reset()
	return p.watch(ctx, child)
}

// watch returns when the part has ended or ctx has.
func (p *part) watch(ctx context.Context, child *process.Child) error {
	var gone <-chan struct{}
	if child != nil {
		gone = child.Done()
	}
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	silent, mute := 0, 0
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-gone:
			return fault.New(fault.Environment, "serve.part_ended", fault.T("%s 进程意外结束", "the %s process ended", p.name)).Because(ended(child.Err())).Again()
		case <-tick.C:
		}
		limited, cancel := context.WithTimeout(ctx, askLimit)
		err := p.ask(limited)
		cancel()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			silent, mute = 0, 0
			p.answers(nil)
		default:
			if silent++; silent > 1 { // once may be a busy machine
				p.answers(err)
			}
			if child == nil && silent >= strikes {
				return err
			}
			if mute++; child == nil || p.alive == nil || p.shows(ctx) {
				mute = 0
			}
			if mute >= mutes {
				return fault.New(fault.Environment, "serve.part_hangs", fault.T("%s 进程不再应答，将被结束并重新启动", "the %s process answers no more; it is ended and started again", p.name)).Because(err).Again()
			}
		}
	}
}

// shows reports whether the part is alive.
func (p *part) shows(ctx context.Context) bool {
	limited, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	return p.alive(limited, p.at()) == nil
}

func ended(err error) error {
	if err == nil {
		return fmt.Errorf("exit status 0")
	}
	return err
}

// rise says that the part may be used.
func (p *part) rise(life context.Context, address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.up, p.why, p.address, p.since, p.life = true, nil, address, p.now(), life
	p.tell()
}

// answers notes whether the part answered; it stays usable, for whoever uses it finds out as well.
func (p *part) answers(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if up := err == nil; up != p.up {
		p.up, p.since = up, p.now()
	}
	p.why = err
}

// down says that the part has gone.
func (p *part) down(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.life != nil {
		p.restarts++
	}
	if p.up || p.since.IsZero() {
		p.since = p.now()
	}
	p.up, p.why, p.life = false, err, nil
	p.tell()
}

// at is where it is, or was last.
func (p *part) at() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.address
}

// tell wakes those that wait. The caller holds mu.
func (p *part) tell() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// await waits until the part may be used, for no longer than limit. The context that it returns ends when the part does.
func (p *part) await(ctx context.Context, limit time.Duration) (life context.Context, err error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		p.mu.Lock()
		life, why, changed := p.life, p.why, p.changed
		p.mu.Unlock()
		if life != nil && life.Err() == nil {
			return life, nil
		}
		select {
		case <-changed:
		case <-limited.Done():
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if why == nil {
				why = errStarting(p.name)
			}
			return nil, why
		}
	}
}
