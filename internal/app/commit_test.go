package app

import (
	"fmt"
	"os"
	"testing"

	"creditsync/internal/fault"
	"creditsync/pipelines"
)

// I5: a run dies after it closed its commit. The next one brings the records forward before it looks for differences, else
// it would take what is committed for new.
func TestCommit_I5_ClosedAndNotForwardedIsForwardedBeforeTheNextDiff(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	f := newSheet(20)
	f.set(3, "valid_until", "0000-00-00")
	s.put(f)
	s.diesAt("closed")
	s.wantQuery("0", "SELECT count() FROM credit.admin_penalty_current")
	f.set(0, "remark", "更正")
	s.put(f)
	s.wantCounts(s.done(nil), 0, 1, 0, 18)
	s.wantQuery("20\t19\t2", "SELECT count(), uniqExact(record_id), max(version) FROM credit.admin_penalty_history")
	s.wantQuery("0", "SELECT count() FROM (SELECT record_id FROM credit.admin_penalty_history GROUP BY record_id, version HAVING count() > 1)")
	s.wantQuery("open\t2", "SELECT state, times_seen FROM credit.quarantine FINAL")
	s.wantQuery("19\t2", "SELECT count(), max(version) FROM credit.admin_penalty")
}

// I5: what is committed is shown by the next run, also by one that has nothing to apply or is stopped.
func TestCommit_I5_IsShownByTheNextRunHoweverThatEnds(t *testing.T) {
	t.Parallel()
	s := newRig(t, `"inbox/*.csv"}}`, `"inbox/*.csv"}}, error_budget: {share: 5%, min_rows: 0}`)
	f, bad := newSheet(20), newSheet(20)
	for row := range bad.rows {
		bad.set(row, "valid_until", "0000-00-00")
	}
	for i, next := range []struct{ name, content string }{
		{"no_input", ""}, {"file.unclosed_quote", f.csv() + "\"a row that never ends,\n"}, {"guard.error_budget", bad.csv()},
	} {
		f.set(i, "remark", "更正")
		s.put(f)
		s.diesAt("closed")
		s.wantQuery(fmt.Sprint(i), "SELECT countIf(remark = '更正') FROM credit.admin_penalty")
		if s.write("inbox/a.csv", next.content); next.content == "" {
			if err := os.Remove(s.path("inbox/a.csv")); err != nil {
				t.Fatal(err)
			}
		}
		if rep := s.travel(pipelines.Wish{}, nil); rep.State == pipelines.Done || next.name != "no_input" && fault.CodeOf(rep.Err) != next.name {
			t.Errorf("the run ended as %s: %v, want %s", rep.State, rep.Err, next.name)
		}
		s.wantQuery(fmt.Sprint(i+1), "SELECT countIf(remark = '更正') FROM credit.admin_penalty")
	}
}

// I2: rows of a commit that come twice, as those of a statement that ran on after its answer was lost, are not closed.
func TestCommit_I2_RowsThatCameTwiceAreNotClosed(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	s.put(newSheet(20))
	again := "INSERT INTO credit.admin_penalty_versions SELECT * FROM credit.admin_penalty_versions LIMIT 5"
	s.stopped("commit.unverified", when("written", func() { s.query(again) }))
	s.wantCounts(s.done(nil), 20, 0, 0, 0)
	s.wantQuery("20\t20", "SELECT count(), uniqExact(record_id) FROM credit.admin_penalty_history")
}

// I2: a stage that is not the same any more when the versions are written closes nothing: neither with what it holds
// instead, nor by deleting the record of a refused row that it has lost.
func TestCommit_I2_AStageThatChangesUnderItIsNotClosed(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	f := newSheet(20)
	s.put(f)
	s.done(nil)
	f.set(3, "valid_until", "0000-00-00")
	s.put(f)
	for _, spoil := range []string{
		"ALTER TABLE credit.admin_penalty_stage UPDATE content_hash = content_hash + 1 WHERE place % 4294967296 = 7",
		"ALTER TABLE credit.reject_stage DELETE WHERE 1",
	} {
		s.stopped("guard.stage_differs", when("opened", func() { s.query(spoil + " SETTINGS mutations_sync = 1") }))
	}
	s.wantCounts(s.done(nil), 0, 0, 0, 19)
	s.wantQuery("20", "SELECT count() FROM credit.admin_penalty")
}

// I2: a number is tried once. One that the engine has seen is not given again, though the ledger does not know it.
func TestCommit_I2_NumberIsAboveAllThatTheEngineHasSeen(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	f := newSheet(20)
	f.set(3, "valid_until", "0000-00-00")
	s.put(f)
	s.query(fmt.Sprintf("INSERT INTO credit.admin_penalty_versions (seq, record_id, version, op, status, commit_no) VALUES (%d, 'late', 1, 'upsert', 'active', 7)", 7<<24|1))
	if rep := s.done(nil); rep.LastCommit != 8 {
		t.Errorf("commit %d, want 8", rep.LastCommit)
	}
	s.query("INSERT INTO credit.quarantine_versions (kind, pipeline, reject_id, commit_no) VALUES ('admin_penalty', 'penalties', 'late', 17)")
	if rep := s.done(nil); rep.LastCommit != 18 {
		t.Errorf("commit %d, want 18", rep.LastCommit)
	}
	s.wantQuery("19\t1", "SELECT (SELECT count() FROM credit.admin_penalty_history), (SELECT count() FROM credit.quarantine FINAL)")
}

// I5: what is not closed is seen by nobody: not while it is written, not after its run died, and not when the rest of it
// arrives late.
func TestCommit_I5_IsSeenByNobodyBeforeItsClose(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	f := newSheet(20)
	s.put(f)
	seen := "SELECT (SELECT count() FROM credit.admin_penalty_history), (SELECT count() FROM credit.admin_penalty), (SELECT count() FROM credit.admin_penalty_current), (SELECT count() FROM credit.commits)"
	s.done(when("verified", func() { s.wantQuery("0\t0\t0\t0", seen) }))
	s.wantQuery("20\t20\t20\t1", seen)

	f.set(0, "remark", "更正")
	s.put(f.part(0, 15))
	s.diesAt("verified")
	s.wantQuery("20\t20\t20\t1", seen)
	s.wantQuery("6", "SELECT count() FROM credit.admin_penalty_versions WHERE commit_no = 2")
	s.put(f)
	s.wantCounts(s.done(nil), 0, 1, 0, 19)
	s.query("INSERT INTO credit.admin_penalty_versions SELECT * FROM credit.admin_penalty_versions WHERE commit_no = 2")
	s.wantCounts(s.done(nil), 0, 0, 0, 20)
	s.wantQuery("21\t20", "SELECT (SELECT count() FROM credit.admin_penalty_history), (SELECT count() FROM credit.admin_penalty)")
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.wantQuery("0", "SELECT count() FROM credit.admin_penalty_versions WHERE commit_no = 2")
	s.wantQuery("21", "SELECT count() FROM credit.admin_penalty_versions")
}
