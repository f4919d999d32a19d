package property

import "slices"

// The limits of the pipelines, small enough to be met by stories.
const (
	budgetRows, budgetShare = 4, 0.4
	deleteRows, deleteShare = 3, 0.3
	limits                  = "error_budget: {share: 40%, min_rows: 4}, mass_delete: {share: 30%, min_rows: 3}"
)

// pipeline is one of the two of a story. They deliver the same kind of records, and may deliver the same record; the high
// one goes before.
type pipeline int

const (
	low pipeline = iota
	high
	pipelines
)

func (p pipeline) String() string { return [...]string{"low", "high"}[p] }

// model is what there must be, as the documents say it.
type model struct {
	records map[int]*record
	refused map[sighting]*reject
	known   [pipelines][]string // files of the last snapshot that was applied
}

// sighting is what was read and why it was refused: the same row of the same pipeline is one, seen again.
type sighting struct {
	row
	by pipeline
}

// record is a record: its versions so far.
type record struct{ versions []version }

// version is one version, with the content that its source had, or that was last known.
type version struct {
	gone   bool // op = delete; then nobody owns the record
	rev    int
	by     pipeline
	silent bool // only the owner is another one: nobody is told
}

// reject is a refused row in quarantine.
type reject struct {
	open bool
	seen int
}

func newModel() *model { return &model{records: map[int]*record{}, refused: map[sighting]*reject{}} }

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

// run is one run of a pipeline over what is delivered.
func (m *model) run(p pipeline, files []file, w wish) verdict {
	for _, name := range m.known[p] {
		there := slices.ContainsFunc(files, func(f file) bool { return f.name == name })
		if len(m.known[p]) > 1 && !there && w != acceptDeletes {
			return verdict{code: "guard.missing_file"}
		}
	}
	r := readAll(files)
	if over(r.verdict.rejected, r.read, budgetRows, budgetShare) {
		return m.stop(p, r, w, "guard.error_budget")
	}
	absent, owned := m.absent(p, r)
	if r.unkeyed && w != applyDeletes {
		r.withheld, absent = len(absent), nil
	}
	if over(len(absent), owned, deleteRows, deleteShare) && w != acceptDeletes {
		return m.stop(p, r, w, "guard.mass_delete")
	}
	next := m.differences(p, &r)
	for _, id := range absent {
		next[id] = version{gone: true, rev: m.records[id].last().rev, by: p}
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
	m.sight(p, r)
	m.settle(p, r)
	m.known[p] = nil
	for _, f := range files {
		m.known[p] = append(m.known[p], f.name)
	}
	r.commits = true
	return r.verdict
}

// differences are the versions that the staged rows make.
func (m *model) differences(p pipeline, r *read) map[int]version {
	next := map[int]version{}
	for id, rev := range r.staged {
		v := version{rev: rev, by: p}
		switch old := m.records[id]; {
		case old == nil || old.last().gone:
			r.inserted++
		case old.last().by > p: // another pipeline has it, and goes before
			r.superseded++
			continue
		case old.last().rev != rev:
			r.updated++
		case old.last().by < p: // the content is the same, the owner another one
			r.unchanged++
			v.silent = true
		default:
			r.unchanged++
			continue
		}
		next[id] = v
	}
	return next
}

// settle ends what is refused no longer: a snapshot of its own pipeline that was read to its end does not have it, or
// any pipeline has delivered its record clean.
func (m *model) settle(p pipeline, r read) {
	for one, q := range m.refused {
		_, clean := r.staged[one.id]
		clean = clean && one.defect != noKey && !r.rejected[one.id]
		if !r.rejects[one.row] && (one.by == p || clean) {
			q.open = false
		}
	}
}

func over(n, all, rows int, share float64) bool { return n > rows && float64(n) > share*float64(all) }

// absent are the records of the pipeline that its snapshot does not have, of so many that it owns: what was refused was
// delivered.
func (m *model) absent(p pipeline, r read) (list []int, owned int) {
	for id, old := range m.records {
		if old.last().gone || old.last().by != p {
			continue
		}
		owned++
		if _, staged := r.staged[id]; !staged && !r.rejected[id] {
			list = append(list, id)
		}
	}
	return list, owned
}

// stop is a run that a guard stopped: its refused rows are set aside, and nothing else.
func (m *model) stop(p pipeline, r read, w wish, code string) verdict {
	v := verdict{code: code, read: r.read, rejected: r.verdict.rejected}
	if w == dry || len(r.rejects) == 0 {
		return v
	}
	m.sight(p, r)
	v.commits = true
	return v
}

// sight counts the refused rows of a run.
func (m *model) sight(p pipeline, r read) {
	for one := range r.rejects {
		key := sighting{one, p}
		if m.refused[key] == nil {
			m.refused[key] = &reject{}
		}
		m.refused[key].open = true
		m.refused[key].seen++
	}
}

func (r *record) last() version { return r.versions[len(r.versions)-1] }

// books is all of it in the lines of books_test.go.
func (m *model) books() books {
	b := books{}
	for id, one := range m.records {
		told := 0
		for i, v := range one.versions {
			b.add("history", "record %d version %d %s rev %d active of %s", id, i+1, v.op(), v.rev, v.by)
			if !v.silent {
				told++
				b.add("messages", "record %d: message %d version %d %s rev %d active", id, told, i+1, v.op(), v.rev)
			}
		}
		last := one.last()
		b.add("current", "record %d version %d %s active of %s", id, len(one.versions), last.op(), last.by)
		if !last.gone {
			b.add("view", "record %d version %d rev %d active of %s", id, len(one.versions), last.rev, last.by)
		}
	}
	for one, q := range m.refused {
		state := "resolved"
		if q.open {
			state = "open"
		}
		b.add("quarantine", "record %d rev %d %s of %s: %s, seen %d times", one.id, one.rev, one.defect, one.by, state, q.seen)
	}
	return b.sorted()
}

func (v version) op() string {
	if v.gone {
		return "delete"
	}
	return "upsert"
}
