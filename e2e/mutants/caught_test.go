package mutants

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var which = flag.String("mutants", "quick", `which mutants are built and run: "quick", "all", or names with commas between; with "quick" the tests are not run without them`)

// limit is how long one test may take, its build included.
const limit = "10m"

// TestMutants_AreCaught builds the program and its tests with one mutant after the other; each named test must fail, by
// an assertion of its own, and pass without the mutant.
func TestMutants_AreCaught(t *testing.T) {
	all := load(t)
	names := strings.Split(*which, ",")
	clean := map[Test]bool{} // it passes without any mutant
	caught := 0
	for _, m := range all {
		if !slices.Contains(names, m.Name) && *which != "all" && !(*which == "quick" && m.Quick) {
			continue
		}
		caught++
		t.Run(m.Name, func(t *testing.T) {
			overlay := overlaid(t, m)
			if *which != "quick" {
				builds(t, overlay)
			}
			for _, one := range m.Tests {
				began := time.Now()
				if r := run(t, one, overlay); !r.failed {
					t.Errorf("%s does not catch it:\n%s", one, tail(r.output))
				} else {
					t.Logf("caught by %s after %s", one, time.Since(began).Round(time.Millisecond))
				}
				if *which == "quick" || clean[one] {
					continue
				}
				if r := run(t, one, ""); r.failed {
					t.Errorf("%s fails without the mutant too:\n%s", one, tail(r.output))
				} else {
					clean[one] = true
				}
			}
		})
	}
	if caught == 0 {
		t.Errorf("-mutants=%s names none", *which)
	}
	t.Logf("%d of %d mutants were run", caught, len(all))
}

// overlaid writes the files that the mutant changes, and what tells the go command of them.
func overlaid(t *testing.T, m Mutant) string {
	t.Helper()
	files, err := m.Apply(root(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	for file, text := range files {
		instead := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(instead, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root(t), filepath.FromSlash(file))] = instead
	}
	body, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// goCommand is a go command at the root of the module. With an overlay every go command that it starts has the overlay too:
// tests that build the program build the mutant.
func goCommand(t *testing.T, overlay string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root(t)
	cmd.Env = os.Environ()
	if overlay != "" {
		flags, err := exec.Command("go", "env", "GOFLAGS").Output()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, "GOFLAGS="+strings.TrimSpace(string(flags))+" -overlay="+overlay)
	}
	return cmd
}

// builds fails unless the whole program compiles with the overlay.
func builds(t *testing.T, overlay string) {
	t.Helper()
	if out, err := goCommand(t, overlay, "build", "./internal/app", "./internal/cli").CombinedOutput(); err != nil { // two packages: nothing is linked
		t.Fatalf("it does not build: %v\n%s", err, out)
	}
}

// result is how a test ended.
type result struct {
	failed bool
	output string
}

// run runs one test. It must end by itself, well or by an assertion.
func run(t *testing.T, one Test, overlay string) result {
	t.Helper()
	var pattern []string
	for _, part := range strings.Split(one.Name, "/") {
		pattern = append(pattern, "^"+part+"$")
	}
	cmd := goCommand(t, overlay, "test", "-count=1", "-json", "-timeout", limit, "-run", strings.Join(pattern, "/"), one.Package)
	body, err := cmd.CombinedOutput()
	var r result
	ended := ""
	for _, line := range strings.Split(string(body), "\n") {
		var event struct{ Action, Test, Output string }
		if json.Unmarshal([]byte(line), &event) != nil {
			r.output += line + "\n"
			continue
		}
		r.output += event.Output
		if event.Test == one.Name && (event.Action == "pass" || event.Action == "fail") {
			ended = event.Action
		}
	}
	if ended == "" || strings.Contains(r.output, "\npanic: ") {
		t.Fatalf("%s did not end by itself: %v\n%s", one, err, tail(r.output))
	}
	r.failed = ended == "fail"
	return r
}

func tail(s string) string { return s[max(0, len(s)-4000):] }
