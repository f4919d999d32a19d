package sql

import (
	"bytes"
	"strings"
	"testing"

	"creditsync/connectors"

	"pgregory.net/rapid"
)

// escape writes a cell as COPY's text format has it; nil is NULL.
func escape(cell []byte) string {
	if cell == nil {
		return `\N`
	}
	return strings.NewReplacer(`\`, `\\`, "\b", `\b`, "\f", `\f`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\v", `\v`).Replace(string(cell))
}

// TestSplit_IsTheInverse: what COPY writes is read as what it was, whatever the cells are.
func TestSplit_IsTheInverse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.OneOf(rapid.Just([]byte(nil)), rapid.Just([]byte{}), rapid.Just([]byte("\\N")), rapid.Just([]byte("\\")),
			rapid.SliceOfN(rapid.SampledFrom([]byte("ab\\\t\n\r\b\f\vN吉")), 1, 12))
		s := &pgSession{}
		for range 3 {
			want := rapid.SliceOfN(cell, 1, 6).Draw(t, "cells")
			parts := make([]string, len(want))
			for i, c := range want {
				parts[i] = escape(c)
			}
			s.cells = make([][]byte, len(want))
			if err := s.split([]byte(strings.Join(parts, "\t") + "\n")); err != nil {
				t.Fatal(err)
			}
			for i, c := range want {
				if !bytes.Equal(s.cells[i], c) || (s.cells[i] == nil) != (c == nil) {
					t.Fatalf("cell %d of %q: got %q, want %q", i, parts, s.cells[i], c)
				}
			}
		}
	})
}

// FuzzSplit_NeverPanics: nor are there more or fewer cells than columns, whatever comes.
func FuzzSplit_NeverPanics(f *testing.F) {
	for _, seed := range []string{"", "\n", "a\tb\n", `\N` + "\t\\", `\\\`, "a\tb\tc", "\xff\\\xff\t"} {
		f.Add([]byte(seed), 2)
	}
	f.Fuzz(func(t *testing.T, row []byte, columns int) {
		s := &pgSession{cells: make([][]byte, min(max(columns, 1), 100))}
		n := len(s.cells)
		total := 0
		if err := s.split(row); err == nil {
			for _, c := range s.cells {
				total += len(c)
			}
		}
		if len(s.cells) != n || total > len(row) {
			t.Errorf("%d cells of %d bytes from a row of %d", len(s.cells), total, len(row))
		}
	})
}

// FuzzResume_RefusesWhatIsNoCursor: a cursor that was damaged is refused, or it is one.
func FuzzResume_RefusesWhatIsNoCursor(f *testing.F) {
	o := Defaults()
	o.Engine, o.File, o.Table, o.Cursor = "sqlite", "/a.db", "penalty", "changed"
	s := span{zone: fixedZone(), now: fixedTime()}
	for _, k := range []kind{moment, clock, day, number, words} {
		p, err := s.asked(k, map[kind]string{number: "12"}[k]+map[kind]string{moment: "2024-01-03", clock: "2024-01-03", day: "2024-01-03", words: "A"}[k])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(o.mark(p).encode(), uint8(k))
	}
	f.Fuzz(func(t *testing.T, stored []byte, k uint8) {
		c := column{name: "changed", kind: kind(k % uint8(binary))}
		p, err := o.resume(stored, c, s)
		if err != nil || p == nil {
			return
		}
		b, err := o.bounds(p, connectors.Window{}, c, s)
		if err == nil && b.low.compare(*p) > 0 {
			t.Errorf("the read begins at %q, after %q", b.low.text, p.text)
		}
		if next, err := s.settle(p, nil); err != nil || next != p {
			t.Errorf("a read without rows moves the cursor to %v, %v", next, err)
		}
	})
}
