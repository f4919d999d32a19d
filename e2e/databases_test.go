package e2e

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"creditsync/internal/testkit/mariadb"
	"creditsync/internal/testkit/postgres"
)

// databaseCases are the databases that hold the generated rows.
func databaseCases(header []string, rows [][]any) []sourceCase {
	return []sourceCase{
		{"postgres", func(t *testing.T) string { return inPostgres(t, header, rows) }, []string{"DATABASE_PASSWORD=" + postgres.Password}},
		{"mariadb", func(t *testing.T) string { return inMariaDB(t, header, rows) }, []string{"DATABASE_PASSWORD=" + mariadb.Password}},
		{"sqlite", func(t *testing.T) string { return inSQLite(t, header, rows) }, nil},
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
