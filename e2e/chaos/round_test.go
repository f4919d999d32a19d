package chaos

import (
	"maps"
	"math/rand/v2"
	"testing"

	"creditsync/internal/testkit/site"
)

// Every round plays as many nights as the undisturbed site, and every strike of it falls on one of them: a night more or
// less would look like changes that were doubled or lost.
func TestRound_PlaysTheNightsOfTheUndisturbedSite(t *testing.T) {
	t.Parallel()
	for first := range uint64(50) {
		for no := range 9 {
			rng := rand.New(rand.NewPCG(first+uint64(no), 1))
			strikes := round(no, rng)
			played := nights(strikes, length(9))
			if len(played) != length(9) {
				t.Fatalf("seed %d, round %d: %d nights, want %d", first, no, len(played), length(9))
			}
			left := map[string]int{}
			for _, one := range strikes {
				left[one.name]++
			}
			for night, one := range played {
				if one == nil {
					continue
				}
				left[one.name]--
				if one.told && site.Quiet(night) {
					t.Errorf("seed %d, round %d: %q has nothing to tell on night %d", first, no, one.name, night)
				}
			}
			maps.DeleteFunc(left, func(_ string, n int) bool { return n == 0 })
			if len(left) > 0 || played[len(played)-1] != nil {
				t.Fatalf("seed %d, round %d: not laid out: %v; the last night: %v", first, no, left, played[len(played)-1])
			}
		}
	}
}
