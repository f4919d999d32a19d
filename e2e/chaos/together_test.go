package chaos

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"creditsync/internal/app"
	"creditsync/internal/testkit/site"
)

// together disturbs a night on which serve and a run by hand are at work at once.
type together struct {
	name       string
	serve, run []string // added to the environment of each
	strike     func(*struggle, *rand.Rand) hit
}

// struggle is such a night at its beginning: both are at work.
type struggle struct {
	*pair
	run    *site.Process
	before uint64 // the last commit of the night before
}

// settled reports whether nothing is left to be done: nothing will come to a step any more.
func (s *struggle) settled() bool {
	return s.run.Over() && s.done("east", s.before) && s.pair.told()
}

// within is when a random strike comes: a moment of the time in which both are at work on a machine that has nothing else
// to do.
const within = 3 * time.Second

// serveDies: serve kills itself at a step of its run, or of telling its messages or the other's.
func serveDies(step string) together {
	return together{"serve dies at " + step + " beside a run", []string{app.EnvDieAt + "=" + step}, nil, func(s *struggle, _ *rand.Rand) hit {
		s.serve.Every(asking, "serve dies at "+step, func() bool { return s.serve.Over() || s.settled() })
		return hit{s.serve.Over(), "serve killed"}
	}}
}

// runDies: the run kills itself at a step. serve may have told its messages by then.
func runDies(step string) together {
	return together{"run dies at " + step + " beside serve", nil, []string{app.EnvDieAt + "=" + step}, func(s *struggle, _ *rand.Rand) hit {
		if s.run.Killed() {
			return hit{true, "run killed"}
		}
		return hit{false, ""}
	}}
}

// serveStops: serve stands still at a step for a while.
func serveStops(step string) together {
	return together{"serve paused at " + step + " beside a run", []string{app.EnvStopAt + "=" + step}, nil, func(s *struggle, _ *rand.Rand) hit {
		if !s.serve.Halted() {
			s.T.Fatalf("serve did not stop at %q: %s", step, s.serve.Printed())
		}
		s.run.Until(pause)
		s.serve.Resume()
		return hit{true, ""}
	}}
}

// runStops: the run stands still at a step for a while.
func runStops(step string) together {
	return together{"run paused at " + step + " beside serve", nil, []string{app.EnvStopAt + "=" + step}, func(s *struggle, _ *rand.Rand) hit {
		if !s.run.Halted() {
			s.T.Fatalf("the run did not stop at %q: %s", step, s.run.Printed())
		}
		s.serve.Until(pause)
		s.run.Resume()
		return hit{true, ""}
	}}
}

// anytime does something to the two at a random time.
func anytime(name string, do func(*struggle)) together {
	return together{name, nil, nil, func(s *struggle, rng *rand.Rand) hit {
		s.run.Until(moment(within, rng))
		do(s)
		return hit{true, ""}
	}}
}

// togethers are all of these, those that differ most in front.
func togethers() (list []together) {
	list = []together{
		serveDies("written"), runDies("closed"), serveDies("relay produced"),
		anytime("serve's engine killed beside a run", func(s *struggle) { s.part("clickhouse.lock", syscall.SIGKILL) }),
		runStops("verified"),
		anytime("serve ended beside a run", func(s *struggle) { s.serve.Stop() }),
		anytime("serve killed beside a run", func(s *struggle) { s.serve.Kill() }),
		anytime("run killed beside serve", func(s *struggle) { s.run.Kill() }),
		anytime("serve's broker killed beside a run", func(s *struggle) { s.part("kafka.lock", syscall.SIGKILL) }),
		anytime("serve's engine paused beside a run", func(s *struggle) { s.paused("clickhouse.lock") }),
		anytime("serve's broker paused beside a run", func(s *struggle) { s.paused("kafka.lock") }),
		serveStops("guarded"), serveStops("closed"), runStops("staged"), runStops("applied"),
	}
	for _, step := range []string{"leased", "batch half staged", "staged", "locked", "opened", "verified", "closed", "forwarded", "live written", "finished", "relay fenced", "relay added", "relay committed", "told", "noted"} {
		list = append(list, serveDies(step))
	}
	for _, step := range []string{"batch staged:2", "locked", "written", "quarantine written", "applied", "relay leased", "relay produced", "told"} {
		list = append(list, runDies(step))
	}
	return list
}

// paused stops a part of serve for a while.
func (s *struggle) paused(lock string) {
	s.part(lock, syscall.SIGSTOP)
	s.run.Until(pause)
	s.part(lock, syscall.SIGCONT)
}

// fewTogether is how many nights the short form has.
const fewTogether = 4

// TestServe_RunBeside_I5: serve runs a pipeline by its schedule while somebody runs another one by hand, on the same
// configuration, and strikes hit the one or the other. What is left is what the same commits leave in peace.
func TestServe_RunBeside_I5(t *testing.T) {
	t.Parallel()
	list, turns := togethers()[:fewTogether], 1
	if *rounds > 1 {
		list, turns = togethers(), max(1, *rounds/5)
	}
	all, keys := newTally(), site.NewKeys(t)
	t.Run("sites", func(t *testing.T) {
		for turn := range turns {
			t.Run(seeded(turn), func(t *testing.T) {
				t.Parallel()
				rng := rand.New(rand.NewPCG(*seed+uint64(turn), 2))
				list := append([]together(nil), list...)
				rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
				s := newPair(newSite(t, keys))
				s.dawn(0)
				s.began = s.began.Add(time.Hour) // serve has been up before its first time
				s.up()
				s.serve.Stop()
				for night, one := range list {
					s.night(night, one, rng, all)
				}
				got, runs := s.left(1)
				calm := newPair(newSite(t, keys))
				got.Equal(t, calm.alike(s.order, runs))
				t.Logf("order %v", s.order)
			})
		}
	})
	t.Logf("seed %d\n%s", *seed, all)
}
