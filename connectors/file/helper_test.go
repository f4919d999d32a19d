package file

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"creditsync/connectors"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// result is what a read returned.
type result struct {
	inputs  []connectors.Input
	header  []string // of the last batch
	rows    [][]string
	refs    []string
	refused []connectors.Refused
	err     error
}

// wantColumns matches the given names.
func wantColumns(names ...string) connectors.Request {
	return connectors.Request{Receipt: "回执号", Match: func(cells []string) int {
		n := 0
		for _, c := range cells {
			for _, name := range names {
				if c == name {
					n++
				}
			}
		}
		return n
	}}
}

// readAll reads what o names in dir to its end; all memory must have come back.
func readAll(t testing.TB, dir string, o Options, want connectors.Request) (out result) {
	t.Helper()
	s, err := New(o, connectors.Place{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	checked := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer checked.AssertSize(t, 0)
	want.Memory = checked
	r, err := s.Open(t.Context(), want)
	if err != nil {
		return result{err: err}
	}
	defer r.Close()
	out.inputs = r.Inputs()
	for {
		b, err := r.Next(t.Context())
		if err != nil {
			if err != io.EOF {
				out.err = err
			}
			return out
		}
		out.header = nil
		for _, f := range b.Rows.Schema().Fields() {
			out.header = append(out.header, f.Name)
		}
		for i := range int(b.Rows.NumRows()) {
			row := make([]string, b.Rows.NumCols())
			for j := range row {
				row[j] = strings.Clone(b.Rows.Column(j).(*array.String).Value(i))
			}
			out.rows = append(out.rows, row)
			out.refs = append(out.refs, strings.Clone(b.Refs.Value(i)))
		}
		out.refused = append(out.refused, b.Refused...)
		b.Release()
	}
}

// readText reads a file of that content under default options.
func readText(t testing.TB, content string, want connectors.Request) result {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.csv"), []byte(content))
	return readAll(t, dir, options("a.csv"), want)
}

func options(path string) Options {
	o := Defaults()
	o.Path = path
	return o
}

// lines shows rows, cells by | and rows by line breaks.
func show(rows [][]string) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(strings.Join(r, "|") + "\n")
	}
	return b.String()
}

func placeOf(dir string) connectors.Place { return connectors.Place{Dir: dir} }
