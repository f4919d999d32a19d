package engine

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/ipc"
)

// Streams one behind the other become one stream with all their rows.
func TestArrowJoiner_MakesOneStream(t *testing.T) {
	t.Parallel()
	var joined bytes.Buffer
	j := &arrowJoiner{to: &joined}
	want := 0
	for i, rows := range []int{3, 0, 8192, 1} {
		if _, err := j.Write(arrowStream(t, i*10_000, rows, 5_000)); err != nil {
			t.Fatal(err)
		}
		want += rows
	}
	if err := j.finish(); err != nil {
		t.Fatal(err)
	}
	r, err := ipc.NewReader(&joined)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	got := 0
	for r.Next() {
		got += int(r.Record().NumRows())
	}
	if err := r.Err(); err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	if got != want || joined.Len() != 0 {
		t.Errorf("%d rows and %d bytes left, want %d and none", got, joined.Len(), want)
	}
}

func FuzzArrowJoiner_NeverPanics(f *testing.F) {
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 8, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0})
	f.Add(arrowEnd)
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = (&arrowJoiner{to: io.Discard}).Write(b)
	})
}

func TestJoinable_DocumentsAreNotCut(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"JSON", "TSVWithNames", "CSVWithNamesAndTypes", "Parquet", "Arrow", "RowBinaryWithNamesAndTypes", "Pretty", "XML", "JSONColumnsWithMetadata"} {
		if joinable(format) {
			t.Errorf("%s has a header or an end of its own: its chunks are not a document", format)
		}
	}
}
