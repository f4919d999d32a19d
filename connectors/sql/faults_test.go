package sql

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"creditsync/connectors"
	"creditsync/internal/fault"
	"creditsync/internal/testkit/daemon"
	"creditsync/internal/testkit/drain"
)

// checked is the error of trying a source.
func checked(t *testing.T, o Options) error {
	t.Helper()
	return source(t, o).Check(t.Context())
}

// TestFaults_OfServers: whatever is wrong with address, account, database, table or columns is said in words, by check and by
// a read alike, and never with the password.
func TestFaults_OfServers(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"postgres", "mariadb"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			var o Options
			var exec func(sql string)
			if engine == "postgres" {
				server := pg(t)
				database := server.Database(t)
				conn := server.Connect(t, database)
				exec = func(sql string) {
					if _, err := conn.Exec(t.Context(), sql); err != nil {
						t.Fatalf("%s: %v", sql, err)
					}
				}
				exec("CREATE ROLE " + database + " LOGIN PASSWORD 'hunter2'")
				o = pgOptions(Defaults(), database, server.Port)
			} else {
				server := maria(t)
				database := server.Database(t)
				db := server.Connect(t, database)
				exec = func(sql string) { insert(t, db, sql) }
				exec("CREATE USER " + database + " IDENTIFIED BY 'hunter2'")
				exec("GRANT CREATE ON " + database + ".* TO " + database)
				o = myOptions(Defaults(), database, server.Port)
			}
			exec("CREATE TABLE penalty (id INT PRIMARY KEY, name VARCHAR(100), updated_at TIMESTAMP NULL)")
			exec("INSERT INTO penalty VALUES (1, '吉安', NULL)")
			o.Table = "penalty"
			if err := checked(t, o); err != nil {
				t.Fatalf("check: %v", err)
			}
			port, err := daemon.Port()
			if err != nil {
				t.Fatal(err)
			}
			for _, test := range []struct {
				change func(*Options)
				code   string
				words  []string
			}{
				{func(o *Options) { o.Port = port }, "sql.unreachable", []string{"connection refused"}},
				{func(o *Options) { o.Host = "no-such-host.invalid" }, "sql.host_unknown", []string{"no-such-host.invalid"}},
				{func(o *Options) { o.Host = "/no/such/socket" }, "sql.unreachable", nil},
				{func(o *Options) { o.Password = connectors.NewSecret("hunter2") }, "sql.sign_in", []string{o.User}},
				{func(o *Options) { o.User = "stranger" }, "sql.sign_in", []string{"stranger"}},
				{func(o *Options) { o.Database = "nowhere" }, "sql.no_database", []string{"nowhere"}},
				{func(o *Options) { o.Table = "penalti" }, "sql.no_table", []string{"penalti", "penalty"}},
				{func(o *Options) { o.Table = "elsewhere.penalty" }, "sql.no_table", []string{"penalty"}},
				{func(o *Options) { o.Key = []string{"idd"} }, "sql.no_column", []string{"idd", "id", "key"}},
				{func(o *Options) { o.Cursor = "update_at" }, "sql.no_column", []string{"update_at", "updated_at", "cursor"}},
				{func(o *Options) { o.Table, o.Query = "", "SELECT id FRUM penalty" }, "sql.query", []string{"syntax"}},
				{func(o *Options) { o.Table, o.Query = "", "SELECT id, id FROM penalty" }, "", nil},
				{func(o *Options) { o.Table, o.Query = "", "SELECT nam FROM penalty" }, "sql.query", []string{"nam"}},
				{func(o *Options) { o.Table, o.Query = "", "DELETE FROM penalty" }, "sql.query", nil},
				{func(o *Options) { o.Table, o.Query = "", "SELECT 1 AS a; DROP TABLE penalty" }, "sql.query", nil},
				{func(o *Options) { o.User, o.Password = o.Database, connectors.NewSecret("hunter2") }, "sql.denied", []string{"penalty", "GRANT SELECT"}},
				{func(o *Options) { o.TLS = &TLS{} }, "sql.tls", nil},
				{func(o *Options) { o.TLS = &TLS{CA: "/no/such/file"} }, "sql.tls_file", []string{"/no/such/file"}},
			} {
				o := o
				test.change(&o)
				err := checked(t, o)
				if test.code == "" {
					if err == nil {
						t.Errorf("check of %+v: no error", o.Query)
					}
					continue
				}
				isFault(t, err, test.code, test.words...)
				_, err = ask(t, o, connectors.Request{})
				isFault(t, err, test.code, test.words...)
			}
			if out := got(t, o, connectors.Request{}); len(out.Rows) != 1 {
				t.Errorf("%d rows after all that, want 1", len(out.Rows))
			}
			exec("DELETE FROM penalty")
			wantCode(t, o, connectors.Request{}, "sql.empty", "allow_empty")
			o.AllowEmpty = true
			got(t, o, connectors.Request{})
		})
	}
}

// TestPostgres_ManyConnections: a server without a connection left is the environment's fault, and worth trying again.
func TestPostgres_ManyConnections(t *testing.T) {
	t.Parallel()
	server := pg(t)
	database := server.Database(t)
	conn := server.Connect(t, database)
	if _, err := conn.Exec(t.Context(), "CREATE TABLE penalty (id int); CREATE ROLE "+database+" LOGIN CONNECTION LIMIT 0 PASSWORD 'hunter2'"); err != nil {
		t.Fatal(err)
	}
	o := pgOptions(Defaults(), database, server.Port)
	o.Table, o.User, o.Password = "penalty", database, connectors.NewSecret("hunter2")
	err := checked(t, o)
	isFault(t, err, "sql.too_many")
	if again, _ := fault.Retryable(err); !again || fault.ClassOf(err) != fault.Environment {
		t.Errorf("retry %v, class %v", again, fault.ClassOf(err))
	}
}

// TestFaults_Timeout: a statement that takes too long ends, on the server, too.
func TestFaults_Timeout(t *testing.T) {
	t.Parallel()
	pgServer, myServer := pg(t), maria(t)
	p := pgOptions(Defaults(), pgServer.Database(t), pgServer.Port)
	p.Query = "SELECT pg_sleep(60)::text AS a"
	m := myOptions(Defaults(), myServer.Database(t), myServer.Port)
	m.Query = "SELECT SLEEP(60) AS a"
	l := Defaults()
	l.Engine, l.File = "sqlite", filepath.Join(t.TempDir(), "a.db")
	insert(t, openLite(t, l.File), "CREATE TABLE a (id INTEGER)")
	l.Query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0"
	for _, o := range []Options{p, m, l} {
		t.Run(o.Engine, func(t *testing.T) {
			t.Parallel()
			o.Timeout = 500 * time.Millisecond
			wantCode(t, o, connectors.Request{}, "sql.timeout", "500ms", "timeout")
		})
	}
}

// TestFaults_DataIsNotShown: what a server says of a value that it cannot convert repeats the value. We do not.
func TestFaults_DataIsNotShown(t *testing.T) {
	t.Parallel()
	server := pg(t)
	o := pgOptions(Defaults(), server.Database(t), server.Port)
	o.Query = "SELECT CASE WHEN now() > '2000-01-01' THEN convert_from(convert_to('机密', 'UTF8'), 'UTF8')::date END AS a"
	err := wantCode(t, o, connectors.Request{}, "sql.query_value", "22007")
	if strings.Contains(fmt.Sprintf("%s %+v", fault.Say(err, fault.Chinese), err), "机密") {
		t.Errorf("the value is shown: %v", err)
	}
}

// TestPostgres_Conflict: a server that breaks a read off is asked anew as long as nothing was handed out; after that the
// error says that the whole read may be begun anew.
func TestPostgres_Conflict(t *testing.T) {
	t.Parallel()
	server := pg(t)
	database := server.Database(t)
	conn := server.Connect(t, database)
	for _, sql := range []string{
		"CREATE TABLE penalty (id int PRIMARY KEY)", "INSERT INTO penalty SELECT generate_series(1, 40000)",
		`CREATE FUNCTION trouble(i int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
			IF i = 30000 THEN RAISE EXCEPTION 'canceling statement due to conflict with recovery' USING ERRCODE = '40001'; END IF; RETURN i; END $$`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	o := pgOptions(Defaults(), database, server.Port)
	o.Query, o.Key = "SELECT trouble(id) AS id FROM penalty", []string{"id"}
	var broken *connectors.Interrupted
	if err := wantCode(t, o, connectors.Request{}, "sql.conflict", "max_standby_streaming_delay"); !errors.As(err, &broken) {
		t.Errorf("%v does not say that the read may be begun anew", err)
	}
	o.Query, o.Table = "", "penalty"
	s := source(t, o).(*Source)
	for _, failures := range []int{0, 2, 3} {
		begun := 0
		r := &reader{o: o, want: connectors.Request{Zone: drain.Shanghai(t)}, begin: func(ctx context.Context, want connectors.Request) (session, error) {
			begun++
			session, err := s.begin(ctx, want)
			if begun <= failures {
				return &conflicting{session, o}, err
			}
			return session, err
		}}
		if err := r.open(t.Context()); err != nil {
			t.Fatal(err)
		}
		b, err := r.Next(t.Context())
		if failures < maxTries {
			if err != nil || b.Rows.NumRows() != connectors.MaxBatchRows || begun != failures+1 {
				t.Errorf("%d failures: begun %d times, %v", failures, begun, err)
				continue
			}
			b.Release()
		} else if !errors.As(err, &broken) || begun != maxTries {
			t.Errorf("%d failures: begun %d times, %v", failures, begun, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// conflicting is a session that is broken off at its first row.
type conflicting struct {
	session
	o Options
}

func (c *conflicting) next() ([][]byte, error) { return nil, conflict(c.o, errors.New("broken off")) }

// TestFaults_OfFiles: what is wrong with an SQLite file.
func TestFaults_OfFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := Defaults()
	o.Engine, o.File, o.Table = "sqlite", filepath.Join(dir, "a.db"), "penalty"
	isFault(t, checked(t, o), "sql.file", "a.db", "no such file")
	if err := os.WriteFile(o.File, []byte("姓名,证件号码\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	isFault(t, checked(t, o), "sql.not_database", "a.db")
	o.File = filepath.Join(dir, "b.db")
	db := openLite(t, o.File)
	insert(t, db, "CREATE TABLE Penalty (id INTEGER PRIMARY KEY, name TEXT, picture BLOB)")
	insert(t, db, "CREATE VIEW all_of_it AS SELECT * FROM Penalty")
	o.Table = "penalti"
	isFault(t, checked(t, o), "sql.no_table", "Penalty")
	o.Table = "zzz"
	isFault(t, checked(t, o), "sql.no_table", "Penalty, all_of_it")
	o.Table, o.Query = "", "SELECT nothing FROM Penalty"
	isFault(t, checked(t, o), "sql.query", "nothing")
	o.Query = "SELECT picture FROM Penalty"
	isFault(t, checked(t, o), "sql.no_columns")
	o.Query, o.Table, o.Key = "", "Penalty", []string{"name "}
	isFault(t, checked(t, o), "sql.no_column", "name")
	o.Key = nil
	wantCode(t, o, connectors.Request{}, "sql.empty")
	// Somebody writes and holds the whole file.
	o.ConnectTimeout = 100 * time.Millisecond
	insert(t, db, "BEGIN EXCLUSIVE")
	isFault(t, checked(t, o), "sql.locked")
	insert(t, db, "COMMIT")
	if err := checked(t, o); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	whole, err := os.ReadFile(o.File)
	if err != nil {
		t.Fatal(err)
	}
	o.File = filepath.Join(dir, "c.db")
	if err := os.WriteFile(o.File, whole[:len(whole)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	isFault(t, checked(t, o), "sql.damaged", "c.db", "integrity_check")
}
