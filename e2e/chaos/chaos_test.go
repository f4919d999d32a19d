package chaos

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"creditsync/internal/vault"
)

// patience is how many runs a night may take until one closes its commit.
const patience = 4

// TestChaos compares sites that are struck every night with one that nobody disturbs: nothing is lost, nothing is doubled,
// the order is kept, quarantine and counts are equal (I1, I2, I3, I5, I6).
func TestChaos(t *testing.T) {
	keys, from, all := newKeys(t), newSource(t), newTally()
	length := len(round(0, rand.New(rand.NewPCG(0, 0)))) + spare
	var calm books
	struck := make([]books, *rounds)
	t.Run("sites", func(t *testing.T) {
		t.Run("undisturbed", func(t *testing.T) {
			t.Parallel()
			calm = undisturbed(t, keys, from, length)
		})
		for no := range struck {
			t.Run(seeded(no), func(t *testing.T) {
				t.Parallel()
				rng := rand.New(rand.NewPCG(*seed+uint64(no), 1))
				s := newSite(t, keys)
				for night, one := range nights(round(no, rng)) {
					s.deliver(from.files(t, night))
					s.night(night, one, rng, all)
				}
				s.beside()
				struck[no] = s.books()
			})
		}
	})
	t.Logf("seed %d, %d rounds of %d nights\n%s", *seed, *rounds, length, all)
	if t.Failed() {
		return // a site that was given up has nothing to compare
	}
	for no, got := range struck {
		t.Run("equal "+seeded(no), func(t *testing.T) { got.equal(t, calm) })
	}
}

func seeded(no int) string { return fmt.Sprintf("seed %d", *seed+uint64(no)) }

// newKeys makes the keys that all sites share.
func newKeys(t *testing.T) []byte {
	t.Helper()
	path := t.TempDir() + "/keys.json"
	if _, _, err := vault.Open(path, vault.Options{MayCreate: true, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// undisturbed goes through the nights in peace and returns what is left.
func undisturbed(t *testing.T, keys []byte, from *source, nights int) books {
	t.Helper()
	s := newSite(t, keys)
	s.beside()
	for night := range nights {
		s.deliver(from.files(t, night))
		s.calmly()
	}
	out := s.books()
	for _, name := range []string{"current out of step", "left behind", "topic order"} {
		if len(out[name]) > 0 {
			t.Errorf("undisturbed, %s: %q", name, out[name])
		}
	}
	t.Logf("undisturbed: %d versions, %d messages, %d refused rows; a run takes %s",
		len(out["history"]), len(out["topic"]), len(out["quarantine"]), s.usual().Round(time.Millisecond))
	return out
}

// calmly runs the pipeline; it must end well.
func (s *site) calmly() {
	s.t.Helper()
	began := time.Now()
	p := s.start(nil, "run", "--json")
	if got := p.outcome(); got != "exit 0" {
		s.t.Fatalf("a run that nobody disturbed: %s\n%s", got, p.printed())
	}
	s.took = append(s.took, time.Since(began))
}

// usual is how long a run of this site takes that nobody disturbs.
func (s *site) usual() time.Duration {
	if len(s.took) == 0 {
		return time.Second / 2
	}
	last := slices.Sorted(slices.Values(s.took[max(0, len(s.took)-9):]))
	return last[len(last)/2]
}

// night strikes the run of a night and runs again until its commit is closed, which must be one.
func (s *site) night(no int, one *strike, rng *rand.Rand, all *tally) {
	s.t.Helper()
	var before uint64
	if list := s.committed(0); len(list) > 0 {
		before = list[len(list)-1].No
	}
	closed := func() bool { return len(s.committed(before)) > 0 }
	if one != nil {
		s.strike(*one, rng, all, closed)
	}
	for try := 0; !closed(); try++ {
		if try == patience {
			s.t.Fatalf("night %d: no commit after %d runs", no, try)
		}
		if one != nil && try == 0 && rng.IntN(4) == 0 { // misfortunes never come singly
			step := steps[rng.IntN(18)]
			s.strike(dieAt(step.name, one.own, false), rng, all, closed)
			continue
		}
		s.calmly()
	}
	if list := s.committed(before); len(list) != 1 || !list[0].Last {
		s.t.Fatalf("night %d: %d commits were closed, want 1: %+v", no, len(list), list)
	}
}

// strike is one disturbed run.
func (s *site) strike(one strike, rng *rand.Rand, all *tally, closed func() bool) {
	s.t.Helper()
	if one.own {
		s.alone()
	} else {
		s.beside()
	}
	began := time.Now()
	h := one.do(s, rng)
	s.t.Logf("%s: %s after %s", one.name, h.how, time.Since(began).Round(time.Millisecond))
	all.add(one.name, h, closed())
}
