package connectorstest

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"creditsync/connectors"
	"creditsync/internal/fault"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"go.uber.org/goleak"
)

// patience is how long something that should be prompt may take on a busy machine.
const patience = 10 * time.Second

// endClauses are those of a read that ends before its end.
func endClauses() []clause {
	return []clause{
		{"Read/BrokenHalfwayFailsWhole", brokenHalfway},
		{"Read/CancelReturnsPromptly", cancelReturns},
		{"Read/CloseTwice", func(t *testing.T, s System) {
			s.Fill(t, numbered(10))
			r, err := s.Source(t).Open(t.Context(), numbered(10).Request())
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := r.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			}
			if b, err := r.Next(t.Context()); err == nil || err == io.EOF {
				t.Errorf("next after close: got %v, %v, want an error other than io.EOF", b, err)
			}
		}},
		{"Read/CloseEarlyLeavesNothing", closeEarly},
		{"Read/BatchesOutliveTheReader", batchesOutlive},
	}
}

func brokenHalfway(t *testing.T, s System) {
	table := numbered(2 * connectors.MaxBatchRows)
	s.Fill(t, table)
	s.Break(t)
	leaks := goleak.IgnoreCurrent()
	r, err := s.Source(t).Open(t.Context(), table.Request())
	rows := 0
	for err == nil {
		var b *connectors.Batch
		if b, err = r.Next(t.Context()); err == nil {
			rows += int(b.Rows.NumRows())
			b.Release()
		}
	}
	if err == io.EOF {
		t.Fatalf("a source that breaks half-way ended well, after %d of %d rows", rows, len(table.Rows))
	}
	if fault.ClassOf(err) == fault.None {
		t.Errorf("error %v without a class", err)
	}
	wantHint(t, err)
	if r != nil {
		if _, again := r.Next(t.Context()); again == nil || again == io.EOF {
			t.Errorf("after the error: %v, want an error again", again)
		}
		if err := r.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if err := goleak.Find(leaks); err != nil {
		t.Error(err)
	}
}

func cancelReturns(t *testing.T, s System) {
	table := numbered(2 * connectors.MaxBatchRows)
	s.Fill(t, table)
	dead, kill := context.WithCancel(t.Context())
	kill()
	within(t, "open with a cancelled context", func() {
		if r, err := s.Source(t).Open(dead, table.Request()); err == nil {
			r.Close()
			t.Error("open with a cancelled context: no error")
		} else if !errors.Is(err, context.Canceled) {
			t.Errorf("open with a cancelled context: %v, want it cancelled", err)
		}
	})
	r, err := s.Source(t).Open(t.Context(), table.Request())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, cancel := context.WithCancel(t.Context())
	b, err := r.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	b.Release()
	cancel()
	within(t, "next with a cancelled context", func() {
		if b, err := r.Next(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("next with a cancelled context: %v, %v, want it cancelled", b, err)
		}
	})
	within(t, "close after it", func() { r.Close() })
}

// closeEarly closes before the first row, in the middle, and after a batch that is never asked for again.
func closeEarly(t *testing.T, s System) {
	table := numbered(2 * connectors.MaxBatchRows)
	s.Fill(t, table)
	source := s.Source(t)
	leaks := goleak.IgnoreCurrent()
	for batches := range 3 {
		checked := memory.NewCheckedAllocator(memory.DefaultAllocator)
		want := table.Request()
		want.Memory = checked
		r, err := source.Open(t.Context(), want)
		if err != nil {
			t.Fatal(err)
		}
		for range batches {
			b, err := r.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b.Release()
		}
		within(t, "close", func() { r.Close() })
		checked.AssertSize(t, 0)
	}
	if err := goleak.Find(leaks); err != nil {
		t.Error(err)
	}
}

func batchesOutlive(t *testing.T, s System) {
	table := numbered(100)
	s.Fill(t, table)
	checked := memory.NewCheckedAllocator(memory.DefaultAllocator)
	want := table.Request()
	want.Memory = checked
	r, err := s.Source(t).Open(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	out := outcome{inputs: r.Inputs()}
	out.schemas = append(out.schemas, nil)
	out.add(t, b)
	sameRows(t, out, table)
	b.Release()
	checked.AssertSize(t, 0)
}
