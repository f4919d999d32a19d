package engine

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/ipc"
)

// Streams one behind the other become one stream with all their rows.
func TestJoiner_MakesOneArrowStream(t *testing.T) {
	t.Parallel()
	var joined bytes.Buffer
	j := joinerFor("ArrowStream")
	want := 0
	for i, rows := range []int{3, 0, 8192, 1} {
		piece, err := j.piece(arrowStream(t, i*10_000, rows, 5_000))
		if err != nil {
			t.Fatal(err)
		}
		joined.Write(piece)
		want += rows
	}
	joined.Write(j.last())
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

func TestJoiner_CutsRepeatedHeads(t *testing.T) {
	t.Parallel()
	for format, test := range map[string]struct{ chunk, rest string }{
		"CSV":                        {"1\n", "1\n"},
		"CSVWithNames":               {"\"a\nb\",\"c\"\"d\"\n1,2\n", "1,2\n"},
		"TSVWithNamesAndTypes":       {"a\nInt8\n1\n", "1\n"},
		"RowBinaryWithNames":         {"\x02\x01a\x02bb\x01\x02", "\x01\x02"},
		"RowBinaryWithNamesAndTypes": {"\x01\x01a\x04Int8\x07", "\x07"},
	} {
		j := joinerFor(format)
		first, err1 := j.piece([]byte(test.chunk))
		second, err2 := j.piece([]byte(test.chunk))
		if err1 != nil || err2 != nil || string(first) != test.chunk || string(second) != test.rest {
			t.Errorf("%s: got %q and %q, %v, %v", format, first, second, err1, err2)
		}
	}
	for format, chunk := range map[string]string{"ArrowStream": "abc", "CSVWithNames": "a,b", "CSVWithNamesAndTypes": "a\n", "RowBinaryWithNames": "\x02\x01a\x09b"} {
		j := joinerFor(format)
		j.begun = true
		if p, err := j.piece([]byte(chunk)); err == nil {
			t.Errorf("%s: %q was taken as %q", format, chunk, p)
		}
	}
}

func TestJoiner_DocumentsAreNotCut(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"JSON", "Parquet", "Arrow", "ORC", "Pretty", "XML", "Values", "JSONColumnsWithMetadata", "CustomSeparatedWithNames"} {
		if joinerFor(format) != nil {
			t.Errorf("%s has a beginning or an end that its chunks repeat", format)
		}
	}
}

func FuzzJoiner_NeverPanics(f *testing.F) {
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 8, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0})
	f.Add(arrowEnd)
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, format := range []string{"ArrowStream", "CSVWithNames", "RowBinaryWithNamesAndTypes"} {
			j := joinerFor(format)
			j.begun = true
			if p, err := j.piece(b); err == nil && len(p) > len(b) {
				t.Errorf("%s: %d bytes became %d", format, len(b), len(p))
			}
		}
	})
}
