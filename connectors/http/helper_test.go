package http

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
	"creditsync/internal/testkit/webapi"
)

// everything is what one read returned.
type everything struct {
	header  []string
	rows    [][]string // a null is "∅"
	refs    []string
	refused []connectors.Refused
	cursor  []byte
}

const null = "∅"

// secret is what no message may hold.
const secret = "hunter2"

// readAll reads a source to its end.
func readAll(t *testing.T, o Options, want connectors.Request) (everything, error) {
	t.Helper()
	return readOf(t, source(t, o), want)
}

func readOf(t *testing.T, s connectors.Source, want connectors.Request) (out everything, err error) {
	t.Helper()
	checked := memory.NewCheckedAllocator(memory.DefaultAllocator)
	want.Memory = checked
	if want.Zone == nil {
		want.Zone = time.FixedZone("+08", 8*3600)
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
		if err == io.EOF {
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
			cell := null
			if col := b.Rows.Column(c).(*array.String); !col.IsNull(i) {
				cell = strings.Clone(col.Value(i))
			}
			row = append(row, cell)
		}
		out.rows = append(out.rows, row)
		out.refs = append(out.refs, strings.Clone(b.Refs.Value(i)))
	}
	out.refused = append(out.refused, b.Refused...)
}

// got reads a source that must read well.
func got(t *testing.T, o Options) everything {
	t.Helper()
	out, err := readAll(t, o, connectors.Request{})
	if err != nil {
		t.Fatalf("read: %s", fault.Say(err, fault.English))
	}
	return out
}

// isFault fails unless err is a whole fault of that code, and says all of the words and no secret.
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
	if all := said + fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(all, secret) {
		t.Errorf("%s says the secret: %s", code, all)
	}
}

// wantFault reads a source that must fail.
func wantFault(t *testing.T, o Options, code string, words ...string) error {
	t.Helper()
	_, err := readAll(t, o, connectors.Request{})
	isFault(t, err, code, words...)
	return err
}

// penalties is a table of n rows.
func penalties(n int) (header []string, rows [][]string) {
	for i := range n {
		rows = append(rows, []string{fmt.Sprintf("%d", i+1), fmt.Sprintf("吉安市第%d号有限公司", i), fmt.Sprintf("2024-01-03 00:%02d:%02d", i/60%60, i%60)})
	}
	return []string{"id", "name", "updated_at"}, rows
}

// serve starts an API of n rows.
func serve(t *testing.T, n int) *webapi.Server {
	t.Helper()
	s := webapi.Start(t)
	header, rows := penalties(n)
	s.Fill(t, header, rows)
	return s
}

// same compares what was read with n rows of penalties.
func (out everything) same(t *testing.T, n int) {
	t.Helper()
	if _, rows := penalties(n); !slices.EqualFunc(out.rows, rows, slices.Equal[[]string]) {
		t.Errorf("%d rows, want %d in their order", len(out.rows), n)
	}
}
