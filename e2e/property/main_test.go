package property

import (
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"creditsync/internal/testkit/site"
)

// stories is how many are told unless -rapid.checks says otherwise.
const stories = "25"

// shared is a folder of the whole test run: it holds the binary.
var shared string

func TestMain(m *testing.M) {
	flag.Parse()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"rapid.checks": stories, "rapid.shrinktime": "3m"} {
		if !given[name] {
			if err := flag.Set(name, value); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
	dir, err := os.MkdirTemp("", "creditsync-property-")
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
