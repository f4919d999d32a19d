package e2e

import (
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"creditsync/internal/testkit/mariadb"
	"creditsync/internal/testkit/postgres"
)

// rowsOfDatabases is how many rows every database holds; CREDITSYNC_E2E_ROWS makes it fewer while something is mended.
func rowsOfDatabases() string {
	if n := os.Getenv("CREDITSYNC_E2E_ROWS"); n != "" {
		return n
	}
	return "50000"
}

// sheetOf reads a generated file as a table of texts; an empty cell is nil.
func sheetOf(t *testing.T, path string) (header []string, rows [][]any) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	if header, err = r.Read(); err != nil {
		t.Fatal(err)
	}
	for n := 1; ; n++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return header, rows
		}
		if err != nil {
			t.Fatal(err)
		}
		row := []any{n}
		for _, c := range cells {
			if c == "" {
				row = append(row, nil)
			} else {
				row = append(row, c)
			}
		}
		rows = append(rows, row)
	}
}

// TestDatabases_SameAsCSV loads the same rows from a file and from each database, under the same keys: what analysts read and
// what the bridge is told is the same, byte for byte, but for the place that each row came from.
func TestDatabases_SameAsCSV(t *testing.T) {
	dir := generate(t, "databases", "--rows", rowsOfDatabases(), "--seed", "11", "--encoding", "utf-8", "--defects", "0")
	file := filepath.Join(dir, "penalties.csv")
	header, rows := sheetOf(t, file)
	one := func(source string) string {
		return "\n  - {name: penalties, kind: admin_penalty, mode: snapshot, source: " + source + "}\n"
	}
	var keys string
	var want outcome
	for _, test := range []struct {
		name   string
		source func(t *testing.T) string
		env    []string
	}{
		{"csv", func(*testing.T) string { return fmt.Sprintf("{file: {path: %q}}", file) }, nil},
		{"postgres", func(t *testing.T) string { return inPostgres(t, header, rows) }, []string{"DATABASE_PASSWORD=" + postgres.Password}},
		{"mariadb", func(t *testing.T) string { return inMariaDB(t, header, rows) }, []string{"DATABASE_PASSWORD=" + mariadb.Password}},
		{"sqlite", func(t *testing.T) string { return inSQLite(t, header, rows) }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t, setup{pipelines: one(test.source(t))})
			s.env = test.env
			if keys != "" { // the same keys make the same record ids and ciphers
				s.write("data/keys.json", keys)
				if err := os.Chmod(s.path("data/keys.json"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s.up()
			r := s.done()
			got := s.outcome(r)
			if keys == "" {
				keys, want = string(read(t, s.path("data/keys.json"))), got
				return
			}
			got.holds(t, want)
			if strings.Contains(s.output.String(), postgres.Password) {
				t.Error("the password is printed")
			}
		})
	}
}

// outcome is what a first load leaves behind, without what depends on where and when.
type outcome struct {
	counts         counts
	rows, messages []string
}

// placed is the part of a message that says where its row came from.
var placed = regexp.MustCompile(`"ref":"[^"]*"`)

func (s *site) outcome(r run) outcome {
	s.t.Helper()
	out := outcome{counts: r.counts()}
	s.each("SELECT * EXCEPT (source_ref, ingested_at, run_no) FROM credit.admin_penalty ORDER BY record_id", func(row []byte) { out.rows = append(out.rows, string(row)) })
	for _, m := range s.comparable() {
		out.messages = append(out.messages, placed.ReplaceAllString(m, `"ref":""`))
	}
	return out
}

func (got outcome) holds(t *testing.T, want outcome) {
	t.Helper()
	if got.counts != want.counts {
		t.Errorf("counts: got %+v, want %+v", got.counts, want.counts)
	}
	for _, list := range []struct {
		what      string
		got, want []string
	}{{"rows", got.rows, want.rows}, {"messages", got.messages, want.messages}} {
		if len(list.got) != len(list.want) || len(list.want) == 0 {
			t.Errorf("%d %s, want %d", len(list.got), list.what, len(list.want))
			continue
		}
		for i := range list.want {
			if list.got[i] != list.want[i] {
				t.Errorf("%s differ, first at %d:\ngot  %s\nwant %s", list.what, i, list.got[i], list.want[i])
				break
			}
		}
	}
}

// inPostgres fills a PostgreSQL and returns the source that reads it.
func inPostgres(t *testing.T, header []string, rows [][]any) string {
	t.Helper()
	server, err := postgres.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	database := server.Database(t)
	conn := server.Connect(t, database)
	if _, err := conn.Exec(t.Context(), `CREATE TABLE penalty (n int PRIMARY KEY, "`+strings.Join(header, `" text, "`)+`" text)`); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.CopyFrom(t.Context(), pgx.Identifier{"penalty"}, append([]string{"n"}, header...), pgx.CopyFromRows(rows)); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("{sql: {engine: postgres, host: 127.0.0.1, port: %d, database: %s, user: %s, password: '${DATABASE_PASSWORD}', table: penalty}}", server.Port, database, postgres.User)
}

// inMariaDB fills a MariaDB and returns the source that reads it, in pages.
func inMariaDB(t *testing.T, header []string, rows [][]any) string {
	t.Helper()
	server, err := mariadb.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	database := server.Database(t)
	db := server.Connect(t, database)
	execute(t, db, "CREATE TABLE penalty (n INT PRIMARY KEY, `"+strings.Join(header, "` TEXT, `")+"` TEXT)")
	fillTable(t, db, rows)
	return fmt.Sprintf("{sql: {engine: mariadb, host: 127.0.0.1, port: %d, database: %s, user: %s, password: '${DATABASE_PASSWORD}', table: penalty, page: 7000}}", server.Port, database, mariadb.User)
}

// inSQLite fills a file and returns the source that reads it by a query.
func inSQLite(t *testing.T, header []string, rows [][]any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "penalty.db")
	db := openSQLite(t, path)
	execute(t, db, `CREATE TABLE penalty (n INTEGER PRIMARY KEY, "`+strings.Join(header, `" TEXT, "`)+`" TEXT)`)
	fillTable(t, db, rows)
	return fmt.Sprintf("{sql: {engine: sqlite, file: %q, query: SELECT * FROM penalty, key: [n]}}", path)
}

func openSQLite(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=synchronous(0)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func execute(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%.200s: %v", statement, err)
	}
}

// fillTable inserts rows into the table penalty, many at once.
func fillTable(t *testing.T, db *sql.DB, rows [][]any) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for part := range slices.Chunk(rows, 500) {
		one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(part[0])), ", ") + ")"
		var args []any
		for _, row := range part {
			args = append(args, row...)
		}
		if _, err := tx.ExecContext(t.Context(), "INSERT INTO penalty VALUES "+strings.TrimSuffix(strings.Repeat(one+", ", len(part)), ", "), args...); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}
