package main

import (
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"creditsync/connectors/all"
	"creditsync/examples/tour/bureau"
	"creditsync/internal/app"
	"creditsync/internal/config"
	"creditsync/schemas"
)

// read is what creditsync makes of a book, without any engine.
func read(t *testing.T, book *bureau.Book) app.Preview {
	t.Helper()
	dir := t.TempDir()
	if err := deliver(dir, book); err != nil {
		t.Fatal(err)
	}
	if err := configure(dir); err != nil {
		t.Fatal(err)
	}
	k := schemas.AdminPenalty()
	cfg, err := config.Load(filepath.Join(dir, configFile), config.Lookup{Env: func(string) (string, bool) { return "", false }, ReadFile: os.ReadFile},
		config.Known{Sources: all.Registry(), Kinds: map[string][]string{k.Name: k.Names()}})
	if err != nil {
		t.Fatal(err)
	}
	a := app.New(app.Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Now: time.Now, Getenv: func(string) string { return "" }})
	p, err := a.Preview(t.Context(), pipeline, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// refused counts the rules of refused rows.
func refused(p app.Preview) map[string]int {
	n := map[string]int{}
	for _, r := range p.Rejects {
		for _, v := range r.Violations {
			n[v.Rule]++
		}
	}
	return n
}

func TestBook_CreditsyncRefusesWhatIsWrongAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{seed, 1, 2} {
		book := bureau.New(seed, penalties)
		for night := range 2 {
			p := read(t, book)
			if got, want := int(p.Counts.Read), book.Rows(); got != want {
				t.Errorf("seed %d, night %d: read: got %d, want %d", seed, night, got, want)
			}
			if got, want := refused(p), book.Refused(); !maps.Equal(got, want) {
				t.Errorf("seed %d, night %d: refused: got %v, want %v", seed, night, got, want)
			}
			if got, want := warned(p), map[string]int{"fine_text_mismatch": book.MixedUp()}; !maps.Equal(got, want) {
				t.Errorf("seed %d, night %d: warned: got %v, want %v", seed, night, got, want)
			}
			if night == 0 {
				book.Next()
			}
		}
	}
}

func warned(p app.Preview) map[string]int {
	n := map[string]int{}
	for _, row := range p.Warnings {
		for _, w := range row {
			n[w]++
		}
	}
	return n
}

func TestBook_EveryColumnFindsItsField(t *testing.T) {
	t.Parallel()
	p := read(t, bureau.New(seed, penalties))
	if got, want := p.Unmapped, []string{"案件承办机构"}; !slices.Equal(got, want) {
		t.Errorf("columns that feed nothing: got %q, want %q", got, want)
	}
}

func TestBook_SameSeedSameBytes(t *testing.T) {
	t.Parallel()
	var files [2]strings.Builder
	for i := range files {
		book := bureau.New(7, penalties)
		book.Next()
		if err := book.Write(&files[i]); err != nil {
			t.Fatal(err)
		}
	}
	if files[0].String() != files[1].String() {
		t.Error("one seed made two different files")
	}
}

func TestBook_NextIsSmallAndKnown(t *testing.T) {
	t.Parallel()
	book := bureau.New(seed, penalties)
	before := book.Rows()
	d := book.Next()
	if got, want := book.Rows(), before+len(d.Added)-len(d.Removed); got != want {
		t.Errorf("rows: got %d, want %d", got, want)
	}
	if d.Inserted() != 9 || d.Updated() != 12 || d.Deleted() != 5 {
		t.Errorf("got %d, %d, %d, want 9, 12, 5", d.Inserted(), d.Updated(), d.Deleted())
	}
	seen := map[string]bool{}
	for _, p := range slices.Concat(d.Changed, d.Removed, d.Added, []bureau.Penalty{d.Spoiled, d.Mended}) {
		if seen[p.DocNo()] {
			t.Errorf("%s is in the difference twice", p.DocNo())
		}
		seen[p.DocNo()] = true
	}
}
