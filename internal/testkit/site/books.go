package site

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"creditsync/internal/bus"
	"creditsync/internal/ledger"
)

// Books are what a site holds at the end, as lists of lines that are the same whatever was disturbed on the way: numbers
// of runs and commits are replaced by those of the nights, and times are left out.
type Books map[string][]string

// Commits of the kind by number, as the analysts' list has them; a row's night is the place of its commit there.
const (
	commitsSQL = "(SELECT commit_no, any(run_no) AS run_no FROM credit.commits WHERE kind = 'admin_penalty' GROUP BY commit_no ORDER BY commit_no)"
	nightOf    = "indexOf((SELECT groupArray(commit_no) FROM " + commitsSQL + "), commit_no)"
	runNightOf = "indexOf((SELECT groupArray(run_no) FROM " + commitsSQL + "), %s)"
)

// readable are the columns of a version, binary ones in hex, without those that differ from site to site.
const readable = "* EXCEPT (seq, run_no, commit_no, ingested_at, record_id, id_no_index, legal_rep_id_no_index), hex(record_id), hex(id_no_index), hex(legal_rep_id_no_index)"

// Books reads everything. Engine and broker must be up beside.
func (s *Site) Books() Books {
	s.T.Helper()
	rejects := fmt.Sprintf("kind, pipeline, hex(reject_id), hex(record_id), source_ref, authority, raw_masked, hex(raw_cipher), violations, state, times_seen, "+runNightOf+", "+runNightOf, "first_run", "last_run")
	out := Books{
		"history":             s.Ask("SELECT " + nightOf + ", " + readable + " FROM credit.admin_penalty_versions WHERE commit_no IN (SELECT commit_no FROM " + commitsSQL + ") ORDER BY seq"),
		"history view":        s.Ask("SELECT * EXCEPT (seq, run_no, ingested_at) FROM credit.admin_penalty_history ORDER BY seq"),
		"current":             s.Ask("SELECT " + nightOf + ", hex(record_id), * EXCEPT (record_id, seq, commit_no) FROM (SELECT *, bitShiftRight(seq, 24) AS commit_no FROM credit.admin_penalty_current FINAL) ORDER BY record_id"),
		"live":                s.Ask("SELECT " + nightOf + ", " + readable + " FROM credit.admin_penalty_live FINAL ORDER BY record_id"),
		"view":                s.Ask("SELECT * EXCEPT (run_no, ingested_at) FROM credit.admin_penalty ORDER BY record_id"),
		"quarantine":          s.Ask("SELECT " + rejects + " FROM credit.quarantine FINAL ORDER BY pipeline, reject_id"),
		"quarantine versions": s.Ask("SELECT " + nightOf + ", " + rejects + " FROM credit.quarantine_versions WHERE commit_no IN (SELECT commit_no FROM " + commitsSQL + ") ORDER BY commit_no, pipeline, reject_id"),
		"current out of step": s.Ask("SELECT hex(record_id) FROM credit.admin_penalty_current FINAL WHERE (record_id, seq) NOT IN (SELECT record_id, max(seq) FROM credit.admin_penalty_versions WHERE commit_no IN (SELECT commit_no FROM " + commitsSQL + ") GROUP BY record_id)"),
		"left behind": s.Ask(`SELECT table, partition, rows FROM system.parts WHERE active AND database = 'credit' AND table IN ('admin_penalty_stage', 'admin_penalty_changed', 'admin_penalty_diff', 'reject_stage')
			UNION ALL SELECT 'versions', toString(commit_no), count() FROM credit.admin_penalty_versions WHERE commit_no NOT IN (SELECT commit_no FROM ` + commitsSQL + `) GROUP BY commit_no
			UNION ALL SELECT 'quarantine_versions', toString(commit_no), count() FROM credit.quarantine_versions WHERE commit_no NOT IN (SELECT commit_no FROM ` + commitsSQL + `) GROUP BY commit_no`),
	}
	out["nights"] = s.accounts()
	out["topic"], out["topic order"] = s.told()
	return out
}

// accounts are the counts of each night's commit, and what the ledger and the lists of the analysts do not agree on.
func (s *Site) accounts() (list []string) {
	s.T.Helper()
	var runs []ledger.RunRow
	var all []ledger.Commit
	s.Ledger(func(ctx context.Context, l *ledger.Ledger) (err error) {
		if runs, err = l.Recent(ctx, "", 0); err == nil {
			all, err = l.Committed(ctx, Kind, 0, 0)
		}
		return err
	})
	var sum ledger.Counts
	var published uint64
	for i, c := range all {
		list = append(list, fmt.Sprintf("night %d: %+v rows %d notify %d checksum %d quarantine %d last %v applied %v live %v", i, c.Counts, c.Rows, c.Notify, c.Checksum, c.QuarantineRows, c.Last, c.State == ledger.CommitApplied, c.Live))
	}
	for _, r := range runs {
		if r.State == ledger.RunOpen {
			list = append(list, fmt.Sprintf("run %d is still open", r.No))
		}
		// What was read and refused is counted for runs that failed too; what was applied only once.
		sum.Inserted, sum.Updated, sum.Deleted, sum.Unchanged = sum.Inserted+r.Counts.Inserted, sum.Updated+r.Counts.Updated, sum.Deleted+r.Counts.Deleted, sum.Unchanged+r.Counts.Unchanged
		published += r.Published
		sum.Superseded, sum.Withheld = sum.Superseded+r.Counts.Superseded, sum.Withheld+r.Counts.Withheld
	}
	list = append(list, fmt.Sprintf("all runs: %+v, %d published", sum, published))
	return append(list, s.listed(runs, all)...)
}

// listed holds the analysts' lists of runs and commits against the ledger.
func (s *Site) listed(runs []ledger.RunRow, commits []ledger.Commit) (wrong []string) {
	s.T.Helper()
	var want []string
	for _, r := range runs[:min(len(runs), 200)] { // as many are held against each other after each run
		want = append(want, fmt.Sprintf("run %d\t%s\t%s\t%d\t%d\t%d\t%d", r.No, r.ID, r.State, r.Counts.Inserted, r.Counts.Updated, r.Counts.Deleted, r.Counts.Rejected))
	}
	for _, c := range commits {
		want = append(want, fmt.Sprintf("commit %d\t%s\tclosed\t%d\t%d\t%d\t%d", c.No, c.Run, c.Counts.Inserted, c.Counts.Updated, c.Counts.Deleted, c.Notify))
	}
	got := s.Ask("SELECT concat('run ', toString(run_no)), run, state, inserted, updated, deleted, rejected FROM credit.runs FINAL" +
		" UNION ALL SELECT concat('commit ', toString(commit_no)), run, 'closed', inserted, updated, deleted, notify FROM credit.commits FINAL WHERE kind = 'admin_penalty'")
	slices.Sort(want)
	slices.Sort(got)
	for _, line := range want {
		if !slices.Contains(got, line) {
			wrong = append(wrong, "not in the analysts' list: "+line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) && len(runs) <= 200 {
			wrong = append(wrong, "only in the analysts' list: "+line)
		}
	}
	return wrong
}

// told is what a consumer that reads committed messages gets, by partition in its order, and what is not in order of
// version there.
func (s *Site) told() (list, disorder []string) {
	s.T.Helper()
	versions := map[string]int{}
	last := map[int]string{}
	err := bus.Read(s.T.Context(), bus.Config{Brokers: []string{s.Kafka}, Embedded: true}, Topic, func(m bus.Message) bool {
		var line bytes.Buffer
		fmt.Fprintf(&line, "%d %s", m.Partition, m.Key)
		seq := ""
		for _, h := range m.Headers {
			switch h.Key {
			case "seq":
				seq = fmt.Sprintf("%020s", h.Value)
			case "run", "ce_time", "ce_source": // the source names the deployment
			default:
				fmt.Fprintf(&line, " %s=%s", h.Key, h.Value)
			}
		}
		fmt.Fprintf(&line, " %s", m.Value)
		list = append(list, line.String())
		var id string
		var version int
		if at := strings.LastIndexByte(m.Header("ce_id"), ':'); at > 0 {
			id = m.Header("ce_id")[:at]
			_, _ = fmt.Sscan(m.Header("ce_id")[at+1:], &version)
		}
		if id != string(m.Key) || version != versions[id]+1 {
			disorder = append(disorder, fmt.Sprintf("%d/%d: version %d of %s after %d", m.Partition, m.Offset, version, m.Key, versions[id]))
		}
		if seq <= last[m.Partition] {
			disorder = append(disorder, fmt.Sprintf("%d/%d: seq %s after %s", m.Partition, m.Offset, seq, last[m.Partition]))
		}
		versions[id], last[m.Partition] = version, seq
		return true
	})
	if err != nil {
		s.T.Fatal(err)
	}
	slices.SortStableFunc(list, func(a, b string) int { return strings.Compare(a[:2], b[:2]) }) // by partition
	return list, disorder
}

// Equal fails for every book that is not as in the undisturbed site.
func (b Books) Equal(t testing.TB, undisturbed Books) {
	t.Helper()
	for name, want := range undisturbed {
		got := b[name]
		if slices.Equal(got, want) {
			continue
		}
		t.Errorf("%s: %d lines, undisturbed %d\nonly here:\n%s\nonly undisturbed:\n%s\n%s", name, len(got), len(want), sample(minus(got, want)), sample(minus(want, got)), firstDifference(got, want))
	}
}

// minus are the lines of a, however often, that b has less often.
func minus(a, b []string) (out []string) {
	there := map[string]int{}
	for _, line := range b {
		there[line]++
	}
	for _, line := range a {
		if there[line]--; there[line] < 0 {
			out = append(out, line)
		}
	}
	return out
}

func sample(lines []string) string {
	more := ""
	if len(lines) > 5 {
		more = fmt.Sprintf("\n  … %d in all", len(lines))
		lines = lines[:5]
	}
	for i := range lines {
		lines[i] = short(lines[i])
	}
	return "  " + strings.Join(lines, "\n  ") + more
}

// short is the beginning of a line that is too long to be looked at.
func short(line string) string {
	if r := []rune(line); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return line
}

func firstDifference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("first difference at line %d:\n  here        %s\n  undisturbed %s", i, short(a[i]), short(b[i]))
		}
	}
	return "one is the beginning of the other"
}
