package spool

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
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
		t.Error("got no error for a second batch 1: its key stream would be used twice")
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
