package e2e

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"creditsync/internal/testkit/postgres"
)

// rowsOfSources is how many rows every source holds; CREDITSYNC_E2E_ROWS makes it fewer while something is mended.
func rowsOfSources() string {
	if n := os.Getenv("CREDITSYNC_E2E_ROWS"); n != "" {
		return n
	}
	return "50000"
}

// sheetOf reads a generated file as a table of texts; an empty cell is nil.
func sheetOf(t *testing.T, path string) (header []string, rows [][]any) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	if header, err = r.Read(); err != nil {
		t.Fatal(err)
	}
	for n := 1; ; n++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return header, rows
		}
		if err != nil {
			t.Fatal(err)
		}
		row := []any{n}
		for _, c := range cells {
			if c == "" {
				row = append(row, nil)
			} else {
				row = append(row, c)
			}
		}
		rows = append(rows, row)
	}
}

// sourceCase is one way to deliver the same rows: what comes under `source:`, made by source, and what the environment of
// the program must hold.
type sourceCase struct {
	name   string
	source func(t *testing.T) string
	env    []string
}

// TestSources_SameRows loads the same rows through every format and from every kind of source, each into a site of its own under
// the same keys: what analysts read and what the bridge is told is the same, byte for byte, but for the place that each row came
// from. The yardstick is a UTF-8 CSV.
func TestSources_SameRows(t *testing.T) {
	dir := generate(t, "sources", "--rows", rowsOfSources(), "--seed", "11", "--encoding", "utf-8", "--defects", "0")
	file := filepath.Join(dir, "penalties.csv")
	header, rows := sheetOf(t, file)
	cases := slices.Concat(
		[]sourceCase{{"csv", func(*testing.T) string { return fmt.Sprintf("{file: {path: %q}}", file) }, nil}},
		formatCases(header, rows),
		databaseCases(header, rows),
		apiCases(header, rows),
	)
	var keys string
	var want outcome
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t, setup{pipelines: "\n  - {name: penalties, kind: admin_penalty, mode: snapshot, source: " + test.source(t) + "}\n"})
			s.env = test.env
			if keys != "" { // the same keys make the same record ids and ciphers
				s.write("data/keys.json", keys)
				if err := os.Chmod(s.path("data/keys.json"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s.up()
			r := s.done()
			got := s.outcome(r)
			if keys == "" {
				keys, want = string(read(t, s.path("data/keys.json"))), got
				return
			}
			got.holds(t, want)
			for _, secret := range []string{postgres.Password, apiSecret} {
				if strings.Contains(s.output.String(), secret) {
					t.Error("a password or secret is printed")
				}
			}
		})
	}
}

// outcome is what a first load leaves behind, without what depends on where and when.
type outcome struct {
	counts         counts
	rows, messages []string
}

// placed is the part of a message that says where its row came from.
var placed = regexp.MustCompile(`"ref":"[^"]*"`)

func (s *site) outcome(r run) outcome {
	s.t.Helper()
	out := outcome{counts: r.counts()}
	s.wantText("0", "SELECT count() FROM credit.admin_penalty_versions WHERE abs(dateDiff('hour', ingested_at, now())) > 24")
	s.each("SELECT * EXCEPT (source_ref, ingested_at, run_no) FROM credit.admin_penalty ORDER BY record_id", func(row []byte) { out.rows = append(out.rows, string(row)) })
	for _, m := range s.comparable() {
		out.messages = append(out.messages, placed.ReplaceAllString(m, `"ref":""`))
	}
	return out
}

func (got outcome) holds(t *testing.T, want outcome) {
	t.Helper()
	if got.counts != want.counts {
		t.Errorf("counts: got %+v, want %+v", got.counts, want.counts)
	}
	for _, list := range []struct {
		what      string
		got, want []string
	}{{"rows", got.rows, want.rows}, {"messages", got.messages, want.messages}} {
		if len(list.got) != len(list.want) || len(list.want) == 0 {
			t.Errorf("%d %s, want %d", len(list.got), list.what, len(list.want))
			continue
		}
		for i := range list.want {
			if list.got[i] != list.want[i] {
				t.Errorf("%s differ, first at %d:\ngot  %s\nwant %s", list.what, i, list.got[i], list.want[i])
				break
			}
		}
	}
}
