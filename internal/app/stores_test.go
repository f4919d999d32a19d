package app

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"creditsync/internal/fault"
	"creditsync/internal/process"
	"creditsync/pipelines"
)

// run runs everything and returns the first error of any kind.
func (s *site) run() error {
	s.t.Helper()
	res, err := s.Run(context.Background(), nil, pipelines.Wish{})
	if err != nil {
		return err
	}
	for _, r := range res {
		if r.Err != nil {
			return r.Err
		}
		if r.PublishErr != nil {
			return r.PublishErr
		}
	}
	return nil
}

// query asks the engine that the open deployment uses, as any client may.
func (s *site) query(sql string) string {
	s.t.Helper()
	owner, _, err := process.ReadOwner(s.engineLock())
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := http.Post("http://"+owner.Addresses["http"]+"/", "text/plain", strings.NewReader(sql))
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %v %s", sql, err, body)
	}
	return strings.TrimSpace(string(body))
}

func (s *site) wantFault(err error, class fault.Class, code string) {
	s.t.Helper()
	if fault.ClassOf(err) != class || fault.CodeOf(err) != code {
		s.t.Errorf("got class %d code %q (%v), want %d %q", fault.ClassOf(err), fault.CodeOf(err), err, class, code)
	}
}

func TestApp_StoresBelongTogether(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.deliver(50)
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	keys, err := os.ReadFile(s.path("data/keys.json"))
	if err != nil {
		t.Fatal(err)
	}

	// Missing keys beside stores that were written with some are never replaced.
	if err := os.Rename(s.path("data/keys.json"), s.path("keys.away")); err != nil {
		t.Fatal(err)
	}
	s.again()
	s.wantFault(s.run(), fault.Input, "keys.missing")
	if _, err := os.Stat(s.path("data/keys.json")); !os.IsNotExist(err) {
		t.Error("a new key file was made")
	}

	// Other keys are told apart.
	other := newSite(t)
	other.deliver(1)
	if err := other.run(); err != nil {
		t.Fatal(err)
	}
	foreign, err := os.ReadFile(other.path("data/keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path("data/keys.json"), foreign, 0o600); err != nil {
		t.Fatal(err)
	}
	s.again()
	s.wantFault(s.run(), fault.Input, "keys.other")

	// The right keys again: everything goes on.
	if err := os.WriteFile(s.path("data/keys.json"), keys, 0o600); err != nil {
		t.Fatal(err)
	}
	s.again()
	if err := s.run(); err != nil {
		t.Fatal(err)
	}

	// A ClickHouse that lost everything, and a ledger that belongs to another one.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(s.path("data/clickhouse"), s.path("clickhouse.away")); err != nil {
		t.Fatal(err)
	}
	s.again()
	s.wantFault(s.run(), fault.Input, "stores.strangers")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(s.path("data/clickhouse")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(s.path("clickhouse.away"), s.path("data/clickhouse")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ledger.db", "ledger.db-wal", "ledger.db-shm"} {
		_ = os.Remove(s.path("data/" + name))
	}
	s.again()
	s.wantFault(s.run(), fault.Input, "stores.strangers")
}

func TestApp_ChecksWithoutMakingAnything(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.deliver(3)
	for _, f := range s.Check(context.Background()) {
		if f.Err != nil {
			t.Errorf("%s: %v", f.What.EN, f.Err)
		}
	}
	if _, err := os.Stat(s.path("data")); !os.IsNotExist(err) {
		t.Error("check made the data directory")
	}
}

func TestApp_MendsALaggingCopy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.deliver(200)
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	s.query("TRUNCATE TABLE credit.admin_penalty_live")
	s.again()
	if _, err := s.warehouse(ctx); err != nil {
		t.Fatal(err)
	}
	if n := s.query("SELECT count() FROM credit.admin_penalty"); n != "200" {
		t.Errorf("the view has %s records, want 200", n)
	}
}
