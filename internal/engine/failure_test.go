package engine

import (
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"creditsync/internal/fault"
)

// smallFiles lets no file of the engine grow beyond a size: writes behind it are refused as those to a full disk are.
func smallFiles(t *testing.T, c *child, bytes uint64) {
	t.Helper()
	if err := unix.Prlimit(c.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: math.MaxUint64}, nil); err != nil {
		t.Fatal(err)
	}
}

// refused fails unless the statement is refused because of the disk, and the engine then ends by itself.
func refused(t *testing.T, c *child, sql string) {
	t.Helper()
	r := c.post(t, sql)
	if r.status != http.StatusInternalServerError || !strings.Contains(r.body, "CANNOT_WRITE_TO_FILE_DESCRIPTOR") || !strings.Contains(r.body, c.dir) {
		t.Errorf("%.60s: status %d, %v: %s", sql, r.status, r.err, r.body)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.cmd.Wait() }()
	select {
	case err := <-ended:
		if err == nil || c.cmd.ProcessState.ExitCode() != 3 {
			t.Errorf("the engine ended with %v", c.cmd.ProcessState)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the engine goes on")
	}
}

// says fails unless an engine that has ended has said why.
func says(t *testing.T, c *child) {
	t.Helper()
	log, err := os.ReadFile(c.log)
	if err != nil || !strings.Contains(string(log), "the disk refused a write in "+c.dir) {
		t.Errorf("its log: %v %s", err, log)
	}
}

// again starts an engine on the directory of one that has ended.
func again(t *testing.T, c *child) *child {
	t.Helper()
	next, err := startChild(c.dir, ignoreSize)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(next.kill)
	return next
}

// ignoreSize makes a child take a file that is too large for an error and not for its end.
const ignoreSize = "CREDITSYNC_TEST_IGNORE_SIGXFSZ=1"

const someRows = "INSERT INTO default.t SELECT number + %d, randomString(100) FROM numbers(%d)"

func durableTable(t *testing.T, c *child) {
	t.Helper()
	c.must(t, "CREATE TABLE default.t (id UInt64, s String) ENGINE = MergeTree ORDER BY id SETTINGS fsync_after_insert = 1, max_suspicious_broken_parts = 0, old_parts_lifetime = 480")
}

// A write that the disk refuses is never acknowledged: the engine ends instead, and starts again with everything that was.
func TestDiskRefuses_AnInsert(t *testing.T) {
	t.Parallel()
	c := own(t, ignoreSize)
	durableTable(t, c)
	c.must(t, fmt.Sprintf(someRows, 0, 100))
	smallFiles(t, c, 64<<10)
	refused(t, c, fmt.Sprintf(someRows, 1000, 20_000))
	says(t, c)
	c = again(t, c)
	if got := c.must(t, "SELECT count(), max(id) FROM default.t"); got != "100\t99\n" {
		t.Errorf("after it: %q, want the 100 rows that were acknowledged", got)
	}
	c.must(t, fmt.Sprintf(someRows, 1000, 20_000))
	if got := c.must(t, "SELECT count() FROM default.t"); got != "20100\n" {
		t.Errorf("the same insert once more: %q rows", got)
	}
}

// A merge that the disk refuses loses nothing of what it merged.
func TestDiskRefuses_AMerge(t *testing.T) {
	t.Parallel()
	c := own(t, ignoreSize)
	durableTable(t, c)
	for i := range 3 {
		c.must(t, fmt.Sprintf(someRows, 1000*i, 400))
	}
	want := c.must(t, "SELECT count(), sum(cityHash64(id, s)) FROM default.t")
	smallFiles(t, c, 64<<10)
	refused(t, c, "OPTIMIZE TABLE default.t FINAL")
	says(t, c)
	c = again(t, c)
	if got := c.must(t, "SELECT count(), sum(cityHash64(id, s)) FROM default.t"); got != want {
		t.Errorf("after it: %q, want %q", got, want)
	}
	c.must(t, "OPTIMIZE TABLE default.t FINAL")
	if got := c.must(t, "SELECT count(), sum(cityHash64(id, s)) FROM default.t"); got != want {
		t.Errorf("after a merge that succeeds: %q, want %q", got, want)
	}
}

// A definition that the disk refuses is as it was before; without the copies the engine could not open its directory.
func TestDiskRefuses_ADefinition(t *testing.T) {
	t.Parallel()
	c := own(t, ignoreSize)
	durableTable(t, c)
	c.must(t, "INSERT INTO default.t VALUES (1, 'x')")
	smallFiles(t, c, 0)
	refused(t, c, "ALTER TABLE default.t ADD COLUMN n UInt64")
	c = again(t, c)
	if got := c.must(t, "SELECT * FROM default.t"); got != "1\tx\n" {
		t.Errorf("after it: %q", got)
	}
	c.must(t, "ALTER TABLE default.t ADD COLUMN n UInt64")
}

func TestRoom_Admit(t *testing.T) {
	t.Parallel()
	r, err := newRoom(t.TempDir())
	if err != nil || r.keep == 0 || r.keep > mostKept {
		t.Fatalf("keeps %d, %v", r.keep, err)
	}
	free, err := r.free()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		sql        string
		full, tiny bool // admitted when less is free than is kept, and when hardly anything is
	}{
		{"SELECT 1", true, true},
		{"WITH 1 AS a SELECT a", true, true},
		{"SHOW TABLES", true, true},
		{"KILL QUERY WHERE 1", true, true},
		{"INSERT INTO t VALUES (1)", false, false},
		{"INSERT INTO t SELECT 1", false, false},
		{"CREATE TABLE t (a Int8) ENGINE = Log", false, false},
		{"ALTER TABLE t ADD COLUMN b Int8", false, false},
		{"DELETE FROM t WHERE 1", false, false},
		{"ALTER TABLE t DROP PARTITION 1", true, false},
		{"DROP TABLE t", true, false},
		{"TRUNCATE TABLE t", true, false},
	} {
		for keep, want := range map[uint64]bool{free / 2: true, 4 * free: c.full, math.MaxUint64: c.tiny} {
			got := room{r.dir, keep}.admit(parseStatement(c.sql), c.sql)
			if (got == nil) != want {
				t.Errorf("%s: %v, want admitted %v", c.sql, got, want)
			}
			if got != nil && AsException(got).Code != notEnoughSpace {
				t.Errorf("%s: %v", c.sql, got)
			}
		}
	}
	if err := (room{r.dir, math.MaxUint64}).start(); free > 8<<20 && err != nil {
		t.Errorf("start: %v", err)
	}
}

func TestDefinitions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := definitions{filepath.Join(dir, "store"), filepath.Join(dir, "copies")}
	table, view, order := "store/abc/abc-1/t.sql", "store/abc/abc-1/v.sql", "store/def/def-1/mutation_2.txt"
	write := func(name, body string) {
		t.Helper()
		path := filepath.Join(d.store, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keep := func() {
		t.Helper()
		if err := d.keep(); err != nil {
			t.Fatal(err)
		}
	}
	keep()
	write("metadata/credit.sql", "ATTACH DATABASE")
	write(table, "ATTACH TABLE 1")
	keep()
	write(table, "ATTACH TABLE 22")
	keep()
	write(table, "")
	write(view, "")
	write(order, "")
	keep() // an empty one is no copy
	mended, err := d.mend()
	if err != nil || len(mended) != 3 {
		t.Fatalf("mended %q, %v", mended, err)
	}
	if b, err := os.ReadFile(filepath.Join(d.store, table)); string(b) != "ATTACH TABLE 22" {
		t.Errorf("the table: %q, %v", b, err)
	}
	for _, name := range []string{view, order} {
		if _, err := os.Stat(filepath.Join(d.store, name)); !os.IsNotExist(err) {
			t.Errorf("%s is still there", name)
		}
	}
	keep()
	if err := os.Remove(filepath.Join(d.store, table)); err != nil {
		t.Fatal(err)
	}
	keep()
	if _, err := os.Stat(filepath.Join(d.copies, table)); !os.IsNotExist(err) {
		t.Errorf("the copy of a table that is gone: %v", err)
	}
	if err := (definitions{filepath.Join(dir, "nowhere"), d.copies}).keep(); err != nil {
		t.Errorf("without a store: %v", err)
	}
}

// An engine that does not answer its own question ends its process; one that answers late does not.
func TestHangs(t *testing.T) {
	t.Parallel()
	e := &Engine{failure: failure{met: make(chan struct{})}}
	ended := make(chan struct{})
	e.controlMu.Lock() // as a call into the library that never returns
	go func() { e.watch(t.Context(), time.Millisecond); close(ended) }()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("nobody noticed within a minute")
	}
	if !e.failure.hung || fault.CodeOf(e.errHangs()) != "engine.hangs" {
		t.Errorf("hung %v, %v", e.failure.hung, e.errHangs())
	}
	e.controlMu.Unlock()
}
