package connectorstest

import (
	"io"
	"testing"

	"creditsync/connectors"
)

// readClauses are those of a read that goes well.
func readClauses() []clause {
	return []clause{
		{"Read/AllRowsInOrder", func(t *testing.T, s System) {
			table := numbered(10_000)
			s.Fill(t, table)
			sameRows(t, read(t, s.Source(t), table), table)
		}},
		{"Read/TextUntouched", func(t *testing.T, s System) {
			s.Fill(t, awkward())
			sameRows(t, read(t, s.Source(t), awkward()), awkward())
		}},
		{"Read/BatchBounds", batchBounds},
		{"Read/RefsUnique", refsUnique},
		{"Read/SchemaSharedPerInput", func(t *testing.T, s System) {
			table := numbered(connectors.MaxBatchRows + 10)
			s.Fill(t, table)
			for i, batches := range read(t, s.Source(t), table).schemas {
				if len(batches) < 2 {
					t.Errorf("input %d came in %d batches, want two or more", i, len(batches))
				}
				for _, one := range batches {
					if one != batches[0] {
						t.Errorf("input %d: batches with schema values of their own", i)
					}
				}
			}
		}},
		{"Read/NothingIsEOF", func(t *testing.T, s System) {
			out := read(t, s.Source(t), numbered(0))
			if len(out.rows) != 0 || len(out.refused) != 0 || len(out.sizes) != 0 {
				t.Errorf("%d batches, %d rows and %d refused ones of a system that holds nothing", len(out.sizes), len(out.rows), len(out.refused))
			}
		}},
		{"Read/SameTwice", func(t *testing.T, s System) {
			s.Fill(t, awkward())
			source := s.Source(t)
			first, second := read(t, source, awkward()), read(t, source, awkward())
			sameRows(t, second, Table{first.header, first.rows})
			for i := range first.refs {
				if first.refs[i] != second.refs[i] {
					t.Fatalf("row %d has ref %q and then %q", i, first.refs[i], second.refs[i])
				}
			}
			if len(first.inputs) != 1 || len(second.inputs) != 1 || first.inputs[0] != second.inputs[0] {
				t.Errorf("inputs %v and then %v, want the same one", first.inputs, second.inputs)
			}
		}},
		{"Read/ChangeIsSeen", func(t *testing.T, s System) {
			table := numbered(100)
			s.Fill(t, table)
			source := s.Source(t)
			read(t, source, table)
			table.Rows[50][1] = "改名有限公司"
			table.Rows = append(table.Rows[:10:10], table.Rows[20:]...)
			s.Fill(t, table)
			sameRows(t, read(t, source, table), table)
		}},
		{"Read/TwoAtOnce", twoAtOnce},
		{"Read/ProgressGoesUp", progress},
		{"Read/RefusedHaveRefs", refusedHaveRefs},
	}
}

func batchBounds(t *testing.T, s System) {
	table := numbered(2*connectors.MaxBatchRows + 5)
	s.Fill(t, table)
	out := read(t, s.Source(t), table)
	for i, n := range out.sizes {
		if n > connectors.MaxBatchRows {
			t.Errorf("batch %d has %d rows, want at most %d", i, n, connectors.MaxBatchRows)
		}
	}
	sameRows(t, out, table)

	table = large(70, connectors.MaxCell) // the longest cells that are values: more than one batch of them
	s.Fill(t, table)
	out = read(t, s.Source(t), table)
	for i, n := range out.bytes {
		if n > connectors.MaxBatchBytes+connectors.MaxCell {
			t.Errorf("batch %d has %d bytes, want about %d at most", i, n, connectors.MaxBatchBytes)
		}
	}
	sameRows(t, out, table)
}

func refsUnique(t *testing.T, s System) {
	table := numbered(connectors.MaxBatchRows + 10)
	s.Fill(t, table)
	seen := map[string]bool{}
	for _, ref := range read(t, s.Source(t), table).refs {
		if ref == "" || seen[ref] {
			t.Fatalf("ref %q is empty or belongs to two rows", ref)
		}
		seen[ref] = true
	}
}

func twoAtOnce(t *testing.T, s System) {
	table := numbered(1000)
	s.Fill(t, table)
	source := s.Source(t)
	a, err := source.Open(t.Context(), table.Request())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	sameRows(t, read(t, source, table), table)
	n := 0
	for {
		b, err := a.Next(t.Context())
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n += int(b.Rows.NumRows())
		b.Release()
	}
	if n != len(table.Rows) {
		t.Errorf("%d rows of a read beside another one, want %d", n, len(table.Rows))
	}
}

func progress(t *testing.T, s System) {
	table := numbered(2 * connectors.MaxBatchRows)
	s.Fill(t, table)
	r, err := s.Source(t).Open(t.Context(), table.Request())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	inputs := len(r.Inputs())
	var before int64
	for {
		b, err := r.Next(t.Context())
		done, size := r.Read()
		if done < before || size >= 0 && done > size {
			t.Errorf("%d of %d bytes read after %d", done, size, before)
		}
		before = done
		if err == io.EOF {
			if size > 0 && done != size {
				t.Errorf("%d of %d bytes read at the end", done, size)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b.Release()
	}
	if got := len(r.Inputs()); got != inputs {
		t.Errorf("%d inputs after the read, %d after Open", got, inputs)
	}
	if _, err := r.Next(t.Context()); err != io.EOF {
		t.Errorf("after io.EOF: %v, want it again", err)
	}
}

func refusedHaveRefs(t *testing.T, s System) {
	table := numbered(3)
	table.Rows[1] = large(2, connectors.MaxCell+1).Rows[1] // with a key of its own
	s.Fill(t, table)
	out := read(t, s.Source(t), table)
	sameRows(t, out, Table{table.Header, [][]string{table.Rows[0], table.Rows[2]}})
	if len(out.refused) != 1 {
		t.Fatalf("%d refused rows, want the one with a cell over %d bytes", len(out.refused), connectors.MaxCell)
	}
	one, size := out.refused[0], 0
	for _, c := range one.Cells {
		size += len(c)
	}
	switch {
	case one.Rule != connectors.RuleCellTooLarge:
		t.Errorf("rule %q, want %q", one.Rule, connectors.RuleCellTooLarge)
	case one.Ref == "" || one.Ref == out.refs[0] || one.Ref == out.refs[1]:
		t.Errorf("ref %q of the refused row beside those of the others, %q", one.Ref, out.refs)
	case size > connectors.MaxCell:
		t.Errorf("%d bytes of cells, want at most %d", size, connectors.MaxCell)
	case len(one.Cells) == 0 || one.Cells[0] != table.Rows[1][0]:
		t.Errorf("the cells do not begin with the key %q", table.Rows[1][0])
	}
}
