package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The model: what the ledger must say to any order of calls of two processes, of which each may believe at any time that
// the other is dead, and which go on calling with what they held before.

type modelLease struct {
	fence   uint64
	run     int // index of the run that holds it, -1 for none
	pid     int
	expires time.Time
	held    bool
}

type modelRun struct {
	*Run
	l        *Ledger
	pid      int
	state    string
	replaced bool // ended by another
}

type modelLock struct {
	*KindLock
	run int
}

type modelCommit struct {
	no    uint64
	run   int
	state string
	last  bool
}

type model struct {
	clock   *clock
	procs   *processes
	ledgers []*Ledger // of processes 1 and 2
	leases  map[string]*modelLease
	runs    []modelRun
	locks   []modelLock
	commits []modelCommit
	cursors map[string]string
	closes  []uint64 // the numbers in the order in which they were closed
}

var modelPipelines = []BeginRun{{Pipeline: "x", Kind: "k"}, {Pipeline: "y", Kind: "k"}}

const modelKind = "kind k"

func newModel(t *rapid.T, path string) *model {
	m := &model{clock: newClock(), procs: &processes{}, leases: map[string]*modelLease{}, cursors: map[string]string{}}
	for pid := 1; pid <= 2; pid++ {
		l, err := Open(context.Background(), path, Options{Now: m.clock.Now, Alive: m.procs.Alive, LeaseTTL: ttl, Self: Holder{Host: "node-1", PID: pid}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		m.ledgers = append(m.ledgers, l)
	}
	for _, p := range modelPipelines {
		m.leases[p.Pipeline] = &modelLease{run: -1}
	}
	m.leases[modelKind] = &modelLease{run: -1}
	return m
}

// lives is whether the lease has a holder who lives, in the eyes of process pid.
func (m *model) lives(le *modelLease, pid int) bool {
	return le.held && m.clock.Now().Before(le.expires) && (le.pid == pid || m.procs.Alive(Holder{PID: le.pid}))
}

func (m *model) take(le *modelLease, run, pid int) {
	*le = modelLease{le.fence + 1, run, pid, m.clock.Now().Add(ttl), true}
}

func (m *model) abandon(which func(modelCommit) bool) {
	for i, c := range m.commits {
		if c.state == CommitOpen && which(c) {
			m.commits[i].state = CommitAbandoned
		}
	}
}

func (m *model) endRuns(pipeline string) {
	for i, r := range m.runs {
		if r.Pipeline == pipeline && r.state == RunOpen {
			m.runs[i].state, m.runs[i].replaced = RunFailed, true
			m.abandon(func(c modelCommit) bool { return c.run == i })
		}
	}
}

func (m *model) holdsPipeline(run int) bool {
	le := m.leases[m.runs[run].Pipeline]
	return le.held && le.fence == m.runs[run].Fence
}

func (m *model) holdsKind(lock int) bool {
	le := m.leases[modelKind]
	return le.held && le.fence == m.locks[lock].Fence
}

// recent draws an index, -1 where there is none yet. It prefers what is recent: what is long over is refused in the same way
// each time.
func recent[T any](t *rapid.T, name string, all []T) int {
	if len(all) == 0 {
		return -1
	}
	return len(all) - 1 - rapid.IntRange(0, min(len(all)-1, 3)).Draw(t, name)
}

func expect(t *rapid.T, what string, got, want error) {
	if want == nil && got != nil || want != nil && !errors.Is(got, want) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
}

var errBusy = errors.New("busy")

// sorted tells a *Busy by errBusy.
func sorted(err error) error {
	var b *Busy
	if errors.As(err, &b) {
		return fmt.Errorf("%w: %w", errBusy, err)
	}
	return err
}

func (m *model) Begin(t *rapid.T) {
	pid := rapid.IntRange(1, 2).Draw(t, "process")
	b := rapid.SampledFrom(modelPipelines).Draw(t, "pipeline")
	run, err := m.ledgers[pid-1].Begin(context.Background(), b)
	le := m.leases[b.Pipeline]
	if m.lives(le, pid) {
		expect(t, "begin", sorted(err), errBusy)
		return
	}
	expect(t, "begin", err, nil)
	m.endRuns(b.Pipeline)
	m.take(le, len(m.runs), pid)
	if run.Fence != le.fence || run.No != uint64(len(m.runs)+1) {
		t.Fatalf("run %+v, want fence %d", run, le.fence)
	}
	m.runs = append(m.runs, modelRun{run, m.ledgers[pid-1], pid, RunOpen, false})
}

func (m *model) Lock(t *rapid.T) {
	i := recent(t, "run", m.runs)
	if i < 0 {
		return
	}
	r, le := m.runs[i], m.leases[modelKind]
	k, err := r.l.LockKind(context.Background(), r.Run, 0)
	switch {
	case !m.holdsPipeline(i):
		expect(t, "lock", err, ErrFenced)
	case le.run != i && m.lives(le, r.pid):
		expect(t, "lock", sorted(err), errBusy)
	default:
		expect(t, "lock", err, nil)
		m.take(le, i, r.pid)
		m.abandon(func(modelCommit) bool { return true })
		if k.Fence != le.fence {
			t.Fatalf("lock %+v, want fence %d", k, le.fence)
		}
		m.locks = append(m.locks, modelLock{k, i})
	}
}

func (m *model) Unlock(t *rapid.T) {
	k := recent(t, "lock", m.locks)
	if k < 0 {
		return
	}
	expect(t, "unlock", m.runs[m.locks[k].run].l.UnlockKind(context.Background(), m.locks[k].KindLock), nil)
	if m.holdsKind(k) {
		m.leases[modelKind].held = false
	}
}

func (m *model) Renew(t *rapid.T) {
	i := recent(t, "run", m.runs)
	if i < 0 {
		return
	}
	err := m.runs[i].l.Renew(context.Background(), m.runs[i].Run)
	if !m.holdsPipeline(i) {
		expect(t, "renew", err, ErrFenced)
		return
	}
	expect(t, "renew", err, nil)
	m.leases[m.runs[i].Pipeline].expires = m.clock.Now().Add(ttl)
}

// pair is a run and a lock, as a rule its own; run is -1 where there is none yet.
func (m *model) pair(t *rapid.T) (run, lock int) {
	lock = recent(t, "lock", m.locks)
	if lock < 0 {
		return -1, -1
	}
	run = m.locks[lock].run
	if rapid.IntRange(0, 9).Draw(t, "whose") == 0 {
		run = recent(t, "run", m.runs)
	}
	return run, lock
}

func (m *model) Open(t *rapid.T) {
	i, k := m.pair(t)
	if i < 0 {
		return
	}
	atLeast := uint64(rapid.IntRange(0, 8).Draw(t, "at least"))
	no, err := m.runs[i].l.OpenCommit(context.Background(), m.runs[i].Run, m.locks[k].KindLock, atLeast)
	if !m.holdsPipeline(i) || !m.holdsKind(k) {
		expect(t, "open", err, ErrFenced)
		return
	}
	expect(t, "open", err, nil)
	want := atLeast
	for _, c := range m.commits {
		want = max(want, c.no)
	}
	if no != want+1 {
		t.Fatalf("commit %d, want %d", no, want+1)
	}
	m.commits = append(m.commits, modelCommit{no, i, CommitOpen, false})
}

func (m *model) Close(t *rapid.T) {
	i, k := m.pair(t)
	at := recent(t, "commit", m.commits)
	if i < 0 || at < 0 {
		return
	}
	c := &m.commits[at]
	with := closing(c.no)
	with.Last = rapid.Bool().Draw(t, "last")
	err := m.runs[i].l.CloseCommit(context.Background(), m.runs[i].Run, m.locks[k].KindLock, with)
	later := false
	for _, o := range m.commits {
		later = later || o.no > c.no && (o.state == CommitClosed || o.state == CommitApplied)
	}
	switch committed := c.state == CommitClosed || c.state == CommitApplied; {
	case committed && c.run == i && c.last == with.Last:
		expect(t, "close again", err, nil)
	case !m.holdsPipeline(i) || !m.holdsKind(k):
		expect(t, "close", err, ErrFenced)
	case c.run != i || c.state != CommitOpen || later:
		expect(t, "close", err, ErrNotOpen)
	default:
		expect(t, "close", err, nil)
		c.state, c.last = CommitClosed, with.Last
		m.closes = append(m.closes, c.no)
		if with.Last {
			m.cursors[m.runs[i].Pipeline] = string(with.Cursor)
		}
	}
}

func (m *model) Abandon(t *rapid.T) {
	i, k := m.pair(t)
	at := recent(t, "commit", m.commits)
	if i < 0 || at < 0 {
		return
	}
	c := &m.commits[at]
	err := m.runs[i].l.AbandonCommit(context.Background(), m.runs[i].Run, m.locks[k].KindLock, c.no)
	switch {
	case c.state == CommitAbandoned:
		expect(t, "abandon again", err, nil)
	case !m.holdsPipeline(i) || !m.holdsKind(k):
		expect(t, "abandon", err, ErrFenced)
	case c.state != CommitOpen:
		expect(t, "abandon", err, ErrNotOpen)
	default:
		expect(t, "abandon", err, nil)
		c.state = CommitAbandoned
	}
}

func (m *model) Apply(t *rapid.T) {
	at := recent(t, "commit", m.commits)
	if at < 0 {
		return
	}
	c := &m.commits[at]
	err := m.ledgers[0].MarkApplied(context.Background(), "k", c.no)
	if c.state == CommitClosed || c.state == CommitApplied {
		expect(t, "apply", err, nil)
		c.state = CommitApplied
		return
	}
	expect(t, "apply", err, ErrNotOpen)
}

func (m *model) Finish(t *rapid.T) {
	i := recent(t, "run", m.runs)
	if i < 0 {
		return
	}
	r := &m.runs[i]
	state := rapid.SampledFrom([]string{RunDone, RunFailed}).Draw(t, "state")
	err := r.l.Finish(context.Background(), r.Run, Outcome{State: state})
	switch {
	case r.state == state && !r.replaced:
		expect(t, "finish again", err, nil)
	case !m.holdsPipeline(i):
		expect(t, "finish", err, ErrFenced)
	default:
		expect(t, "finish", err, nil)
		r.state = state
		m.abandon(func(c modelCommit) bool { return c.run == i })
		m.leases[r.Pipeline].held = false
		if k := m.leases[modelKind]; k.run == i {
			k.held = false
		}
	}
}

func (m *model) EndDead(t *rapid.T) {
	pid := rapid.IntRange(1, 2).Draw(t, "process")
	_, err := m.ledgers[pid-1].EndDead(context.Background())
	expect(t, "end dead", err, nil)
	for _, r := range m.runs {
		if le := m.leases[r.Pipeline]; r.state == RunOpen && !m.lives(le, pid) {
			le.fence, le.held = le.fence+1, false
			m.endRuns(r.Pipeline)
		}
	}
}

func (m *model) TimePasses(t *rapid.T) {
	m.clock.Add(rapid.SampledFrom([]time.Duration{time.Millisecond, ttl / 2, ttl}).Draw(t, "time"))
}

func (m *model) SeemDead(t *rapid.T) { m.procs.kill(rapid.IntRange(1, 2).Draw(t, "process")) }

// Check compares all that can be seen with the model.
func (m *model) Check(t *rapid.T) {
	ctx := context.Background()
	l := m.ledgers[1]
	all, err := l.commits(ctx, "WHERE kind = 'k' ORDER BY no")
	expect(t, "commits", err, nil)
	if len(all) != len(m.commits) {
		t.Fatalf("%d commits, want %d", len(all), len(m.commits))
	}
	for i, c := range all {
		want := m.commits[i]
		if c.No != want.no || c.State != want.state || c.RunNo != uint64(want.run+1) || c.Last != want.last {
			t.Fatalf("commit %+v, want %+v", c, want)
		}
		with := closing(c.No)
		with.Last = want.last
		if c.Committed() && !c.closedAs(with) {
			t.Fatalf("commit %+v changed after its close", c)
		}
	}
	for i := 1; i < len(m.closes); i++ {
		if m.closes[i] <= m.closes[i-1] {
			t.Fatalf("closed in this order: %v", m.closes)
		}
	}
	for _, p := range modelPipelines {
		cursor, err := l.Cursor(ctx, p.Pipeline)
		expect(t, "cursor", err, nil)
		if string(cursor) != m.cursors[p.Pipeline] {
			t.Fatalf("cursor of %s %q, want %q", p.Pipeline, cursor, m.cursors[p.Pipeline])
		}
	}
	runs, err := l.Recent(ctx, "", 0)
	expect(t, "runs", err, nil)
	for _, r := range runs {
		if want := m.runs[r.No-1]; r.State != want.state {
			t.Fatalf("run %+v, want %s", r, want.state)
		}
	}
}

// I1, I2, I5: whatever two processes call in whatever order, and whatever each believes of the other, the ledger does what
// the model does: of two holders at most one closes, numbers are given once and closed in their order, what is closed
// never changes, and cursors move only with the last commit of a run.
func TestLedger_I2_AnyOrderOfCalls(t *testing.T) {
	t.Parallel()
	dir, n := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		m := newModel(t, filepath.Join(dir, strconv.Itoa(n)+".db"))
		t.Repeat(map[string]func(*rapid.T){
			"begin": m.Begin, "lock": m.Lock, "lock again": m.Lock, "unlock": m.Unlock, "renew": m.Renew, "open": m.Open,
			"open again": m.Open, "close": m.Close, "close again": m.Close, "abandon": m.Abandon, "apply": m.Apply,
			"finish": m.Finish, "end dead": m.EndDead, "time passes": m.TimePasses, "seem dead": m.SeemDead, "": m.Check,
		})
	})
}
