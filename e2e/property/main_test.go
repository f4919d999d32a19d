package property

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"creditsync/internal/testkit/site"
)

// stories is how many are told unless -rapid.checks says otherwise.
const stories = "25"

// program is the program under test.
var program site.Program

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
	os.Exit(program.Main(m))
}
