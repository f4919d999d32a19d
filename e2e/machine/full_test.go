package machine

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"creditsync/internal/app"
	"creditsync/internal/testkit/site"
)

// filling is how a disk becomes full: while a run stands at a step, or before one starts with an engine and a broker of its
// own.
type filling struct {
	store string   // whose disk
	step  string   // "" for before
	free  uint64   // bytes that are left
	codes []string // what the run says, one of them
}

// fillings are the nights of a test: some, or every store at every step.
func fillings() []filling {
	codes := map[string][]string{
		"ledger": {"ledger.full", "commit.unseen"}, "engine": {"warehouse.code_243", "process.start", "commit.unseen"},
		"broker": {"kafka.storage"}, "data": {"spool.disk", "process.start"},
	}
	list := []filling{
		{"engine", "", 0, []string{"process.start"}},
		{"data", "batch staged", 0, []string{"spool.disk"}},
		{"engine", "written", 0, []string{"warehouse.code_243"}},
		{"engine", "closed", 0, []string{"commit.unseen"}},
		{"broker", "applied", 64 << 10, []string{"kafka.storage"}},
		{"broker", "relay added", 0, []string{"kafka.storage"}},
		{"ledger", "relay produced", 0, []string{"ledger.full"}},
	}
	if !*all {
		return list
	}
	steps := []string{"leased", "batch staged", "staged", "guarded", "locked", "opened", "diffed", "written", "quarantine written", "verified", "closed", "forwarded", "applied", "relay leased", "relay fenced", "relay added", "relay produced", "relay committed"}
	for _, store := range []string{"ledger", "engine", "broker"} {
		for _, step := range steps {
			list = append(list, filling{store, step, 0, append(slices.Clone(codes[store]), "")}) // "": past what it writes
		}
	}
	return list
}

// TestDisk: whichever store's disk is full, and whenever, or has become read-only, as the kernel makes one that fails, the run
// names its folder and ends with status 3; once there is room, or it can be written, the next run goes on, and nothing is lost
// or doubled.
func TestDisk(t *testing.T) {
	t.Parallel()
	s, from := newSite(t, site.Config{Ledger: "{sqlite: ledger/ledger.db}"}), site.NewSource(t)
	s.LedgerAt = s.Path("ledger/ledger.db")
	disks := map[string]*disk{"ledger": mount(t, s.Path("ledger"), 8<<20), "data": mount(t, s.Data, 64<<20)}
	disks["engine"], disks["broker"] = mount(t, s.Path("data/clickhouse"), 256<<20), mount(t, s.Path("data/kafka"), 32<<20)
	s.Beside()
	s.Deliver(from.Files(t, 0))
	s.Calmly()
	nights := fillings()
	for n, f := range nights {
		s.Deliver(from.Files(t, site.Changing(n+1)))
		before := s.Last()
		s.full(disks[f.store], f)
		s.Again(before)
	}
	s.Deliver(from.Files(t, site.Changing(len(nights)+1)))
	before := s.Last()
	s.readOnly(t, disks)
	s.Beside()
	s.Again(before)
	s.Deliver(from.Files(t, site.Changing(len(nights)+2)))
	s.Calmly() // in peace: it clears away what the others left
	s.Books().Equal(t, calm(t, len(nights)+3))
}

// full is a run whose disk becomes full.
func (s *deployment) full(d *disk, f filling) {
	s.T.Helper()
	defer d.makeRoom()
	if f.step == "" {
		s.Alone()
		d.leave(f.free)
		s.refused(s.Start(nil, "run", "--json"), f.store+" before", d.dir, f.codes...)
		return
	}
	s.Beside()
	p := s.Start([]string{app.EnvStopAt + "=" + f.step}, "run", "--json")
	if !p.Halted() {
		s.T.Fatalf("the run did not stop at %q: %s", f.step, p.Printed())
	}
	d.leave(f.free)
	p.Resume()
	s.refused(p, f.store+" at "+f.step, d.dir, f.codes...)
}

// refused waits for a run that must end with status 3, one of the codes and, in its words, where the trouble is and what to
// do; with status 0 if "" is among the codes.
func (s *deployment) refused(p *site.Process, when, where string, codes ...string) {
	s.T.Helper()
	r := p.Report()
	problem := r.Problem()
	if problem == nil {
		problem = &site.Problem{}
	}
	s.T.Logf("%s: exit %d, %+v", when, r.Status, *problem)
	if !slices.Contains(codes, problem.Code) {
		s.T.Errorf("%s: exit %d, %+v, want one of %q\n%s", when, r.Status, *problem, codes, p.Printed())
	}
	if problem.Code != "" && (r.Status != 3 || problem.Hint == "" || !strings.Contains(problem.Message+problem.Hint, where)) {
		s.T.Errorf("%s: exit %d, %+v, want status 3 and a word of %s", when, r.Status, *problem, where)
	}
}

// calmOnce are the books of an undisturbed site after one night, two and so on.
var calmOnce struct {
	sync.Once
	after []site.Books
}

// calm are the books of an undisturbed site after so many nights.
func calm(t testing.TB, nights int) site.Books {
	t.Helper()
	calmOnce.Do(func() {
		s, from := newSite(t, site.Config{}), site.NewSource(t)
		s.Beside()
		for n := range len(fillings()) + 3 {
			s.Deliver(from.Files(t, site.Changing(n)))
			s.Calmly()
			calmOnce.after = append(calmOnce.after, s.Books())
		}
		s.Alone()
	})
	if len(calmOnce.after) < nights {
		t.Fatalf("the undisturbed site did not come to night %d", nights)
	}
	return calmOnce.after[nights-1]
}
