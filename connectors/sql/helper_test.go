package sql

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/connectors"
	"creditsync/internal/fault"
)

// shanghai is the zone of the tests.
func shanghai(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// everything is what one read returned.
type everything struct {
	header  []string
	rows    [][]string // NULL is "∅"
	refs    []string
	refused []connectors.Refused
	cursor  []byte
}

const null = "∅"

// ask reads a source to its end.
func ask(t *testing.T, o Options, want connectors.Request) (everything, error) {
	t.Helper()
	return askOf(t, source(t, o), want)
}

func askOf(t *testing.T, s connectors.Source, want connectors.Request) (out everything, err error) {
	t.Helper()
	checked := memory.NewCheckedAllocator(memory.DefaultAllocator)
	want.Memory = checked
	if want.Zone == nil {
		want.Zone = shanghai(t)
	}
	if want.Match == nil {
		want.Match = func([]string) int { return 0 }
	}
	r, err := s.Open(t.Context(), want)
	if err != nil {
		return out, err
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		checked.AssertSize(t, 0)
	}()
	for {
		b, err := r.Next(t.Context())
		if errors.Is(err, io.EOF) {
			out.cursor = slices.Clone(r.Cursor())
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out.add(b)
		b.Release()
	}
}

func (out *everything) add(b *connectors.Batch) {
	out.header = out.header[:0]
	for i := range int(b.Rows.NumCols()) {
		out.header = append(out.header, b.Rows.ColumnName(i))
	}
	for i := range int(b.Rows.NumRows()) {
		var row []string
		for c := range out.header {
			col := b.Rows.Column(c).(*array.String)
			if col.IsNull(i) {
				row = append(row, null)
			} else {
				row = append(row, strings.Clone(col.Value(i)))
			}
		}
		out.rows = append(out.rows, row)
		out.refs = append(out.refs, strings.Clone(b.Refs.Value(i)))
	}
	out.refused = append(out.refused, b.Refused...)
}

// got reads a source that must read well.
func got(t *testing.T, o Options, want connectors.Request) everything {
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

// isFault fails unless err is a whole fault of that code, and says all of the words.
func isFault(t *testing.T, err error, code string, words ...string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != code {
		t.Errorf("got %q (%v), want code %s", fault.CodeOf(err), err, code)
		return
	}
	if f.What.ZH == "" || f.What.EN == "" || f.Hint.ZH == "" || f.Hint.EN == "" {
		t.Errorf("%s lacks a sentence or a hint: %+v", code, f)
	}
	said := fault.Say(err, fault.English) + fault.Say(err, fault.Chinese)
	for _, w := range words {
		if !strings.Contains(said, w) {
			t.Errorf("%s does not say %q: %s", code, w, said)
		}
	}
	for _, secret := range []string{"of-the-tests", "hunter2"} {
		if strings.Contains(said+fmt.Sprintf("%+v %#v", err, err), secret) {
			t.Errorf("%s says the password", code)
		}
	}
}

// column is the cells of one column.
func (out everything) column(t *testing.T, name string) []string {
	t.Helper()
	i := slices.Index(out.header, name)
	if i < 0 && len(out.header) > 0 {
		t.Fatalf("no column %s in %q", name, out.header)
	}
	var cells []string
	for _, r := range out.rows {
		cells = append(cells, r[i])
	}
	return cells
}

// typed is one column with its values: as they are inserted, and as they are to be read.
type typed struct {
	name, typ  string
	value, all []string
}

// wantColumns compares columns cell by cell.
func wantColumns(t *testing.T, out everything, columns []typed) {
	t.Helper()
	for _, c := range columns {
		if got := out.column(t, c.name); !slices.Equal(got, c.all) {
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
