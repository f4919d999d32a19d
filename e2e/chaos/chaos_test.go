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
	keys := newKeys(t)
	from := newSource(t)
	all := tally{}
	strikes := len(round(0, rand.New(rand.NewPCG(0, 0)))) + spare
	calm, usual := undisturbed(t, keys, from, strikes)
	for no := range *rounds {
		t.Run(fmt.Sprintf("seed %d", *seed+uint64(no)), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(*seed+uint64(no), 1))
			s := newSite(t, keys)
			for night, one := range nights(round(no, rng)) {
				s.deliver(from.files(t, night))
				s.night(night, one, usual, rng, all)
			}
			s.beside()
			s.books().equal(t, calm)
		})
	}
	t.Logf("seed %d, %d rounds of %d nights\n%s", *seed, *rounds, strikes, all)
}

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

// undisturbed goes through the nights in peace. It returns what is left, and how long a run usually takes, with its own
// engine and with one beside it.
func undisturbed(t *testing.T, keys []byte, from *source, nights int) (books, map[bool]time.Duration) {
	t.Helper()
	s := newSite(t, keys)
	took := map[bool][]time.Duration{}
	for night := range nights {
		own := night < 5
		if !own {
			s.beside()
		}
		s.deliver(from.files(t, night))
		began := time.Now()
		s.calmly()
		took[own] = append(took[own], time.Since(began))
	}
	usual := map[bool]time.Duration{}
	for own, list := range took {
		slices.Sort(list)
		usual[own] = list[len(list)/2]
	}
	out := s.books()
	for _, name := range []string{"current out of step", "left behind", "topic order"} {
		if len(out[name]) > 0 {
			t.Errorf("undisturbed, %s: %q", name, out[name])
		}
	}
	t.Logf("undisturbed: %d versions, %d messages, %d refused rows; a run takes %s, with its own engine %s",
		len(out["history"]), len(out["topic"]), len(out["quarantine"]), usual[false].Round(time.Millisecond), usual[true].Round(time.Millisecond))
	return out, usual
}

// calmly runs the pipeline; it must end well.
func (s *site) calmly() {
	s.t.Helper()
	p := s.start(nil, "run", "--json")
	if got := p.outcome(); got != "exit 0" {
		s.t.Fatalf("a run that nobody disturbed: %s\n%s", got, p.printed())
	}
}

// night strikes the run of a night and runs again until its commit is closed, which must be one.
func (s *site) night(no int, one *strike, usual map[bool]time.Duration, rng *rand.Rand, all tally) {
	s.t.Helper()
	var before uint64
	if list := s.committed(0); len(list) > 0 {
		before = list[len(list)-1].No
	}
	closed := func() bool { return len(s.committed(before)) > 0 }
	if one != nil {
		s.strike(*one, usual, rng, all, closed)
	}
	for try := 0; !closed(); try++ {
		if try == patience {
			s.t.Fatalf("night %d: no commit after %d runs", no, try)
		}
		if one != nil && try == 0 && rng.IntN(4) == 0 { // misfortunes never come singly
			step := steps[rng.IntN(18)]
			s.strike(dieAt(step.name, one.own, false), usual, rng, all, closed)
			continue
		}
		s.calmly()
	}
	if list := s.committed(before); len(list) != 1 || !list[0].Last {
		s.t.Fatalf("night %d: %d commits were closed, want 1: %+v", no, len(list), list)
	}
}

// strike is one disturbed run.
func (s *site) strike(one strike, usual map[bool]time.Duration, rng *rand.Rand, all tally, closed func() bool) {
	s.t.Helper()
	if one.own {
		s.alone()
	} else {
		s.beside()
	}
	began := time.Now()
	h := one.do(s, usual[one.own], rng)
	s.t.Logf("%s: %s after %s", one.name, h.how, time.Since(began).Round(time.Millisecond))
	all.add(one.name, h, closed())
}
