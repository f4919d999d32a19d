package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link     = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	testName = regexp.MustCompile("`((?:Test|Fuzz)[A-Z][A-Za-z0-9]*_?[A-Za-z0-9_]*)`")
	declared = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z][A-Za-z0-9_]*)\(`)
)

// Pages that people wrote name files and tests; what they name is there.
func TestPages_NameWhatIsThere(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	tests := declaredTests(t, root)
	for _, page := range markdown(t, root) {
		body, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text := string(body)
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
			}
		}
		for _, m := range testName.FindAllStringSubmatch(text, -1) {
			if !tests[m[1]] {
				t.Errorf("%s names the test %s, which is not there", page, m[1])
			}
		}
	}
}

// markdown is every page of the repository but the generated ones, which are made of what is there.
func markdown(t *testing.T, root string) []string {
	t.Helper()
	var pages []string
	walk(t, root, func(path string) {
		if strings.HasSuffix(path, ".md") {
			pages = append(pages, path)
		}
	})
	return pages
}

// declaredTests are the names of the repository's tests and fuzz targets.
func declaredTests(t *testing.T, root string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	walk(t, root, func(path string) {
		if !strings.HasSuffix(path, "_test.go") {
			return
		}
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range declared.FindAllStringSubmatch(string(body), -1) {
			names[m[1]] = true
		}
	})
	return names
}

func walk(t *testing.T, root string, see func(path string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && path != root && (strings.HasPrefix(name, ".") && name != ".." || name == "testdata" || name == "bin") {
			return filepath.SkipDir
		}
		if !d.IsDir() {
			see(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
