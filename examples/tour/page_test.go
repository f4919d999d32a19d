package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"creditsync/internal/fault"
)

func TestWrap_FitsAndLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,8}|[吉安市罚款，。（）〔]{1,9}`), 0, 30).Draw(t, "words")
		text, width := strings.Join(words, " "), rapid.IntRange(40, 100).Draw(t, "width")
		lines := wrap(text, width)
		for _, l := range lines {
			// A run of marks that must not be parted from their characters may stick out.
			if columns(l) > width && !strings.ContainsAny(l, "，。（）〔") {
				t.Fatalf("%q has %d columns, want at most %d", l, columns(l), width)
			}
		}
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got, want := bare(strings.Join(lines, "")), bare(text); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestWrap_Marks(t *testing.T) {
	t.Parallel()
	got, want := wrap("吉安市，罚款 one two", 8), []string{"吉安市，", "罚款 one", "two"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"吉安市", 6, "吉安市"}, {"吉安市", 5, "吉安…"}, {"吉安市", 4, "吉…"}, {"abc", 3, "abc"}, {"abcd", 3, "ab…"}} {
		if got := cut(c.in, c.n); got != c.want {
			t.Errorf("cut(%q, %d): got %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestFilled(t *testing.T) {
	t.Parallel()
	got, err := filled(strings.NewReader(`{"kind":"admin_penalty","version":2,"data":{"name":"吉安市食品有限公司","fine":"0.200000","list":["罚款","警告"]},"end":null}`), 40)
	want := `{
  "kind": "admin_penalty", "version": 2,
  "data": {
    "name": "吉安市食品有限公司",
    "fine": "0.200000",
    "list": ["罚款", "警告"]
  },
  "end": null
}`
	if err != nil || got != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, got, want)
	}
}

func TestFilled_RefusesWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "{", `{"a":`, `[1,`} {
		if got, err := filled(strings.NewReader(s), 80); err == nil {
			t.Errorf("filled(%q): got %q, want an error", s, got)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("number(%d): got %q, want %q", n, got, want)
		}
	}
}

func TestMakeFolder_EmptiesItsOwnOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "tour")
	for range 2 {
		release, err := makeFolder(context.Background(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "old"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := makeFolder(context.Background(), dir); fault.CodeOf(err) != "process.locked" {
			t.Errorf("a second tour in the folder: got %v, want process.locked", err)
		}
		release()
	}
	if err := os.Remove(filepath.Join(dir, marker)); err != nil {
		t.Fatal(err)
	}
	if _, err := makeFolder(context.Background(), dir); fault.CodeOf(err) != "tour.folder" {
		t.Errorf("somebody else's folder: got %v, want tour.folder", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "old")); err != nil {
		t.Errorf("somebody else's file: %v", err)
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	if got := (counts{Read: 3}).differences(counts{Read: 3}); got != "" {
		t.Errorf("got %q, want none", got)
	}
	if got, want := (counts{Read: 3, Published: 1}).differences(counts{Read: 2}), "read 3 ≠ 2, published 1 ≠ 0"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
