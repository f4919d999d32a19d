package app

import (
	"context"
	"testing"

	"creditsync/internal/reconcile"
)

// mends fails unless a repair settles everything and what it touched verifies; then a run goes on as if nothing had been.
func (s *site) mends(w RepairWish) {
	s.t.Helper()
	s.again()
	r, err := s.Repair(context.Background(), w, func([]Mended) bool { return true })
	if err != nil {
		s.t.Fatal(err)
	}
	for _, m := range append(r.Steps, r.Left...) {
		if m.Err != nil || !m.Done {
			s.t.Fatalf("%s: not mended: %v; %s %s", m.Code, m.Err, m.What.EN, m.Needs.EN)
		}
	}
	if len(r.Steps) == 0 {
		s.t.Fatal("nothing was mended")
	}
	for _, p := range r.Parts {
		if p.Err != nil || p.Differs() && (p.Name != "topic" || w.Choice == Undecided) {
			s.t.Errorf("%s: %v %+v", p.What.EN, p.Err, p.Differences)
		}
	}
}

// Undecided is a wish without a choice.
const Undecided = reconcile.Undecided

func TestRepair_BringsTheLedgerBackFromClickHouse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.keep("older", "ledger.db")
	s.mustRun(60)
	s.mustRun(50)
	s.restore("older", "ledger.db")
	s.mends(RepairWish{})
	s.mustRun(70)
	s.again()
	s.wantDifferences(VerifyWish{Examples: 3}, nil)
}

func TestRepair_MakesTablesAgainFromVersions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.spoil(50)
	for _, sql := range []string{"TRUNCATE TABLE credit.admin_penalty_current", "TRUNCATE TABLE credit.quarantine", "DELETE FROM credit.commits WHERE commit_no = 2", "TRUNCATE TABLE credit.meta"} {
		s.query(sql)
		s.mends(RepairWish{})
	}
	s.again()
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	s.wantDifferences(VerifyWish{Examples: 3}, nil)
}

func TestRepair_TellsAgainWhatKafkaLost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.keep("older", "kafka")
	s.mustRun(60)
	s.restore("older", "kafka")
	s.again()
	if r, err := s.Repair(context.Background(), RepairWish{}, func([]Mended) bool { return true }); err != nil || len(r.Steps) != 0 || len(r.Left) != 1 || r.Left[0].Needs.EN == "" {
		t.Fatalf("got %+v, %v, want a choice to make", r, err)
	}
	s.mends(RepairWish{Choice: Retell})
	s.mustRun(60)
	s.again()
	s.wantDifferences(VerifyWish{Examples: 3}, nil)
}
