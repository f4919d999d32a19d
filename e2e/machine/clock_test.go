package machine

import (
	"testing"
	"time"

	"creditsync/internal/app"
	"creditsync/internal/testkit/site"
)

const day = 24 * time.Hour

// at sets the clock of the runs from here on.
func (s *deployment) at(offset time.Duration) {
	s.Env = []string{"CREDITSYNC_TEST_NOW=" + time.Now().Add(offset).Format(time.RFC3339)}
}

// TestClock: the clock is wrong by days and months, another way each night, and in the middle of a night that a run did not
// live through. Numbers, order and messages do not follow from it.
func TestClock(t *testing.T) {
	t.Parallel()
	s, from := newSite(t, site.Config{}), site.NewSource(t)
	s.Beside()
	nights := []struct {
		dies   string        // the step at which the night's first run is killed, "" for none
		first  time.Duration // its clock
		second time.Duration // that of the run after it
	}{
		{"", 0, 0},
		{"written", 6 * day, -200 * day},
		{"closed", -20 * day, 3 * day},
		{"", 0, 0},
	}
	for n, night := range nights {
		s.Deliver(from.Files(t, site.Changing(n)))
		before := s.Last()
		s.at(night.first)
		if night.dies == "" {
			s.Calmly()
			continue
		}
		if p := s.Start([]string{app.EnvDieAt + "=" + night.dies}, "run", "--json"); !p.Killed() {
			t.Fatalf("the run did not die at %q: %s", night.dies, p.Printed())
		}
		s.at(night.second)
		s.Again(before)
	}
	s.Books().Equal(t, calm(t, len(nights)))
}

// TestClock_Tombstones: a clock that is a week ahead for a night makes tombstones come early, of what is deleted and of
// nothing else, and once; behind it everything goes on, and a record that returns is one that was deleted.
func TestClock_Tombstones(t *testing.T) {
	t.Parallel()
	s, from := newSite(t, site.Config{}), site.NewSource(t)
	s.Beside()
	for n := range 2 {
		s.Deliver(from.Files(t, n))
		s.Calmly()
	}
	forgotten := func() string {
		return s.Ask("SELECT count(), uniqExact(record_id), countIf(record_id IN (SELECT record_id FROM credit.admin_penalty_versions WHERE op = 'delete')) FROM credit.admin_penalty_versions WHERE op = 'forget'")[0]
	}
	s.at(8 * day)
	s.Calmly()
	if got := forgotten(); got != "20\t20\t20" {
		t.Errorf("a week ahead: tombstones, records, deleted ones: %s, want 20 of each", got)
	}
	s.at(-day)
	s.Calmly()
	if got := forgotten(); got != "20\t20\t20" {
		t.Errorf("back again: %s, want those of before", got)
	}
	s.at(0)
	s.Deliver(from.Files(t, 0)) // those that were deleted are back
	s.Calmly()
	if got := s.Ask("SELECT count() FROM credit.admin_penalty_current FINAL WHERE op = 'upsert' AND record_id IN (SELECT record_id FROM credit.admin_penalty_versions WHERE op = 'forget')")[0]; got != "20" {
		t.Errorf("%s of 20 are back", got)
	}
	if disorder := s.Books()["topic order"]; len(disorder) > 0 {
		t.Errorf("order of the topic: %q", disorder)
	}
}
