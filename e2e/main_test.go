package e2e

import (
	"os"
	"testing"

	kit "creditsync/internal/testkit/site"
)

// program is the program under test; its folder also has the input files that several tests read.
var program kit.Program

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }
