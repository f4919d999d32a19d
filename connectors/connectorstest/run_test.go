package connectorstest

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"creditsync/connectors"
)

// TestRun holds the clauses against a connector that keeps them, with cursors.
func TestRun(t *testing.T) {
	Run(t, Fixture{Definition: shelfDefinition(connectors.Append, connectors.Incremental), New: newShelf("")})
}

func newShelf(flaw string) func(*testing.T) System {
	return func(*testing.T) System { return &shelf{limit: -1, flaw: flaw} }
}

// flawed are the clauses that a shelf can be made to break.
func flawed() []string {
	return []string{
		"Read/TextUntouched", "Read/BatchBounds", "Read/RefsUnique", "Read/SchemaSharedPerInput", "Read/RefusedHaveRefs",
		"Read/BrokenHalfwayFailsWhole", "Read/CloseEarlyLeavesNothing", "Cursor/GoesOnWhereItStopped", "Cursor/RefusedWhenUnsupported",
	}
}

// TestRun_FindsFlaws: a clause that nothing can break is no clause. Each flaw is tried in a process of its own, because a
// test that is to fail cannot be part of one that is not.
func TestRun_FindsFlaws(t *testing.T) {
	t.Parallel()
	for _, flaw := range flawed() {
		t.Run(flaw, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestFlawedShelf$/^"+strings.ReplaceAll(flaw, "/", "$/^")+"$", "-test.v")
			cmd.Env = append(os.Environ(), "CONNECTORSTEST_FLAW="+flaw)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--- FAIL: TestFlawedShelf/"+flaw) {
				t.Errorf("the flaw is not found: %v\n%s", err, out)
			}
		})
	}
}

// TestFlawedShelf is the other process of TestRun_FindsFlaws.
func TestFlawedShelf(t *testing.T) {
	flaw := os.Getenv("CONNECTORSTEST_FLAW")
	modes := []connectors.Mode{connectors.Incremental}
	if flaw == "Cursor/RefusedWhenUnsupported" {
		modes[0] = connectors.Append
	}
	if flaw == "" {
		return // nothing to find
	}
	Run(t, Fixture{Definition: shelfDefinition(modes...), New: newShelf(flaw)})
}
