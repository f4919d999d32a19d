package spool

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/internal/fault"
)

func rows(t *testing.T, texts ...string) arrow.Record {
	t.Helper()
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{{Name: "name", Type: arrow.BinaryTypes.String}}, nil))
	defer b.Release()
	b.Field(0).(*array.StringBuilder).AppendValues(texts, nil)
	return b.NewRecord()
}

func TestSpool_GivesBackWhatItWasGiven(t *testing.T) {
	t.Parallel()
	s, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var wg sync.WaitGroup
	for no := range uint32(20) {
		wg.Go(func() {
			if no == 7 {
				return // a batch of which no row was accepted
			}
			if err := s.Put(no, rows(t, "甲", string(rune('a'+no)))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got, want := s.Batches(), uint32(20); got != want {
		t.Fatalf("batches: got %d, want %d", got, want)
	}
	for no := range uint32(21) {
		got, err := s.Get(no)
		if err != nil {
			t.Fatal(err)
		}
		if no == 7 || no == 20 {
			if got != nil {
				t.Fatalf("batch %d: got %v, want none", no, got)
			}
			continue
		}
		if want := rows(t, "甲", string(rune('a'+no))); !array.RecordEqual(got, want) {
			t.Errorf("batch %d: got %v, want %v", no, got, want)
		}
	}
}

// TestSpool_EveryKindOfColumn: what rows consist of comes back as it was, also a part of a larger batch; and all memory comes back
// with the rows, which outlive the spool.
func TestSpool_EveryKindOfColumn(t *testing.T) {
	t.Parallel()
	list := arrow.ListOfField(arrow.Field{Name: "item", Type: arrow.BinaryTypes.String})
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{
		{Name: "place", Type: arrow.PrimitiveTypes.Uint64}, {Name: "id", Type: &arrow.FixedSizeBinaryType{ByteWidth: 16}},
		{Name: "day", Type: arrow.FixedWidthTypes.Date32, Nullable: true}, {Name: "hints", Type: list}, {Name: "cipher", Type: arrow.BinaryTypes.Binary},
		{Name: "fine", Type: &arrow.Decimal128Type{Precision: 18, Scale: 6}, Nullable: true}, {Name: "none", Type: arrow.BinaryTypes.String},
		{Name: "long", Type: arrow.BinaryTypes.String}, {Name: "huge", Type: arrow.BinaryTypes.String},
	}, nil))
	defer b.Release()
	for i := range 100 {
		b.Field(0).(*array.Uint64Builder).Append(uint64(i))
		b.Field(1).(*array.FixedSizeBinaryBuilder).Append(fmt.Appendf(nil, "%016d", i))
		b.Field(2).(*array.Date32Builder).Append(arrow.Date32(i))
		hints := b.Field(3).(*array.ListBuilder)
		hints.Append(true)
		for n := range i % 3 {
			hints.ValueBuilder().(*array.StringBuilder).Append(fmt.Sprint("提示", n))
		}
		b.Field(4).(*array.BinaryBuilder).Append(bytes.Repeat([]byte{byte(i)}, i))
		if i%7 == 0 {
			b.Field(5).AppendNull()
		} else {
			b.Field(5).(*array.Decimal128Builder).Append(decimal128.FromI64(int64(i)))
		}
		b.Field(6).(*array.StringBuilder).Append("")
		b.Field(7).(*array.StringBuilder).Append(strings.Repeat("甲", i*10)) // lengths take two bytes, and more
		b.Field(8).(*array.StringBuilder).Append(strings.Repeat("乙", i*250))
	}
	whole := b.NewRecord()
	defer whole.Release()
	s, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want := []arrow.Record{whole, whole.NewSlice(13, 64), whole.NewSlice(99, 100)}
	var got []arrow.Record
	for i, rows := range want {
		if err := s.Put(uint32(i), rows); err != nil {
			t.Fatal(err)
		}
		back, err := s.Get(uint32(i))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, back)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for i, rows := range want {
		if !array.RecordEqual(got[i], rows) || !got[i].Schema().Equal(rows.Schema()) {
			t.Errorf("batch %d: got %v, want %v", i, got[i], rows)
		}
	}
	held := len(s.whole.free)
	for _, rows := range got {
		rows.Release()
	}
	if back := len(s.whole.free) - held; back != len(got) {
		t.Errorf("the memory of %d batches has come back, of %d", back, len(got))
	}
}

func TestSpool_BatchIsPutOnce(t *testing.T) {
	t.Parallel()
	s, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Put(1, rows(t, "a")); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(1, rows(t, "b")); err == nil {
		t.Error("got no error for a second batch 1: its place would be lost")
	}
}

func TestSpool_LeavesNothingReadable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	clear := []byte("吉安某某商贸有限公司")
	if err := s.Put(0, rows(t, string(clear))); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("got files %v (%v), want none", left, err)
	}
	stored := make([]byte, s.end)
	if _, err := s.file.ReadAt(stored, 0); err != nil {
		t.Fatal(err)
	}
	s.file.Stream(0).XORKeyStream(stored, stored) // ReadAt decrypts; what is on the disk is looked at
	if bytes.Contains(stored, clear) {
		t.Error("the file holds a name in clear")
	}
}

func TestNew_FolderThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "missing")
	if _, err := New(dir); fault.ClassOf(err) != fault.Environment {
		t.Errorf("got %v, want a fault of the environment", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}
