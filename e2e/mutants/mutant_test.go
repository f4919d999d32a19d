package mutants

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the folder of the module.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func load(t *testing.T) []Mutant {
	t.Helper()
	list, err := Load(".")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestMutants_FitTheCode: every patch still applies, what it makes of a package still compiles, and the tests that it
// names are there.
func TestMutants_FitTheCode(t *testing.T) {
	t.Parallel()
	known := packages(t)
	for _, m := range load(t) {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			files, err := m.Apply(root(t))
			if err != nil {
				t.Fatal(err)
			}
			dirs := map[string]bool{}
			for file := range files {
				dirs[filepath.Dir(filepath.FromSlash(file))] = true
			}
			for dir := range dirs {
				if err := compiles(t, known, dir, files); err != nil {
					t.Errorf("with it %s does not compile: %v", dir, err)
				}
			}
			for _, one := range m.Tests {
				if _, ok := declared(t, one); !ok {
					t.Errorf("there is no test %s", one)
				}
			}
			if !strings.HasSuffix(m.Bug, ".") || strings.Contains(m.Bug, "|") {
				t.Errorf("%q is no sentence", m.Bug)
			}
		})
	}
}

// listed is what the go command says of a package.
type listed struct {
	ImportPath, Export, Dir string
	GoFiles                 []string
}

// packages are those of the module and all that they import, by import path, with what the compiler left of them.
func packages(t *testing.T) map[string]listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export,Dir,GoFiles", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	known := map[string]listed{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return known
		} else if err != nil {
			t.Fatal(err)
		}
		known[p.ImportPath] = p
	}
}

// compiles checks the types of a package in which some files hold something else.
func compiles(t *testing.T, known map[string]listed, dir string, files map[string]string) error {
	t.Helper()
	path := "creditsync/" + filepath.ToSlash(dir)
	set := token.NewFileSet()
	var parsed []*ast.File
	for _, name := range known[path].GoFiles {
		var body any
		if text, changed := files[filepath.ToSlash(filepath.Join(dir, name))]; changed {
			body = text
		}
		f, err := parser.ParseFile(set, filepath.Join(known[path].Dir, name), body, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		parsed = append(parsed, f)
	}
	lookup := func(path string) (io.ReadCloser, error) { return os.Open(known[path].Export) }
	c := types.Config{Importer: importer.ForCompiler(set, "gc", lookup)}
	_, err := c.Check(path, set, parsed, nil)
	return err
}

// declared finds the file of the repository that declares a test; of a subtest, one that has its name too.
func declared(t *testing.T, one Test) (path string, ok bool) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root(t), filepath.FromSlash(one.Package), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	outer, inner, sub := strings.Cut(one.Name, "/")
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(body), "\nfunc "+outer+"(t *testing.T) {") {
			continue
		}
		if sub && !strings.Contains(string(body), `"`+inner+`"`) && !strings.Contains(string(body), "onBoth(t,") {
			return "", false
		}
		path, err = filepath.Rel(root(t), path)
		return filepath.ToSlash(path), err == nil
	}
	return "", false
}

func TestLoad_RefusesWhatIsNoMutant(t *testing.T) {
	t.Parallel()
	const head = "Bug: B.\nBreaks: I1\nCaught by: ./p TestX\n"
	for name, text := range map[string]string{
		"no bug":            "Breaks: I1\nCaught by: ./p TestX\n\n--- a.go\n@@\n-a\n",
		"no test":           "Bug: B.\nBreaks: I1\n\n--- a.go\n@@\n-a\n",
		"no edit":           head,
		"a line of no head": "Author: me\n" + head + "\n--- a.go\n@@\n-a\n",
		"lines of no file":  head + "\n@@\n-a\n",
		"a line of no sort": head + "\n--- a.go\n@@\nabc\n",
	} {
		if m, err := parse(name, text); err == nil {
			t.Errorf("%s: taken as %+v", name, m)
		}
	}
	m, err := parse("good", head+"Quick: yes\n\n--- a.go\n@@\n stays\n-goes\n+comes\n@@\n-other\n")
	want := []Edit{{"a.go", "stays\ngoes\n", "stays\ncomes\n"}, {"a.go", "other\n", ""}}
	if err != nil || !slices.Equal(m.Edits, want) || !m.Quick || m.Tests[0] != (Test{"./p", "TestX"}) {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestMutant_Apply_WantsItsLinesOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("one\ntwo\ntwo\nthree\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, old := range []string{"two\n", "four\n", "wo\n"} {
		if files, err := (Mutant{Edits: []Edit{{"a.go", old, "x\n"}}}).Apply(dir); err == nil {
			t.Errorf("%q was replaced: %q", old, files)
		}
	}
	m := Mutant{Edits: []Edit{{"a.go", "one\n", "1\n"}, {"a.go", "two\nthree\n", "3\n"}}}
	files, err := m.Apply(dir)
	if want := map[string]string{"a.go": "1\ntwo\n3\n"}; err != nil || !maps.Equal(files, want) {
		t.Errorf("got %q, %v, want %q", files, err, want)
	}
}
