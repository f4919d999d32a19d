package bureau

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
)

// Register is what another department's system holds: the rows of one table, night after night. Its first column is the
// system's own number, its last one a remark.
type Register struct {
	Columns  []string
	entries  []*entry
	reserved []*entry
	rng      *rand.Rand
}

// entry is one row.
type entry struct {
	cells []string
	rule  string // under which it is refused; empty when it is loaded
	used  bool
}

// Rows are the table's rows as it is now.
func (r *Register) Rows() [][]string {
	out := make([][]string, len(r.entries))
	for i, e := range r.entries {
		out[i] = slices.Clone(e.cells)
	}
	return out
}

// Refused is how many rows creditsync should refuse.
func (r *Register) Refused() int {
	n := 0
	for _, e := range r.entries {
		if e.rule != "" {
			n++
		}
	}
	return n
}

// Personal are the resident IDs that stand in the table in clear.
func (r *Register) Personal() []string {
	var ids []string
	for _, e := range slices.Concat(r.entries, r.reserved) {
		for _, c := range e.cells {
			if len(c) == 18 && (c[6:8] == "19" || c[6:8] == "20") {
				ids = append(ids, c)
			}
		}
	}
	return ids
}

// Small is what happened in a register between two nights, and should become of it.
type Small struct{ Inserted, Updated, Deleted int }

// The known small difference of a register.
const (
	registerChanged = 4
	registerRemoved = 2
	registerAdded   = 3
)

// newRegister makes a register of n rows; the last ones come with the third night. One row in a hundred is spoiled in a
// column, in the given way, and refused under a rule.
func newRegister(rng *rand.Rand, columns []string, n int, row func(no int) []string, spoil func(cells []string) (rule string)) *Register {
	r := &Register{Columns: columns, rng: rng}
	for i := range n + registerAdded {
		e := &entry{cells: append([]string{strconv.Itoa(i + 1)}, row(i+1)...)}
		if len(e.cells) != len(columns) {
			panic(fmt.Sprintf("bureau: %d cells in %d columns", len(e.cells), len(columns)))
		}
		if i >= n {
			r.reserved = append(r.reserved, e)
			continue
		}
		r.entries = append(r.entries, e)
	}
	for range max(1, n/100) {
		e := r.pick()
		e.rule = spoil(e.cells)
	}
	return r
}

// pick is a row that nothing has happened to yet.
func (r *Register) pick() *entry {
	for {
		if e := r.entries[r.rng.IntN(len(r.entries))]; !e.used {
			e.used = true
			return e
		}
	}
}

// Next turns the register into that of a later night: some remarks change, some rows go, some come.
func (r *Register) Next() Small {
	for range registerChanged {
		e := r.pick()
		e.cells[len(e.cells)-1] = "经复核，信息已更正"
	}
	for range registerRemoved {
		gone := r.pick()
		r.entries = slices.DeleteFunc(r.entries, func(e *entry) bool { return e == gone })
	}
	r.entries = append(r.entries, r.reserved...)
	r.reserved = nil
	return Small{Inserted: registerAdded, Updated: registerChanged, Deleted: registerRemoved}
}
