package site

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"creditsync/internal/ledger"
	"creditsync/internal/process"
)

// Ask is the whole answer of the engine, one row a line; none for no rows. The engine must be up.
func (s *Site) Ask(sql string) []string {
	s.T.Helper()
	ctx, cancel := context.WithTimeout(s.T.Context(), Limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.HTTP+"/", strings.NewReader(sql))
	if err != nil {
		s.T.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.T.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.T.Fatalf("%s: %s: %v %s", sql, resp.Status, err, b)
	}
	if len(b) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// Ledger passes the site's ledger to read.
func (s *Site) Ledger(read func(context.Context, *ledger.Ledger) error) {
	s.T.Helper()
	if err := os.MkdirAll(filepath.Dir(s.LedgerAt), 0o700); err != nil {
		s.T.Fatal(err)
	}
	own, err := process.Own()
	if err != nil {
		s.T.Fatal(err)
	}
	l, err := ledger.Open(s.T.Context(), s.LedgerAt, ledger.Options{
		Now: time.Now, Self: ledger.Holder{Host: own.Host, PID: own.PID, Started: own.Started, Birth: own.Birth, What: "test"},
		Alive: func(h ledger.Holder) bool { return process.Identity{Host: h.Host, PID: h.PID, Birth: h.Birth}.Alive() },
	})
	if err != nil {
		s.T.Fatal(err)
	}
	defer l.Close()
	if err := read(s.T.Context(), l); err != nil {
		s.T.Fatal(err)
	}
}

// Committed are the closed commits after one.
func (s *Site) Committed(after uint64) (list []ledger.Commit) {
	s.T.Helper()
	s.Ledger(func(ctx context.Context, l *ledger.Ledger) (err error) {
		list, err = l.Committed(ctx, Kind, after, 0)
		return err
	})
	return list
}

// Last is the number of the last closed commit, 0 for none.
func (s *Site) Last() uint64 {
	s.T.Helper()
	if list := s.Committed(0); len(list) > 0 {
		return list[len(list)-1].No
	}
	return 0
}
