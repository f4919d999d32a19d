package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"creditsync/pipelines"
)

// I2: the engine has a batch, its answer is lost on the way, and the batch is sent again.
func TestStage_I2_ALostAnswerDoublesNothing(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	f := newSheet(20)
	f.set(3, "valid_until", "0000-00-00")
	s.put(f)
	for _, into := range []string{"INSERT INTO credit.admin_penalty_stage", "INSERT INTO credit.reject_stage"} {
		var sent atomic.Int32
		s.between(func(statement string, w http.ResponseWriter, forward func(http.ResponseWriter)) {
			if strings.HasPrefix(statement, into) && sent.Add(1) == 1 {
				forward(httptest.NewRecorder())
				hangUp(t, w)
				return
			}
			forward(w)
		})
		rep := s.done(nil)
		if sent.Load() != 2 {
			t.Errorf("%s came %d times, want twice", into, sent.Load())
		}
		if c := rep.Counts; c.Read != 20 || c.Inserted+c.Unchanged != 19 || c.Rejected != 1 {
			t.Errorf("got %+v, want each of 20 rows once", c)
		}
		s.wantQuery("19\t19", "SELECT count(), uniqExact(record_id) FROM credit.admin_penalty_history")
	}
	s.wantQuery("1\t2", "SELECT count(), max(times_seen) FROM credit.quarantine FINAL")
}

// hangUp ends the connection without an answer.
func hangUp(t *testing.T, w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Errorf("hang up: %v", err)
		return
	}
	_ = conn.Close()
}

// What the engine has staged must be what was sent, row by row: else nothing is applied.
func TestStage_MustBeWhatWasSent(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	f := newSheet(20)
	s.put(f)
	s.done(nil)
	f.set(3, "valid_until", "0000-00-00")
	s.put(f)
	for _, spoil := range []string{
		"ALTER TABLE credit.admin_penalty_stage DELETE WHERE place % 4294967296 = 7",                                 // a row is gone
		"ALTER TABLE credit.admin_penalty_stage UPDATE content_hash = content_hash + 1 WHERE place % 4294967296 = 7", // is another one
		"ALTER TABLE credit.reject_stage DELETE WHERE 1",                                                             // a refused row is gone
	} {
		s.stopped("guard.stage_differs", when("staged", func() { s.query(spoil + " SETTINGS mutations_sync = 1") }))
	}
	if rep := s.done(nil); rep.Counts.Unchanged != 19 || rep.Counts.Rejected != 1 {
		t.Errorf("the run after: %+v", rep.Counts)
	}
}

// The janitor removes what ended runs staged, and leaves alone what an open one has.
func TestSweep_LeavesTheStageOfAnOpenRun(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	f := newSheet(20)
	f.set(3, "valid_until", "0000-00-00")
	s.put(f)
	rep := s.done(when("guarded", func() {
		if err := s.Sweep(t.Context()); err != nil {
			t.Error(err)
		}
	}))
	s.wantCounts(rep, 19, 0, 0, 0)
	s.wantQuery("19\t1", "SELECT (SELECT count() FROM credit.admin_penalty), (SELECT count() FROM credit.quarantine FINAL)")
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.wantQuery("0\t0", "SELECT (SELECT count() FROM credit.admin_penalty_stage), (SELECT count() FROM credit.reject_stage)")
}

// A dry run finds out what would change and changes nothing, the quarantine and the cursor included.
func TestDryRun_ChangesNothing(t *testing.T) {
	t.Parallel()
	s := newRig(t)
	f := newSheet(20)
	s.put(f)
	s.done(nil)
	f.set(1, "remark", "更正")
	f.set(2, "valid_until", "0000-00-00")
	s.put(f.part(0, 15))
	everything := "SELECT (SELECT count() FROM credit.admin_penalty_history), (SELECT count() FROM credit.admin_penalty), (SELECT count() FROM credit.quarantine), (SELECT count() FROM credit.commits)"
	before := s.query(everything)
	rep := s.travel(pipelines.Wish{DryRun: true}, nil)
	if rep.Err != nil {
		t.Fatal(rep.Err)
	}
	s.wantCounts(rep, 0, 1, 5, 13)
	s.wantQuery(before, everything)
	s.wantCounts(s.done(nil), 0, 1, 5, 13)
}
