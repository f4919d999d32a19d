package machine

import (
	"testing"

	"creditsync/internal/testkit/site"
)

// TestReadOnly: a folder whose file system has become read-only, as the kernel makes one of a failing disk, is named by `run`
// and by `check`, which end with status 3; nothing is half done, and once it can be written the next run goes on.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	s, from := newSite(t, site.Config{Ledger: "{sqlite: ledger/ledger.db}"}), site.NewSource(t)
	s.LedgerAt = s.Path("ledger/ledger.db")
	disks := []*disk{mount(t, s.Path("ledger"), 8<<20), mount(t, s.Data, 64<<20), mount(t, s.Path("data/clickhouse"), 256<<20), mount(t, s.Path("data/kafka"), 32<<20)}
	s.Deliver(from.Files(t, 0))
	s.Calmly()
	s.Deliver(from.Files(t, 1))
	before := s.Last()
	for i, code := range []string{"ledger.readonly", "process.start", "process.start", "process.start"} {
		d := disks[i]
		d.readOnly(true)
		s.refused(s.Start(nil, "run", "--json"), d.dir, d.dir, code)
		if i < 2 { // what check starts may be up
			if p := s.Start(nil, "check"); p.Ended() != 3 || !p.Says(d.dir) || !p.Says("read-only") {
				t.Errorf("check: exit %d: %s", p.Ended(), p.Printed())
			}
		}
		d.readOnly(false)
	}
	s.Beside()
	s.Again(before)
	s.Deliver(from.Files(t, 2))
	s.Calmly()
	s.Books().Equal(t, calm(t, 3))
}
