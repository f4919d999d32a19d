package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"creditsync/schemas"
	"creditsync/transforms"
)

func TestReference_IsFresh(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	fresh := t.TempDir()
	if err := write(root, fresh); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(root, "docs", "reference")
	want, got := tree(t, fresh), tree(t, kept)
	for name, body := range want {
		switch old, there := got[name]; {
		case !there:
			t.Errorf("docs/reference/%s is missing: run make generate", name)
		case !bytes.Equal(old, body):
			t.Errorf("docs/reference/%s is not what the code says now: run make generate. First difference:\n%s", name, difference(string(old), string(body)))
		}
	}
	for name := range got {
		if _, made := want[name]; !made {
			t.Errorf("docs/reference/%s is made by nothing: run make generate, which removes it", name)
		}
	}
}

func TestWrite_RemovesWhatIsNoLongerMade(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	stale := filepath.Join(out, "kinds", "gone.md")
	if err := os.MkdirAll(filepath.Dir(stale), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stale, []byte("gone"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := write(filepath.Join("..", ".."), out); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stale); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want the stale page to be gone", err)
	}
}

func TestPages_TellEverything(t *testing.T) {
	t.Parallel()
	byName := map[string]string{}
	list, err := pages(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		byName[p.name] = string(p.body)
	}
	for _, r := range append(transforms.Rules(), transforms.BindRules()...) {
		if !strings.Contains(byName["rules.md"], "| `"+r.Name+"` |") {
			t.Errorf("rules.md does not tell of %s", r.Name)
		}
	}
	for _, k := range schemas.All() {
		for _, name := range []string{"kinds/" + k.Name + ".md", "messages/" + k.Name + ".schema.json"} {
			if byName[name] == "" || !strings.Contains(byName["README.md"], "("+name+")") {
				t.Errorf("there is no %s, or README.md does not list it", name)
			}
		}
	}
	for page, words := range map[string][]string{
		"cli.md":     {"## creditsync run\n", "## creditsync quarantine export\n", "--accept-deletes"},
		"metrics.md": {"`creditsync_overdue_seconds`", "| histogram |", "pipeline, state"},
		"faults.md":  {"`guard.error_budget`", "`keys.missing`", "`relay.position_missing`"},
		"imports.md": {"| `cmd/creditsync` | `internal/cli` |", "| `schemas` | nothing |", "`internal/bus/embedded`"},
		"config.md":  {"`pipelines[].error_budget.share`", "| `encoding` |", "默认自动识别 | What stands between cells", "`warehouse.clickhouse.url`"},
	} {
		for _, word := range words {
			if !strings.Contains(byName[page], word) {
				t.Errorf("%s does not tell of %s", page, word)
			}
		}
	}
}

// Every schema that tools are pointed to is one.
func TestSchemas_Compile(t *testing.T) {
	t.Parallel()
	list, err := pages(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if !strings.HasSuffix(p.name, ".json") {
			continue
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(p.body))
		if err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource("urn:test", doc); err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		if _, err := c.Compile("urn:test"); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
}

// tree is every file below dir by its path with slashes.
func tree(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = body
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

// difference is the first line that differs.
func difference(old, now string) string {
	a, b := strings.Split(old, "\n"), strings.Split(now, "\n")
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return "there: " + x + "\nnow:   " + y
		}
	}
	return ""
}
