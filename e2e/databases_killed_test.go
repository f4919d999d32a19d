package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"creditsync/internal/testkit/mariadb"
	"creditsync/internal/testkit/postgres"
)

// gated is a database whose view of the penalties stands still in the middle of its rows for as long as somebody holds a lock.
type gated struct {
	kill   func()
	again  func(ctx context.Context) error
	source func() string // the present one
	// exec changes the table, hold takes the lock and lets it go again with its connection; stuck reports that a reader waits
	// for it. All three connect anew.
	exec  func(sql string)
	hold  func() (release func())
	stuck func() bool
}

// gate is the row before which the view stands still.
const gate = 300

// gatedPostgres fills a PostgreSQL that a test may kill.
func gatedPostgres(t *testing.T, header []string, rows [][]any) gated {
	t.Helper()
	server, err := postgres.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	database := server.Database(t)
	connect := func() *pgx.Conn {
		conn, err := pgx.Connect(t.Context(), server.URL(database))
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
	number := func(conn *pgx.Conn, sql string) (n int) {
		if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return n
	}
	g := gated{kill: server.Kill, again: server.Again}
	g.exec = func(sql string) {
		conn := connect()
		defer func() { _ = conn.Close(t.Context()) }()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	g.source = func() string {
		return fmt.Sprintf("{sql: {engine: postgres, host: 127.0.0.1, port: %d, database: %s, user: %s, password: '${DATABASE_PASSWORD}', table: gated, key: [n]}}", server.Port, database, postgres.User)
	}
	g.hold = func() func() {
		conn := connect()
		number(conn, "SELECT 1 FROM pg_advisory_lock(7)")
		return func() { _ = conn.Close(context.Background()) }
	}
	g.stuck = func() bool {
		conn := connect()
		defer func() { _ = conn.Close(t.Context()) }()
		return number(conn, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") > 0
	}
	g.exec(`CREATE TABLE penalty (n int PRIMARY KEY, "` + strings.Join(header, `" text, "`) + `" text)`)
	conn := connect()
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err := conn.CopyFrom(t.Context(), pgx.Identifier{"penalty"}, append([]string{"n"}, header...), pgx.CopyFromRows(rows)); err != nil {
		t.Fatal(err)
	}
	g.exec(fmt.Sprintf("CREATE VIEW gated AS SELECT * FROM penalty WHERE n <> %d OR pg_advisory_xact_lock_shared(7) IS NOT NULL", gate))
	for _, way := range []string{"enable_sort", "enable_seqscan", "enable_bitmapscan"} { // rows come as they are read
		g.exec("ALTER DATABASE " + database + " SET " + way + " = off")
	}
	return g
}

// gatedMariaDB fills a MariaDB that a test may kill; what is committed there stays.
func gatedMariaDB(t *testing.T, header []string, rows [][]any) gated {
	t.Helper()
	server, err := mariadb.Start(t.Context(), "--innodb-flush-log-at-trx-commit=1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	database := server.Database(t)
	number := func(sql string) (n int) {
		if err := server.Connect(t, database).QueryRowContext(t.Context(), sql).Scan(&n); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return n
	}
	g := gated{kill: server.Kill, again: server.Again}
	g.exec = func(sql string) { execute(t, server.Connect(t, database), sql) }
	g.source = func() string {
		return fmt.Sprintf("{sql: {engine: mariadb, host: 127.0.0.1, port: %d, database: %s, user: %s, password: '${DATABASE_PASSWORD}', table: gated, key: [n], page: 200}}", server.Port, database, mariadb.User)
	}
	g.hold = func() func() {
		db := server.Connect(t, database)
		var got int
		if err := db.QueryRowContext(t.Context(), "SELECT GET_LOCK('gate', 120)").Scan(&got); err != nil || got != 1 {
			t.Fatalf("the lock: %d %v", got, err)
		}
		return func() { _ = db.Close() }
	}
	g.stuck = func() bool {
		return number("SELECT count(*) FROM information_schema.processlist WHERE state = 'User lock'") > 0
	}
	g.exec("CREATE TABLE penalty (n INT PRIMARY KEY, `" + strings.Join(header, "` TEXT, `") + "` TEXT)")
	fillTable(t, server.Connect(t, database), rows)
	g.exec(fmt.Sprintf("CREATE VIEW gated AS SELECT * FROM penalty WHERE n <> %d OR GET_LOCK('gate', 1000) IS NOT NULL", gate))
	return g
}

// TestDatabases_I5: a database that is killed while its rows are read, and a run that is killed meanwhile, leave nothing behind
// that anybody sees: no row of what was read until then is applied, and none that was not read is deleted. The next run finds
// exactly what has changed.
func TestDatabases_I5(t *testing.T) {
	t.Parallel()
	header, rows := sheetOf(t, filepath.Join(generate(t, "killed", "--rows", "600", "--seed", "19", "--encoding", "utf-8", "--defects", "0", "--warnings", "0", "--duplicates", "0", "--header", "field"), "penalties.csv"))
	for name, start := range map[string]func(*testing.T, []string, [][]any) gated{"postgres": gatedPostgres, "mariadb": gatedMariaDB} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t, header, rows)
			pipelines := func() setup {
				return setup{pipelines: "\n  - {name: penalties, kind: admin_penalty, mode: snapshot, source: " + g.source() + "}\n"}
			}
			s := newSite(t, pipelines())
			s.env = []string{"DATABASE_PASSWORD=" + postgres.Password}
			s.up()
			all := uint64(len(rows))
			if got, want := s.done().counts(), (counts{read: all, accepted: all, inserted: all, published: all}); got != want {
				t.Fatalf("first: got %+v, want %+v", got, want)
			}
			g.exec("UPDATE penalty SET remark = 'changed' WHERE n IN (1, 2, 590)")
			g.exec("DELETE FROM penalty WHERE n IN (3, 591)")
			before := s.text("SELECT sum(version), count() FROM credit.admin_penalty_current FINAL")

			s.midway(g, func(b *background, _ func()) {
				b.signal(syscall.SIGKILL)
				b.ended(commandLimit)
			})
			s.midway(g, func(b *background, release func()) {
				g.kill()
				got := b.ended(commandLimit)
				release()
				if got != 1 && got != 3 {
					t.Errorf("the run of a database that was killed ended with %d\n%s", got, b.printed())
				}
			})
			s.wantText(before, "SELECT sum(version), count() FROM credit.admin_penalty_current FINAL")
			s.wantText("0", "SELECT count() FROM credit.admin_penalty WHERE remark = 'changed'")
			if err := g.again(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.configure(pipelines())
			if got := s.done().counts(); got.read != all-2 || got.updated != 3 || got.deleted != 2 || got.inserted != 0 || got.published != 5 {
				t.Errorf("afterwards: %+v", got)
			}
			s.wantText(fmt.Sprint(all-2), "SELECT count() FROM credit.admin_penalty")
			s.toldOnce()
		})
	}
}

// midway starts a run, waits until it stands in the middle of the rows, and has something done to it.
func (s *site) midway(g gated, then func(b *background, release func())) {
	s.t.Helper()
	release := g.hold()
	defer release()
	b := s.start("midway", "run", "--json")
	poll(s.t, 2*time.Minute, "the run stands in the middle of the rows", func() bool {
		select {
		case <-b.done:
			s.t.Fatalf("the run ended: %s", b.printed())
		default:
		}
		return g.stuck()
	})
	then(b, release)
}
