package chaos

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"creditsync/internal/testkit/site"
)

// patience is how many runs a night may take until one closes its commit.
const patience = 4

// TestChaos compares sites that are struck every night with one that nobody disturbs: nothing is lost, nothing is doubled,
// the order is kept, quarantine and counts are equal (I1, I2, I3, I5, I6).
func TestChaos(t *testing.T) {
	keys, from, all := site.NewKeys(t), site.NewSource(t), newTally()
	span := length(*rounds)
	var calm site.Books
	struck := make([]site.Books, *rounds)
	t.Run("sites", func(t *testing.T) {
		t.Run("undisturbed", func(t *testing.T) {
			t.Parallel()
			calm = undisturbed(t, keys, from, span)
		})
		for no := range struck {
			t.Run(seeded(no), func(t *testing.T) {
				t.Parallel()
				rng := rand.New(rand.NewPCG(*seed+uint64(no), 1))
				s := newSite(t, keys)
				for night, one := range nights(round(no, rng), span) {
					s.Deliver(from.Files(t, night))
					s.night(night, one, rng, all)
				}
				s.Beside()
				struck[no] = s.Books()
			})
		}
	})
	t.Logf("seed %d, %d rounds of %d nights\n%s", *seed, *rounds, span, all)
	if t.Failed() {
		return // a site that was given up has nothing to compare
	}
	for no, got := range struck {
		t.Run("equal "+seeded(no), func(t *testing.T) { got.Equal(t, calm) })
	}
}

func seeded(no int) string { return fmt.Sprintf("seed %d", *seed+uint64(no)) }

// undisturbed goes through the nights in peace and returns what is left.
func undisturbed(t *testing.T, keys []byte, from *site.Source, nights int) site.Books {
	t.Helper()
	s := newSite(t, keys)
	s.Beside()
	for night := range nights {
		s.Deliver(from.Files(t, night))
		s.Calmly()
	}
	out := s.Books()
	for _, name := range []string{"current out of step", "left behind", "topic order"} {
		if len(out[name]) > 0 {
			t.Errorf("undisturbed, %s: %q", name, out[name])
		}
	}
	t.Logf("undisturbed: %d versions, %d messages, %d refused rows; a run takes %s",
		len(out["history"]), len(out["topic"]), len(out["quarantine"]), s.Usual().Round(time.Millisecond))
	return out
}

// night strikes the run of a night and runs again until its commit is closed, which must be one.
func (s *deployment) night(no int, one *strike, rng *rand.Rand, all *tally) {
	s.T.Helper()
	before := s.Last()
	closed := func() bool { return len(s.Committed(before)) > 0 }
	if one != nil {
		s.strike(*one, rng, all, closed)
	}
	for try := 0; !closed(); try++ {
		if try == patience {
			s.T.Fatalf("night %d: no commit after %d runs", no, try)
		}
		if one != nil && try == 0 && rng.IntN(4) == 0 { // misfortunes never come singly
			step := steps[rng.IntN(18)]
			s.strike(dieAt(step.name, one.own, false), rng, all, closed)
			continue
		}
		s.Calmly()
	}
	if list := s.Committed(before); len(list) != 1 || !list[0].Last {
		s.T.Fatalf("night %d: %d commits were closed, want 1: %+v", no, len(list), list)
	}
}

// strike is one disturbed run.
func (s *deployment) strike(one strike, rng *rand.Rand, all *tally, closed func() bool) {
	s.T.Helper()
	if one.own {
		s.Alone()
	} else {
		s.Beside()
	}
	began := time.Now()
	h := one.do(s, rng)
	s.T.Logf("%s: %s after %s", one.name, h.how, time.Since(began).Round(time.Millisecond))
	all.add(one.name, h, closed())
}
