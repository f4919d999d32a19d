package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
	"creditsync/internal/reconcile"
	brokers "creditsync/internal/testkit/kafka"
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

// A commit that was closed, and of which neither an older ledger nor the list knows, is brought back where it is whole.
func TestRepair_ACommitThatIsInNoList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.keep("older", "ledger.db")
	s.mustRun(60)
	s.query("DELETE FROM credit.commits WHERE commit_no = 2")
	s.restore("older", "ledger.db")
	s.mends(RepairWish{})
	s.mustRun(70)
	s.again()
	s.wantDifferences(VerifyWish{Examples: 3}, nil)

	s.query("DELETE FROM credit.commits WHERE commit_no >= 2")
	s.query("DELETE FROM credit.admin_penalty_versions WHERE commit_no = 3 AND seq = (SELECT min(seq) FROM credit.admin_penalty_versions WHERE commit_no = 3)")
	s.restore("older", "ledger.db")
	s.again()
	r, err := s.Repair(context.Background(), RepairWish{}, func([]Mended) bool { return true })
	if err != nil || len(r.Steps) != 1 || fault.CodeOf(r.Steps[0].Err) != "repair.unproven" {
		t.Errorf("got %+v, %v, want that it cannot be proven whole", r.Steps, err)
	}
}

// A topic of positions that is lost is written again; a topic that was made anew with other partitions is told everything, or
// nothing, as the operator says; one whose partitions were added is never told again.
func TestRepair_TopicsMadeAnew(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	kafka, err := s.kafka(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	at := kafka.Brokers[0]
	brokers.Drop(t, at, bus.PositionTopic)
	if err := s.repaired(RepairWish{}, "relay.position_missing"); err != "" {
		t.Error(err)
	}
	topic := bus.TopicOf("admin_penalty")
	brokers.Drop(t, at, topic)
	brokers.Make(t, at, topic, 3)
	if err := s.repaired(RepairWish{}, "relay.topic_recreated"); err == "" {
		t.Error("it was decided without the operator")
	}
	if err := s.repaired(RepairWish{Choice: Retell}, "relay.topic_recreated"); err != "" {
		t.Error(err)
	}
	s.again()
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	s.again()
	s.wantDifferences(VerifyWish{Examples: 3}, nil)
}

// Who says so goes on after what is gone: the topic stays without the earlier messages, and everything later is told once. A
// topic to which partitions were added can only go on.
func TestRepair_TellsNothingAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	kafka, err := s.kafka(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	topic := bus.TopicOf("admin_penalty")
	brokers.Drop(t, kafka.Brokers[0], topic)
	if err := s.repaired(RepairWish{Choice: NoRetell}, "relay.topic_missing"); err != "" {
		t.Error(err)
	}
	s.mustRun(60)
	told := func(want int) {
		t.Helper()
		n := 0
		if err := bus.Read(t.Context(), kafka, topic, func(bus.Message) bool { n++; return true }); err != nil || n != want {
			t.Errorf("%d messages, %v, want %d", n, err, want)
		}
	}
	kafka, err = s.kafka(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	told(20)
	brokers.Widen(t, kafka.Brokers[0], topic, 2)
	if err := s.repaired(RepairWish{Choice: Retell}, "relay.partitions_changed"); !strings.Contains(err, "cannot be told again") {
		t.Errorf("told again: %s", err)
	}
	if err := s.repaired(RepairWish{Choice: NoRetell}, "relay.partitions_changed"); err != "" {
		t.Error(err)
	}
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	told(20)
}

// repaired says what is wrong with a repair of one damage, "" for nothing.
func (s *site) repaired(w RepairWish, code string) string {
	s.t.Helper()
	r, err := s.Repair(context.Background(), w, func([]Mended) bool { return true })
	if err != nil {
		return err.Error()
	}
	for _, m := range append(r.Steps, r.Left...) {
		if m.Code != code || !m.Done || m.Err != nil {
			return fmt.Sprintf("%s: done %v, %v: %s %s", m.Code, m.Done, m.Err, m.What.EN, m.Needs.EN)
		}
	}
	if len(r.Steps) == 0 {
		return "nothing was mended"
	}
	return ""
}

func TestRepair_AdoptsANewLedger(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.mustRun(60)
	deployment := s.query("SELECT anyLast(value) FROM credit.meta FINAL WHERE name = 'deployment'")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(s.path("data/ledger.db" + end))
	}
	s.again()
	var found error
	for _, f := range s.Check(context.Background()) {
		found = errors.Join(found, f.Err)
	}
	s.wantFault(found, fault.Input, "stores.strangers")
	if _, err := os.Stat(s.path("data/ledger.db")); err == nil {
		t.Error("check has made a ledger")
	}
	s.again()
	s.wantFault(s.run(), fault.Input, "stores.strangers")
	s.again()
	if err := s.repaired(RepairWish{Adopt: "0b46d290-6fe8-43bd-9f82-034b4ce3fd1b"}, ""); !strings.Contains(err, deployment) {
		t.Errorf("another deployment: %s", err)
	}
	s.mends(RepairWish{Adopt: deployment})
	s.mustRun(70)
	s.again()
	s.wantDifferences(VerifyWish{Examples: 3}, nil)
}

// What only a comparison of rows sees is mended too.
func TestRepair_RowsThatDiffer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.query("INSERT INTO credit.admin_penalty_current SELECT * REPLACE (content_hash + 1 AS content_hash) FROM credit.admin_penalty_current ORDER BY record_id LIMIT 1")
	s.mends(RepairWish{})
	s.again()
	s.wantDifferences(VerifyWish{Examples: 3}, nil)
}

// All that Kafka kept is gone: the operator says whether it is told again.
func TestRepair_KafkaIsGone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.again()
	if err := os.RemoveAll(s.path("data/kafka")); err != nil {
		t.Fatal(err)
	}
	s.halted("relay.position_missing")
	s.again()
	if err := s.repaired(RepairWish{}, "relay.position_missing"); !strings.Contains(err, "--retell") {
		t.Errorf("got %s, want a choice to make", err)
	}
	s.mends(RepairWish{Choice: Retell})
	s.mustRun(60)
	s.again()
	s.wantDifferences(VerifyWish{Examples: 3}, nil)
}
