// Package drain reads sources in tests of connectors: all of a source at once, with its memory accounted for, and what
// people are told of it as a text for goldens. It is for tests only; what every connector must keep is in
// connectors/connectorstest.
package drain

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

// Null stands for a cell without a value.
const Null = "∅"

// Everything is what one read returned.
type Everything struct {
	Header  []string
	Rows    [][]string
	Refs    []string
	Refused []connectors.Refused
	Cursor  []byte
}

// All reads a source to its end or its error; all memory must have come back. Where the request has no zone, it is that of
// Shanghai.
func All(t *testing.T, s connectors.Source, want connectors.Request) (out Everything, err error) {
	t.Helper()
	checked := memory.NewCheckedAllocator(memory.DefaultAllocator)
	want.Memory = checked
	if want.Zone == nil {
		want.Zone = Shanghai(t)
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
			out.Cursor = slices.Clone(r.Cursor())
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out.add(b)
		b.Release()
	}
}

// add copies what a batch holds.
func (out *Everything) add(b *connectors.Batch) {
	out.Header = out.Header[:0]
	for i := range int(b.Rows.NumCols()) {
		out.Header = append(out.Header, b.Rows.ColumnName(i))
	}
	for i := range int(b.Rows.NumRows()) {
		var row []string
		for c := range out.Header {
			cell := Null
			if col := b.Rows.Column(c).(*array.String); !col.IsNull(i) {
				cell = strings.Clone(col.Value(i))
			}
			row = append(row, cell)
		}
		out.Rows = append(out.Rows, row)
		out.Refs = append(out.Refs, strings.Clone(b.Refs.Value(i)))
	}
	out.Refused = append(out.Refused, b.Refused...)
}

// Column is the cells of one column.
func (out Everything) Column(t *testing.T, name string) []string {
	t.Helper()
	i := slices.Index(out.Header, name)
	if i < 0 && len(out.Header) > 0 {
		t.Fatalf("no column %s in %q", name, out.Header)
	}
	var cells []string
	for _, r := range out.Rows {
		cells = append(cells, r[i])
	}
	return cells
}

// Report is what a read came to, for a golden: its rows and refused ones, and the error in both languages.
func (out Everything) Report(err error) string {
	var b strings.Builder
	fmt.Fprintf(&b, "rows read: %d\n", len(out.Rows))
	for _, one := range out.Refused {
		cells := slices.Clone(one.Cells)
		for i, c := range cells {
			if len(c) > 100 {
				cells[i] = fmt.Sprintf("%d bytes", len(c))
			}
		}
		fmt.Fprintf(&b, "refused: %s %s %q\n", one.Ref, one.Rule, cells)
	}
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		fmt.Fprintf(&b, "class %d, code %s, again %v\n\n%s\n\n%s\n", f.Class, f.Code, f.Retry, fault.Say(err, fault.Chinese), fault.Say(err, fault.English))
	case err != nil:
		fmt.Fprintf(&b, "error: %v\n", err)
	}
	return b.String()
}

// IsFault fails unless err is a whole fault of that code that says all of the words, and nowhere a secret.
func IsFault(t *testing.T, err error, secrets []string, code string, words ...string) {
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
	for _, secret := range secrets {
		if all := said + fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(all, secret) {
			t.Errorf("%s says a secret", code)
		}
	}
}

// Shanghai is the zone of the tests.
func Shanghai(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return z
}
