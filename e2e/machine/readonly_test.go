package machine

import "testing"

// readOnly makes each disk read-only for a run: its folder is named by `run` and by `check`, which end with status 3, and
// nothing is half done.
func (s *deployment) readOnly(t *testing.T, disks map[string]*disk) {
	t.Helper()
	for _, one := range []struct{ store, code string }{{"ledger", "ledger.readonly"}, {"data", "process.start"}, {"engine", "process.start"}, {"broker", "process.start"}} {
		s.Alone()
		d := disks[one.store]
		d.readOnly(true)
		s.refused(s.Start(nil, "run", "--json"), one.store+" read-only", d.dir, one.code)
		if one.store == "data" {
			s.Says(3, "read-only", "check")
			s.Says(3, d.dir, "check")
		}
		d.readOnly(false)
	}
}
