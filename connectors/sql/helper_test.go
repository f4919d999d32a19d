package sql

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"creditsync/connectors"
	"creditsync/internal/fault"
	"creditsync/internal/testkit/drain"
)

const null = drain.Null

// ask reads a source to its end.
func ask(t *testing.T, o Options, want connectors.Request) (drain.Everything, error) {
	t.Helper()
	return askOf(t, source(t, o), want)
}

func askOf(t *testing.T, s connectors.Source, want connectors.Request) (drain.Everything, error) {
	t.Helper()
	if want.Match == nil {
		want.Match = func([]string) int { return 0 }
	}
	return drain.All(t, s, want)
}

// got reads a source that must read well.
func got(t *testing.T, o Options, want connectors.Request) drain.Everything {
	t.Helper()
	out, err := ask(t, o, want)
	if err != nil {
		t.Fatalf("read: %s", fault.Say(err, fault.English))
	}
	return out
}

// wantCode reads a source that must fail with that code, and in words that hold all of these.
func wantCode(t *testing.T, o Options, want connectors.Request, code string, words ...string) error {
	t.Helper()
	_, err := ask(t, o, want)
	isFault(t, err, code, words...)
	return err
}

// isFault fails unless err is a whole fault of that code, and says all of the words and no password.
func isFault(t *testing.T, err error, code string, words ...string) {
	t.Helper()
	drain.IsFault(t, err, []string{"of-the-tests", "hunter2"}, code, words...)
}

// typed is one column with its values: as they are inserted, and as they are to be read.
type typed struct {
	name, typ  string
	value, all []string
}

// wantColumns compares columns cell by cell.
func wantColumns(t *testing.T, out drain.Everything, columns []typed) {
	t.Helper()
	for _, c := range columns {
		if got := out.Column(t, c.name); !slices.Equal(got, c.all) {
			t.Errorf("%s %s: got %q, want %q", c.name, c.typ, got, c.all)
		}
	}
}

// statements make a table of typed columns beside an id, one row for each value; a column with fewer values is NULL.
func statements(columns []typed, name func(string) string) (create string, inserts []string) {
	create = "CREATE TABLE typed (id INT PRIMARY KEY"
	most := 0
	for _, c := range columns {
		create += ", " + name(c.name) + " " + c.typ
		most = max(most, len(c.value))
	}
	for i := range most {
		row := fmt.Sprintf("INSERT INTO typed VALUES (%d", i+1)
		for _, c := range columns {
			if i < len(c.value) {
				row += ", " + c.value[i]
			} else {
				row += ", NULL"
			}
		}
		inserts = append(inserts, row+")")
	}
	for i := range columns {
		for len(columns[i].all) < most {
			columns[i].all = append(columns[i].all, null)
		}
	}
	return create + ")", inserts
}

// fixedZone and fixedTime are a zone and a time that do not depend on the machine.
func fixedZone() *time.Location { return time.FixedZone("+08", 8*3600) }

func fixedTime() time.Time { return time.Date(2024, 1, 3, 12, 0, 0, 0, fixedZone()) }
