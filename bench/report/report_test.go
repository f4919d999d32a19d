package report

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"creditsync/bench/duel"
)

const kept = "../../docs/performance"

// The page and the plots are those of the results beside them.
func TestDocs_AreOfTheResults(t *testing.T) {
	t.Parallel()
	r, err := Read(filepath.Join(kept, "results"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(kept, "README.md")); errors.Is(err, os.ErrNotExist) && len(r.Results) == 0 {
		return // nothing has been published yet
	}
	for name, want := range r.Files() {
		got, err := os.ReadFile(filepath.Join(kept, name))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is not of the results: go run ./bench/publish -from docs/performance/results", name)
		}
	}
}

func TestFiles_AreWholeOfAnyResults(t *testing.T) {
	t.Parallel()
	fast := []duel.Sample{{Wall: 1, Own: 1, Engine: 2, Peak: 400}}
	for name, results := range map[string][]*duel.Result{
		"none":      nil,
		"a race":    {{ID: "W3", Race: true, Floor: 1, Aim: 0.3, Ours: fast}},
		"a duel":    {{ID: "W1", Title: "a < b & c", Rival: "x", Floor: 0.5, Aim: 0.8, Ours: fast, Theirs: fast, Ratios: []float64{0.01}}},
		"no CPU":    {{ID: "W7", Floor: 0.6, Aim: 0.8, Ours: []duel.Sample{{Wall: 1}}, Theirs: []duel.Sample{{Wall: 1}}, Ratios: []float64{1}}},
		"no result": {{ID: "W9", Floor: 1, Aim: 1}},
	} {
		for file, text := range (&Report{Results: results}).Files() {
			if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
				t.Errorf("%s: %s has a figure that is none", name, file)
			}
			if !strings.HasSuffix(file, ".svg") {
				continue
			}
			for d := xml.NewDecoder(strings.NewReader(text)); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %s is no XML: %v", name, file, err)
				}
			}
		}
	}
}

func TestPage_SaysWhatWasMissed(t *testing.T) {
	t.Parallel()
	of := func(ratio float64) string {
		s := []duel.Sample{{Wall: 1}}
		return (&Report{Results: []*duel.Result{{ID: "W1", Floor: 0.5, Ours: s, Theirs: s, Ratios: []float64{ratio}}}}).page()
	}
	if got := of(0.4); !strings.Contains(got, "**missed**") {
		t.Errorf("a ratio below its floor is not called missed:\n%s", got)
	}
	if got := of(0.6); strings.Contains(got, "**missed**") {
		t.Errorf("a ratio above its floor is called missed:\n%s", got)
	}
}
