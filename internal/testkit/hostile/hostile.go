// Package hostile reads the samples of schemas/testdata/hostile: tables as sources deliver them, written by hand from the
// standards, in which the last two columns say of every row what must become of it. Whoever wrote them had no look at how
// a kind is declared, so that a mistake there shows.
//
//	期望: 接受, and the warnings; or 拒收, and the violations as field:rule
//	值:   field=value; of an accepted row, lists joined by |, what is absent empty
package hostile

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Headers of the two columns.
const (
	Expected = "期望"
	Values   = "值"
)

// Table is one sample.
type Table struct {
	Kind, Name string // folder and file name without .csv
	Path       string
	Header     []string // without the last two columns
	Rows       []Row
}

// Row is one row of a table with what must become of it.
type Row struct {
	Line     int // of the file, from 1
	Cells    []string
	Accepted bool
	Warnings []string          // of an accepted row, sorted
	Refused  []string          // field:rule of a refused row, sorted
	Values   map[string]string // of an accepted row
}

// Tables are the samples of a kind; root is the folder of the module.
func Tables(tb testing.TB, root, kind string) []Table {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "schemas", "testdata", "hostile", kind, "*.csv"))
	if err != nil {
		tb.Fatal(err)
	}
	if len(paths) == 0 {
		tb.Fatalf("kind %s has no hostile sample", kind)
	}
	var list []Table
	for _, path := range paths {
		t, err := read(path)
		if err != nil {
			tb.Fatalf("%s: %v", path, err)
		}
		t.Kind = kind
		list = append(list, t)
	}
	return list
}

func read(path string) (Table, error) {
	t := Table{Path: path, Name: strings.TrimSuffix(filepath.Base(path), ".csv")}
	f, err := os.Open(path)
	if err != nil {
		return t, err
	}
	defer f.Close()
	in := csv.NewReader(f)
	header, err := in.Read()
	if err != nil {
		return t, err
	}
	n := len(header) - 2
	if n < 1 || header[n] != Expected || header[n+1] != Values {
		return t, fmt.Errorf("the last columns are not %s and %s", Expected, Values)
	}
	t.Header = header[:n]
	for {
		cells, err := in.Read()
		if cells == nil {
			return t, nil
		}
		if err != nil {
			return t, err
		}
		line, _ := in.FieldPos(0)
		row, err := parse(cells[n], cells[n+1])
		if err != nil {
			return t, fmt.Errorf("line %d: %w", line, err)
		}
		row.Line, row.Cells = line, cells[:n]
		t.Rows = append(t.Rows, row)
	}
}

// parse reads what must become of a row.
func parse(expected, values string) (Row, error) {
	words := strings.Fields(expected)
	r := Row{Values: map[string]string{}}
	switch {
	case len(words) > 0 && words[0] == "接受":
		r.Accepted, r.Warnings = true, slices.Sorted(slices.Values(words[1:]))
	case len(words) > 1 && words[0] == "拒收":
		r.Refused = slices.Sorted(slices.Values(words[1:]))
	default:
		return r, fmt.Errorf("%q says nothing", expected)
	}
	for _, pair := range strings.Split(values, ";") {
		if pair == "" {
			continue
		}
		field, value, ok := strings.Cut(pair, "=")
		if !ok || !r.Accepted {
			return r, fmt.Errorf("%q is no field=value of an accepted row", pair)
		}
		r.Values[field] = value
	}
	return r, nil
}
