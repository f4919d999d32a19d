package connectorstest

import (
	"context"
	"io"
	"strings"
	"testing"

	"creditsync/connectors"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// outcome is everything that a read returned.
type outcome struct {
	inputs  []connectors.Input
	schemas [][]*arrow.Schema // of the batches of each input
	sizes   []int64           // rows of each batch
	bytes   []int             // text of each batch
	header  []string
	rows    [][]string
	refs    []string
	refused []connectors.Refused
	cursor  []byte
}

// read reads a source that was filled with table to its end and fails the test if it cannot.
func read(t *testing.T, s connectors.Source, table Table) outcome {
	t.Helper()
	return readAs(t, s, table.Request())
}

func readAs(t *testing.T, s connectors.Source, want connectors.Request) outcome {
	t.Helper()
	out, err := tryRead(t, s, want)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return out
}

// tryRead reads a source to its end or its error. Whatever happens, all memory must have come back.
func tryRead(t *testing.T, s connectors.Source, want connectors.Request) (out outcome, err error) {
	t.Helper()
	checked := memory.NewCheckedAllocator(memory.DefaultAllocator)
	want.Memory = checked
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
	out.inputs = r.Inputs()
	out.schemas = make([][]*arrow.Schema, len(out.inputs))
	last := -1
	for {
		b, err := r.Next(t.Context())
		if err == io.EOF {
			out.cursor = r.Cursor()
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if b.Input < last || b.Input >= len(out.inputs) {
			t.Errorf("batch of input %d after one of input %d, of %d inputs", b.Input, last, len(out.inputs))
		}
		last = b.Input
		out.add(t, b)
		b.Release()
	}
}

// add copies what a batch holds.
func (out *outcome) add(t *testing.T, b *connectors.Batch) {
	t.Helper()
	n := int(b.Rows.NumRows())
	if b.Refs.Len() != n {
		t.Fatalf("%d refs of %d rows", b.Refs.Len(), n)
	}
	out.schemas[b.Input] = append(out.schemas[b.Input], b.Rows.Schema())
	out.sizes = append(out.sizes, b.Rows.NumRows())
	out.refused = append(out.refused, b.Refused...)
	out.header = out.header[:0]
	columns := make([]*array.String, b.Rows.NumCols())
	size := 0
	for i := range columns {
		c, ok := b.Rows.Column(i).(*array.String)
		if !ok {
			t.Fatalf("column %q is %s, want utf8", b.Rows.ColumnName(i), b.Rows.Column(i).DataType())
		}
		columns[i] = c
		size += len(c.ValueBytes())
		out.header = append(out.header, b.Rows.ColumnName(i))
	}
	out.bytes = append(out.bytes, size)
	for i := range n {
		row := make([]string, len(columns))
		for j, c := range columns {
			if !c.IsNull(i) {
				row[j] = strings.Clone(c.Value(i))
			}
		}
		out.rows = append(out.rows, row)
		out.refs = append(out.refs, strings.Clone(b.Refs.Value(i)))
	}
}

// sameRows compares what was read with what the system was filled with.
func sameRows(t *testing.T, got outcome, want Table) {
	t.Helper()
	if len(got.rows) != len(want.Rows) {
		t.Fatalf("%d rows, want %d; refused: %d", len(got.rows), len(want.Rows), len(got.refused))
	}
	at := map[string]int{}
	for i, h := range got.header {
		at[h] = i
	}
	for j, h := range want.Header {
		i, ok := at[h]
		if !ok {
			t.Fatalf("no column %q among %q", h, got.header)
		}
		for n, row := range want.Rows {
			if got.rows[n][i] != row[j] {
				t.Fatalf("row %d, column %s: got %.200q, want %.200q", n, h, got.rows[n][i], row[j])
			}
		}
	}
}

// within runs f and fails when it takes longer than the patience of a person who pressed Ctrl-C.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatalf("%s took longer than %s", what, patience)
	}
}
