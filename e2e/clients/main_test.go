package clients

import (
	"os"
	"testing"

	"creditsync/internal/testkit/site"
)

// program is the program under test.
var program site.Program

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }
