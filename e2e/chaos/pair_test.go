package chaos

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"

	"creditsync/internal/bus"
	"creditsync/internal/ledger"
	"creditsync/internal/testkit/site"
)

// pair is a site where `serve` runs one pipeline by its schedule, and somebody runs the other one by hand, beside it and on
// the same configuration. Whose night it is, the processes are told by their clock.
type pair struct {
	*site.Site
	east, west *site.Source
	present    int       // the present night
	began      time.Time // when it did
	serve      *site.Process
	order      [][]string // the pipelines of each night's commits
}

// The pipelines of a pair: serve runs east at half past one. Tombstones would come a week after a deletion, which is a few
// nights.
const (
	pairList = `
  - {name: east, kind: admin_penalty, mode: snapshot, schedule: "30 1 * * *", retry: {max: 100, wait: 1s}, source: {file: {path: "east/*.csv"}}}
  - {name: west, kind: admin_penalty, mode: snapshot, source: {file: {path: "west/*.csv"}}}
console: {listen: "127.0.0.1:0"}
`
	pairBus = `{embedded: {listen: %q}, tombstone_after: 0d}`
)

// asking is how often the ledger is asked whether something has happened: that opens it.
const asking = 50 * time.Millisecond

// firstNight is right before the first scheduled time.
var firstNight = time.Date(2026, 3, 2, 1, 29, 58, 0, time.FixedZone("", 8*3600))

func newPair(s *deployment) *pair {
	s.T.Helper()
	s.Configure("creditsync.yaml", site.Config{Pipelines: pairList, Bus: fmt.Sprintf(pairBus, s.Kafka)})
	return &pair{Site: s.Site, east: site.NewSource(s.T), west: site.NewSourceOf(s.T, 12)}
}

// dawn begins a night: its files are there, which differ from those of the one before, and the clocks of processes show its
// time.
func (s *pair) dawn(night int) {
	s.T.Helper()
	s.present, s.began = night, time.Now()
	s.DeliverTo("east", s.east.Files(s.T, site.Changing(night)))
	s.DeliverTo("west", s.west.Files(s.T, site.Changing(night)))
}

// tell sets the clock of the processes that are started next.
func (s *pair) tell() {
	now := firstNight.AddDate(0, 0, s.present).Add(time.Since(s.began))
	s.Env = []string{"CREDITSYNC_TEST_NOW=" + now.Format(time.RFC3339)}
}

// up starts serve; env may tell it to die or to stop at a step.
func (s *pair) up(env ...string) {
	s.T.Helper()
	s.tell()
	s.serve = s.Serve(env...)
}

// hand runs pipelines by hand.
func (s *pair) hand(env []string, pipelines ...string) *site.Process {
	s.T.Helper()
	s.tell()
	return s.Start(env, append([]string{"run", "--json"}, pipelines...)...)
}

// done reports whether a pipeline has closed a commit after one.
func (s *pair) done(pipeline string, after uint64) bool {
	s.T.Helper()
	for _, c := range s.Committed(after) {
		if c.Pipeline == pipeline {
			return true
		}
	}
	return false
}

// told reports whether everything that is committed and to be told is on the topic.
func (s *pair) told() (all bool) {
	s.T.Helper()
	var last uint64
	for _, c := range s.Committed(0) {
		if c.Notify > 0 {
			last = c.No
		}
	}
	s.Ledger(func(ctx context.Context, l *ledger.Ledger) error {
		p, ok, err := l.Position(ctx, site.Kind)
		all = last == 0 || ok && (bus.Position{Seq: p.Seq}).Covers(last)
		return err
	})
	return all
}

// night strikes serve or the run beside it, and lets both go on until each pipeline has closed a commit.
func (s *pair) night(night int, one together, rng *rand.Rand, all *tally) {
	s.T.Helper()
	s.dawn(night)
	before := s.Last()
	s.up(one.serve...)
	run := s.hand(one.run, "west")
	began := time.Now()
	h := one.strike(&struggle{s, run, before}, rng)
	if s.serve.Over() {
		s.up() // while the run goes on: it may have an engine of its own by now
	}
	if run.Killed() {
		h.how = cmp.Or(h.how, "run killed")
	} else {
		how := "run " + run.Outcome()
		h.how = cmp.Or(h.how, how)
	}
	s.T.Logf("night %d, %s: %s after %s", night, one.name, h.how, time.Since(began).Round(time.Millisecond))
	all.add(one.name, h, s.done("east", before) && s.done("west", before))
	for try := 0; !s.done("west", before); try++ {
		if try == patience {
			s.T.Fatalf("night %d: west has no commit after %d more runs", night, try)
		}
		run := s.hand(nil, "west")
		s.T.Logf("night %d: west again: %s", night, run.Outcome())
	}
	s.serve.Every(asking, "serve has run east", func() bool {
		if s.serve.Over() {
			if !s.serve.Killed() {
				s.T.Fatalf("night %d: serve ended: %s", night, s.serve.Printed())
			}
			s.up() // it has come to the step where it dies after all
		}
		return s.done("east", before)
	})
	s.serve.Stop()
	var order []string
	for _, c := range s.Committed(before) {
		order = append(order, c.Pipeline)
	}
	s.order = append(s.order, order)
}

// alike plays the commits of a struck pair in peace, without serve, ends with as many runs and returns what is left.
func (s *pair) alike(order [][]string, runs int) site.Books {
	s.T.Helper()
	s.dawn(0)
	s.tell()
	s.Beside()
	for night, list := range order {
		s.dawn(night)
		s.tell()
		for _, pipeline := range list {
			s.Calmly(pipeline)
		}
	}
	books, _ := s.left(runs)
	return books
}

// left is what is left after some more runs in peace, and how many there were: the janitor of each sweeps what the last one
// left, and what it cannot remove the next one does.
func (s *pair) left(least int) (books site.Books, runs int) {
	s.T.Helper()
	s.tell()
	s.Beside()
	for {
		runs++
		p := s.hand(nil)
		if got := p.Outcome(); got != "exit 0" {
			s.T.Errorf("the last run: %s", got)
		}
		if runs < least {
			continue
		}
		books = s.Books()
		if len(books["left behind"]) == 0 || runs == patience {
			return books, runs
		}
		s.T.Logf("left behind: %q by run %d: %s", books["left behind"], runs, p.Printed())
	}
}

// part signals a part that serve keeps up: "clickhouse.lock" is the engine's.
func (s *pair) part(lock string, sig syscall.Signal) {
	s.T.Helper()
	if owner, ok := s.Owner(lock); ok && owner.Alive() {
		_ = syscall.Kill(owner.PID, sig) // it may have gone since
	}
}
