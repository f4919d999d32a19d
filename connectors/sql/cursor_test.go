package sql

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"creditsync/connectors"
)

// changes is a table that changes between reads, the same in every engine.
type changes struct {
	engine string
	o      Options
	exec   func(t *testing.T, sql string)
}

// everyEngine makes a table of three columns in each: id, the cursor, and a note.
func everyEngine(t *testing.T, cursor map[string]string, test func(t *testing.T, c changes)) {
	if typ, ok := cursor["postgres"]; ok {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			server := pg(t)
			database := server.Database(t)
			conn := server.Connect(t, database)
			c := changes{engine: "postgres", o: pgOptions(Defaults(), database, server.Port), exec: func(t *testing.T, sql string) {
				t.Helper()
				if _, err := conn.Exec(t.Context(), sql); err != nil {
					t.Fatalf("%s: %v", sql, err)
				}
			}}
			c.exec(t, "SET TimeZone = 'Asia/Shanghai'")
			c.exec(t, "CREATE TABLE changes (id bigint PRIMARY KEY, changed "+typ+", note text)")
			test(t, c.ready())
		})
	}
	if typ, ok := cursor["mariadb"]; ok {
		t.Run("mariadb", func(t *testing.T) {
			t.Parallel()
			server := maria(t)
			database := server.Database(t)
			db := server.Connect(t, database)
			c := changes{engine: "mariadb", o: myOptions(Defaults(), database, server.Port), exec: func(t *testing.T, sql string) { t.Helper(); insert(t, db, sql) }}
			c.exec(t, "SET SESSION time_zone = '+08:00', sql_mode = ''")
			c.exec(t, "CREATE TABLE changes (id BIGINT PRIMARY KEY, changed "+typ+", note TEXT)")
			test(t, c.ready())
		})
	}
	if typ, ok := cursor["sqlite"]; ok {
		t.Run("sqlite", func(t *testing.T) {
			t.Parallel()
			o := Defaults()
			o.Engine, o.File = "sqlite", filepath.Join(t.TempDir(), "changes.db")
			db := openLite(t, o.File)
			c := changes{engine: "sqlite", o: o, exec: func(t *testing.T, sql string) { t.Helper(); insert(t, db, sql) }}
			c.exec(t, "CREATE TABLE changes (id INTEGER PRIMARY KEY, changed "+typ+", note TEXT)")
			test(t, c.ready())
		})
	}
}

func (c changes) ready() changes {
	c.o.Table, c.o.Cursor = "changes", "changed"
	return c
}

// put inserts or replaces a row; changed is SQL.
func (c changes) put(t *testing.T, id int, changed, note string) {
	t.Helper()
	c.exec(t, fmt.Sprintf("DELETE FROM changes WHERE id = %d", id))
	c.exec(t, fmt.Sprintf("INSERT INTO changes VALUES (%d, %s, '%s')", id, changed, note))
}

// ids reads from a cursor, and returns the ids in their order and the next cursor.
func (c changes) ids(t *testing.T, cursor []byte) (string, []byte) {
	t.Helper()
	out := got(t, c.o, connectors.Request{Cursor: cursor})
	return strings.Join(out.Column(t, "id"), " "), out.Cursor
}

// valueOf is what a cursor says.
func valueOf(t *testing.T, cursor []byte) string {
	t.Helper()
	var m mark
	if err := json.Unmarshal(cursor, &m); err != nil {
		t.Fatal(err)
	}
	return m.Value
}

// TestIncremental_Times: the first read has all, the next ones what changed, what came late, what has no time, and what is
// dated in the future; deletions are not told.
func TestIncremental_Times(t *testing.T) {
	t.Parallel()
	everyEngine(t, map[string]string{"postgres": "timestamptz", "mariadb": "DATETIME(6)", "sqlite": "TEXT"}, func(t *testing.T, c changes) {
		// PostgreSQL and MariaDB put rows without a time first, in the order of the key.
		c.put(t, 5, "'2024-01-03 10:00:00'", "a")
		c.put(t, 4, "'2024-01-03 10:30:00'", "a")
		c.put(t, 3, "'2024-01-03 10:30:00'", "a")
		c.put(t, 2, "NULL", "a")
		ids, cursor := c.ids(t, nil)
		if want := "2 5 3 4"; ids != want {
			t.Errorf("first: got %s, want %s", ids, want)
		}
		c.put(t, 6, "'2024-01-03 10:20:00'", "came late, within the lag")
		c.put(t, 7, "'2024-01-03 10:19:59'", "came too late")
		c.put(t, 8, "'2024-01-03 10:30:00'", "in the same second")
		c.put(t, 9, "'2024-01-03 11:00:00'", "new")
		c.exec(t, "DELETE FROM changes WHERE id = 4")
		ids, next := c.ids(t, cursor)
		if want := "2 6 3 8 9"; ids != want {
			t.Errorf("second: got %s, want %s", ids, want)
		}
		if again, same := c.ids(t, cursor); again != ids || string(same) != string(next) {
			t.Errorf("the same cursor: got %s and %s, want %s and %s", again, same, ids, next)
		}
		// A row from the future does not move the cursor there.
		c.put(t, 10, "'9999-12-31 00:00:00'", "for ever")
		_, far := c.ids(t, next)
		if got := valueOf(t, far); strings.HasPrefix(got, "9999") || got <= valueOf(t, next) {
			t.Errorf("cursor %s after a row from the year 9999", got)
		}
		if ids, _ := c.ids(t, far); ids != "2 10" {
			t.Errorf("after it: got %s, want the row without a time and the one from the future", ids)
		}
		// Nothing new leaves the cursor where it is, and rows that vanished do not set it back.
		c.exec(t, "DELETE FROM changes WHERE id <> 5")
		if ids, same := c.ids(t, next); ids != "" || string(same) != string(next) {
			t.Errorf("nothing new: got %q, cursor %s, want %s", ids, same, next)
		}
	})
}

// TestIncremental_Numbers: a cursor may be a number, however large.
func TestIncremental_Numbers(t *testing.T) {
	t.Parallel()
	everyEngine(t, map[string]string{"postgres": "numeric(20,0)", "mariadb": "BIGINT UNSIGNED", "sqlite": "INTEGER"}, func(t *testing.T, c changes) {
		c.o.Lag = "2"
		base := "184467440737095516"
		if c.engine == "sqlite" {
			base = "92233720368547757"
		}
		for i := range 6 {
			c.put(t, i, fmt.Sprintf("%s%02d", base, i), "")
		}
		ids, cursor := c.ids(t, nil)
		if ids != "0 1 2 3 4 5" || valueOf(t, cursor) != base+"05" {
			t.Errorf("got %s, cursor %s", ids, cursor)
		}
		c.put(t, 6, base+"06", "")
		if ids, _ := c.ids(t, cursor); ids != "3 4 5 6" {
			t.Errorf("second: got %s, want 3 4 5 6", ids)
		}
		c.o.Lag = "10m"
		wantCode(t, c.o, connectors.Request{Cursor: cursor}, "sql.options", "lag")
	})
}

// TestIncremental_OtherKinds: dates, times as text in several forms, zero dates.
func TestIncremental_OtherKinds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		types         map[string]string
		lag           string
		values        [3]string
		second, value string
	}{
		{"date", map[string]string{"postgres": "date", "mariadb": "DATE"}, "", [3]string{"'2024-01-01'", "'2024-01-02'", "'2024-01-03'"}, "2 3", "2024-01-03"},
		{"naive", map[string]string{"postgres": "timestamp", "mariadb": "TIMESTAMP NULL"}, "1d", [3]string{"'2024-01-01 00:00:00'", "'2024-01-02 00:00:00'", "'2024-01-03 00:00:00'"}, "2 3", "2024-01-03 00:00:00"},
		{"digits", map[string]string{"postgres": "varchar(14)", "mariadb": "VARCHAR(14)", "sqlite": "TEXT"}, "", [3]string{"'20240103100000'", "'20240103100500'", "'20240103101000'"}, "1 2 3", "20240103101000"},
		{"words", map[string]string{"postgres": "text", "mariadb": "VARCHAR(14)", "sqlite": "TEXT"}, "0", [3]string{"'A1'", "'A2'", "'A3'"}, "3", "A3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			everyEngine(t, test.types, func(t *testing.T, c changes) {
				c.o.Lag = test.lag
				for i, v := range test.values {
					c.put(t, i+1, v, "")
				}
				ids, cursor := c.ids(t, nil)
				if ids != "1 2 3" || valueOf(t, cursor) != test.value {
					t.Errorf("first: got %s, cursor %s, want %s", ids, cursor, test.value)
				}
				if ids, _ := c.ids(t, cursor); ids != test.second {
					t.Errorf("second: got %s, want %s", ids, test.second)
				}
				if c.engine == "mariadb" && test.name == "date" {
					c.put(t, 9, "'0000-00-00'", "a zero date is no time, and never left out")
					if ids, _ := c.ids(t, cursor); ids != "9 2 3" {
						t.Errorf("with a zero date: got %s", ids)
					}
				}
			})
		})
	}
}

// TestIncremental_Window: a part is read again; what an operator writes is a time of the configured zone.
func TestIncremental_Window(t *testing.T) {
	t.Parallel()
	everyEngine(t, map[string]string{"postgres": "timestamptz", "mariadb": "DATETIME", "sqlite": "TEXT"}, func(t *testing.T, c changes) {
		for i := range 5 {
			c.put(t, i, fmt.Sprintf("'2024-01-0%d 00:00:00'", i+1), "")
		}
		c.put(t, 9, "NULL", "")
		for _, test := range []struct {
			w    connectors.Window
			want string
		}{
			{connectors.Window{Since: "2024-01-02", Until: "2024-01-04"}, "1 2"},
			{connectors.Window{Since: "2024-01-04"}, "3 4"},
			{connectors.Window{Until: "2024-01-02 00:00:00"}, "0"},
		} {
			if c.engine == "sqlite" { // a text is compared as it is written
				if test.w.Since != "" {
					test.w.Since = test.w.Since[:10] + " 00:00:00"
				}
			}
			out := got(t, c.o, connectors.Request{Window: test.w})
			if got := strings.Join(out.Column(t, "id"), " "); got != test.want {
				t.Errorf("%+v: got %s, want %s", test.w, got, test.want)
			}
		}
		wantCode(t, c.o, connectors.Request{Window: connectors.Window{Since: "2024-01-04", Until: "2024-01-02"}}, "sql.window")
		if c.engine != "sqlite" {
			wantCode(t, c.o, connectors.Request{Window: connectors.Window{Since: "yesterday"}}, "sql.window", "yesterday", "changed")
		}
		c.o.Cursor = ""
		wantCode(t, c.o, connectors.Request{Window: connectors.Window{Since: "2024-01-04"}}, "sql.cursor_unused")
	})
}

// TestIncremental_CursorOfAnother: a cursor goes on where it came from, and nowhere else.
func TestIncremental_CursorOfAnother(t *testing.T) {
	t.Parallel()
	o := Defaults()
	o.Engine, o.File, o.Table, o.Cursor = "sqlite", filepath.Join(t.TempDir(), "a.db"), "penalty", "changed"
	db := openLite(t, o.File)
	insert(t, db, "CREATE TABLE penalty (id INTEGER PRIMARY KEY, changed TEXT, other TEXT, seconds INTEGER)")
	insert(t, db, "INSERT INTO penalty VALUES (1, '2024-01-03 00:00:00', '2024-01-03 00:00:00', 1704240000)")
	insert(t, db, "CREATE TABLE another AS SELECT * FROM penalty")
	cursor := got(t, o, connectors.Request{}).Cursor
	refused := func(change func(*Options), words ...string) {
		t.Helper()
		o := o
		change(&o)
		wantCode(t, o, connectors.Request{Cursor: cursor}, "sql.cursor_other", append(words, "--reread")...)
	}
	refused(func(o *Options) { o.Table = "another" }, "penalty", "another")
	refused(func(o *Options) { o.Cursor = "other" }, "changed", "other")
	refused(func(o *Options) { o.Table, o.Query = "", "SELECT * FROM penalty" }, "query")
	insert(t, db, "UPDATE penalty SET changed = 1704240000")
	insert(t, db, "ALTER TABLE penalty RENAME COLUMN changed TO was")
	insert(t, db, "ALTER TABLE penalty RENAME COLUMN seconds TO changed")
	refused(func(*Options) {}, "text", "number")
	for _, broken := range []string{"", "7", "{}", `{"v":2}`, "\x00"} {
		wantCode(t, o, connectors.Request{Cursor: []byte(broken)}, "sql.cursor_other")
	}
	o.Cursor = ""
	wantCode(t, o, connectors.Request{Cursor: cursor}, "sql.cursor_unused")
}

// TestPages_AreTheWhole: page by page or at once, the rows are the same, whatever the key is.
func TestPages_AreTheWhole(t *testing.T) {
	t.Parallel()
	everyEngine(t, map[string]string{"postgres": "timestamp", "mariadb": "DATETIME", "sqlite": "TEXT"}, func(t *testing.T, c changes) {
		for i := range 25 {
			changed := fmt.Sprintf("'2024-01-03 00:00:%02d'", i/7)
			if i%6 == 0 {
				changed = "NULL"
			}
			c.put(t, 9007199254740993+i, changed, fmt.Sprintf("it''s \\ %d", i%4)) // beyond what a float can tell apart
		}
		for _, key := range [][]string{nil, {"note", "id"}} {
			for _, cursor := range []string{"", "changed"} {
				o := c.o
				o.Key, o.Cursor = key, cursor
				want := got(t, o, connectors.Request{})
				if len(want.Rows) != 25 {
					t.Fatalf("%d rows", len(want.Rows))
				}
				for _, page := range []int{1, 7, 25, 100} {
					o.Page = page
					out := got(t, o, connectors.Request{})
					if !slices.EqualFunc(out.Rows, want.Rows, slices.Equal[[]string]) || string(out.Cursor) != string(want.Cursor) {
						t.Errorf("key %v, cursor %q, pages of %d: %v, want %v", key, cursor, page, out.Column(t, "id"), want.Column(t, "id"))
					}
				}
			}
		}
		o := c.o
		o.Cursor, o.Key = "", []string{"note"}
		wantCode(t, o, connectors.Request{}, "sql.key_twice", "note")
		o.Key, o.Page = []string{"changed", "id"}, 5
		wantCode(t, o, connectors.Request{}, "sql.page_key")
	})
}
