package ledger

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"creditsync/internal/fault"
)

func tryOpen(path string) (*Ledger, error) {
	return Open(context.Background(), path, Options{Now: newClock().Now, Self: Holder{Host: "node-1", PID: 1}})
}

func TestOpen_MakesAPrivateFileOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "with ? % # and 空格.db")
	var mu sync.Mutex
	seen := map[string]bool{}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			l, err := tryOpen(path)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			seen[l.Deployment()] = true
			mu.Unlock()
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(seen) != 1 {
		t.Errorf("deployments %v, want one", seen)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", e.Name(), info.Mode().Perm())
		}
	}
	if len(entries) != 1 {
		t.Errorf("left %v", entries)
	}
}

// change runs SQL on a file behind the ledger's back.
func change(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	must(t, err)
	defer db.Close()
	for _, s := range statements {
		_, err := db.Exec(s)
		must(t, err)
	}
}

func TestOpen_Refuses(t *testing.T) {
	t.Parallel()
	made := func(t *testing.T) string {
		t.Helper()
		w := newWorld(t)
		a, err := tryOpen(w.path)
		must(t, err)
		for range 40 {
			run := begin(t, a, penalties)
			must(t, a.Finish(context.Background(), run, Outcome{State: RunFailed, Error: strings.Repeat("x", 500)}))
		}
		must(t, a.Close())
		return w.path
	}
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, path string)
		class fault.Class
		code  string
	}{
		{"newer", func(t *testing.T, path string) { change(t, path, "INSERT INTO schema_version VALUES (999, 0)") }, fault.Input, "ledger.newer"},
		{"of another program", func(t *testing.T, path string) { change(t, path, "PRAGMA application_id = 7") }, fault.Input, "ledger.foreign"},
		{"not SQLite", func(t *testing.T, path string) {
			must(t, os.WriteFile(path, []byte(strings.Repeat("record,", 999)), 0o600))
		}, fault.Environment, "ledger.corrupt"},
		{"cut off", func(t *testing.T, path string) { must(t, os.Truncate(path, 3*4096+100)) }, fault.Environment, "ledger.corrupt"},
		{"torn page", func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			must(t, err)
			info, err := f.Stat()
			must(t, err)
			for at := int64(4096); at < info.Size(); at += 4096 {
				_, err = f.WriteAt(make([]byte, 2048), at)
				must(t, err)
			}
			must(t, f.Close())
		}, fault.Environment, "ledger.corrupt"},
		{"a folder", func(t *testing.T, path string) { must(t, os.Remove(path)); must(t, os.Mkdir(path, 0o700)) }, fault.Environment, "ledger.io"},
		{"no folder", func(t *testing.T, path string) { must(t, os.RemoveAll(filepath.Dir(path))) }, fault.Environment, "ledger.io"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := made(t)
			c.spoil(t, path)
			l, err := tryOpen(path)
			if l != nil {
				t.Error("opened")
			}
			wantFault(t, err, c.class, c.code)
			var f *fault.Error
			if errors.As(err, &f) && (f.Hint.ZH == "" || f.Hint.EN == "") {
				t.Errorf("no hint: %v", err)
			}
		})
	}
	t.Run("an empty database of another program", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "other.db")
		change(t, path, "CREATE TABLE t (x)")
		_, err := tryOpen(path)
		wantFault(t, err, fault.Input, "ledger.foreign")
	})
}

func TestLedger_DiskFull(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a := newWorld(t).open("node-1", 1)
	run := begin(t, a, penalties)
	k := lock(t, a, run)
	no := openCommit(t, a, run, k, 0)
	// SQLite answers to its own bound as it does to a disk that has no more room.
	_, err := a.writer.Exec("PRAGMA max_page_count = 1") // which is: as many as there are
	must(t, err)
	big := Close{No: no, Last: true, Cursor: make([]byte, 1<<20)}
	before := dump(t, a)
	wantFault(t, a.CloseCommit(ctx, run, k, big), fault.Environment, "ledger.full")
	if after := dump(t, a); after != before {
		t.Errorf("changed\n%s\nto\n%s", before, after)
	}
	_, err = a.writer.Exec("PRAGMA max_page_count = 100000")
	must(t, err)
	must(t, a.CloseCommit(ctx, run, k, big))
}

func TestLedger_LockedByOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open("node-1", 1)
	other, err := sql.Open("sqlite", w.path)
	must(t, err)
	defer other.Close()
	other.SetMaxOpenConns(1)
	_, err = other.Exec("BEGIN IMMEDIATE")
	must(t, err)
	t.Run("the context ends the wait", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		started := time.Now()
		if _, err := a.Begin(ctx, penalties); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want the end of the context", err)
		}
		if d := time.Since(started); d > 5*time.Second {
			t.Errorf("waited %v", d)
		}
	})
	t.Run("it ends by itself", func(t *testing.T) {
		_, err := a.writer.Exec("PRAGMA busy_timeout = 20")
		must(t, err)
		_, err = a.Begin(context.Background(), penalties)
		wantFault(t, err, fault.Environment, "ledger.locked")
		if again, _ := fault.Retryable(err); !again {
			t.Error("not to be retried")
		}
	})
	t.Run("reading goes on", func(t *testing.T) {
		if _, err := a.Recent(context.Background(), "", 0); err != nil {
			t.Error(err)
		}
	})
	_, err = other.Exec("ROLLBACK")
	must(t, err)
	begin(t, a, penalties)
}

func TestWrite_PanicsLeaveNothing(t *testing.T) {
	t.Parallel()
	a := newWorld(t).open("node-1", 1)
	before := dump(t, a)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		_ = a.write(context.Background(), func(x *tx) error {
			must(t, x.audit("who", "what", "", ""))
			panic("in the middle")
		})
	}()
	if after := dump(t, a); after != before {
		t.Errorf("changed\n%s\nto\n%s", before, after)
	}
	begin(t, a, penalties)
}
