package connectorstest

import (
	"context"
	"errors"
	"testing"

	"creditsync/connectors"
	"creditsync/internal/fault"
)

// clause is one sentence of the contract.
type clause struct {
	name string
	test func(*testing.T, System)
}

// Run tests every clause of the contract on a connector.
func Run(t *testing.T, f Fixture) {
	t.Helper()
	clauses := append(readClauses(), endClauses()...)
	clauses = append(clauses, checkClauses()...)
	if f.Definition.Serves(connectors.Incremental) {
		clauses = append(clauses, clause{"Cursor/GoesOnWhereItStopped", cursorGoesOn})
	} else {
		clauses = append(clauses, clause{"Cursor/RefusedWhenUnsupported", cursorRefused})
	}
	t.Run("Definition/OptionsAreFresh", func(t *testing.T) {
		if a, b := f.Definition.Options(), f.Definition.Options(); a == b {
			t.Error("Options returned the same pointer twice: two pipelines would share their options")
		}
		if len(f.Definition.Modes) == 0 || f.Definition.Name == "" {
			t.Errorf("name %q, modes %v: a definition has both", f.Definition.Name, f.Definition.Modes)
		}
	})
	for _, c := range clauses {
		t.Run(c.name, func(t *testing.T) { c.test(t, f.New(t)) })
	}
}

func checkClauses() []clause {
	return []clause{
		{"Check/FullAndEmptyAreWell", func(t *testing.T, s System) {
			if err := s.Source(t).Check(t.Context()); err != nil {
				t.Errorf("check of a system without anything to read: %v", err)
			}
			s.Fill(t, numbered(3))
			if err := s.Source(t).Check(t.Context()); err != nil {
				t.Errorf("check of a filled system: %v", err)
			}
		}},
		{"Check/UnreachableSaysWhatToDo", func(t *testing.T, s System) {
			s.Fill(t, numbered(3))
			s.Remove(t)
			err := s.Source(t).Check(t.Context())
			if c := fault.ClassOf(err); c != fault.Input && c != fault.Environment {
				t.Errorf("check of an unreachable system: class %v of %v, want input or environment", c, err)
			}
			wantHint(t, err)
			r, err := s.Source(t).Open(t.Context(), numbered(3).Request())
			if err == nil {
				_, err = r.Next(t.Context())
				r.Close()
			}
			if c := fault.ClassOf(err); c != fault.Input && c != fault.Environment {
				t.Errorf("read of an unreachable system: class %v of %v, want input or environment", c, err)
			}
		}},
		{"Check/CancelledEnds", func(t *testing.T, s System) {
			s.Fill(t, numbered(3))
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := s.Source(t).Check(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("check with a cancelled context: got %v, want it cancelled", err)
			}
		}},
	}
}

// wantHint asks for what a person needs to go on: a code, and both languages of a sentence and a hint.
func wantHint(t *testing.T, err error) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) {
		t.Errorf("got %v (%T), want a fault error", err, err)
		return
	}
	if f.Code == "" || f.What.ZH == "" || f.What.EN == "" || f.Hint.ZH == "" || f.Hint.EN == "" {
		t.Errorf("fault %q lacks a code, or a sentence or hint in one of the languages: %+v", f.Code, f)
	}
}

func cursorRefused(t *testing.T, s System) {
	s.Fill(t, numbered(3))
	want := numbered(3).Request()
	want.Cursor = []byte("1")
	r, err := s.Source(t).Open(t.Context(), want)
	if err == nil {
		r.Close()
		t.Fatal("open with a cursor: no error from a source that does not serve incremental reads")
	}
	if c := fault.ClassOf(err); c != fault.Input {
		t.Errorf("open with a cursor: class %v of %v, want input", c, err)
	}
	got := read(t, s.Source(t), numbered(3))
	if got.cursor != nil {
		t.Errorf("cursor %q of a source that does not serve incremental reads, want nil", got.cursor)
	}
}

// cursorGoesOn allows the rows at the cursor itself to come again: a cursor may point at a value that several rows share.
func cursorGoesOn(t *testing.T, s System) {
	table := numbered(5000)
	s.Fill(t, Table{table.Header, table.Rows[:3000]})
	first := read(t, s.Source(t), table)
	if first.cursor == nil {
		t.Fatal("no cursor after the end of an incremental read")
	}
	s.Fill(t, table)
	want := table.Request()
	want.Cursor = first.cursor
	second := readAs(t, s.Source(t), want)
	if len(second.rows) >= len(table.Rows) {
		t.Errorf("a read from the cursor on returned all %d rows", len(second.rows))
	}
	seen := map[string]bool{}
	for _, r := range append(first.rows, second.rows...) {
		seen[r[0]] = true
	}
	for _, r := range table.Rows {
		if !seen[r[0]] {
			t.Fatalf("row %s came in neither read", r[0])
		}
	}
}
