package native

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/shopspring/decimal"
)

func open(t testing.TB, o clickhouse.Options) driver.Conn {
	t.Helper()
	o.Addr = []string{shared.native}
	conn, err := clickhouse.Open(&o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

var methods = map[string]clickhouse.CompressionMethod{"none": clickhouse.CompressionNone, "lz4": clickhouse.CompressionLZ4, "zstd": clickhouse.CompressionZSTD}

// Every type comes back as it went in, whatever the compression.
func TestTypes(t *testing.T) {
	t.Parallel()
	for name, method := range methods {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			conn := open(t, clickhouse.Options{Auth: clickhouse.Auth{Database: database(t)}, Compression: &clickhouse.Compression{Method: method}})
			if err := conn.Exec(ctx, `CREATE TABLE t (id UInt32, s String, ns Nullable(String), lc LowCardinality(String), lcn LowCardinality(Nullable(String)),
				d Date32, dt DateTime('Asia/Shanghai'), dt64 DateTime64(3, 'Asia/Shanghai'), dec Decimal(18, 6), a Array(LowCardinality(String)),
				m Map(String, UInt64), tup Tuple(a Int8, b String), extra String MATERIALIZED 'x', fs FixedString(4)) ENGINE = MergeTree ORDER BY id`); err != nil {
				t.Fatal(err)
			}
			batch, err := conn.PrepareBatch(ctx, "INSERT INTO t")
			if err != nil {
				t.Fatal(err)
			}
			const rows = 200_000
			at := time.Date(2024, 1, 2, 3, 4, 5, 678e6, time.FixedZone("", 8*3600))
			for i := range rows {
				var ns *string
				if i%3 == 0 {
					v := fmt.Sprint("值", i)
					ns = &v
				}
				if err := batch.Append(uint32(i), fmt.Sprint("行政处罚", i), ns, "警告", ns, at, at, at, decimal.New(int64(i), -6),
					[]string{"a", "罚款"}[:i%3%2+1], map[string]uint64{"k": uint64(i)}, []any{int8(i % 100), "b"}, "abcd"); err != nil {
					t.Fatal(err)
				}
				if i%60_000 == 59_999 {
					if err := batch.Flush(); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := batch.Send(); err != nil {
				t.Fatal(err)
			}
			got, err := conn.Query(ctx, "SELECT id, s, ns, lcn, dt64, dt, dec, a, m, extra, fs FROM t ORDER BY id")
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for ; got.Next(); n++ {
				var (
					id           uint32
					s, extra, fs string
					ns, lcn      *string
					when, second time.Time
					dec          decimal.Decimal
					a            []string
					m            map[string]uint64
				)
				if err := got.Scan(&id, &s, &ns, &lcn, &when, &second, &dec, &a, &m, &extra, &fs); err != nil {
					t.Fatal(err)
				}
				if id != uint32(n) || s != fmt.Sprint("行政处罚", n) || (ns == nil) != (n%3 != 0) || (lcn == nil) != (ns == nil) || !when.Equal(at) ||
					second.Location().String() != "Asia/Shanghai" || !dec.Equal(decimal.New(int64(n), -6)) || len(a) != n%3%2+1 || m["k"] != uint64(n) || extra != "x" || fs != "abcd" {
					t.Fatalf("row %d: got %v %v %v %v %v %v %v %v %v %v", n, id, s, ns, when, second, dec, a, m, extra, fs)
				}
			}
			if got.Err() != nil || n != rows {
				t.Errorf("%d rows, %v", n, got.Err())
			}
		})
	}
}

// What is set in a connection lives as long as the connection, what a query brings as long as the query.
func TestConnectionsHaveSettings(t *testing.T) {
	t.Parallel()
	conn := open(t, clickhouse.Options{MaxOpenConns: 1, MaxIdleConns: 1})
	ctx := context.Background()
	setting := func(ctx context.Context, name string) (v string) {
		t.Helper()
		if err := conn.QueryRow(ctx, "SELECT toString(getSetting({name:String}))", clickhouse.Named("name", name)).Scan(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	with := func(s clickhouse.Settings) context.Context {
		return clickhouse.Context(ctx, clickhouse.WithSettings(s))
	}
	if got := setting(with(clickhouse.Settings{"max_block_size": 1234}), "max_block_size"); got != "1234" {
		t.Errorf("a query's setting: %s", got)
	}
	if got := setting(ctx, "max_block_size"); got == "1234" {
		t.Errorf("the next query has it too")
	}
	for _, sql := range []string{"SET max_block_size = 777", "CREATE TEMPORARY TABLE mine (a Int8)", "INSERT INTO mine VALUES (1), (2)"} {
		if err := conn.Exec(ctx, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if got := setting(with(clickhouse.Settings{"max_block_size": 1234}), "max_block_size"); got != "1234" {
		t.Errorf("a query's setting over the connection's: %s", got)
	}
	if got := setting(ctx, "max_block_size"); got != "777" {
		t.Errorf("the connection's: %s", got)
	}
	var n uint64
	if err := conn.QueryRow(ctx, "SELECT count() FROM mine").Scan(&n); err != nil || n != 2 {
		t.Errorf("the temporary table: %d, %v", n, err)
	}
	if err := conn.QueryRow(with(clickhouse.Settings{"no_such_setting": 1}), "SELECT count() FROM mine").Scan(&n); code(err) != 115 {
		t.Errorf("an unknown setting that is important: %v", err)
	}
	if err := conn.Exec(with(clickhouse.Settings{"readonly": 1}), "DROP TABLE mine"); code(err) != 164 {
		t.Errorf("read only: %v", err)
	}
	other := open(t, clickhouse.Options{})
	if err := other.QueryRow(ctx, "SELECT count() FROM mine").Scan(&n); code(err) != 60 {
		t.Errorf("another connection's temporary table: %v", err)
	}
}

func code(err error) int32 {
	var e *clickhouse.Exception
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func TestExceptions(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	conn := open(t, clickhouse.Options{})
	for sql, want := range map[string]int32{"SELEC 1": 62, "SELECT * FROM nothing": 60, "SELECT throwIf(1, '不行')": 395, "SELECT {x:Int8}": 456,
		"SELECT * FROM file('/etc/hostname', 'LineAsString')": 497, "INSERT INTO nothing VALUES": 60,
		"SELECT number, count() FROM numbers(3) GROUP BY number WITH TOTALS LIMIT 0": 48,
		"SELECT 1; SELECT 2": 62, "SELECT sumState(number) FROM numbers(3)": 48, "SELECT 1 INTO OUTFILE 'x'": 497} {
		if err := conn.Exec(ctx, sql); code(err) != want {
			t.Errorf("%s: got %v, want code %d", sql, err, want)
		}
	}
	for name, method := range methods {
		conn := open(t, clickhouse.Options{Compression: &clickhouse.Compression{Method: method}})
		rows, err := conn.Query(ctx, "SELECT number, throwIf(number = 3000000, '走到一半') FROM numbers(4000000) SETTINGS max_threads = 1")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for rows.Next() {
			n++
		}
		if code(rows.Err()) != 395 || n == 0 {
			t.Errorf("%s: after %d rows: %v", name, n, rows.Err())
		}
		_ = rows.Close()
		if err := conn.Ping(ctx); err != nil {
			t.Errorf("%s: the connection afterwards: %v", name, err)
		}
	}
	wrong := open(t, clickhouse.Options{Auth: clickhouse.Auth{Username: "somebody"}})
	if err := wrong.Ping(ctx); code(err) != 516 {
		t.Errorf("another user: %v", err)
	}
	nowhere := open(t, clickhouse.Options{Auth: clickhouse.Auth{Database: "nowhere"}})
	if err := nowhere.Ping(ctx); code(err) != 81 {
		t.Errorf("another database: %v", err)
	}
}

// Totals and extremes come behind the rows, with the types of the columns.
func TestTotals(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	conn := open(t, clickhouse.Options{Compression: &clickhouse.Compression{Method: clickhouse.CompressionLZ4}})
	for _, sql := range []string{"", " SETTINGS extremes = 1"} {
		rows, err := conn.Query(ctx, `SELECT number % 3 AS k, count() AS n, sum(toDecimal64('0.000001', 6)) AS d, CAST(NULL AS Nullable(String)) AS none, '引号"\t' AS s, nan AS f,
			toDateTime64('2024-01-02 03:04:05.678', 3, 'UTC') AS at FROM numbers(10) GROUP BY k WITH TOTALS ORDER BY k`+sql)
		if err != nil {
			t.Fatal(err)
		}
		read := 0
		for rows.Next() {
			read++
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
		var (
			k    uint8
			n    uint64
			d    decimal.Decimal
			none *string
			s    string
			f    float64
			at   time.Time
		)
		if err := rows.Totals(&k, &n, &d, &none, &s, &f, &at); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		if n != 10 || d.String() != "0.00001" || none != nil || s != "引号\"\t" || f == f || at.UnixMilli() != 1704164645678 {
			t.Errorf("%s: after %d rows the totals are %v %v %v %v %q %v %v", sql, read, k, n, d, none, s, f, at)
		}
	}
}

// A failed insert leaves the connection usable, and nothing in the table.
func TestInsertFails(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	conn := open(t, clickhouse.Options{Auth: clickhouse.Auth{Database: database(t)}, MaxOpenConns: 1})
	if err := conn.Exec(ctx, "CREATE TABLE t (a Int32, CONSTRAINT positive CHECK a > 0) ENGINE = MergeTree ORDER BY a"); err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		batch, err := conn.PrepareBatch(ctx, "INSERT INTO t (a)")
		if err != nil {
			t.Fatal(err)
		}
		for i := range 100_000 {
			if err := batch.Append(int32(i*round) - 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := batch.Send(); code(err) != 469 {
			t.Errorf("got %v, want a violated constraint", err)
		}
	}
	var n uint64
	if err := conn.QueryRow(ctx, "SELECT count() FROM t").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows, %v", n, err)
	}
}

// A query whose client has gone, or has cancelled it, ends.
func TestCancel(t *testing.T) {
	t.Parallel()
	conn := open(t, clickhouse.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	sql := "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore('" + t.Name() + "')"
	ended := make(chan error, 1)
	go func() { ended <- conn.Exec(ctx, sql) }()
	running := "SELECT count() FROM system.processes WHERE query LIKE '%ignore(''" + t.Name() + "'')%' AND query NOT LIKE '%processes%'"
	wait(t, "the query runs", func() bool { return ask(t, running) == "1" })
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	wait(t, "the query has ended", func() bool { return ask(t, running) == "0" })
}

func wait(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for until := time.Now().Add(4 * time.Minute); !ok(); {
		if time.Now().After(until) {
			t.Fatalf("not within four minutes: %s", what)
		}
		timer := time.NewTimer(10 * time.Millisecond)
		<-timer.C
	}
}
