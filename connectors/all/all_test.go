package all

import (
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
