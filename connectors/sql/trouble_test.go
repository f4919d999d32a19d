package sql

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"creditsync/connectors"
	"creditsync/internal/fault"
	"creditsync/internal/testkit/drain"
	"creditsync/internal/testkit/toxic"
)

// distant is a table of many rows on a server behind a bad network.
type distant struct {
	o     Options
	proxy *toxic.Proxy
	exec  func(sql string)
	// count runs a query that returns one number, past the network.
	count func(sql string) int
}

const remoteRows = 60_000

// remotes makes the table in both servers; the tests run one after the other where they share it.
func remotes(t *testing.T, test func(t *testing.T, r distant)) {
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		server := pg(t)
		database := server.Database(t)
		conn := server.Connect(t, database)
		r := distant{proxy: badNetwork(t, server.Port)}
		r.exec = func(sql string) {
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
		}
		r.count = func(sql string) (n int) {
			if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
			return n
		}
		r.exec(fmt.Sprintf("CREATE TABLE penalty AS SELECT i AS id, '吉安市第' || i || '号有限公司' AS name FROM generate_series(1, %d) AS i", remoteRows))
		r.exec("ALTER TABLE penalty ADD PRIMARY KEY (id)")
		r.o = pgOptions(Defaults(), database, r.proxy.Port)
		r.o.Table = "penalty"
		test(t, r)
	})
	t.Run("mariadb", func(t *testing.T) {
		t.Parallel()
		server := maria(t)
		database := server.Database(t)
		db := server.Connect(t, database)
		r := distant{proxy: badNetwork(t, server.Port), exec: func(sql string) { insert(t, db, sql) }}
		r.count = func(sql string) (n int) {
			if err := db.QueryRowContext(t.Context(), sql).Scan(&n); err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
			return n
		}
		r.exec("CREATE TABLE penalty (id INT PRIMARY KEY, name VARCHAR(100))")
		r.exec(fmt.Sprintf("INSERT INTO penalty SELECT seq, CONCAT('吉安市第', seq, '号有限公司') FROM seq_1_to_%d", remoteRows))
		r.o = myOptions(Defaults(), database, r.proxy.Port)
		r.o.Table = "penalty"
		test(t, r)
	})
}

// TestNetwork_Trouble: a read over a bad network is slow, or it fails as a whole and says why; it never ends early as if that
// were all.
func TestNetwork_Trouble(t *testing.T) {
	t.Parallel()
	remotes(t, func(t *testing.T, r distant) {
		whole := func(o Options) {
			t.Helper()
			if out := got(t, o, connectors.Request{}); len(out.Rows) != remoteRows || out.Rows[remoteRows-1][0] != fmt.Sprint(remoteRows) {
				t.Errorf("%d rows", len(out.Rows))
			}
			r.proxy.Calm(t)
		}
		broken := func(o Options, codes ...string) {
			t.Helper()
			out, err := ask(t, o, connectors.Request{})
			if err == nil {
				t.Errorf("a broken read ended well, after %d of %d rows", len(out.Rows), remoteRows)
			}
			code := fault.CodeOf(err)
			if !slices.Contains(codes, code) {
				t.Errorf("got %q (%v), want one of %q", code, err, codes)
			}
			isFault(t, err, code)
			if again, _ := fault.Retryable(err); !again {
				t.Errorf("%v is not worth trying again", err)
			}
			r.proxy.Calm(t)
		}
		r.proxy.Latency(t, 100*time.Millisecond)
		whole(r.o)
		r.proxy.Bandwidth(t, 4000)
		whole(r.o)
		r.proxy.SlowClose(t, 300*time.Millisecond)
		whole(r.o)
		for _, bytes := range []int{1_000_000, 20_000, 700, 10} { // in mid-page, in the first one, while it begins, while it connects
			r.proxy.Cut(t, bytes)
			broken(r.o, "sql.lost", "sql.unreachable")
		}
		r.proxy.Reset(t, 30*time.Millisecond)
		r.proxy.Latency(t, 20*time.Millisecond) // so that it is in the middle
		broken(r.o, "sql.lost", "sql.unreachable")
		o := r.o
		o.Page = 1000
		r.proxy.Cut(t, 1_000_000)
		broken(o, "sql.lost")
		o.Silence, o.ConnectTimeout = 300*time.Millisecond, 300*time.Millisecond
		r.proxy.Stall(t)
		broken(o, "sql.unreachable", "sql.silent")
		whole(r.o)
	})
}

// TestNetwork_HalfOpen: a connection over which nothing comes any more, in the middle of the rows, ends after the silence
// that the options allow.
func TestNetwork_HalfOpen(t *testing.T) {
	t.Parallel()
	remotes(t, func(t *testing.T, r distant) {
		r.o.Silence = 400 * time.Millisecond
		r.proxy.Bandwidth(t, 300) // so that most of the 2.5 MB is still to come when the first batch is there
		in, err := source(t, r.o).Open(t.Context(), connectors.Request{Zone: drain.Shanghai(t)})
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		b, err := in.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.Release()
		r.proxy.Stall(t)
		for err == nil { // what was on its way still comes
			if b, err = in.Next(t.Context()); err == nil {
				b.Release()
			}
		}
		isFault(t, err, "sql.silent", "400ms")
	})
}

// TestSnapshot_IsConsistent: what is written while a read goes on is not in it, page by page or not; what was there is.
func TestSnapshot_IsConsistent(t *testing.T) {
	t.Parallel()
	remotes(t, func(t *testing.T, r distant) {
		for _, page := range []int{0, 20_000} {
			r.o.Page = page
			in, err := source(t, r.o).Open(t.Context(), connectors.Request{Zone: drain.Shanghai(t)})
			if err != nil {
				t.Fatal(err)
			}
			rows := 0
			for i := 0; ; i++ {
				b, err := in.Next(t.Context())
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				rows += int(b.Rows.NumRows())
				b.Release()
				if i == 0 {
					r.exec(fmt.Sprintf("INSERT INTO penalty VALUES (%d, 'new')", 10*remoteRows+page))
					r.exec(fmt.Sprintf("DELETE FROM penalty WHERE id = %d", remoteRows-page/1000))
				}
			}
			if err := in.Close(); err != nil {
				t.Error(err)
			}
			if rows != remoteRows { // the second time, one has gone and one has come
				t.Errorf("pages of %d: %d rows, want %d", page, rows, remoteRows)
			}
		}
	})
}

// TestClose_ServerGivesUp: a read that is given up does not leave its statement running on the server.
func TestClose_ServerGivesUp(t *testing.T) {
	t.Parallel()
	remotes(t, func(t *testing.T, r distant) {
		running := "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND datname = current_database() AND query LIKE 'COPY%'"
		if r.o.Engine != "postgres" {
			running = "SELECT count(*) FROM information_schema.processlist WHERE command = 'Query' AND id <> connection_id() AND db = database()"
		}
		r.o.Table, r.o.Query, r.o.Key = "", "SELECT count(*) AS n FROM penalty a, penalty b WHERE a.id <> b.id + 1", []string{"n"}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		in, err := source(t, r.o).Open(ctx, connectors.Request{Zone: drain.Shanghai(t)})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() {
			_, err := in.Next(ctx)
			ended <- err
		}()
		wait(t, "the statement runs", func() bool { return r.count(running) == 1 })
		cancel()
		if err := <-ended; err != context.Canceled {
			t.Errorf("next: %v, want it cancelled", err)
		}
		wait(t, "the statement has ended", func() bool { return r.count(running) == 0 })
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	})
}

// wait polls until ok holds.
func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s: it has not happened", what)
		}
	}
}
