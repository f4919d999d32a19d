package chaos

import (
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"creditsync/internal/testkit/site"
)

var (
	rounds = flag.Int("chaos.rounds", 1, "how many sites go through every kind of kill and pause once")
	seed   = flag.Uint64("chaos.seed", 1, "of the order and the moments; the rounds count up from it")
)

// shared is a folder of the whole test run: it holds the binary.
var shared string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "creditsync-chaos-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	shared = dir
	status := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// build builds the program once.
var build = sync.OnceValues(func() (string, error) { return site.Build(shared) })

// newSite is a site of the program, with keys that all sites of a test share.
func newSite(t *testing.T, keys []byte) *deployment {
	t.Helper()
	program, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return &deployment{Site: site.New(t, program, keys, site.Config{})}
}

// deployment is a site that is struck.
type deployment struct {
	*site.Site
	between *wires // nil until a run is struck on the wire
}
