package city

import (
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"creditsync/connectors/all"
	"creditsync/internal/app"
	"creditsync/internal/config"
	"creditsync/schemas"
)

// started is a city in a folder of its own, with a configuration.
func started(t *testing.T, seed uint64, n int, changed func(c *City)) (*City, *app.App) {
	t.Helper()
	dir := t.TempDir()
	c, err := Start(t.Context(), dir, seed, n)
	if err != nil {
		t.Fatal(err)
	}
	changed(c)
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := c.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "creditsync.yaml")
	if err := os.WriteFile(path, []byte("pipelines:\n"+c.Configured("30 1 * * *")), 0o600); err != nil {
		t.Fatal(err)
	}
	kinds := map[string][]string{}
	for _, k := range schemas.All() {
		kinds[k.Name] = k.Names()
	}
	cfg, err := config.Load(path, config.Lookup{Env: func(string) (string, bool) { return "", false }, ReadFile: os.ReadFile}, config.Known{Sources: all.Registry(), Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	return c, app.New(app.Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Now: time.Now, Getenv: func(string) string { return "" }})
}

// look is what creditsync makes of a pipeline, without any engine.
func look(t *testing.T, a *app.App, pipeline string) (p app.Preview, refused, warned map[string]int) {
	t.Helper()
	p, err := a.Preview(t.Context(), pipeline, 1_000_000)
	if err != nil {
		t.Fatalf("%s: %v", pipeline, err)
	}
	refused, warned = map[string]int{}, map[string]int{}
	for _, r := range p.Rejects {
		for _, v := range r.Violations {
			refused[v.Rule]++
		}
	}
	for _, row := range p.Warnings {
		for _, w := range row {
			warned[w]++
		}
	}
	return p, refused, warned
}

// TestCity_CreditsyncRefusesWhatIsWrongAndNothingElse holds what every department's rows say of themselves against what
// creditsync makes of them, on the first night and on the third.
func TestCity_CreditsyncRefusesWhatIsWrongAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{20240103, 1} {
		c, a := started(t, seed, 3000, func(*City) {})
		for night := range 2 {
			p, refused, warned := look(t, a, Penalties)
			if got, want := int(p.Counts.Read), c.Book.Rows(); got != want {
				t.Errorf("seed %d, night %d: read: got %d, want %d", seed, night, got, want)
			}
			if want := c.Book.Refused(); !maps.Equal(refused, want) {
				t.Errorf("seed %d, night %d: refused: got %v, want %v", seed, night, refused, want)
			}
			if want := map[string]int{"fine_text_mismatch": c.Book.MixedUp()}; !maps.Equal(warned, want) {
				t.Errorf("seed %d, night %d: warned: got %v, want %v", seed, night, warned, want)
			}
			if want := []string{"案件承办机构"}; !slices.Equal(p.Unmapped, want) {
				t.Errorf("columns that feed nothing: got %q, want %q", p.Unmapped, want)
			}
			for name, r := range c.Registers {
				p, refused, warned := look(t, a, name)
				if got, want := int(p.Counts.Read), len(r.Rows()); got != want {
					t.Errorf("%s: read: got %d, want %d", name, got, want)
				}
				if len(p.Rejects) != r.Refused() || len(refused) != 1 || len(warned) != 0 || r.Refused() == 0 {
					t.Errorf("%s, seed %d, night %d: refused %v, want %d rows under one rule; warned %v, want nothing", name, seed, night, refused, r.Refused(), warned)
				}
				if want := []string{"id"}; !slices.Equal(p.Unmapped, want) {
					t.Errorf("%s: columns that feed nothing: got %q, want %q", name, p.Unmapped, want)
				}
			}
			if night == 0 {
				c.Next()
				if err := c.Deliver(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestCity_WithoutPostgres: where there is no PostgreSQL the commission's rows are the same in SQLite.
func TestCity_WithoutPostgres(t *testing.T) {
	t.Parallel()
	c, a := started(t, 7, 1000, func(c *City) {
		c.database.stop()
		c.database = withoutPostgres(c.dir)
	})
	p, _, warned := look(t, a, Sanctions)
	if r := c.Registers[Sanctions]; int(p.Counts.Read) != len(r.Rows()) || len(p.Rejects) != r.Refused() || len(warned) != 0 {
		t.Errorf("read %d, refused %d, warned %v; want %d, %d, nothing", p.Counts.Read, len(p.Rejects), warned, len(r.Rows()), r.Refused())
	}
}
