package app

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"creditsync/pipelines"
)

// penaltyTable is a department's table of penalties, in SQLite.
type penaltyTable struct {
	t  *testing.T
	db *sql.DB
}

func newPenaltyTable(t *testing.T, path string, of *sheet) *penaltyTable {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	p := &penaltyTable{t, db}
	var columns, marks []string
	for _, title := range of.header {
		columns, marks = append(columns, `"`+title+`" TEXT`), append(marks, "?")
	}
	p.do("CREATE TABLE penalties (id INTEGER PRIMARY KEY, changed INTEGER NOT NULL, " + strings.Join(columns, ", ") + ")")
	for i, row := range of.rows {
		args := []any{i + 1, 1}
		for _, cell := range row {
			args = append(args, cell)
		}
		p.do("INSERT INTO penalties VALUES (?, ?, "+strings.Join(marks, ", ")+")", args...)
	}
	return p
}

func (p *penaltyTable) do(statement string, args ...any) {
	p.t.Helper()
	if _, err := p.db.Exec(statement, args...); err != nil {
		p.t.Fatal(err)
	}
}

// change writes a remark into rows of the table, changed at a number that counts up.
func (p *penaltyTable) change(at int, remark string, ids ...int) {
	p.t.Helper()
	for _, id := range ids {
		p.do(`UPDATE penalties SET changed = ?, "备注" = ? WHERE id = ?`, at, remark, id)
	}
}

// A reverted run's changes come again from a source that is read from a cursor on, also where later runs have moved it.
func TestRevert_I1_TheCursorGoesBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.configure(`mode: snapshot, source: {file: {path: "inbox/*.csv"}}`,
		`mode: incremental, source: {sql: {engine: sqlite, file: source.db, table: penalties, cursor: changed, lag: "0"}}`)
	source := newPenaltyTable(t, s.path("source.db"), newSheet(12))
	run := func(want pipelines.Counts) {
		t.Helper()
		res, err := s.Run(context.Background(), nil, pipelines.Wish{})
		if err != nil || len(res) != 1 || res[0].Err != nil || res[0].State != pipelines.Done {
			t.Fatalf("%+v, %v", res, err)
		}
		got := res[0].Counts
		if got.Inserted != want.Inserted || got.Updated != want.Updated {
			t.Errorf("got %+v, want %d inserted and %d updated", got, want.Inserted, want.Updated)
		}
	}
	cursor := func() string {
		t.Helper()
		c, err := s.open.ledger.Cursor(context.Background(), "penalties")
		if err != nil {
			t.Fatal(err)
		}
		return string(c)
	}
	run(pipelines.Counts{Inserted: 12})
	first := cursor()
	source.change(2, "写错了", 3, 4, 5)
	run(pipelines.Counts{Updated: 3})
	source.change(7, "无关的变更", 9)
	run(pipelines.Counts{Updated: 1})
	if cursor() == first {
		t.Fatal("the cursor has not moved")
	}
	if got := s.reverts(2, false); got.Counts.Updated != 3 {
		t.Errorf("the revert: %+v", got)
	}
	if got := cursor(); got != first {
		t.Errorf("the cursor is at %q, want %q", got, first)
	}
	remarks := func() string {
		return s.query("SELECT countIf(remark = '写错了'), countIf(remark = '无关的变更') FROM credit.admin_penalty")
	}
	if got := remarks(); got != "0\t1" {
		t.Errorf("remarks after the revert: got %q, want 0 and 1", got)
	}
	run(pipelines.Counts{Updated: 3}) // the source was not mended
	if got := remarks(); got != "3\t1" {
		t.Errorf("remarks after the next run: got %q, want 3 and 1", got)
	}
	source.change(8, "", 3, 4, 5)
	run(pipelines.Counts{Updated: 3})
}
