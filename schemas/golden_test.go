package schemas_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"creditsync/internal/testkit/golden"
	"creditsync/schemas"
)

func TestKinds_AreAsTheirGoldenFilesSay(t *testing.T) {
	t.Parallel()
	for _, k := range schemas.All() {
		var sample bytes.Buffer
		header, rows := schemas.Sample(k, 1, 5)
		w := csv.NewWriter(&sample)
		if err := w.WriteAll(append([][]string{header}, rows...)); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, k.Name+"/arrow.txt", k.Arrow().String()+"\n")
		golden.Check(t, k.Name+"/page.md", schemas.Page(k))
		golden.Check(t, k.Name+"/sample.csv", sample.String())
	}
}

// What is derived from a kind elsewhere must be there for every kind: this is the list of what a new kind needs.
func TestKinds_LackNothingThatIsDerived(t *testing.T) {
	t.Parallel()
	for _, k := range schemas.All() {
		for _, path := range []string{
			"schemas/testdata/golden/" + k.Name + "/arrow.txt",
			"schemas/testdata/golden/" + k.Name + "/page.md",
			"schemas/testdata/golden/" + k.Name + "/sample.csv",
			"internal/warehouse/testdata/golden/" + k.Name + "/tables.sql",
			"internal/warehouse/testdata/golden/" + k.Name + "/diff.sql",
			"internal/warehouse/testdata/golden/" + k.Name + "/versions.sql",
			"internal/warehouse/testdata/golden/" + k.Name + "/quarantine.sql",
			"internal/bus/testdata/" + k.Name + ".schema.json",
			"docs/reference/kinds/" + k.Name + ".md",
			"docs/reference/messages/" + k.Name + ".schema.json",
			"schemas/testdata/hostile/" + k.Name,
		} {
			if info, err := os.Stat(filepath.Join("..", filepath.FromSlash(path))); errors.Is(err, os.ErrNotExist) {
				t.Errorf("kind %s lacks %s: run go test ./schemas ./internal/warehouse ./internal/bus -update, then make generate", k.Name, path)
			} else if err != nil {
				t.Error(err)
			} else if info.Size() == 0 {
				t.Errorf("%s is empty", path)
			}
		}
	}
}
