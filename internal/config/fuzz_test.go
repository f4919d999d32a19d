package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"creditsync/internal/fault"
)

// FuzzLoad_NeverPanics: whatever the file holds, Load returns a whole configuration or an error of class Input that says
// something in both languages and shows no secret.
func FuzzLoad_NeverPanics(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yml")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds")
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	known := testKnown()
	f.Fuzz(func(t *testing.T, content []byte) {
		look := testLookup(nil)
		look.ReadFile = func(path string) ([]byte, error) {
			if filepath.Base(path) == DefaultPath {
				return content, nil
			}
			return nil, os.ErrNotExist
		}
		c, err := Load("/etc/credit/creditsync.yaml", look, known)
		if (c == nil) == (err == nil) {
			t.Fatalf("got %v and %v", c, err)
		}
		if err == nil {
			for _, p := range c.Pipelines {
				if p.Source == nil || p.Name == "" {
					t.Fatalf("pipeline is not whole: %+v", p)
				}
			}
			return
		}
		if fault.ClassOf(err) != fault.Input {
			t.Fatalf("got class %d", fault.ClassOf(err))
		}
		for _, l := range []fault.Language{fault.Chinese, fault.English} {
			said := fault.Say(err, l)
			if said == "" || strings.Contains(said, "hunter2") && !strings.Contains(string(content), "hunter2") {
				t.Fatalf("said %q", said)
			}
		}
	})
}
