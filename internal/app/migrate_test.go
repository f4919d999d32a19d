package app

import (
	"context"
	"testing"
)

// A start changes nothing where nothing changed; a column that a later declaration has is added to the tables of an
// earlier one, with the records that are there; a view that somebody dropped comes back.
func TestApp_MigratesOnceAndAdds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.deliver(20)
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	start := func() {
		t.Helper()
		s.again()
		if _, err := s.warehouse(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	const changed = "SELECT max(metadata_modification_time) FROM system.tables WHERE database = 'credit'"
	start()
	was := s.query(changed)
	start()
	if got := s.query(changed); got != was {
		t.Errorf("a start without changes changed the tables at %s, last %s", got, was)
	}
	// The tables of an earlier declaration, whose statements had another fingerprint.
	s.query("DROP VIEW credit.admin_penalty SYNC")
	s.query("DROP VIEW credit.admin_penalty_history SYNC")
	for _, table := range []string{"changed", "versions", "live"} {
		s.query("ALTER TABLE credit.admin_penalty_" + table + " DROP COLUMN remark SETTINGS mutations_sync = 1")
	}
	start()
	if got := s.query("SELECT count(), countIf(remark = '') FROM credit.admin_penalty"); got != "20\t20" {
		t.Errorf("records, and those without a remark: %s, want 20\t20", got)
	}
	// The same where every table is there and an earlier version has left its mark.
	for _, table := range []string{"changed", "versions", "live"} {
		s.query("ALTER TABLE credit.admin_penalty_" + table + " DROP COLUMN remark SETTINGS mutations_sync = 1")
	}
	s.query("INSERT INTO credit.meta SELECT 'tables', 'an earlier version', now64(3)")
	start()
	if got := s.query("SELECT count() FROM system.columns WHERE database = 'credit' AND name = 'remark' AND table IN ('admin_penalty_changed', 'admin_penalty_versions', 'admin_penalty_live')"); got != "3" {
		t.Errorf("%s tables have the column, want 3", got)
	}
	s.deliver(30)
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	if got := s.query("SELECT count(), countIf(remark != '') > 0 FROM credit.admin_penalty"); got != "30\t1" {
		t.Errorf("records, and that some have a remark: %s, want 30\t1", got)
	}
}
