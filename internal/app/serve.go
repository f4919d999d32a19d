package app

import (
	"context"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"creditsync/internal/bus"
	"creditsync/internal/console"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/process"
	"creditsync/pipelines"
	"creditsync/scheduler"
)

// ofServe is how an engine or broker that serve keeps up is called: others may use it.
const ofServe = "serve"

const (
	// drain is how long runs may go on once serve was told to end. What comes after it, until the process has gone, fits
	// into the ten seconds that a supervisor waits.
	drain = 5 * time.Second
	// partWait is how long a run waits for an engine that is not up.
	partWait = 30 * time.Second
)

// server is serve at work.
type server struct {
	*App
	ledger    *ledger.Ledger
	engine    *part
	broker    *part
	scheduler *scheduler.Scheduler
	relays    map[string]*relaying // by kind
	metrics   *console.Metrics
	started   time.Time
	self      process.Identity

	mu       sync.Mutex
	progress map[string]pipelines.Progress // of the runs that go, by pipeline
	ran      bool                          // runs have ended since the analysts' list was brought forward
	refused  map[string]refused            // by pipeline; nil: not counted yet
	alertErr error                         // why the last alert could not be delivered
	bad      map[string]error              // kinds whose stores do not belong together; nil: not asked yet
	fitAt    time.Time                     // when that was found

	fitting sync.Mutex // held by who finds out
	ending  atomic.Bool
}

func (a *App) serveLock() string { return filepath.Join(a.Config.DataDir, "serve.lock") }

// Serve runs pipelines by their schedules, publishes what was committed, keeps engine and broker up and answers on the
// console's address, until ctx ends. ready is called once when all of it is up, with the addresses. Ending takes less than
// ten seconds: runs have five to end, then they are cut; what is not committed then is done by the next serve.
func (a *App) Serve(ctx context.Context, ready func(addresses map[string]string)) error {
	if err := a.makeDataDir(); err != nil {
		return err
	}
	self, err := process.Self("serve", a.Now())
	if err != nil {
		return err
	}
	held, err := process.Lock(ctx, a.serveLock(), self, childWait)
	if err != nil {
		return err
	}
	defer func() { _ = held.Unlock() }()
	s, err := a.newServer(ctx)
	if err != nil {
		return err
	}
	web, err := s.listen()
	if err != nil {
		return err
	}
	announce := func(addresses map[string]string) {
		self.Addresses = addresses
		if err := held.Update(self); err != nil {
			a.Log.Warn("name the address of the status page in the lock", "error", err)
		}
		ready(addresses)
	}
	return s.run(ctx, web, announce)
}

// newServer puts the server together; nothing is started.
func (a *App) newServer(ctx context.Context) (*server, error) {
	l, err := a.ledger(ctx)
	if err != nil {
		return nil, err
	}
	self, err := process.Own()
	if err != nil {
		return nil, err
	}
	s := &server{App: a, ledger: l, self: self, started: a.Now(), progress: map[string]pipelines.Progress{}, relays: map[string]*relaying{}}
	s.metrics = console.NewMetrics(s)
	a.open.mu.Lock()
	a.open.server = s
	a.open.mu.Unlock()
	s.engine, s.broker = s.enginePart(), s.brokerPart()
	for _, k := range s.kinds() {
		s.relays[k.Name] = newRelaying(k)
	}
	jobs, err := s.jobs()
	if err != nil {
		return nil, err
	}
	s.scheduler = scheduler.New(scheduler.Options{
		Jobs: jobs, Store: marks{l}, Clock: scheduler.WallClock(a.Now), Log: a.Log, Workers: a.Config.Workers, Drain: drain,
	})
	return s, nil
}

// run starts everything, and ends it in reverse order: first what uses engine and broker, then these.
func (s *server) run(ctx context.Context, web *web, ready func(map[string]string)) error {
	parts, endParts := context.WithCancel(context.WithoutCancel(ctx))
	defer endParts()
	work, endWork := context.WithCancelCause(ctx)
	defer endWork(nil)
	var below, above sync.WaitGroup
	below.Go(func() { s.engine.run(parts) })
	below.Go(func() { s.broker.run(parts) })
	below.Go(func() { web.run(parts) })
	above.Go(func() {
		if err := s.scheduler.Run(work); err != nil {
			endWork(err)
		}
	})
	for _, r := range s.relays {
		above.Go(func() { s.relayKind(work, r) })
	}
	above.Go(func() { s.tidy(work) })
	above.Go(func() { s.forgets(work) })
	above.Go(func() { s.alerts(work) })
	above.Go(func() {
		if s.awaitAll(work) == nil {
			s.Log.Info("ready", "seconds", s.Now().Sub(s.started).Seconds(), "console", web.address)
			ready(s.addresses(web))
		}
	})
	<-work.Done()
	s.ending.Store(true)
	s.Log.Info("ending: no run begins any more")
	above.Wait()
	endParts()
	below.Wait()
	s.open.mu.Lock()
	s.open.server = nil
	s.open.mu.Unlock()
	if ctx.Err() == nil {
		return context.Cause(work)
	}
	return nil
}

// awaitAll waits until engine and broker are up for the first time, however long that takes.
func (s *server) awaitAll(ctx context.Context) error {
	for _, p := range []*part{s.engine, s.broker} {
		for {
			if _, err := p.await(ctx, time.Minute); err == nil {
				break
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return nil
}

func (s *server) addresses(web *web) map[string]string {
	out := map[string]string{"console": "http://" + web.address}
	if s.Config.Warehouse.Embedded != nil {
		out["clickhouse"] = s.engine.at()
		if owner, held, err := process.ReadOwner(s.engineLock()); err == nil && held && owner.Addresses["native"] != "" {
			out["clickhouse native"] = owner.Addresses["native"]
		}
	}
	if s.Config.Bus.Embedded != nil {
		out["kafka"] = s.broker.at()
	}
	return out
}

// enginePart is the ClickHouse as a part that is kept up.
func (s *server) enginePart() *part {
	p := newPart("engine", s.App)
	p.find = func(ctx context.Context) (string, *process.Child, error) {
		if c := s.Config.Warehouse.ClickHouse; c != nil {
			return c.URL.String(), nil, nil
		}
		return s.embeddedEngine(ctx, ofServe)
	}
	p.open = s.openEngine
	if s.Config.Warehouse.ClickHouse == nil {
		p.alive = pong
	}
	p.shut = func() {
		s.open.mu.Lock()
		w := s.open.warehouse
		s.open.warehouse = nil
		s.open.mu.Unlock()
		_ = w.Close() // its engine has gone
	}
	p.ask = func(ctx context.Context) error {
		w, err := s.warehouse(ctx)
		if err != nil {
			return err
		}
		return w.Ping(ctx)
	}
	return p
}

// pong asks the embedded engine for a sign of life, which takes neither a place nor a connection of the pool.
func pong(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/ping", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// openEngine makes the engine at an address that of the application, with its tables, and opens the keys.
func (s *server) openEngine(ctx context.Context, address string) error {
	url := ""
	if c := s.Config.Warehouse.ClickHouse; c != nil {
		url = c.URL.Reveal()
	} else {
		url = s.engineAt(address)
	}
	w, err := s.store(ctx, s.ledger, url)
	if err != nil {
		return err
	}
	s.open.mu.Lock()
	s.open.warehouse = w
	s.open.mu.Unlock()
	if _, err = s.keys(ctx); err != nil {
		s.engine.shut()
	}
	return err
}

// brokerPart is the Kafka as a part that is kept up.
func (s *server) brokerPart() *part {
	p := newPart("broker", s.App)
	p.find = func(ctx context.Context) (string, *process.Child, error) {
		if k := s.Config.Bus.Kafka; k != nil {
			return k.Brokers[0], nil, nil
		}
		return s.embeddedBroker(ctx, ofServe)
	}
	p.open = func(ctx context.Context, address string) error {
		c, err := s.kafkaAt(address)
		if err != nil {
			return err
		}
		if err := bus.Probe(ctx, c); err != nil {
			return err
		}
		s.open.mu.Lock()
		s.open.kafka = &c
		s.open.mu.Unlock()
		return nil
	}
	p.shut = func() {
		s.open.mu.Lock()
		s.open.kafka = nil
		s.open.mu.Unlock()
	}
	if s.Config.Bus.Kafka != nil {
		p.every = askFar
		p.ask = func(ctx context.Context) error {
			c, err := s.kafka(ctx)
			if err != nil {
				return err
			}
			return bus.Probe(ctx, c)
		}
		return p
	}
	p.ask = func(ctx context.Context) error { // that its process ended is noticed anyway
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.at())
		if err != nil {
			return fault.New(fault.Environment, "kafka.unreachable", fault.T("连接不上内置 Kafka（%s）", "the embedded Kafka broker at %s cannot be reached", p.at())).Because(err).Again()
		}
		return conn.Close()
	}
	return p
}

// unready says what is not up, nil where everything is.
func (s *server) unready() []fault.Text {
	var list []fault.Text
	if s.ending.Load() {
		list = append(list, fault.T("serve：正在结束", "serve: it is ending"))
	}
	for _, p := range []*part{s.engine, s.broker} {
		p.mu.Lock()
		if !p.up {
			why := both(p.why)
			list = append(list, fault.Text{ZH: p.name + "：" + why.ZH, EN: p.name + ": " + why.EN})
		}
		p.mu.Unlock()
	}
	return list
}
