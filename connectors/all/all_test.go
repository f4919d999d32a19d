package all

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestRegistry(t *testing.T) {
	t.Parallel()
	if got, want := Registry().Names(), []string{"file", "http", "sql"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for name, d := range Registry() {
		if d.Name != name || d.Options() == nil || len(d.Modes) == 0 {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// TestMalformed_Corpus counts the malformed inputs whose expected words are kept, in both languages, beside the connectors:
// 60 at least in all, and some of every kind of source. The tests called TestMalformed hold them against what is read.
func TestMalformed_Corpus(t *testing.T) {
	t.Parallel()
	all := 0
	for name := range Registry() {
		goldens, err := filepath.Glob(filepath.Join("..", name, "testdata", "malformed", "*.golden"))
		if err != nil || len(goldens) < 20 {
			t.Errorf("%s: %d malformed inputs, %v; want 20 at least", name, len(goldens), err)
		}
		all += len(goldens)
	}
	if all < 60 {
		t.Errorf("%d malformed inputs, want 60 at least", all)
	}
}
