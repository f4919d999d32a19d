package mutants

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Mutant is one deliberate bug. Its file is a head, an empty line, and edits:
//
//	Bug: the sentence that says what is wrong
//	Breaks: I2
//	Caught by: ./internal/ledger TestOpenCommit_NumbersAreGivenOnce
//
//	--- internal/ledger/commit.go
//	@@
//	 a line that stays
//	-a line that goes
//	+a line that comes
//
// "Caught by" may stand several times. Edits have no line numbers: the lines that stay and go must be found exactly once.
type Mutant struct {
	Name   string // of its file, without .patch
	Bug    string
	Breaks string // a promise of docs/guarantees.md: "I2"
	Quick  bool   // it is caught in a second or two: `make test` runs it
	Tests  []Test
	Edits  []Edit
}

// Test is a test that catches a mutant.
type Test struct {
	Package string // as the go command takes it, from the root of the module
	Name    string // TestX, or TestX/subtest
}

func (t Test) String() string { return t.Package + " " + t.Name }

// Edit replaces lines of a file.
type Edit struct {
	File     string // with slashes, from the root of the module
	Old, New string // whole lines with their line breaks
}

// Load reads every mutant of a folder, by name.
func Load(dir string) ([]Mutant, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.patch"))
	if err != nil {
		return nil, err
	}
	var list []Mutant
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		m, err := parse(strings.TrimSuffix(filepath.Base(path), ".patch"), string(body))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		list = append(list, m)
	}
	return list, nil
}

func parse(name, text string) (Mutant, error) {
	m := Mutant{Name: name}
	head, edits, _ := strings.Cut(text, "\n\n")
	for _, line := range strings.Split(head, "\n") {
		key, value, ok := strings.Cut(line, ": ")
		switch {
		case ok && key == "Bug":
			m.Bug = value
		case ok && key == "Breaks":
			m.Breaks = value
		case ok && key == "Quick":
			m.Quick = value == "yes"
		case ok && key == "Caught by":
			pkg, test, _ := strings.Cut(value, " ")
			m.Tests = append(m.Tests, Test{pkg, test})
		default:
			return m, fmt.Errorf("%q is no line of a head", line)
		}
	}
	for _, line := range strings.SplitAfter(edits, "\n") {
		if err := m.line(line); err != nil {
			return m, err
		}
	}
	if m.Bug == "" || m.Breaks == "" || len(m.Tests) == 0 || len(m.Edits) == 0 {
		return m, fmt.Errorf("it lacks one of Bug, Breaks, Caught by and edits")
	}
	return m, nil
}

// line takes one more line of the edits.
func (m *Mutant) line(line string) error {
	last := len(m.Edits) - 1
	switch {
	case line == "":
	case strings.HasPrefix(line, "--- "):
		m.Edits = append(m.Edits, Edit{File: strings.TrimSpace(line[4:])})
	case last < 0:
		return fmt.Errorf("%q stands before the first file", line)
	case line == "@@\n":
		if m.Edits[last].Old != "" || m.Edits[last].New != "" { // another place of the same file
			m.Edits = append(m.Edits, Edit{File: m.Edits[last].File})
		}
	case line[0] == '-':
		m.Edits[last].Old += line[1:]
	case line[0] == '+':
		m.Edits[last].New += line[1:]
	case line[0] == ' ':
		m.Edits[last].Old += line[1:]
		m.Edits[last].New += line[1:]
	default:
		return fmt.Errorf("%q begins with none of space, - and +", line)
	}
	return nil
}

// Apply returns what the files that the mutant changes hold with it, by their path with slashes from root.
func (m Mutant) Apply(root string) (map[string]string, error) {
	files := map[string]string{}
	for _, e := range m.Edits {
		text, seen := files[e.File]
		if !seen {
			body, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.File)))
			if err != nil {
				return nil, err
			}
			text = string(body)
		}
		at := places(text, e.Old)
		if len(at) != 1 {
			return nil, fmt.Errorf("%s has these lines %d times, want once:\n%s", e.File, len(at), e.Old)
		}
		files[e.File] = text[:at[0]] + e.New + text[at[0]+len(e.Old):]
	}
	return files, nil
}

// places are where whole lines stand in a text.
func places(text, lines string) (at []int) {
	for i := range len(text) {
		if (i == 0 || text[i-1] == '\n') && strings.HasPrefix(text[i:], lines) {
			at = append(at, i)
		}
	}
	return at
}
