package machine

import (
	"os"
	"path/filepath"
	"testing"

	"creditsync/internal/testkit/site"
)

// newest is the folder and the name of the part of a table that was written last. Nothing is merged until the engine ends.
func (s *deployment) newest(table string) (path, name string) {
	s.T.Helper()
	s.Ask("SYSTEM STOP MERGES")
	where := "FROM system.parts WHERE active AND database = 'credit' AND table = '" + table + "' ORDER BY max_block_number DESC LIMIT 1"
	return s.Ask("SELECT path " + where)[0], s.Ask("SELECT name " + where)[0]
}

// overwrite turns some bytes in the middle of a file round, as a bad sector would.
func (s *deployment) overwrite(path string) {
	s.T.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		s.T.Fatal(err)
	}
	for i := range 64 {
		b[len(b)/2+i] ^= 0xff
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		s.T.Fatal(err)
	}
}

// mended runs a repair, which looks at everything it touched at the end.
func (s *deployment) mended(what string) {
	s.T.Helper()
	s.Says(0, what, "repair", "--yes")
}

// TestParts: a part of a table that somebody detached, and one whose file has other bytes than were written. Each is named,
// the harm is stopped, and a repair brings back what is held elsewhere; then the books are as if nothing had been.
func TestParts(t *testing.T) {
	t.Parallel()
	s, from := newSite(t, site.Config{}), site.NewSource(t)
	for n := range 2 {
		s.Beside()
		s.Deliver(from.Files(t, n))
		s.Calmly()
	}
	_, name := s.newest("admin_penalty_versions")
	s.Ask("ALTER TABLE credit.admin_penalty_versions DETACH PART '" + name + "'")
	for _, command := range []string{"run", "check"} {
		s.Says(3, "admin_penalty_versions/"+name, command)
	}
	what := "parts of credit.admin_penalty_versions are set aside and their rows are not read: " + name
	s.Says(1, what, "repair", "--dry-run")
	s.mended(what)

	// All that the newest commit wrote are the last versions of their records, which the analysts' copy has too.
	path, name := s.newest("admin_penalty_versions")
	s.Alone()
	s.overwrite(filepath.Join(path, "data.bin"))
	s.Beside()
	s.Says(3, name, "verify")
	s.mended("parts of credit.admin_penalty_versions are damaged: " + name)

	path, name = s.newest("admin_penalty_current")
	s.Alone()
	s.overwrite(filepath.Join(path, "data.bin"))
	s.Beside()
	s.Says(3, name, "run")
	s.mended("parts of credit.admin_penalty_current are damaged: " + name)
	s.Deliver(from.Files(t, 2))
	s.Calmly()
	s.Books().Equal(t, calm(t, 3))
	s.onlyThere(t)
}

// onlyThere: what a damaged part alone holds is not invented: the repair says which part, how much, and that a backup has it,
// and nothing runs on over records without their history. An engine that cannot open a table names it.
func (s *deployment) onlyThere(t *testing.T) {
	t.Helper()
	s.Ask("OPTIMIZE TABLE credit.admin_penalty_live FINAL")
	s.Ask("SYSTEM STOP MERGES")
	first := s.Ask("SELECT path FROM system.parts WHERE active AND database = 'credit' AND table = 'admin_penalty_versions' ORDER BY min_block_number LIMIT 1")[0]
	s.Alone()
	s.overwrite(filepath.Join(first, "data.bin"))
	s.Beside()
	s.Says(1, "are in a backup only: restore credit.admin_penalty_versions", "repair", "--yes")
	s.Says(3, "damaged", "verify")
	s.Alone()
	if err := os.Remove(filepath.Join(first, "data.bin")); err != nil {
		t.Fatal(err)
	}
	s.Says(3, "admin_penalty_versions", "run")
}
