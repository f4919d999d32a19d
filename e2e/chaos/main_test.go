package chaos

import (
	"flag"
	"os"
	"testing"

	"creditsync/internal/testkit/site"
)

var (
	rounds = flag.Int("chaos.rounds", 1, "how many sites go through every kind of kill and pause once")
	seed   = flag.Uint64("chaos.seed", 1, "of the order and the moments; the rounds count up from it")
)

// program is the program under test.
var program site.Program

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(program.Main(m))
}

// newSite is a site of the program, with keys that all sites of a test share.
func newSite(t *testing.T, keys []byte) *deployment {
	t.Helper()
	return &deployment{Site: site.New(t, program.Path(t), keys, site.Config{})}
}

// deployment is a site that is struck.
type deployment struct {
	*site.Site
	between *wires // nil until a run is struck on the wire
}
