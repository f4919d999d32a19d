package e2e

import (
	"cmp"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"creditsync/internal/bus"
)

// rowOfNight is one row of changes.json.
type rowOfNight struct {
	Row, Line int
	FirstRow  int `json:"first_row"`
	Key       []*string
	Fields    []string
}

// changes are what a second night differs in from the first.
type changes struct {
	Changed, Removed, Added []rowOfNight
	BrokenKnown             []rowOfNight `json:"broken_known"`
	BrokenKey               []rowOfNight `json:"broken_key"`
}

// night writes a variant of the second night and returns its folder and what is different in it.
func night(t *testing.T, name string, base []string, options ...string) (string, changes) {
	t.Helper()
	dir := filepath.Join(generate(t, name, append(append(slices.Clone(base), "--night2"), options...)...), "night2")
	var c changes
	readJSON(t, filepath.Join(dir, "changes.json"), &c)
	return dir, c
}

// TestNights runs a snapshot night after night: what changed is told once and in order, what was refused is not absent,
// and a refused row without a key withholds deletions.
func TestNights(t *testing.T) {
	t.Parallel()
	base := []string{"--rows", "2000", "--seed", "5", "--keyed-defects", "--no-huge", "--duplicates", "10"}
	none := []string{"--changed", "0", "--removed", "0", "--added", "0"}
	first := generate(t, "nights", base...)
	second, different := night(t, "nights-second", base)
	broken, one := night(t, "nights-broken", base, append(none, "--break-known", "1")...)
	keyless, lost := night(t, "nights-keyless", base, "--changed", "0", "--removed", "5", "--added", "0", "--break-key", "1")

	s := newSite(t, setup{})
	s.up()
	tonight := func(dir string) { s.put(filepath.Join(dir, "penalties.csv"), "inbox/penalties.csv") }
	all := summaryOf(t, first)
	tonight(first)
	if got, want := s.done().counts(), (counts{read: all.Rows, accepted: all.Good, rejected: all.Bad, inserted: all.Records, superseded: all.Superseded, published: all.Records}); got != want {
		t.Fatalf("first night: got %+v, want %+v", got, want)
	}
	quiet := counts{read: all.Rows, accepted: all.Good, rejected: all.Bad, unchanged: all.Records, superseded: all.Superseded}
	told := len(s.messages())

	s.sub("unchanged", func(t *testing.T) {
		if got := s.done().counts(); got != quiet {
			t.Errorf("got %+v, want %+v", got, quiet)
		}
		s.toldSince(t, told)
		s.wantText("2\t"+strconv.FormatUint(all.Bad, 10), "SELECT max(times_seen), count() FROM credit.quarantine FINAL")
	})
	s.sub("22 differences", func(t *testing.T) {
		tonight(second)
		want := quiet
		want.read, want.accepted, want.inserted, want.updated, want.deleted, want.published = all.Rows+2, all.Good+2, 7, 10, 5, 22
		want.unchanged -= 15
		if got := s.done().counts(); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		s.holdsNight(t, s.toldSince(t, told), different)
		told += 22
	})
	s.sub("and back", func(t *testing.T) {
		tonight(first)
		want := quiet
		want.inserted, want.updated, want.deleted, want.published = 5, 10, 7, 22
		want.unchanged -= 15
		if got := s.done().counts(); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		for _, p := range s.toldSince(t, told) {
			if want := map[string]uint32{"upsert": 3, "delete": 2}[p.Op]; p.Version != want {
				t.Errorf("%s of %s has version %d, want %d", p.Op, p.Source.Ref, p.Version, want)
			}
		}
		told += 22
	})
	s.sub("a known row turns invalid", func(t *testing.T) { s.turnsInvalid(t, quiet, first, broken, one.BrokenKnown[0]) })
	s.sub("a row without key", func(t *testing.T) { s.withholds(t, quiet, keyless, lost) })
}

// toldSince are the messages since there were so many, by seq; those before must be as many.
func (s *site) toldSince(t *testing.T, before int) []payload {
	t.Helper()
	list := s.messages()
	seq := func(m bus.Message) uint64 {
		n, err := strconv.ParseUint(m.Header("seq"), 10, 64)
		if err != nil {
			t.Fatalf("%s: seq %q", place(m), m.Header("seq"))
		}
		return n
	}
	last := map[int]uint64{}
	for _, m := range list { // in the order of each partition
		if seq(m) <= last[m.Partition] {
			t.Errorf("%s: seq %d after %d", place(m), seq(m), last[m.Partition])
		}
		last[m.Partition] = seq(m)
	}
	slices.SortFunc(list, func(a, b bus.Message) int { return cmp.Compare(seq(a), seq(b)) })
	versions := map[string]uint32{}
	for _, m := range list {
		p := s.payload(m)
		if p.Version <= versions[p.RecordID] {
			t.Errorf("%s: version %d of %s after %d", place(m), p.Version, p.RecordID, versions[p.RecordID])
		}
		versions[p.RecordID] = p.Version
	}
	var fresh []payload
	for _, m := range list[min(before, len(list)):] {
		fresh = append(fresh, s.payload(m))
		if seq(m)>>24 != seq(list[before])>>24 {
			t.Errorf("%s: seq %d is of another commit than %d", place(m), seq(m), seq(list[before]))
		}
	}
	return fresh
}

// number is a document number as it stands in keys: without leading zeros.
func number(s string) string {
	year, rest, _ := strings.Cut(s, "〕")
	return year + "〕" + strings.TrimLeft(rest, "0")
}

// holdsNight holds the messages of a night against its differences.
func (s *site) holdsNight(t *testing.T, got []payload, want changes) {
	if len(got) != 22 {
		t.Fatalf("%d new messages, want 22", len(got))
	}
	updated, added, removed := map[int][]string{}, map[int]bool{}, map[string]bool{}
	for _, r := range want.Changed {
		updated[r.Line] = r.Fields
	}
	for _, r := range want.Added {
		added[r.Line] = true
	}
	for _, r := range want.Removed {
		removed[number(*r.Key[0])+*r.Key[3]] = true
	}
	for _, p := range got {
		line, _ := strconv.Atoi(p.Source.Ref[strings.LastIndexByte(p.Source.Ref, ':')+1:])
		said, _ := p.Data["decision_no"].(string)
		day, _ := p.Data["decision_date"].(string)
		switch {
		case p.Op == "delete":
			if !removed[number(said)+day] || p.Version != 2 || len(p.Changed) > 0 {
				t.Errorf("deleted: %s version %d, changed %v: not one of %v", said, p.Version, p.Changed, removed)
			}
			delete(removed, number(said)+day)
		case p.Version == 1:
			if !added[line] || len(p.Changed) > 0 {
				t.Errorf("inserted: line %d, changed %v", line, p.Changed)
			}
			delete(added, line)
		default:
			slices.Sort(p.Changed)
			if !slices.Equal(p.Changed, updated[line]) || p.Version != 2 {
				t.Errorf("updated: line %d version %d, changed %v, want %v", line, p.Version, p.Changed, updated[line])
			}
			delete(updated, line)
		}
	}
	if len(updated)+len(added)+len(removed) > 0 {
		t.Errorf("without a message: updated %v, added %v, removed %v", updated, added, removed)
	}
}

// turnsInvalid: what is refused is not absent; refused twice it is one row, seen twice; mended it is resolved.
func (s *site) turnsInvalid(t *testing.T, quiet counts, first, broken string, row rowOfNight) {
	record := "SELECT *, toString(valid_until) FROM credit.admin_penalty WHERE decision_no = '" + *row.Key[0] + "' AND authority_uscc = '" + *row.Key[1] + "' FORMAT JSONEachRow"
	untouched, told := s.text(record), len(s.messages())
	if strings.Count(untouched, "\n") != 0 || untouched == "" {
		t.Fatalf("the record to break: %q", untouched)
	}
	states := "SELECT state, times_seen FROM credit.quarantine FINAL WHERE arrayExists(v -> v.rule = 'not_a_date' AND v.field = 'valid_until', violations) AND raw_masked LIKE '%" + *row.Key[0] + "%' AND raw_masked LIKE '%0000-00-00%'"
	s.put(filepath.Join(broken, "penalties.csv"), "inbox/penalties.csv")
	want := quiet
	want.accepted, want.rejected, want.unchanged = quiet.accepted-1, quiet.rejected+1, quiet.unchanged-1
	for _, seen := range []string{"1", "2"} {
		if got := s.done().counts(); got != want {
			t.Errorf("refused %s times: got %+v, want %+v", seen, got, want)
		}
		s.wantText("open\t"+seen, states)
		s.wantText(untouched, record)
		s.toldSince(t, told)
	}
	s.put(filepath.Join(first, "penalties.csv"), "inbox/penalties.csv")
	if got := s.done().counts(); got != quiet {
		t.Errorf("mended: got %+v, want %+v", got, quiet)
	}
	s.wantText("resolved\t2", states)
	s.wantText(untouched, record)
	s.toldSince(t, told)
	if n := len(s.messages()); n != told {
		t.Errorf("%d messages, want %d as before", n, told)
	}
}

// withholds: while a refused row hides which record it is, nothing is deleted, unless the operator says so.
func (s *site) withholds(t *testing.T, quiet counts, keyless string, lost changes) {
	told := len(s.messages())
	s.put(filepath.Join(keyless, "penalties.csv"), "inbox/penalties.csv")
	want := quiet
	want.read, want.accepted, want.rejected, want.unchanged, want.withheld = quiet.read-5, quiet.accepted-6, quiet.rejected+1, quiet.unchanged-6, 6
	if got := s.done().counts(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for language, words := range map[string][]string{
		"zh": {"来源里没有了 6 条记录", "先不删除", "run penalties --apply-deletes"},
		"en": {"6 records are gone from the source", "none was deleted", "run penalties --apply-deletes"},
	} {
		r := s.want(0, "run", "--language", language)
		for _, w := range words {
			if !strings.Contains(r.stdout, w) {
				t.Errorf("%s: the summary does not say %q:\n%s", language, w, r.stdout)
			}
		}
	}
	if n := len(s.messages()); n != told {
		t.Errorf("%d messages, want %d as before", n, told)
	}
	want.withheld, want.deleted, want.published = 0, 6, 6
	if got := s.done("--apply-deletes").counts(); got != want {
		t.Errorf("--apply-deletes: got %+v, want %+v", got, want)
	}
	gone := map[string]bool{number(*lost.BrokenKey[0].Key[0]): true}
	for _, r := range lost.Removed {
		gone[number(*r.Key[0])] = true
	}
	for _, p := range s.toldSince(t, told) {
		if said, _ := p.Data["decision_no"].(string); p.Op != "delete" || !gone[number(said)] {
			t.Errorf("%s of %s: not one of the records that are gone", p.Op, said)
		}
	}
}
