package late

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"creditsync/internal/ledger"
	"creditsync/internal/testkit/site"
	"creditsync/internal/testkit/wire"
)

// moment is when a late statement arrives: before a statement of the next run is carried out, or behind it.
type moment struct {
	name, statement string
	about           bool // the statement is about the late statement's table and its commit
	behind          bool
	unseen          bool // the janitor of that run is past it
}

// TestLateStatement_I2: a statement of a run that was given up arrives after the next run has closed its commit, or while
// that run's janitor looks for what the first left behind. Nobody sees anything of it, and the janitor removes it.
func TestLateStatement_I2(t *testing.T) {
	t.Parallel()
	moments := []moment{
		{"after a later commit closed", "INSERT INTO credit.commits", false, false, false},
		{"when the janitor has listed the stages", "SELECT arraySort(groupUniqArray(toUInt64(partition))) FROM", false, true, false},
		{"when the janitor has dropped the stage", "ALTER TABLE credit.reject_stage", false, true, false},
		{"when the janitor has looked for rows of the commit", "SELECT count() FROM", true, true, true},
	}
	statements := []string{
		"INSERT INTO credit.admin_penalty_versions", "INSERT INTO credit.admin_penalty_stage", "INSERT INTO credit.admin_penalty_diff", "INSERT INTO credit.admin_penalty_changed",
		"INSERT INTO credit.reject_stage", "INSERT INTO credit.quarantine_versions",
	}
	if !*all {
		statements = statements[:1]
	}
	for _, statement := range statements {
		t.Run(strings.TrimPrefix(statement, "INSERT INTO credit."), func(t *testing.T) {
			t.Parallel()
			from := site.NewSource(t)
			s := newSite(t, keysOf(t), broker{}, "")
			moments := moments
			if !strings.HasSuffix(statement, "_versions") {
				moments = moments[:3] // of scratch the janitor asks once
			}
			night := 0
			if statement == "INSERT INTO credit.admin_penalty_changed" { // on the first night there is nothing to change
				s.Deliver(from.Files(t, site.Changing(night)))
				s.Calmly()
				night++
			}
			for _, m := range moments {
				s.Deliver(from.Files(t, site.Changing(night)))
				s.late(statement, m)
				night++
			}
			s.Deliver(from.Files(t, site.Changing(night)))
			s.Calmly()
			if left := s.Books()["left behind"]; len(left) > 0 {
				t.Errorf("after a run in peace: %q is left behind", left)
			}
			s.Books().Equal(t, calm(t, night+1))
		})
	}
}

// repeated reports whether a statement is sent again under its token until its answer comes: its run has to die for it to
// be late.
func repeated(statement string) bool {
	return slices.Contains([]string{"INSERT INTO credit.admin_penalty_stage", "INSERT INTO credit.reject_stage", "INSERT INTO credit.admin_penalty_changed"}, statement)
}

// about reports whether the janitor asks a statement's table for a commit's rows.
func about(text, statement string, no uint64) bool {
	return strings.Contains(text, strings.TrimPrefix(statement, "INSERT INTO ")) && strings.HasSuffix(strings.TrimSpace(text), fmt.Sprintf("commit_no = %d", no))
}

// abandoned is the number of the newest abandoned commit.
func (s *deployment) abandoned() (no uint64) {
	s.T.Helper()
	s.Ledger(func(ctx context.Context, l *ledger.Ledger) error {
		list, err := l.Abandoned(ctx, time.Time{})
		for _, c := range list {
			no = max(no, c.No)
		}
		return err
	})
	return no
}

// copied writes what a statement of an abandoned commit writes that began in time and is slow: the stage that it reads may
// be gone when it arrives whole. The rows are those of an earlier commit.
func copied(statement string, no uint64) string {
	const rows = "(SELECT * FROM %s WHERE commit_no = (SELECT min(commit_no) FROM credit.commits))" // inside, the names are the columns'
	switch statement {
	case "INSERT INTO credit.admin_penalty_versions":
		return fmt.Sprintf("%[1]s SELECT * REPLACE (toUInt64(%[2]d) AS commit_no, bitShiftLeft(toUInt64(%[2]d), 24) + rowNumberInAllBlocks() + 1000 AS seq) FROM "+fmt.Sprintf(rows, "credit.admin_penalty_versions"), statement, no)
	case "INSERT INTO credit.quarantine_versions":
		return fmt.Sprintf("%[1]s SELECT * REPLACE (toUInt64(%[2]d) AS commit_no) FROM "+fmt.Sprintf(rows, "credit.quarantine_versions"), statement, no)
	}
	return ""
}

// late gives up a run's statement, which arrives at a moment of the next run.
func (s *deployment) late(statement string, m moment) {
	s.T.Helper()
	before := s.Last()
	release := make(chan struct{})
	var given, arrived atomic.Bool
	var second atomic.Bool // the run that goes on is at work
	there := make(chan struct{})
	var no uint64 // of the first run's commit, and what else comes late; set before the second run
	rows := ""
	s.clickhouse.Play(func(x *wire.Exchange) {
		switch {
		case !second.Load() && x.Name == statement && given.CompareAndSwap(false, true):
			x.Cut()
			if x.Await(release) {
				if err := x.Deliver(); err != nil {
					s.T.Errorf("%s: the late statement does not arrive: %v", statement, err)
				}
				if rows != "" {
					s.Ask(rows)
				}
			}
			close(there)
		case second.Load() && x.Name == m.statement && (!m.about || about(x.Text, statement, no)) && arrived.CompareAndSwap(false, true):
			var err error
			if m.behind {
				err = x.Deliver()
			}
			close(release)
			x.Await(there)
			if !m.behind {
				err = x.Deliver()
			}
			if err != nil {
				x.Cut()
				return
			}
			x.Answer()
		default:
			x.Pass()
		}
	})
	defer s.clickhouse.Play(nil)
	first := s.run()
	if repeated(statement) {
		first.Poll("its statement is given up", given.Load)
		first.Kill()
	} else if got := first.Outcome(); !strings.HasPrefix(got, "exit 3") {
		s.T.Errorf("the run whose %s is lost: %s", statement, got)
	}
	if list := s.Committed(before); len(list) > 0 {
		s.T.Fatalf("the run whose %s is late has closed a commit", statement)
	}
	if m.behind && !repeated(statement) {
		no = s.abandoned()
		rows = copied(statement, no)
	}
	second.Store(true)
	if got := s.run().Outcome(); got != "exit 0" {
		s.T.Errorf("%s, %s: the next run: %s", statement, m.name, got)
	}
	if !arrived.Load() {
		s.T.Errorf("%s, %s: the next run did not ask for %q", statement, m.name, m.statement)
		close(release)
	}
	if list := s.Committed(before); len(list) != 1 {
		s.T.Fatalf("%s, %s: %d commits in one night", statement, m.name, len(list))
	}
	if left := s.Books()["left behind"]; m.unseen && len(left) == 0 {
		s.T.Errorf("%s, %s: nothing came late", statement, m.name)
	}
}
