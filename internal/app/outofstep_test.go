package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
	brokers "creditsync/internal/testkit/kafka"
)

// keep copies files or folders of the site, as an operator backs them up: nothing of the program runs.
func (s *site) keep(as string, names ...string) {
	s.t.Helper()
	s.again()
	for _, name := range names {
		s.copy(s.path("data/"+name), s.path(filepath.Join(as, name)))
	}
}

// restore puts them back in the place of what is there.
func (s *site) restore(from string, names ...string) {
	s.t.Helper()
	s.again()
	for _, name := range names {
		if err := os.RemoveAll(s.path("data/" + name)); err != nil {
			s.t.Fatal(err)
		}
		s.copy(s.path(filepath.Join(from, name)), s.path("data/"+name))
	}
}

func (s *site) copy(from, to string) {
	s.t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		s.t.Fatal(err)
	}
	if info.IsDir() {
		err = os.CopyFS(to, os.DirFS(from))
	} else {
		var b []byte
		if b, err = os.ReadFile(from); err == nil {
			if err = os.MkdirAll(filepath.Dir(to), 0o755); err == nil {
				err = os.WriteFile(to, b, 0o600)
			}
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// mustRun delivers n rows and loads them.
func (s *site) mustRun(n int) {
	s.t.Helper()
	s.deliver(n)
	s.again()
	if err := s.run(); err != nil {
		s.t.Fatal(err)
	}
}

// halted fails unless both check and run find the damage, in words and with something to do, and run writes nothing.
func (s *site) halted(code string) {
	s.t.Helper()
	s.again()
	var found []string
	for _, f := range s.Check(context.Background()) {
		if c := fault.CodeOf(f.Err); c != "" {
			found = append(found, c)
		}
	}
	if !strings.Contains(strings.Join(found, " "), code) {
		s.t.Errorf("check finds %v, want %s", found, code)
	}
	s.again()
	ledger, err := os.ReadFile(s.path("data/ledger.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	err = s.run()
	if fault.CodeOf(err) != code {
		s.t.Errorf("run: got %v, want %s", err, code)
	}
	for _, l := range []fault.Language{fault.Chinese, fault.English} {
		if said := fault.Say(err, l); strings.Contains(said, "%!") || !strings.Contains(said, "\n") {
			s.t.Errorf("%s says %q", l, said)
		}
	}
	if err := s.Close(); err != nil {
		s.t.Fatal(err)
	}
	if after, err := os.ReadFile(s.path("data/ledger.db")); err != nil || string(after) != string(ledger) {
		s.t.Errorf("the run wrote to the ledger: %v", err)
	}
}

func TestRun_StopsWhereAStoreIsOlderThanTheOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.keep("older", "ledger.db", "clickhouse", "kafka")
	s.mustRun(60)
	s.keep("newer", "ledger.db", "clickhouse", "kafka")
	for code, restored := range map[string][]string{
		"stores.ledger_older":    {"ledger.db"},
		"stores.warehouse_older": {"clickhouse"},
		"relay.position_older":   {"kafka"},
		"relay.ledger_older":     {"ledger.db", "clickhouse"},
	} {
		s.restore("older", restored...)
		s.halted(code)
		s.restore("newer", restored...)
	}
	s.mustRun(70)
	s.stays(t)
}

// stays fails unless check finds nothing wrong.
func (s *site) stays(t *testing.T) {
	t.Helper()
	s.again()
	for _, f := range s.Check(context.Background()) {
		if f.Err != nil {
			t.Errorf("%s: %v", f.What.EN, f.Err)
		}
	}
}

// A run that could not ask Kafka gives numbers again that were published with other contents; the relay finds out.
func TestRelay_FindsOutThatNumbersWereGivenTwice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.keep("older", "ledger.db", "clickhouse")
	s.mustRun(60)
	s.restore("older", "ledger.db", "clickhouse")
	s.write("creditsync.yaml", strings.Replace(siteConfig, `{embedded: {listen: "127.0.0.1:0"}}`, `{kafka: {brokers: ["127.0.0.1:1"]}}`, 1))
	s.deliver(55)
	s.again()
	s.wantFault(s.run(), fault.Environment, "kafka.unreachable")
	s.write("creditsync.yaml", siteConfig)
	s.halted("relay.ledger_older")
}

func TestRun_StopsWhereClickHouseLostSomething(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.spoil(50)
	s.mustRun(60)
	for _, c := range []struct{ code, table, left string }{
		{"stores.versions_lost", "admin_penalty_versions", "bitShiftRight(seq, 24) != 1"},
		{"stores.versions_lost", "admin_penalty_versions", "0"},
		{"stores.current_differs", "admin_penalty_current", "0"},
		{"stores.current_differs", "admin_penalty_current", "bitShiftRight(seq, 24) != 3"},
		{"stores.commits_unlisted", "commits", "commit_no != 2"},
		{"stores.quarantine_differs", "quarantine", "0"},
		{"stores.refused_lost", "quarantine_versions", "0"},
	} {
		s.query("RENAME TABLE credit." + c.table + " TO credit.away")
		s.query("CREATE TABLE credit." + c.table + " AS credit.away")
		s.query("INSERT INTO credit." + c.table + " SELECT * FROM credit.away WHERE " + c.left)
		s.wantFault(s.run(), fault.Environment, c.code)
		s.query("DROP TABLE credit." + c.table + " SYNC")
		s.query("RENAME TABLE credit.away TO credit." + c.table)
	}
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	s.query("DROP TABLE credit.admin_penalty_current SYNC")
	s.halted("stores.tables_lost")
	s.again()
	_ = s.run() // opens the engine
	s.query("TRUNCATE TABLE credit.meta")
	s.halted("stores.unmarked")
}

// spoil delivers n rows of which a few are refused, and loads them.
func (s *site) spoil(n int) {
	s.t.Helper()
	s.deliver(n)
	b, err := os.ReadFile(s.path("inbox/penalties.csv"))
	if err != nil {
		s.t.Fatal(err)
	}
	lines := strings.SplitAfter(string(b), "\n")
	lines[3] = "x" + lines[3][strings.Index(lines[3], ","):] // its first cell is no such value
	for i := 4; i < 8; i++ {
		lines[i] = strings.Replace(lines[i], ",", ",,", 1) // a cell too many
	}
	s.write("inbox/penalties.csv", strings.Join(lines, ""))
	s.again()
	if err := s.run(); err != nil {
		s.t.Fatal(err)
	}
}

func TestRun_StopsWhereTheTopicIsNotTheOne(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	kafka, err := s.kafka(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	brokers.Drop(t, kafka.Brokers[0], bus.PositionTopic)
	s.halted("relay.position_missing")
}

// Two histories are not mixed, nor are stores of two deployments; each is named by check too.
func TestRun_StopsWhereStoresDoNotBelongTogether(t *testing.T) {
	t.Parallel()
	s, other := newSite(t), newSite(t)
	other.mustRun(1)
	other.keep("kept", "ledger.db", "clickhouse", "kafka", "keys.json")
	s.mustRun(40)
	s.keep("older", "ledger.db", "clickhouse", "kafka")
	s.mustRun(60)
	s.keep("one", "ledger.db")
	s.restore("older", "ledger.db", "clickhouse", "kafka")
	s.mustRun(50)
	s.keep("another", "ledger.db", "kafka", "keys.json")

	s.restore("one", "ledger.db")
	s.halted("stores.other_history")
	s.again()
	r, err := s.Repair(context.Background(), RepairWish{Choice: Retell}, func([]Mended) bool { return true })
	if err != nil || len(r.Steps) != 0 || len(r.Left) == 0 || r.Left[0].Code != "stores.other_history" || !strings.Contains(r.Left[0].Needs.EN, "backup of one moment") {
		t.Errorf("got %+v, %v, want that it cannot be mended", r, err)
	}
	s.restore("another", "ledger.db")
	for _, c := range []struct{ code, what string }{{"stores.strangers", "ledger.db"}, {"keys.other", "keys.json"}, {"relay.other_deployment", "kafka"}} {
		s.again()
		if err := os.RemoveAll(s.path("data/" + c.what)); err != nil {
			t.Fatal(err)
		}
		s.copy(other.path("kept/"+c.what), s.path("data/"+c.what))
		s.halted(c.code)
		s.restore("another", c.what)
	}
	if err := os.Remove(s.path("data/keys.json")); err != nil {
		t.Fatal(err)
	}
	s.halted("keys.missing")
	s.restore("another", "keys.json")
	s.mustRun(70)
	s.stays(t)
}
