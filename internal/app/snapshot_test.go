package app

import (
	"os"
	"testing"

	"creditsync/pipelines"
)

// Refused is not absent: a record whose row is refused stays as it was, however often, and is open in quarantine until the
// row comes clean.
func TestSnapshot_RefusedIsNotAbsent(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	f := newSheet(20)
	s.put(f)
	s.done(nil)
	broken := f.part(0, 20)
	broken.set(4, "valid_until", "0000-00-00")
	s.put(broken)
	for range 2 {
		s.wantCounts(s.done(nil), 0, 0, 0, 19)
		s.wantQuery("20\t20", "SELECT (SELECT count() FROM credit.admin_penalty), (SELECT count() FROM credit.admin_penalty_history)")
	}
	s.wantQuery("open\t2", "SELECT state, times_seen FROM credit.quarantine FINAL")
	s.put(f)
	s.wantCounts(s.done(nil), 0, 0, 0, 20)
	s.wantQuery("resolved\t2", "SELECT state, times_seen FROM credit.quarantine FINAL")
}

// A refused row whose key cannot be told may be any of the absent records, so none is deleted until an operator says so.
func TestSnapshot_ARefusedRowWithoutKeyWithholdsDeletions(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	f := newSheet(20)
	s.put(f)
	s.done(nil)
	f.set(0, "decision_no", "")
	s.put(f.part(0, 17))
	rep := s.done(nil)
	s.wantCounts(rep, 0, 0, 0, 16)
	if rep.Counts.Withheld != 4 {
		t.Errorf("%d deletions are withheld, want 4", rep.Counts.Withheld)
	}
	s.wantQuery("20", "SELECT count() FROM credit.admin_penalty")
	s.wantCounts(s.travel(pipelines.Wish{ApplyDeletes: true}, nil), 0, 0, 4, 16)
	s.wantQuery("16", "SELECT count() FROM credit.admin_penalty")
}

// A snapshot that lost more than a pipeline may lose deletes nothing, until an operator accepts so many.
func TestSnapshot_TooManyAbsentDeleteNothing(t *testing.T) {
	t.Parallel()
	s := newRig(t, `"inbox/*.csv"}}`, `"inbox/*.csv"}}, mass_delete: {share: 20%, min_rows: 3}`)
	f := newSheet(20)
	s.put(f)
	s.done(nil)
	s.put(f.part(0, 12))
	s.stopped("guard.mass_delete", nil)
	s.wantQuery("20", "SELECT count() FROM credit.admin_penalty")
	s.put(f.part(0, 17)) // few enough, though more than the share
	s.wantCounts(s.done(nil), 0, 0, 3, 17)
	s.put(f.part(0, 12))
	s.stopped("guard.mass_delete", nil)
	s.wantCounts(s.travel(pipelines.Wish{AcceptDeletes: 5}, nil), 0, 0, 5, 12)
}

// A source that breaks half-way fails the run: what was read of it is not applied, and what was not read is not deleted.
func TestSnapshot_HalfOfItIsNotApplied(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	f := newSheet(20)
	s.write("inbox/a.csv", f.part(0, 10).csv())
	s.write("inbox/b.csv", f.part(10, 20).csv())
	s.done(nil)
	f.set(0, "remark", "更正")
	s.write("inbox/a.csv", f.part(0, 10).csv())
	s.write("inbox/b.csv", f.part(10, 15).csv()+"\"a row that never ends,\n")
	s.stopped("file.unclosed_quote", nil)
	s.wantQuery("20", "SELECT count() FROM credit.admin_penalty")
	if err := os.Remove(s.path("inbox/b.csv")); err != nil {
		t.Fatal(err)
	}
	s.stopped("guard.missing_file", nil)
	s.write("inbox/b.csv", f.part(10, 20).csv())
	s.wantCounts(s.done(nil), 0, 1, 0, 19)
}

// Of several rows with one key the last in source order decides: in the order of paths, then of lines, whichever batch is
// staged first.
func TestSnapshot_TheLastRowOfAKeyDecides(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	for i, name := range []string{"inbox/a.csv", "inbox/b.csv", "inbox/c.csv"} {
		f := newSheet(20).part(0, 20-i)
		for row := range f.rows {
			f.set(row, "remark", name)
		}
		s.write(name, f.csv())
	}
	rep := s.done(nil)
	s.wantCounts(rep, 20, 0, 0, 0)
	if rep.Counts.Superseded != 37 {
		t.Errorf("%d rows are superseded, want 37", rep.Counts.Superseded)
	}
	s.wantQuery("inbox/a.csv\t1\ninbox/b.csv\t1\ninbox/c.csv\t18", "SELECT remark, count() FROM credit.admin_penalty GROUP BY remark ORDER BY remark")
	s.wantCounts(s.done(nil), 0, 0, 0, 20)
}

// A row that says the same is the same, wherever it stands and whichever run reads it: no version, no message.
func TestRecord_TheSameRowElsewhereIsUnchanged(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	f := newSheet(20)
	s.put(f)
	s.done(nil)
	for i := range 10 {
		f.rows[i], f.rows[19-i] = f.rows[19-i], f.rows[i]
	}
	s.put(f)
	s.wantCounts(s.done(nil), 0, 0, 0, 20)
	s.write("inbox/a.csv", f.part(0, 5).csv())
	s.write("inbox/b.csv", f.part(5, 20).csv())
	s.wantCounts(s.done(nil), 0, 0, 0, 20)
	s.wantQuery("20\t1", "SELECT count(), max(version) FROM credit.admin_penalty_history")
}

// The legal state of a record is none of the source's business: it stays through changes, deletion and return.
func TestRecord_StatusIsCarriedOver(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	f := newSheet(20)
	s.put(f)
	s.done(nil)
	s.query("ALTER TABLE credit.admin_penalty_current UPDATE status = 'suspended' WHERE 1 SETTINGS mutations_sync = 1")
	f.set(0, "remark", "更正")
	s.put(f.part(0, 19))
	s.wantCounts(s.done(nil), 0, 1, 1, 18)
	s.put(f)
	s.wantCounts(s.done(nil), 1, 0, 0, 19)
	s.wantQuery("2\tupsert\tsuspended\n2\tdelete\tsuspended\n3\tupsert\tsuspended", "SELECT version, op, status FROM credit.admin_penalty_versions WHERE version > 1 ORDER BY seq")
}

// What a run that was stopped did not read says nothing of the refused rows before it: none is resolved.
func TestQuarantine_AStoppedRunResolvesNothing(t *testing.T) {
	t.Parallel()
	s := newRig(t, `"inbox/*.csv"}}`, `"inbox/*.csv"}}, error_budget: {share: 5%, min_rows: 3}`)
	f := newSheet(20)
	good := f.part(0, 20)
	f.set(0, "valid_until", "0000-00-00")
	s.put(f)
	s.wantCounts(s.done(nil), 19, 0, 0, 0)
	worse := good.part(0, 20)
	for row := 5; row < 10; row++ {
		worse.set(row, "legal_basis", "")
	}
	s.put(worse)
	s.stopped("guard.error_budget", nil)
	s.wantQuery("open\t6", "SELECT state, count() FROM credit.quarantine FINAL GROUP BY state")
	s.put(good)
	s.wantCounts(s.done(nil), 1, 0, 0, 19)
	s.wantQuery("resolved\t6", "SELECT state, count() FROM credit.quarantine FINAL GROUP BY state")
}
