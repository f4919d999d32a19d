package sql

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"creditsync/connectors"
	"creditsync/connectors/connectorstest"
	"creditsync/internal/testkit/mariadb"
	"creditsync/internal/testkit/postgres"
	"creditsync/internal/testkit/toxic"
)

// TestPostgres_Clauses, TestMariaDB_Clauses and TestSQLite_Clauses hold the contract of every source against each engine,
// reading from a cursor. The others read without one; see read_test.go.
func TestPostgres_Clauses(t *testing.T) {
	connectorstest.Run(t, connectorstest.Fixture{Definition: Definition(), New: func(t *testing.T) connectorstest.System { return newPgSystem(t) }})
}

func TestMariaDB_Clauses(t *testing.T) {
	connectorstest.Run(t, connectorstest.Fixture{Definition: Definition(), New: func(t *testing.T) connectorstest.System { return newMySystem(t) }})
}

func TestSQLite_Clauses(t *testing.T) {
	connectorstest.Run(t, connectorstest.Fixture{Definition: Definition(), New: func(t *testing.T) connectorstest.System { return newLiteSystem(t) }})
}

// byCursor are the options of the clauses' table: its key is its cursor, too.
func byCursor() Options {
	o := Defaults()
	o.Table, o.Cursor, o.Key = "行政处罚", "编号", []string{"编号"}
	return o
}

func source(t *testing.T, o Options) connectors.Source {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func pgOptions(o Options, database string, port int) Options {
	o.Engine, o.Host, o.Port, o.Database = "postgres", "127.0.0.1", port, database
	o.User, o.Password = postgres.User, connectors.NewSecret(postgres.Password)
	return o
}

func myOptions(o Options, database string, port int) Options {
	o.Engine, o.Host, o.Port, o.Database = "mariadb", "127.0.0.1", port, database
	o.User, o.Password = mariadb.User, connectors.NewSecret(mariadb.Password)
	return o
}

// pgSystem is a database of PostgreSQL behind a proxy.
type pgSystem struct {
	conn     *pgx.Conn
	proxy    *toxic.Proxy
	database string
}

func newPgSystem(t *testing.T) *pgSystem {
	t.Helper()
	server := pg(t)
	s := &pgSystem{database: server.Database(t)}
	s.conn = server.Connect(t, s.database)
	s.proxy = badNetwork(t, server.Port)
	s.Fill(t, connectorstest.Table{Header: []string{"编号", "名称", "备注"}})
	return s
}

func (s *pgSystem) Source(t *testing.T) connectors.Source {
	return source(t, pgOptions(byCursor(), s.database, s.proxy.Port))
}

func (s *pgSystem) exec(t *testing.T, sql string) {
	t.Helper()
	if _, err := s.conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%.100s: %v", sql, err)
	}
}

func (s *pgSystem) Fill(t *testing.T, table connectorstest.Table) {
	t.Helper()
	names := make([]string, len(table.Header))
	for i, h := range table.Header {
		names[i] = `"` + h + `" text`
	}
	s.exec(t, `DROP TABLE IF EXISTS "行政处罚"; CREATE TABLE "行政处罚" (`+strings.Join(names, ", ")+`, PRIMARY KEY ("编号"))`)
	_, err := s.conn.CopyFrom(t.Context(), pgx.Identifier{"行政处罚"}, table.Header, pgx.CopyFromSlice(len(table.Rows), func(i int) ([]any, error) {
		row := make([]any, len(table.Rows[i]))
		for c, cell := range table.Rows[i] {
			row[c] = cell
		}
		return row, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
}

func (s *pgSystem) Break(t *testing.T)  { s.proxy.Cut(t, 1_000_000) }
func (s *pgSystem) Remove(t *testing.T) { s.proxy.Down(t) }

// mySystem is a database of MariaDB behind a proxy.
type mySystem struct {
	db       *sql.DB
	proxy    *toxic.Proxy
	database string
}

func newMySystem(t *testing.T) *mySystem {
	t.Helper()
	server := maria(t)
	s := &mySystem{database: server.Database(t)}
	s.db = server.Connect(t, s.database)
	s.proxy = badNetwork(t, server.Port)
	s.Fill(t, connectorstest.Table{Header: []string{"编号", "名称", "备注"}})
	return s
}

func (s *mySystem) Source(t *testing.T) connectors.Source {
	return source(t, myOptions(byCursor(), s.database, s.proxy.Port))
}

func (s *mySystem) Fill(t *testing.T, table connectorstest.Table) {
	t.Helper()
	names := make([]string, len(table.Header))
	for i, h := range table.Header {
		names[i] = "`" + h + "` LONGTEXT"
	}
	names[0] = "`" + table.Header[0] + "` VARCHAR(100) PRIMARY KEY"
	insert(t, s.db, "DROP TABLE IF EXISTS `行政处罚`")
	insert(t, s.db, "CREATE TABLE `行政处罚` ("+strings.Join(names, ", ")+")")
	fill(t, s.db, "INSERT INTO `行政处罚` VALUES ", table)
}

func (s *mySystem) Break(t *testing.T)  { s.proxy.Cut(t, 1_000_000) }
func (s *mySystem) Remove(t *testing.T) { s.proxy.Down(t) }

func insert(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%.100s: %v", statement, err)
	}
}

// fill inserts the rows of a table, many at once.
func fill(t *testing.T, db *sql.DB, statement string, table connectorstest.Table) {
	t.Helper()
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(table.Header)), ", ") + ")"
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	rows := table.Rows
	for len(rows) > 0 {
		var args []any
		n, size := 0, 0
		for n < len(rows) && n < 1000 && size < 8<<20 {
			for _, cell := range rows[n] {
				args = append(args, cell)
				size += len(cell)
			}
			n++
		}
		if _, err := tx.ExecContext(t.Context(), statement+strings.TrimSuffix(strings.Repeat(one+", ", n), ", "), args...); err != nil {
			t.Fatal(err)
		}
		rows = rows[n:]
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// liteSystem is an SQLite database.
type liteSystem struct {
	db   *sql.DB
	path string
}

func newLiteSystem(t *testing.T) *liteSystem {
	t.Helper()
	s := &liteSystem{path: filepath.Join(t.TempDir(), "法院 100%?.db")}
	s.db = openLite(t, s.path)
	s.Fill(t, connectorstest.Table{Header: []string{"编号", "名称", "备注"}})
	return s
}

// openLite opens a database for writing.
func openLite(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+strings.NewReplacer("%", "%25", "?", "%3F", " ", "%20").Replace(path)+"?_pragma=synchronous(0)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func (s *liteSystem) Source(t *testing.T) connectors.Source {
	o := byCursor()
	o.Engine, o.File = "sqlite", s.path
	return source(t, o)
}

func (s *liteSystem) Fill(t *testing.T, table connectorstest.Table) {
	t.Helper()
	insert(t, s.db, `DROP TABLE IF EXISTS "行政处罚"`)
	insert(t, s.db, `CREATE TABLE "行政处罚" ("`+strings.Join(table.Header, `" TEXT, "`)+`" TEXT, PRIMARY KEY ("编号"))`)
	fill(t, s.db, `INSERT INTO "行政处罚" VALUES `, table)
}

// Break damages a page in the last quarter of the file.
func (s *liteSystem) Break(t *testing.T) {
	t.Helper()
	f, err := os.OpenFile(s.path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	for p := info.Size() / page * 3 / 8; p < info.Size()/page; p += 8 { // tables and their indexes take turns in the file
		if _, err := f.WriteAt(make([]byte, page), p*page); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *liteSystem) Remove(t *testing.T) {
	t.Helper()
	if err := os.Remove(s.path); err != nil {
		t.Fatal(err)
	}
}
