package mutants

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"creditsync/internal/testkit/golden"
)

const (
	tableBegins = "<!-- mutants: made by go test ./e2e/mutants -update -->\n"
	tableEnds   = "<!-- end of mutants -->\n"
)

// TestGuarantees_ListEveryMutant holds the table of docs/guarantees.md against the patches.
func TestGuarantees_ListEveryMutant(t *testing.T) {
	t.Parallel()
	path := filepath.Join(root(t), "docs", "guarantees.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(page), tableBegins)
	have, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		t.Fatal("docs/guarantees.md has no place for the table of mutants")
	}
	want := Table(load(t), func(one Test) (string, bool) { return declared(t, one) })
	if have == want {
		return
	}
	if !golden.Updating() {
		t.Fatalf("docs/guarantees.md does not list the mutants as they are: go test ./e2e/mutants -update\nhave:\n%s\nwant:\n%s", have, want)
	}
	if err := os.WriteFile(path, []byte(before+tableBegins+want+tableEnds+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestGuarantees_NameWhatIsThere: each promise has tests, each test that the page names is declared where it says, and a
// mutant breaks a promise that is made.
func TestGuarantees_NameWhatIsThere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(root(t), "docs")
	page, err := os.ReadFile(filepath.Join(dir, "guarantees.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for _, named := range regexp.MustCompile("\\[`(Test[^`/]*)[^`]*`\\]\\(([^)]*)\\)").FindAllStringSubmatch(text, -1) {
		body, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(named[2])))
		if err != nil || !strings.Contains(string(body), "\nfunc "+named[1]+"(t *testing.T) {") {
			t.Errorf("%s is not in %s (%v)", named[1], named[2], err)
		}
	}
	for _, promise := range regexp.MustCompile(`(?m)^- \*\*([IP]\d)\.`).FindAllStringSubmatch(text, -1) {
		if !regexp.MustCompile(`(?m)^\| ` + promise[1] + ` \| .*Test`).MatchString(text) {
			t.Errorf("no test is named that proves %s", promise[1])
		}
	}
	for _, m := range load(t) {
		if !strings.Contains(text, "- **"+m.Breaks+". ") {
			t.Errorf("%s breaks %s, which the page does not promise", m.Name, m.Breaks)
		}
	}
}
