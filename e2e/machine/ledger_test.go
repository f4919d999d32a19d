package machine

import (
	"bytes"
	"os"
	"testing"

	"creditsync/internal/app"
	"creditsync/internal/testkit/site"
)

// frame is how long a page of SQLite's log is with what stands before it; header is how long the log's own beginning is.
const (
	page   = 4096
	frame  = 24 + page
	header = 32
)

// TestTornLog: the ledger's log ends in the middle of a frame after a kill. What was committed before it stands, and the next
// run goes on.
func TestTornLog(t *testing.T) {
	t.Parallel()
	s, from := newSite(t, site.Config{}), site.NewSource(t)
	s.Beside()
	s.Deliver(from.Files(t, 0))
	s.Calmly()
	for n, one := range []struct {
		dies string
		torn func(log []byte) []byte
	}{
		{"applied", func(log []byte) []byte { return append(log, log[header:header+frame/2]...) }}, // it was writing the next one
		{"closed", func(log []byte) []byte { return log[:len(log)-frame/2] }},                      // it had not come to an end of this one
	} {
		s.Deliver(from.Files(t, site.Changing(n+1)))
		before := s.Last()
		if p := s.Start([]string{app.EnvDieAt + "=" + one.dies}, "run", "--json"); !p.Killed() {
			t.Fatalf("the run did not die at %q: %s", one.dies, p.Printed())
		}
		log, err := os.ReadFile(s.LedgerAt + "-wal")
		if err != nil || len(log) < header+2*frame || (len(log)-header)%frame != 0 {
			t.Fatalf("the ledger's log has %d bytes, %v", len(log), err)
		}
		if err := os.WriteFile(s.LedgerAt+"-wal", one.torn(bytes.Clone(log)), 0o600); err != nil {
			t.Fatal(err)
		}
		s.Again(before)
	}
	s.Deliver(from.Files(t, site.Changing(3)))
	s.Calmly()
	s.Books().Equal(t, calm(t, 4))
}

// TestCorruptLedger: bytes in the middle of the ledger's file are not those that were written. Every command refuses it, names
// it and says what to do; with the copy put back and what came since found again, the nights go on.
func TestCorruptLedger(t *testing.T) {
	t.Parallel()
	s, from := newSite(t, site.Config{}), site.NewSource(t)
	s.Beside()
	s.Deliver(from.Files(t, 0))
	s.Calmly()
	older, err := os.ReadFile(s.LedgerAt)
	if err != nil {
		t.Fatal(err)
	}
	s.Deliver(from.Files(t, 1))
	s.Calmly()
	b, err := os.ReadFile(s.LedgerAt)
	if err != nil {
		t.Fatal(err)
	}
	for _, no := range []int{len(b) / page / 3, len(b) / page / 2} {
		for i := range page {
			b[no*page+i] ^= 0xa5
		}
	}
	if err := os.WriteFile(s.LedgerAt, b, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"run", "check", "status"} {
		if p := s.Start(nil, command); p.Ended() != 3 || !p.Says(s.LedgerAt) || !p.Says("creditsync repair") {
			t.Errorf("%s: exit %d: %s", command, p.Ended(), p.Printed())
		}
	}
	if now, err := os.ReadFile(s.LedgerAt); err != nil || !bytes.Equal(now, b) {
		t.Errorf("the ledger was written to: %v", err)
	}
	for _, end := range []string{"-wal", "-shm"} {
		_ = os.Remove(s.LedgerAt + end)
	}
	if err := os.WriteFile(s.LedgerAt, older, 0o600); err != nil {
		t.Fatal(err)
	}
	s.Says(0, "the ledger is older than ClickHouse", "repair", "--yes")
	s.Deliver(from.Files(t, 2))
	s.Calmly()
}
