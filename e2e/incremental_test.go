package e2e

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
)

// court is a site that reads a database from a cursor on.
type court struct {
	*site
	db *sql.DB
}

const incremental = `
  - name: penalties
    kind: admin_penalty
    mode: incremental
    source: {sql: {engine: sqlite, file: court.db, table: %s, cursor: %s}}
`

// newCourt fills a database with generated rows, each changed a second after the one before.
func newCourt(t *testing.T, rows string) (*court, int) {
	t.Helper()
	header, sheet := sheetOf(t, filepath.Join(generate(t, "court", "--rows", rows, "--seed", "13", "--encoding", "utf-8", "--defects", "0", "--warnings", "0", "--duplicates", "0", "--header", "field"), "penalties.csv"))
	c := &court{site: newSite(t, setup{pipelines: fmt.Sprintf(incremental, "penalty", "changed_at")})}
	c.db = openSQLite(t, c.path("court.db"))
	columns := "n INTEGER PRIMARY KEY"
	for _, h := range header {
		columns += ", " + h + " TEXT"
	}
	execute(t, c.db, "CREATE TABLE penalty ("+columns+")")
	fillTable(t, c.db, sheet)
	execute(t, c.db, "ALTER TABLE penalty ADD COLUMN changed_at TEXT")
	execute(t, c.db, "UPDATE penalty SET changed_at = datetime('2024-01-03 00:00:00', '+' || n || ' seconds')")
	c.up()
	return c, len(sheet)
}

// change changes rows as the court's own program does.
func (c *court) change(where string) {
	c.t.Helper()
	execute(c.t, c.db, "UPDATE penalty SET remark = 'changed ' || coalesce(remark, ''), changed_at = datetime('2024-02-01 00:00:00', '+' || n || ' seconds') WHERE "+where)
}

// TestIncremental reads a database from a cursor on: what changed comes, what has gone is not deleted, a window is read again
// without moving the cursor, and a cursor of another column is refused.
func TestIncremental(t *testing.T) {
	t.Parallel()
	c, rows := newCourt(t, "2000")
	all := uint64(rows)
	if got, want := c.done().counts(), (counts{read: all, accepted: all, inserted: all, published: all}); got != want {
		t.Fatalf("first: got %+v, want %+v", got, want)
	}
	// The lag of ten minutes reads the last rows again; they are as they were.
	quiet := c.done()
	if quiet.Read == 0 || quiet.Read > 601 || quiet.Unchanged != quiet.Read || quiet.Published != 0 {
		t.Errorf("nothing changed: %+v", quiet)
	}
	c.change("n IN (1, 7, 9)")
	execute(t, c.db, "DELETE FROM penalty WHERE n > 1990")
	if got := c.done(); got.Updated != 3 || got.Deleted != 0 || got.Inserted != 0 || got.Published != 3 {
		t.Errorf("three changed, ten gone: %+v", got)
	}
	if got := c.done(); got.Read != 3 || got.Unchanged != 3 {
		t.Errorf("after that: %+v, want the three rows within the lag", got)
	}
	c.wantText(fmt.Sprint(rows), "SELECT count() FROM credit.admin_penalty")

	// A row that was changed without its time: nobody sees it, until its window is read again.
	execute(t, c.db, "UPDATE penalty SET remark = 'in silence' WHERE n = 500")
	if got := c.done(); got.Read != 3 || got.Updated != 0 {
		t.Errorf("changed in silence: %+v", got)
	}
	window := []string{"penalties", "--since", "2024-01-03 00:08:00", "--until", "2024-01-03 00:09:00"}
	if got := c.done(append(window, "--dry-run")...); got.Read != 60 || got.Updated != 1 {
		t.Errorf("a dry run of the window: %+v", got)
	}
	if got := c.done(window...); got.Read != 60 || got.Updated != 1 || got.Published != 1 {
		t.Errorf("the window: %+v", got)
	}
	if got := c.done(); got.Read != 3 {
		t.Errorf("after the window: %+v, want the cursor where it was", got)
	}
	c.wantText("in silence", "SELECT remark FROM credit.admin_penalty WHERE remark = 'in silence'")

	c.failed(2, "sql.window", "penalties", "--since", "2025-01-01", "--until", "2024-01-01")
	c.configure(setup{pipelines: fmt.Sprintf(incremental, "penalty", "decision_date")})
	c.failed(2, "sql.cursor_other", "penalties")
	if got := c.done("penalties", "--reread"); got.Read != all-10 || got.Inserted != 0 || got.Deleted != 0 {
		t.Errorf("read anew: %+v", got)
	}
	c.configure(setup{pipelines: fmt.Sprintf(incremental, "penaltie", "decision_date")})
	c.failed(2, "sql.no_table", "penalties")
	c.want(2, "check")

	// From incremental to snapshot: everything is read, and what has gone is told.
	c.configure(setup{pipelines: "\n  - {name: penalties, kind: admin_penalty, mode: snapshot, source: {sql: {engine: sqlite, file: court.db, table: penalty}}}\n"})
	c.failed(2, "run.not_incremental", "penalties", "--reread")
	if got := c.done(); got.Deleted != 10 || got.Read != all-10 {
		t.Errorf("a snapshot: %+v", got)
	}
	c.wantText(fmt.Sprint(rows-10), "SELECT count() FROM credit.admin_penalty")
}

// TestIncremental_I1 kills a run at every step from the first batch to the end: the cursor has moved if and only if its rows
// count, so that the next run reads what is missing and nothing is lost or doubled.
func TestIncremental_I1(t *testing.T) {
	t.Parallel()
	c, rows := newCourt(t, "300")
	c.done()
	for i, step := range []string{"leased", "batch staged", "staged", "guarded", "locked", "opened", "diffed", "written", "verified", "closed", "forwarded", "applied", "live", "finished"} {
		before := c.text("SELECT sum(version) FROM credit.admin_penalty_current FINAL")
		c.change(fmt.Sprintf("n BETWEEN %d AND %d", 20*i+1, 20*i+5))
		execute(t, c.db, fmt.Sprintf("UPDATE penalty SET changed_at = datetime('2024-03-01 00:00:00', '+%d hours') WHERE n BETWEEN %d AND %d", i, 20*i+1, 20*i+5))
		c.env = []string{"CREDITSYNC_TEST_DIE_AT=" + step}
		if r := c.do("run"); r.status != -1 {
			t.Fatalf("%s: the run ended with %d, it was to be killed\n%s", step, r.status, r.stderr)
		}
		c.env = nil
		r := c.done()
		committed := slices.Contains([]string{"closed", "forwarded", "applied", "live", "finished"}, step)
		if committed && (r.Updated != 0 || r.Read > 5) || !committed && r.Updated != 5 {
			t.Errorf("killed at %q: the next run reads %d rows and updates %d", step, r.Read, r.Updated)
		}
		if got, want := c.text("SELECT sum(version) FROM credit.admin_penalty_current FINAL"), fmt.Sprint(number64(t, before)+5); got != want {
			t.Errorf("killed at %q: versions sum up to %s, want %s", step, got, want)
		}
	}
	c.wantText(fmt.Sprint(rows), "SELECT count() FROM credit.admin_penalty")
	c.toldOnce()
}

func number64(t *testing.T, s string) (n int64) {
	t.Helper()
	if _, err := fmt.Sscan(s, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
