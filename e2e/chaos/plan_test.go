package chaos

import (
	"math/rand/v2"

	"creditsync/internal/testkit/site"
)

// spare is how many nights of a round are left alone for want of a strike that fits; the last always is.
const spare = 3

// steps are the named steps of a run at which it dies, in their order. The flag says that the step is reached only when
// there is something to tell.
var steps = []struct {
	name string
	told bool
}{
	{"leased", false}, {"batch half staged", false}, {"batch staged:1", false}, {"batch staged:3", false}, {"staged", false},
	{"guarded", false}, {"locked", false}, {"opened", false}, {"diffed", false}, {"written", false}, {"quarantine written", false},
	{"verified", false}, {"closed", false}, {"forwarded", false}, {"applied", false}, {"live written", false}, {"live", false},
	{"finished", false}, {"relay leased", false}, {"relay reads", true}, {"told", true}, {"noted", true}, {"published", false},
	{"remembered", false},
}

// round is every kind of strike once, in random order: first those on runs that have their own engine and broker. Which
// steps are struck so changes from round to round.
func round(no int, rng *rand.Rand) []strike {
	var own, beside []strike
	for i, step := range steps {
		if (i+no)%2 == 0 {
			own = append(own, dieAt(step.name, true, step.told))
		} else {
			beside = append(beside, dieAt(step.name, false, step.told))
		}
	}
	own = append(own, dieSome(true), dieSome(true))
	beside = append(beside, dieSome(false), dieSome(false), dieSome(false))
	away := brief
	if no > 0 {
		away = long // not in the short form
	}
	beside = append(beside,
		losing("engine", "", none, false),
		losing("engine", anyOf(rng, "staged", "opened", "diffed", "closed"), away, false),
		losing("engine", anyOf(rng, "written", "verified", "closed", "forwarded", "relay reads"), none, true),
		losing("broker", "", brief, false),
		losing("broker", "relay reads", none, true),
		losing("broker", anyOf(rng, "told", "relay leased"), brief, true),
		pausing("engine", anyOf(rng, "leased", "diffed", "written", "closed"), false),
		pausing("broker", "relay reads", true),
		pausing("run", anyOf(rng, "staged", "verified", "closed", "told"), true),
	)
	for _, list := range [][]strike{own, beside} {
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	return append(own, beside...)
}

func anyOf(rng *rand.Rand, list ...string) string { return list[rng.IntN(len(list))] }

// nights lays the strikes out, one a night; one that needs something to tell does not fall on a night without changes. A
// nil night is left alone.
func nights(strikes []strike) []*strike {
	out := make([]*strike, len(strikes)+spare)
	left := append([]strike(nil), strikes...)
	for night := 0; night < len(out)-1; night++ {
		for i := range left {
			if left[i].told && site.Quiet(night) {
				continue
			}
			one := left[i]
			out[night], left = &one, append(left[:i:i], left[i+1:]...)
			break
		}
	}
	return out
}
