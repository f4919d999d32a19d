package property

import (
	"fmt"
	"slices"
)

// The limits of the pipelines, small enough to be met by stories.
const (
	budgetRows, budgetShare = 4, 0.4
	deleteRows, deleteShare = 3, 0.3
	limits                  = "error_budget: {share: 40%, min_rows: 4}, mass_delete: {share: 30%, min_rows: 3}"
)

// model is what there must be, as the documents say it.
type model struct {
	records map[int]*record
	refused map[row]*reject // by what was read and why it was refused: the same row is one, seen again
	known   []string        // files of the last snapshot that was applied
	runs    []string        // how each run ended
}

// record is one of a pipeline's records: its versions so far.
type record struct{ versions []version }

// version is one version, with the content that the source had, or that was last known.
type version struct {
	gone bool // op = delete
	rev  int
}

// reject is a refused row in quarantine.
type reject struct {
	open bool
	seen int
}

func newModel() *model { return &model{records: map[int]*record{}, refused: map[row]*reject{}} }

// wish is what an operator adds to a run.
type wish string

const (
	plain         wish = ""
	dry           wish = "--dry-run"
	applyDeletes  wish = "--apply-deletes"
	acceptDeletes wish = "--accept-deletes=1000"
)

// verdict is how a run must end, and with which counts.
type verdict struct {
	code string // of the fault; "" for done
	read, rejected, inserted, updated,
	deleted, unchanged, superseded, withheld int
	commits bool // it closes a commit
}

// read is a snapshot as the transforms see it.
type read struct {
	verdict
	staged   map[int]int // the accepted row that comes last decides: record → rev
	rejects  map[row]bool
	unkeyed  bool
	rejected map[int]bool // records that a refused row with a key is about
}

func readAll(files []file) read {
	r := read{staged: map[int]int{}, rejects: map[row]bool{}, rejected: map[int]bool{}}
	for _, f := range files {
		for _, one := range f.rows {
			r.read++
			switch one.defect {
			case none:
				if _, twice := r.staged[one.id]; twice {
					r.superseded++
				}
				r.staged[one.id] = one.rev
				continue
			case noKey:
				r.unkeyed = true
			default:
				r.rejected[one.id] = true
			}
			r.verdict.rejected++
			r.rejects[one] = true
		}
	}
	return r
}

// run is one run over what is delivered.
func (m *model) run(files []file, w wish) verdict {
	v := m.apply(files, w)
	m.runs = append(m.runs, fmt.Sprintf("%+v", v))
	return v
}

func (m *model) apply(files []file, w wish) verdict {
	for _, name := range m.known {
		there := slices.ContainsFunc(files, func(f file) bool { return f.name == name })
		if len(m.known) > 1 && !there && w != acceptDeletes {
			return verdict{code: "guard.missing_file"}
		}
	}
	r := readAll(files)
	if over(r.verdict.rejected, r.read, budgetRows, budgetShare) {
		return m.stop(r, w, "guard.error_budget")
	}
	absent := m.absent(r)
	if r.unkeyed && w != applyDeletes {
		r.withheld, absent = len(absent), nil
	}
	if over(len(absent), m.alive(), deleteRows, deleteShare) && w != acceptDeletes {
		return m.stop(r, w, "guard.mass_delete")
	}
	next := map[int]version{}
	for id, rev := range r.staged {
		switch old := m.records[id]; {
		case old == nil || old.last().gone:
			r.inserted++
		case old.last().rev != rev:
			r.updated++
		default:
			r.unchanged++
			continue
		}
		next[id] = version{rev: rev}
	}
	for _, id := range absent {
		next[id] = version{gone: true, rev: m.records[id].last().rev}
	}
	r.deleted = len(absent)
	if w == dry {
		return r.verdict
	}
	for id, v := range next {
		if m.records[id] == nil {
			m.records[id] = &record{}
		}
		m.records[id].versions = append(m.records[id].versions, v)
	}
	m.sight(r)
	for one, q := range m.refused {
		q.open = r.rejects[one] // a snapshot that was read to its end has it, or it is settled
	}
	m.known = nil
	for _, f := range files {
		m.known = append(m.known, f.name)
	}
	r.commits = true
	return r.verdict
}

func over(n, all, rows int, share float64) bool { return n > rows && float64(n) > share*float64(all) }

// absent are the records that the snapshot does not have: what was refused was delivered.
func (m *model) absent(r read) (list []int) {
	for id, old := range m.records {
		if _, staged := r.staged[id]; !staged && !r.rejected[id] && !old.last().gone {
			list = append(list, id)
		}
	}
	return list
}

func (m *model) alive() (n int) {
	for _, one := range m.records {
		if !one.last().gone {
			n++
		}
	}
	return n
}

// stop is a run that a guard stopped: its refused rows are set aside, and nothing else.
func (m *model) stop(r read, w wish, code string) verdict {
	v := verdict{code: code, read: r.read, rejected: r.verdict.rejected}
	if w == dry || len(r.rejects) == 0 {
		return v
	}
	m.sight(r)
	v.commits = true
	return v
}

// sight counts the refused rows of a run.
func (m *model) sight(r read) {
	for one := range r.rejects {
		if m.refused[one] == nil {
			m.refused[one] = &reject{}
		}
		m.refused[one].open = true
		m.refused[one].seen++
	}
}

func (r *record) last() version { return r.versions[len(r.versions)-1] }

// books is all of it in the lines of books_test.go.
func (m *model) books() books {
	b := books{}
	for id, one := range m.records {
		for i, v := range one.versions {
			b.add("history", "record %d version %d %s rev %d active", id, i+1, v.op(), v.rev)
			b.add("messages", "record %d: %d/%d version %d %s rev %d active", id, i+1, len(one.versions), i+1, v.op(), v.rev)
		}
		last := one.last()
		b.add("current", "record %d version %d %s active", id, len(one.versions), last.op())
		if !last.gone {
			b.add("view", "record %d version %d rev %d active", id, len(one.versions), last.rev)
		}
	}
	for one, q := range m.refused {
		state := "resolved"
		if q.open {
			state = "open"
		}
		b.add("quarantine", "record %d rev %d %s: %s, seen %d times", one.id, one.rev, one.defect, state, q.seen)
	}
	return b.sorted()
}

func (v version) op() string {
	if v.gone {
		return "delete"
	}
	return "upsert"
}
