package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"creditsync/internal/bus"
)

// rowsOfPenalties is the size of the whole file; CREDITSYNC_E2E_ROWS makes it smaller while something is being mended.
func rowsOfPenalties() string {
	if n := os.Getenv("CREDITSYNC_E2E_ROWS"); n != "" {
		return n
	}
	return "200000"
}

// TestPenalties_200k loads a whole file with defects of every rule and holds every row against what the generator says
// of it: the good ones field by field, the defective ones under their rules, and nothing else.
func TestPenalties_200k(t *testing.T) {
	dir := generate(t, "penalties", "--rows", rowsOfPenalties(), "--seed", "7", "--encoding", "gb18030", "--defects", "0.1")
	s := newSite(t, setup{})
	s.put(filepath.Join(dir, "penalties.csv"), "inbox/penalties.csv")
	s.up()
	r := s.done()
	s.sub("counts", func(t *testing.T) { s.countsOf(t, dir, r) })
	s.sub("rows", func(t *testing.T) { s.rowsOf(t, dir) })
	s.sub("messages", func(t *testing.T) { s.messagesOf(t, dir) })
}

// countsOf holds the run's document against the generator's.
func (s *site) countsOf(t *testing.T, dir string, r run) {
	want := summaryOf(t, dir)
	if got, want := r.counts(), (counts{read: want.Rows, accepted: want.Good, rejected: want.Bad, inserted: want.Records, superseded: want.Superseded, published: want.Records}); got != want {
		t.Errorf("counts: got %+v, want %+v", got, want)
	}
	for rule, n := range want.Warnings {
		if r.Hints[rule] != n {
			t.Errorf("hint %s: %d rows, want %d", rule, r.Hints[rule], n)
		}
	}
	var rows struct {
		Rows []struct{ Read, Inserted, Rejected uint64 }
	}
	_ = rows
	s.wantText(fmt.Sprintf("%d\t%d\t%d\tdone", want.Rows, want.Records, want.Bad), "SELECT read, inserted, rejected, state FROM credit.runs FINAL")
}

// loaded is a record as analysts read it.
type loaded struct {
	line     int
	values   []string
	warnings []string
	state    string
	index    []string
}

// rowsOf walks the truth, the view and the quarantine side by side, in the order of the file.
func (s *site) rowsOf(t *testing.T, dir string) {
	diff := &differences{t: t, seen: map[string]int{}}
	view := s.view()
	held := s.held()
	truths(t, dir, func(want truth) {
		row, accepted := view[want.Line]
		bad, rejected := held[want.Line]
		delete(view, want.Line)
		delete(held, want.Line)
		switch {
		case accepted && rejected:
			diff.add("row is in the view and in quarantine", want.Line)
		case want.OK && want.Superseded:
			if accepted || rejected {
				diff.add("row that a later one decides is shown", want.Line)
			}
		case want.OK && !accepted:
			diff.add(fmt.Sprintf("good row is not in the view (quarantine: %v)", bad.rules), want.Line)
		case want.OK:
			diff.record(want, row)
		case !rejected:
			diff.add(fmt.Sprintf("defective row %v is not in quarantine", want.Violations), want.Line)
		default:
			diff.refusal(want, bad)
		}
	})
	for line := range view {
		diff.add("record of no row", line)
	}
	for line := range held {
		diff.add("refused row of no row", line)
	}
	diff.report()
	for _, f := range fields {
		if nullable := s.text("SELECT type LIKE 'Nullable%' FROM system.columns WHERE database = 'credit' AND table = 'admin_penalty' AND name = '" + f + "'"); nullable == "1" {
			s.wantText("0", "SELECT countIf(toString("+f+") = '') FROM credit.admin_penalty")
		}
	}
}

// lineOf is the SQL for the line that a row came from.
const lineOf = "toUInt32(splitByChar(':', source_ref)[-1])"

// view reads credit.admin_penalty by line.
func (s *site) view() map[int]loaded {
	exprs := make([]string, len(fields))
	for i, f := range fields {
		exprs[i] = "ifNull(toString(" + f + "), '')"
		switch f {
		case "penalty_category":
			exprs[i] = "arrayStringConcat(" + f + ", '|')"
		case "fine_wanyuan", "confiscated_wanyuan":
			exprs[i] = "ifNull(toDecimalString(" + f + ", 6), '')"
		}
	}
	all := map[int]loaded{}
	s.each("SELECT "+lineOf+", ["+strings.Join(exprs, ", ")+"], arraySort(warnings), concat(status, ' ', toString(version), ' ', pipeline), [legal_rep_id_no_index, id_no_index] FROM credit.admin_penalty", func(b []byte) {
		var one loaded
		if err := json.Unmarshal(b, &[]any{&one.line, &one.values, &one.warnings, &one.state, &one.index}); err != nil {
			s.t.Fatalf("%v: %s", err, b)
		}
		if _, twice := all[one.line]; twice {
			s.t.Errorf("two records come from line %d", one.line)
		}
		all[one.line] = one
	})
	return all
}

// heldRow is a refused row as it is stored.
type heldRow struct {
	line  int
	rules [][2]string
	keyed bool
	state string
}

// held reads the quarantine by line.
func (s *site) held() map[int]heldRow {
	all := map[int]heldRow{}
	s.each("SELECT "+lineOf+", arrayMap(v -> [v.1, v.2], violations), record_id != toFixedString('', 16), concat(state, ' ', toString(times_seen)) FROM credit.quarantine FINAL", func(b []byte) {
		var one heldRow
		var keyed uint8
		if err := json.Unmarshal(b, &[]any{&one.line, &one.rules, &keyed, &one.state}); err != nil {
			s.t.Fatalf("%v: %s", err, b)
		}
		one.keyed = keyed == 1
		if _, twice := all[one.line]; twice {
			s.t.Errorf("two refused rows come from line %d", one.line)
		}
		all[one.line] = one
	})
	return all
}

// differences counts what does not agree, by kind, with the first examples of each.
type differences struct {
	t    *testing.T
	seen map[string]int
	eg   map[string][]int
}

func (d *differences) add(what string, line int) {
	if d.eg == nil {
		d.eg = map[string][]int{}
	}
	if d.seen[what]++; d.seen[what] <= 3 {
		d.eg[what] = append(d.eg[what], line)
	}
}

func (d *differences) report() {
	d.t.Helper()
	kinds := make([]string, 0, len(d.seen))
	for what := range d.seen {
		kinds = append(kinds, what)
	}
	sort.Slice(kinds, func(i, j int) bool { return d.seen[kinds[i]] > d.seen[kinds[j]] })
	for _, what := range kinds[:min(40, len(kinds))] {
		d.t.Errorf("%d × %s; lines %v", d.seen[what], what, d.eg[what])
	}
}

func (d *differences) record(want truth, got loaded) {
	for i, f := range fields {
		if v := want.value(f); got.values[i] != v {
			d.add("value of "+f+" differs", want.Line)
			if d.seen["value of "+f+" differs"] <= 3 {
				d.t.Logf("line %d, %s:\n got %q\nwant %q", want.Line, f, got.values[i], v)
			}
		}
	}
	if !slices.Equal(got.warnings, want.Warnings) {
		d.add(fmt.Sprintf("warnings %v, want %v", got.warnings, want.Warnings), want.Line)
	}
	if got.state != "active 1 penalties" {
		d.add("status, version, pipeline are "+got.state, want.Line)
	}
	for i, f := range []string{"legal_rep_id_no", "id_no"} {
		v, _ := want.Values[f].(string)
		if indexed := v != "" && !strings.Contains(v, "*"); indexed != (got.index[i] != "") {
			d.add(fmt.Sprintf("blind index of %s: %t, want %t", f, !indexed, indexed), want.Line)
		}
	}
}

func (d *differences) refusal(want truth, got heldRow) {
	expected := slices.Clone(want.Violations)
	for i := range expected { // of what was no row, no field is looked at
		if slices.Contains([]string{"ragged_row", "nul_byte", "cell_too_large"}, expected[i][1]) {
			expected[i][0] = ""
		}
	}
	less := func(a, b [2]string) int { return strings.Compare(a[0]+" "+a[1], b[0]+" "+b[1]) }
	slices.SortFunc(expected, less)
	slices.SortFunc(got.rules, less)
	if !slices.Equal(expected, got.rules) {
		d.add(fmt.Sprintf("refused for %v, want %v", got.rules, expected), want.Line)
	}
	if want.KeyOK != nil && *want.KeyOK != got.keyed {
		d.add(fmt.Sprintf("key of row refused for %v: %t, want %t", expected, got.keyed, *want.KeyOK), want.Line)
	}
	if got.state != "open 1" {
		d.add("state and times seen are "+got.state, want.Line)
	}
}

// messagesOf holds the topic against the truth: one message for each good record, and nothing else.
func (s *site) messagesOf(t *testing.T, dir string) {
	want := map[string]int{}
	truths(t, dir, func(r truth) {
		if r.OK && !r.Superseded {
			want[fmt.Sprint(":", r.Line)] = r.Line
		}
	})
	last := map[int]string{}
	n := 0
	s.told(topic, func(m bus.Message) {
		n++
		p := s.payload(m)
		ref := p.Source.Ref[strings.LastIndexByte(p.Source.Ref, ':'):]
		if _, known := want[ref]; !known {
			t.Errorf("%s tells of %s, which is no good row or was told before", place(m), p.Source.Ref)
		}
		delete(want, ref)
		seq := fmt.Sprintf("%020s", m.Header("seq"))
		if seq <= last[m.Partition] {
			t.Errorf("%s: seq %s after %s", place(m), seq, last[m.Partition])
		}
		last[m.Partition] = seq
		if p.Version != 1 || p.Op != "upsert" || len(p.Changed) > 0 || string(m.Key) != p.RecordID || m.Header("ce_id") != p.RecordID+":1" {
			t.Errorf("%s: version %d, op %s, changed %v, key %s", place(m), p.Version, p.Op, p.Changed, m.Key)
		}
	})
	if len(want) > 0 {
		t.Errorf("%d good rows have no message (%d messages)", len(want), n)
	}
}
