package app

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// zoneWhere is a time zone in which it is that hour now.
func zoneWhere(t *testing.T, hour int) *time.Location {
	t.Helper()
	east := (hour-time.Now().UTC().Hour()+36)%24 - 12
	zone, err := time.LoadLocation(fmt.Sprintf("Etc/GMT%+d", -east)) // POSIX counts westwards
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// The analysts' copy is merged at a quiet hour, once a night, and shows the same.
func TestMerge_AtAQuietHour(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	of := newSheet(40)
	s.Config.Timezone = zoneWhere(t, 14)
	var ahead time.Duration
	s.App.Now = func() time.Time { return time.Now().Add(ahead) }
	s.bring(of, 0, 30)
	of.set(3, "penalty_content", "更正后的内容")
	s.bring(of, 2, 40)
	before := s.records()
	const parts = "SELECT count(), sum(rows) FROM system.parts WHERE active AND database = 'credit' AND table = 'admin_penalty_live'"
	if got := s.query(parts); got != "2\t43" {
		t.Fatalf("by day: got parts and rows %q, want 2 with 43", got)
	}
	s.Config.Timezone = zoneWhere(t, 2)
	if err := s.merge(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := s.query(parts); got != "1\t40" {
		t.Errorf("by night: got parts and rows %q, want 1 with every record once", got)
	}
	s.wantSame("after the merge", before)
	// Little came since: it waits for the next night.
	of.set(4, "penalty_content", "又更正")
	s.bring(of, 2, 40)
	if got := s.query(parts); got != "2\t41" {
		t.Errorf("in the same night: got parts and rows %q, want 2 with 41", got)
	}
	ahead = 24 * time.Hour
	s.bring(of, 2, 40)
	if got := s.query(parts); got != "1\t40" {
		t.Errorf("in the next night: got parts and rows %q, want 1 with 40", got)
	}
}
