package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// cut writes rows from (1-based, inclusive) to (exclusive) of a generated UTF-8 file, with its header, as one file.
func cut(t *testing.T, dir string, from, to int) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "penalties.csv"))
	if err != nil {
		t.Fatal(err)
	}
	all := bytes.SplitAfter(b, []byte("\n"))
	starts := map[int]int{}
	last := 0
	truths(t, dir, func(r truth) { starts[r.Row], last = r.Line, r.Row })
	starts[last+1] = len(all) + 1
	head := bytes.Join(all[:starts[1]-1], nil)
	return string(append(head, bytes.Join(all[starts[from]-1:starts[to]-1], nil)...))
}

// TestGuards_ErrorBudget: too many refused rows stop the run; people see which, and nothing of the source is applied.
func TestGuards_ErrorBudget(t *testing.T) {
	t.Parallel()
	dir := generate(t, "guards-budget", "--rows", "1000", "--seed", "3", "--defects", "0.2", "--no-huge")
	bad := summaryOf(t, dir).Bad
	strict := strings.ReplaceAll(oneSnapshot, "90%", "5%")
	s := newSite(t, setup{pipelines: strict})
	s.put(filepath.Join(dir, "penalties.csv"), "inbox/penalties.csv")
	s.up()
	for seen := 1; seen <= 2; seen++ {
		r := s.failed(1, "guard.error_budget")
		if r.Rejected != bad || r.Inserted+r.Published != 0 {
			t.Errorf("got %+v, want %d rejected and nothing applied", r, bad)
		}
		if !strings.Contains(r.Error.Message, strconv.FormatUint(bad, 10)) || r.Error.Hint == "" {
			t.Errorf("the error does not say how many: %+v", r.Error)
		}
		s.wantText(fmt.Sprintf("%d\t%d\t%d", bad, seen, seen), "SELECT count(), min(times_seen), max(times_seen) FROM credit.quarantine FINAL WHERE state = 'open'")
		s.wantText("0\t0", "SELECT (SELECT count() FROM credit.admin_penalty), (SELECT count() FROM credit.admin_penalty_history)")
	}
	if n := len(s.messages()); n != 0 {
		t.Errorf("%d messages of a run that was stopped", n)
	}
	s.configure(setup{})
	all := summaryOf(t, dir)
	if r := s.done(); r.Inserted != all.Records || r.Rejected != bad || r.Published != all.Records {
		t.Errorf("with a wider budget: got %+v", r)
	}
	s.wantText(fmt.Sprintf("%d\t3", bad), "SELECT count(), max(times_seen) FROM credit.quarantine FINAL WHERE state = 'open'")
}

// TestGuards_Snapshot: a snapshot that lost much, or a file, deletes nothing until the operator accepts it.
func TestGuards_Snapshot(t *testing.T) {
	t.Parallel()
	dir := generate(t, "guards-snapshot", "--rows", "1000", "--seed", "4", "--defects", "0", "--no-huge", "--duplicates", "0")
	s := newSite(t, setup{})
	s.write("inbox/a.csv", cut(t, dir, 1, 701))
	s.write("inbox/b.csv", cut(t, dir, 701, 1001))
	s.up()
	if r := s.done(); r.Inserted != 1000 || r.Published != 1000 {
		t.Fatalf("first load: %+v", r)
	}
	same := func(what string) {
		t.Helper()
		s.wantText("1000\t1000", "SELECT (SELECT count() FROM credit.admin_penalty), (SELECT count() FROM credit.admin_penalty_history)")
		if n := len(s.messages()); n != 1000 {
			t.Errorf("%s: %d messages, want 1000", what, n)
		}
	}
	s.sub("mass delete", func(t *testing.T) {
		s.write("inbox/a.csv", cut(t, dir, 1, 401))
		for _, accept := range []string{"0", "299"} {
			r := s.failed(1, "guard.mass_delete", "--accept-deletes", accept)
			if r.Deleted != 0 || !strings.Contains(r.Error.Message, "300") || !strings.Contains(r.Error.Hint, "--accept-deletes 300") {
				t.Errorf("got %+v, error %+v", r, r.Error)
			}
			same("mass delete")
		}
		if r := s.done("--accept-deletes", "300"); r.Deleted != 300 || r.Published != 300 || r.Unchanged != 700 {
			t.Errorf("accepted: %+v", r)
		}
		s.write("inbox/a.csv", cut(t, dir, 1, 701))
		if r := s.done(); r.Inserted != 300 {
			t.Errorf("given back: %+v", r)
		}
	})
	s.sub("missing file", func(t *testing.T) {
		told := len(s.messages())
		s.remove("inbox/b.csv")
		r := s.failed(1, "guard.missing_file")
		if !strings.Contains(r.Error.Message, "inbox/b.csv") || !strings.Contains(r.Error.Hint, "--accept-deletes") {
			t.Errorf("error %+v", r.Error)
		}
		s.wantText("1000", "SELECT count() FROM credit.admin_penalty")
		if n := len(s.messages()); n != told {
			t.Errorf("%d messages, want %d", n, told)
		}
		if r := s.done("--accept-deletes", "300"); r.Deleted != 300 || r.Published != 300 {
			t.Errorf("accepted: %+v", r)
		}
		if r := s.done(); r.counts() != (counts{read: 700, accepted: 700, unchanged: 700}) {
			t.Errorf("the night after: %+v", r)
		}
	})
}

const (
	stageInsert    = "INSERT INTO credit.admin_penalty_stage"
	diffInsert     = "INSERT INTO credit.admin_penalty_diff"
	versionsInsert = "INSERT INTO credit.admin_penalty_versions"
)

// TestGuards_Stage meddles with what goes to ClickHouse: an answer that lies, one that gets lost, a request that comes
// twice, a stage that shrinks while it is being applied.
func TestGuards_Stage(t *testing.T) {
	t.Parallel()
	dir := generate(t, "guards-stage", "--rows", "1000", "--seed", "6", "--defects", "0", "--no-huge", "--duplicates", "0")
	changed, _ := night(t, "guards-stage", []string{"--rows", "1000", "--seed", "6", "--defects", "0", "--no-huge", "--duplicates", "0"})
	server := newSite(t, setup{})
	server.up()
	p := interpose(t, server.engine)
	s := newSite(t, setup{
		warehouse: fmt.Sprintf(`{clickhouse: {url: "%s/credit"}}`, p.url),
		bus:       fmt.Sprintf(`{kafka: {brokers: ["%s"]}}`, server.broker),
	})
	s.engine, s.broker = server.engine, server.broker
	s.put(filepath.Join(dir, "penalties.csv"), "inbox/penalties.csv")
	holds := func(t *testing.T, records, messages int) {
		t.Helper()
		s.wantText(fmt.Sprint(records, "\t", messages), "SELECT (SELECT count() FROM credit.admin_penalty), (SELECT count() FROM credit.admin_penalty_history)")
		s.wantText("0", "SELECT count() FROM (SELECT record_id FROM credit.admin_penalty_history GROUP BY record_id, version HAVING count() > 1)")
		if n := len(s.messages()); n != messages {
			t.Errorf("%d messages, want %d", n, messages)
		}
	}
	s.sub("an insert that is answered and lost", func(t *testing.T) {
		k := p.next(stageInsert, 1, func(w http.ResponseWriter, _ *http.Request, _ func(http.ResponseWriter)) {
			w.WriteHeader(http.StatusOK)
		})
		s.failed(1, "guard.stage_differs")
		k.played(t)
		holds(t, 0, 0)
	})
	s.sub("an insert that comes twice", func(t *testing.T) {
		k := p.next(stageInsert, 1, func(w http.ResponseWriter, _ *http.Request, forward func(http.ResponseWriter)) {
			forward(httptest.NewRecorder())
			forward(w)
		})
		if r := s.done(); r.Inserted != 1000 || r.Superseded != 0 {
			t.Errorf("got %+v, want 1000 inserted", r)
		}
		k.played(t)
		holds(t, 1000, 1000)
	})
	s.sub("an answer that gets lost", func(t *testing.T) {
		k := p.next(stageInsert, 1, func(w http.ResponseWriter, _ *http.Request, forward func(http.ResponseWriter)) {
			forward(httptest.NewRecorder())
			drop(w)
		})
		if r := s.done(); r.counts() != (counts{read: 1000, accepted: 1000, unchanged: 1000}) {
			t.Errorf("got %+v, want 1000 unchanged", r)
		}
		k.played(t)
		holds(t, 1000, 1000)
	})
	shrink := func() {
		s.text("ALTER TABLE credit.admin_penalty_stage DELETE WHERE rowNumberInAllBlocks() % 100 = 7 SETTINGS mutations_sync = 1")
	}
	s.put(filepath.Join(changed, "penalties.csv"), "inbox/penalties.csv")
	s.sub("a stage that shrinks before the diff", func(t *testing.T) {
		k := p.next(diffInsert, 1, func(w http.ResponseWriter, _ *http.Request, forward func(http.ResponseWriter)) {
			shrink()
			forward(w)
		})
		s.failed(1, "guard.stage_differs")
		k.played(t)
		holds(t, 1000, 1000)
	})
	s.sub("a stage that shrinks before the versions are written", func(t *testing.T) {
		k := p.next(versionsInsert, 1, func(w http.ResponseWriter, _ *http.Request, forward func(http.ResponseWriter)) {
			shrink()
			forward(w)
		})
		s.failed(1, "guard.stage_differs")
		k.played(t)
		holds(t, 1000, 1000)
	})
	s.sub("versions that are written twice", func(t *testing.T) {
		k := p.next(versionsInsert, 1, func(w http.ResponseWriter, _ *http.Request, forward func(http.ResponseWriter)) {
			forward(httptest.NewRecorder())
			forward(w)
		})
		s.failed(1, "commit.unverified")
		k.played(t)
		holds(t, 1000, 1000)
	})
	s.sub("and the next run goes on", func(t *testing.T) {
		p.trick.Store(nil)
		if r := s.done(); r.Inserted != 7 || r.Updated != 10 || r.Deleted != 5 || r.Published != 22 {
			t.Errorf("got %+v, want the 22 differences", r)
		}
		holds(t, 1002, 1022)
	})
}
