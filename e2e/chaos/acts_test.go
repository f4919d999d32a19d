package chaos

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"creditsync/internal/app"
	"creditsync/internal/ledger"
	"creditsync/internal/testkit/site"
)

// shown is what analysts and clerks see: the records without what every version changes, and the states in quarantine.
func (s *deployment) shown() []string {
	s.T.Helper()
	return append(s.Ask("SELECT * EXCEPT (version, run_no, ingested_at) FROM credit.admin_penalty ORDER BY record_id"),
		s.Ask("SELECT hex(reject_id), state FROM credit.quarantine FINAL ORDER BY reject_id")...)
}

// sound fails unless everything that the site holds agrees, and every version that is to be told was, once.
func (s *deployment) sound() {
	s.T.Helper()
	b := s.Books()
	for _, name := range []string{"current out of step", "left behind", "topic order"} {
		if len(b[name]) > 0 {
			s.T.Errorf("%s: %q", name, b[name])
		}
	}
	for _, line := range b["nights"] {
		if !strings.HasPrefix(line, "night ") && !strings.HasPrefix(line, "all runs") {
			s.T.Error(line)
		}
	}
	var due uint64
	for _, c := range s.Committed(0) {
		due += c.Notify
	}
	if got := uint64(len(b["topic"])); got != due {
		s.T.Errorf("%d messages, want %d", got, due)
	}
}

// lastDone is the number of the newest run that is done.
func (s *deployment) lastDone() string {
	s.T.Helper()
	var no uint64
	s.Ledger(func(ctx context.Context, l *ledger.Ledger) error {
		list, err := l.Recent(ctx, "", 0)
		if at := slices.IndexFunc(list, func(r ledger.RunRow) bool { return r.State == ledger.RunDone }); at >= 0 {
			no = list[at].No
		}
		return err
	})
	return strconv.FormatUint(no, 10)
}

// A revert that dies at any step is completed by the same command: records and quarantine are as before the run, every
// version is told once and in order.
func TestRevert_I5_KilledAtEachStep(t *testing.T) {
	t.Parallel()
	s, from := newSite(t, site.NewKeys(t)), site.NewSource(t)
	s.Beside()
	s.Deliver(from.Files(t, 0))
	s.Calmly()
	s.Deliver(from.Files(t, 1))
	var want []string
	for i, step := range []string{"", "written", "quarantine written", "closed", "live written", "told"} {
		s.Calmly()
		bad := s.lastDone()
		if step != "" {
			p := s.Start([]string{app.EnvDieAt + "=" + step}, "revert", bad, "--reason", "a test", "--json")
			if !p.Killed() {
				t.Fatalf("the revert did not die at %q: %s", step, p.Printed())
			}
		}
		if p := s.Start(nil, "revert", bad, "--reason", "a test", "--json"); p.Outcome() != "exit 0" {
			t.Fatalf("the revert after one that died at %q: %s", step, p.Printed())
		}
		if got := s.shown(); i == 0 {
			want = got
		} else if !slices.Equal(got, want) {
			t.Errorf("after a revert that died at %q: %d lines, want the %d of one that nobody disturbed", step, len(got), len(want))
		}
	}
	s.sound()
}

// Tombstones that die at any step are written and told once.
func TestForget_I5_KilledAtEachStep(t *testing.T) {
	t.Parallel()
	s, from := newSite(t, site.NewKeys(t)), site.NewSource(t)
	after := func(age string) {
		s.Configure("creditsync.yaml", site.Config{Bus: fmt.Sprintf(`{embedded: {listen: %q}, tombstone_after: %s}`, s.Kafka, age)})
	}
	after("0d")
	s.Beside()
	for night := range 2 {
		s.Deliver(from.Files(t, night))
		s.Calmly()
	}
	gone := s.Ask("SELECT hex(record_id) FROM credit.admin_penalty_current FINAL WHERE op = 'delete' ORDER BY record_id")
	if len(gone) == 0 {
		t.Fatal("the source has deleted nothing")
	}
	after("1ms")
	// The run itself reaches a step first; it has nothing to tell, but for the tombstones that the one before left untold.
	for _, at := range []string{"opened:2", "written:2", "verified:2", "closed:2", "told:1"} {
		if p := s.Start([]string{app.EnvDieAt + "=" + at}, "run", "--json"); !p.Killed() {
			t.Fatalf("the run did not die at %q: %s", at, p.Printed())
		}
	}
	s.Calmly()
	s.Calmly()
	for _, where := range []string{"credit.admin_penalty_history", "(SELECT hex(record_id) AS record_id, toString(op) AS op FROM credit.admin_penalty_current FINAL)"} {
		if got := s.Ask("SELECT upper(record_id) FROM " + where + " WHERE op = 'forget' ORDER BY record_id"); !slices.Equal(got, gone) {
			t.Errorf("forgotten in %s: %q, want %q", where, got, gone)
		}
	}
	told := 0
	for _, line := range s.Books()["topic"] {
		if strings.Contains(line, "cn.credit.admin_penalty.forget") {
			told++
		}
	}
	if told != len(gone) {
		t.Errorf("%d tombstones, want %d", told, len(gone))
	}
	s.sound()
}
