package stores

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"creditsync/internal/app"
	"creditsync/internal/bus"
	"creditsync/internal/testkit/site"
)

// program is the program under test.
var program site.Program

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(program.Main(m))
}

// keysOnce are the keys of all sites here: their records are comparable.
var keysOnce struct {
	sync.Once
	keys []byte
}

// deployment is a site of which stores are put back.
type deployment struct {
	*site.Site
	from *site.Source
}

func newSite(t *testing.T) *deployment {
	t.Helper()
	keysOnce.Do(func() { keysOnce.keys = site.NewKeys(t) })
	return &deployment{site.New(t, program.Path(t), keysOnce.keys, site.Config{}), site.NewSource(t)}
}

// night delivers and runs.
func (s *deployment) night(n int) {
	s.T.Helper()
	s.Deliver(s.from.Files(s.T, n))
	s.Calmly()
}

// keep copies something of the data directory away; back puts it in place again. Nothing is up meanwhile.
func (s *deployment) keep(name string) (back func()) {
	s.T.Helper()
	s.Alone()
	from, to := filepath.Join(s.Data, name), filepath.Join(s.T.TempDir(), name)
	s.copied(from, to)
	return func() {
		s.T.Helper()
		s.Alone()
		for _, end := range []string{"", "-wal", "-shm"} {
			if err := os.RemoveAll(from + end); err != nil {
				s.T.Fatal(err)
			}
		}
		s.copied(to, from)
	}
}

func (s *deployment) copied(from, to string) {
	s.T.Helper()
	info, err := os.Stat(from)
	if err != nil {
		s.T.Fatal(err)
	}
	if info.IsDir() {
		err = os.CopyFS(to, os.DirFS(from))
	} else {
		var b []byte
		if b, err = os.ReadFile(from); err == nil {
			err = os.WriteFile(to, b, 0o600)
		}
	}
	if err != nil {
		s.T.Fatal(err)
	}
}

// stands is how the records are, whatever their versions are numbered, but for those of which a row is refused just now: they
// stay as they were.
func (s *deployment) stands() []string {
	s.T.Helper()
	return s.Ask("SELECT hex(record_id), op, status, if(op = 'upsert', content_hash, 0), if(op = 'upsert', pipeline, '') FROM credit.admin_penalty_current FINAL WHERE record_id NOT IN (SELECT record_id FROM credit.quarantine FINAL WHERE state = 'open') ORDER BY record_id")
}

// lastTold is what a consumer that keeps the newest version of each record knows at the end. The versions of a record must
// rise with the order of its messages.
func (s *deployment) lastTold() map[string]string {
	s.T.Helper()
	out, versions := map[string]string{}, map[string]int{}
	err := bus.Read(s.T.Context(), bus.Config{Brokers: []string{s.Kafka}, Embedded: true}, site.Topic, func(m bus.Message) bool {
		var value struct {
			Version int
			Op      string
			Status  string
			Data    json.RawMessage
		}
		if m.Value == nil { // a tombstone
			out[string(m.Key)] = "forget"
			return true
		}
		if err := json.Unmarshal(m.Value, &value); err != nil {
			s.T.Fatalf("%s: %v", m.Value, err)
		}
		if id := string(m.Key); value.Version <= versions[id] {
			s.T.Errorf("version %d of %s is told after %d", value.Version, id, versions[id])
		}
		versions[string(m.Key)] = value.Version
		out[string(m.Key)] = fmt.Sprint(value.Op, value.Status, string(value.Data))
		return true
	})
	if err != nil {
		s.T.Fatal(err)
	}
	return out
}

// like fails unless records and what consumers know are as in the deployment in which nothing was put back.
func (s *deployment) like(calm calmly) {
	s.T.Helper()
	s.Beside()
	got := s.stands()
	if only := slices.DeleteFunc(slices.Clone(got), func(line string) bool { return slices.Contains(calm.stands, line) }); len(only) > 0 || len(got) != len(calm.stands) {
		s.T.Errorf("%d records, undisturbed %d; %d otherwise: %q", len(got), len(calm.stands), len(only), only[:min(3, len(only))])
	}
	told := s.lastTold()
	for id, want := range calm.told {
		if told[id] != want {
			s.T.Errorf("%s: last told %.200s\nundisturbed %.200s", id, told[id], want)
			break
		}
	}
	if len(told) != len(calm.told) {
		s.T.Errorf("%d records were told of, undisturbed %d", len(told), len(calm.told))
	}
}

// calmly is how a deployment ends in which nothing was put back.
type calmly struct {
	stands []string
	told   map[string]string
}

// nights are those of every test whose end is compared: their states differ.
var nights = []int{0, 1, 2, 4}

var undisturbedOnce struct {
	sync.Once
	calm calmly
}

// undisturbed goes through the nights, and through the last one again eight days later.
func undisturbed(t *testing.T) calmly {
	t.Helper()
	undisturbedOnce.Do(func() {
		s := newSite(t)
		s.Beside()
		for _, n := range nights {
			s.night(n)
		}
		s.eightDaysLater()
		undisturbedOnce.calm = calmly{s.stands(), s.lastTold()}
		s.Alone()
	})
	if len(undisturbedOnce.calm.stands) == 0 {
		t.Fatal("the undisturbed site did not come to its end")
	}
	return undisturbedOnce.calm
}

// eightDaysLater runs when the tombstones of what is deleted are due.
func (s *deployment) eightDaysLater() {
	s.T.Helper()
	s.Env = []string{"CREDITSYNC_TEST_NOW=" + time.Now().AddDate(0, 0, 8).Format(time.RFC3339)}
	s.Calmly()
}

// TestAnOlderLedger: check and run name it and write nothing, repair brings it back, and the next night goes on.
func TestAnOlderLedger(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.night(0)
	back := s.keep("ledger.db")
	s.night(1)
	back()
	older, err := os.ReadFile(s.LedgerAt)
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"check", "run"} {
		p := s.Start(nil, command)
		if status, said := p.Ended(), p.Printed(); status != 3 || !strings.Contains(said, "the ledger is older than ClickHouse") || !strings.Contains(said, "creditsync repair") {
			t.Errorf("%s: exit %d: %s", command, status, said)
		}
	}
	if now, err := os.ReadFile(s.LedgerAt); err != nil || string(now) != string(older) {
		t.Errorf("the ledger was written to: %v", err)
	}
	s.Says(1, "", "repair")
	s.Says(0, "", "repair", "--yes")
	s.Says(0, "", "verify")
	s.night(2)
	s.adopted()
}

// adopted: the ledger is gone. check and run name the command that makes it again, with the deployment, and it does.
func (s *deployment) adopted() {
	s.T.Helper()
	s.Beside()
	command := "creditsync repair --adopt " + s.Ask("SELECT value FROM credit.meta FINAL WHERE name = 'deployment'")[0]
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.RemoveAll(s.LedgerAt + end); err != nil {
			s.T.Fatal(err)
		}
	}
	s.Says(2, command, "check")
	s.Says(2, command, "run")
	s.Says(0, "mended", append(strings.Fields(command)[1:], "--yes")...)
	s.Says(0, "", "verify")
	s.night(4)
	s.Says(0, "", "verify")
}

// TestOlder: ClickHouse was put back to an older copy, or it and the ledger were; some commits are nowhere any more, and were
// told. The repair gives them up, what they told of is told once more as the source has it, and then everything is as if
// nothing had been, but for the versions in between.
func TestOlder(t *testing.T) {
	t.Parallel()
	calm := undisturbed(t)
	for _, c := range []struct {
		name, says string
		stores     []string
	}{
		{"ClickHouse", "ClickHouse is older than the ledger", []string{"clickhouse"}},
		{"ClickHouse and the ledger", "the ledger is older than Kafka", []string{"clickhouse", "ledger.db"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.night(0)
			var backs []func()
			for _, name := range c.stores {
				backs = append(backs, s.keep(name))
			}
			s.night(1)
			s.night(2)
			for _, back := range backs {
				back()
			}
			s.Says(3, c.says, "run")
			s.Says(1, "give up the", "repair", "--dry-run")
			s.Says(0, "given up", "repair", "--yes")
			s.Beside()
			s.night(4)
			s.Says(0, "of commits that were given up", "verify")
			s.eightDaysLater() // what was inserted by a lost commit, and is gone, is told by its tombstone
			s.like(calm)
		})
	}
}

// TestOlder_WithACommitThatIsNotShown: the run that died between its commit and what follows from it was the last one before
// ClickHouse was put back; what the commit wrote is nowhere, and was never told.
func TestOlder_WithACommitThatIsNotShown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.night(0)
	back := s.keep("clickhouse")
	s.Deliver(s.from.Files(t, 1))
	if p := s.Start([]string{app.EnvDieAt + "=closed"}, "run"); !p.Killed() {
		t.Fatalf("the run did not die: %s", p.Printed())
	}
	back()
	for _, command := range []string{"check", "run"} {
		s.Says(3, "ClickHouse is older than the ledger", command)
	}
	s.Says(0, "give up the 1 commits", "repair", "--yes")
	s.Beside()
	for _, n := range nights[1:] {
		s.night(n)
	}
	s.Says(0, "", "verify")
	s.eightDaysLater()
	s.like(undisturbed(t))
}
