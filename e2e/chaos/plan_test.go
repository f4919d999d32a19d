package chaos

import (
	"math/rand/v2"

	"creditsync/internal/testkit/site"
)

// spare is how many nights of the longest round are left alone for want of a strike that fits; the last always is.
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
	{"finished", false}, {"relay leased", false}, {"relay fenced", false}, {"relay reads", true}, {"relay added", false},
	{"relay first produced", false}, {"relay produced", false}, {"relay committed", false}, {"told", true}, {"noted", true},
	{"published", false}, {"remembered", false},
}

// points are the kills at a named step and those on the wire. A round takes every other of them, and the steps in turn by
// runs with an engine and a broker of their own and by others.
func points(no int) (list []strike) {
	for i, step := range steps {
		list = append(list, dieAt(step.name, (i/2+no/2)%2 == 0, step.told))
	}
	for _, r := range append(statements[:len(statements):len(statements)], messages...) {
		list = append(list, onWire(r, false))
	}
	for _, r := range []request{statements[0], statements[1], statements[3], statements[4], messages[3]} { // what carries rows
		list = append(list, onWire(r, true))
	}
	var some []strike
	for i, one := range list {
		if (i+no)%2 == 0 {
			some = append(some, one)
		}
	}
	return some
}

// round is a list of strikes in random order: first those on runs that have their own engine and broker.
func round(no int, rng *rand.Rand) []strike {
	var own, beside []strike
	for _, one := range points(no) {
		if one.own {
			own = append(own, one)
		} else {
			beside = append(beside, one)
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

// length is how many nights so many rounds play, each of them: one round may have a strike more than the next.
func length(rounds int) (most int) {
	for no := range rounds {
		most = max(most, len(round(no, rand.New(rand.NewPCG(0, 0)))))
	}
	return most + spare
}

// nights lays the strikes out over so many nights, one a night; one that needs something to tell does not fall on a night
// without changes. A nil night is left alone.
func nights(strikes []strike, length int) []*strike {
	out := make([]*strike, length)
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
