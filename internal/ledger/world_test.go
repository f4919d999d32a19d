package ledger

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"creditsync/internal/fault"
)

// clock is a clock that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 1, 2, 3, 456_000_000, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const ttl = 30 * time.Second

// processes are made-up ones and whether they live.
type processes struct {
	mu   sync.Mutex
	dead map[int]bool
}

func (p *processes) Alive(h Holder) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.dead[h.PID]
}

func (p *processes) kill(pid int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead == nil {
		p.dead = map[int]bool{}
	}
	p.dead[pid] = true
}

// world is one file, a clock, and the processes of some hosts.
type world struct {
	t     testing.TB
	path  string
	clock *clock
	procs *processes
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return &world{t, filepath.Join(t.TempDir(), "ledger.db"), newClock(), &processes{}}
}

// open is the ledger as process pid of a host sees it.
func (w *world) open(host string, pid int) *Ledger {
	w.t.Helper()
	l, err := Open(context.Background(), w.path, Options{
		Now: w.clock.Now, Alive: w.procs.Alive, LeaseTTL: ttl,
		Self: Holder{Host: host, PID: pid, Started: time.UnixMilli(int64(pid)).UTC(), What: "run"},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := l.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return l
}

var penalties = BeginRun{Pipeline: "market-penalties", Kind: "admin_penalty", Mode: "snapshot"}

func begin(t testing.TB, l *Ledger, b BeginRun) *Run {
	t.Helper()
	run, err := l.Begin(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func lock(t testing.TB, l *Ledger, run *Run) *KindLock {
	t.Helper()
	k, err := l.LockKind(context.Background(), run, 0)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func openCommit(t testing.TB, l *Ledger, run *Run, k *KindLock, atLeast uint64) uint64 {
	t.Helper()
	no, err := l.OpenCommit(context.Background(), run, k, atLeast)
	if err != nil {
		t.Fatal(err)
	}
	return no
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t testing.TB, err, want error, code string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
	wantFault(t, err, fault.Run, code)
}

func wantFault(t testing.TB, err error, class fault.Class, code string) {
	t.Helper()
	if got, want := fault.ClassOf(err), class; got != want {
		t.Errorf("class %v, want %v: %v", got, want, err)
	}
	if got, want := fault.CodeOf(err), code; got != want {
		t.Errorf("code %q, want %q: %v", got, want, err)
	}
}

// counts adds up.
var counts = Counts{Read: 10, Accepted: 9, Rejected: 1, Inserted: 4, Updated: 3, Deleted: 5, Unchanged: 1, Superseded: 1, Withheld: 2, Warnings: 7}
