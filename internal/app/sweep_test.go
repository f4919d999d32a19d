package app

import (
	"context"
	"testing"
)

func TestSweep_RemovesWhatArrivesLate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.deliver(20)
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if _, err := s.warehouse(ctx); err != nil {
		t.Fatal(err)
	}
	if n := s.query("SELECT count() FROM credit.admin_penalty_stage"); n != "0" {
		t.Fatalf("the ended run left %s staged rows", n)
	}
	// The insert of an abandoned attempt, and the rows of an abandoned commit, come after everybody has gone on.
	s.query("INSERT INTO credit.admin_penalty_stage (run_no, place) SELECT 1, number FROM numbers(5)")
	s.query("INSERT INTO credit.reject_stage (run_no, place) SELECT 1, number FROM numbers(5)")
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"admin_penalty_stage", "reject_stage", "admin_penalty_diff"} {
		if n := s.query("SELECT count() FROM credit." + table); n != "0" {
			t.Errorf("%s rows of an ended run are left in %s", n, table)
		}
	}
	if n := s.query("SELECT count() FROM credit.admin_penalty"); n != "20" {
		t.Errorf("the view has %s records, want 20", n)
	}
}
