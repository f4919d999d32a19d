package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/shopspring/decimal"
)

func open(t *testing.T, c *child, database string, compression clickhouse.CompressionMethod) driver.Conn {
	t.Helper()
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr: []string{c.address}, Protocol: clickhouse.HTTP, Auth: clickhouse.Auth{Database: database},
		Compression: &clickhouse.Compression{Method: compression, Level: 1},
		Settings:    clickhouse.Settings{"max_execution_time": 60},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.Ping(context.Background()); err != nil {
		t.Fatal(err)
	}
	return conn
}

var methods = map[string]clickhouse.CompressionMethod{
	"none": clickhouse.CompressionNone, "lz4": clickhouse.CompressionLZ4, "zstd": clickhouse.CompressionZSTD,
	"gzip": clickhouse.CompressionGZIP, "deflate": clickhouse.CompressionDeflate,
}

// Every type comes back as it went in, whatever the compression: the columns cross the revision of a Native block.
func TestClickHouseGoTypes(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	db := c.database(t)
	for name, method := range methods {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			conn := open(t, c, db, method)
			table := "types_" + name
			err := conn.Exec(ctx, "CREATE TABLE "+table+` (id UInt32, fs FixedString(16), s String, ns Nullable(String), lc LowCardinality(String),
				lcn LowCardinality(Nullable(String)), d Date32, dt DateTime('Asia/Shanghai'), dt64 DateTime64(3, 'Asia/Shanghai'), dec Decimal(18, 6),
				big Decimal(38, 10), e Enum8('upsert' = 1, 'delete' = 2), a Array(LowCardinality(String)),
				v Array(Tuple(field LowCardinality(String), rule String)), m Map(String, UInt64), u UUID, b Bool, aa Array(Array(Nullable(Int64))))
				ENGINE = MergeTree ORDER BY id`)
			if err != nil {
				t.Fatal(err)
			}
			batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+table)
			if err != nil {
				t.Fatal(err)
			}
			zone, err := time.LoadLocation("Asia/Shanghai")
			if err != nil {
				t.Fatal(err)
			}
			row := func(i uint32) []any {
				var ns, lcn *string
				if i%2 == 0 {
					x := fmt.Sprint("值", i)
					ns, lcn = &x, &x
				}
				n := int64(i)
				return []any{i, fmt.Sprintf("%016d", i), strings.Repeat("字", int(i%5)), ns, fmt.Sprint("code", i%7), lcn,
					time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(2024, 1, 2, 3, 4, 5, 0, zone), time.Date(2024, 1, 2, 3, 4, 5, 678e6, zone),
					decimal.RequireFromString("0.200001").Add(decimal.NewFromInt(n)), decimal.RequireFromString("-12345678901234567890.0123456789"),
					"delete", []string{"警告", "罚款"}[:i%3], [][]any{{"uscc", "check_digit"}}, map[string]uint64{"k": uint64(i)},
					"123e4567-e89b-12d3-a456-426614174000", i%2 == 1, [][]*int64{{&n, nil}, {}}}
			}
			const rows = 1000
			for i := range uint32(rows) {
				if err := batch.Append(row(i)...); err != nil {
					t.Fatal(err)
				}
			}
			if err := batch.Send(); err != nil {
				t.Fatal(err)
			}
			got, err := conn.Query(ctx, "SELECT * FROM "+table+" ORDER BY id")
			if err != nil {
				t.Fatal(err)
			}
			defer got.Close()
			n := 0
			for ; got.Next(); n++ {
				checkRow(t, got, row(uint32(n)))
			}
			if got.Err() != nil || n != rows {
				t.Errorf("%d rows, %v", n, got.Err())
			}
		})
	}
}

func checkRow(t *testing.T, rows driver.Rows, want []any) {
	t.Helper()
	var (
		id              uint32
		fs, s, lc, e, u string
		ns, lcn         *string
		d, dt, dt64     time.Time
		dec, big        decimal.Decimal
		a               []string
		v               []map[string]any
		m               map[string]uint64
		b               bool
		aa              [][]*int64
	)
	if err := rows.Scan(&id, &fs, &s, &ns, &lc, &lcn, &d, &dt, &dt64, &dec, &big, &e, &a, &v, &m, &u, &b, &aa); err != nil {
		t.Fatal(err)
	}
	got := []any{id, fs, s, text(ns), lc, text(lcn), d.Format(time.DateOnly), dt.Unix(), dt64.UnixMilli(), dec.String(), big.String(), e, fmt.Sprint(a), fmt.Sprint(v), m["k"], u, b, *aa[0][0], aa[0][1] == nil, len(aa[1])}
	expect := []any{want[0], want[1], want[2], text(want[3].(*string)), want[4], text(want[5].(*string)), want[6].(time.Time).Format(time.DateOnly), want[7].(time.Time).Unix(),
		want[8].(time.Time).UnixMilli(), want[9].(decimal.Decimal).String(), want[10].(decimal.Decimal).String(), want[11], fmt.Sprint(want[12]),
		"[map[field:uscc rule:check_digit]]", want[14].(map[string]uint64)["k"], want[15], want[16], int64(id), true, 0}
	for i := range got {
		if got[i] != expect[i] {
			t.Errorf("row %d, column %d: got %v, want %v", id, i, got[i], expect[i])
		}
	}
	if dt64.Location().String() != "Asia/Shanghai" || dt.Location().String() != "Asia/Shanghai" {
		t.Errorf("time zones: got %s and %s", dt64.Location(), dt.Location())
	}
}

func text(p *string) string {
	if p == nil {
		return "NULL"
	}
	return *p
}

// Types whose form in a block is particular, straight from a query. A column named DateTime keeps its zone.
func TestClickHouseGoQueries(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	conn := open(t, c, "default", clickhouse.CompressionNone)
	ctx := clickhouse.Context(context.Background(), clickhouse.WithParameters(clickhouse.Parameters{"n": "5", "s": "a'b"}))
	rows, err := conn.Query(ctx, `SELECT number, toDateTime(0, 'UTC') AS utc, toDateTime(0) AS here, {s:String} AS s, CAST(number AS Variant(UInt64, String)) AS var,
		[] AS none, tuple(1, 'x') AS tup, toIntervalDay(3) AS iv, toIPv4('1.2.3.4') AS ip, toLowCardinality('z') AS z FROM numbers({n:UInt64})`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	types := map[string]string{}
	for _, c := range rows.ColumnTypes() {
		types[c.Name()] = c.DatabaseTypeName()
	}
	if types["utc"] != "DateTime('UTC')" || types["here"] != "DateTime" {
		t.Errorf("types: %v", types)
	}
	n := 0
	for rows.Next() {
		n++
	}
	if rows.Err() != nil || n != 5 {
		t.Errorf("%d rows, %v", n, rows.Err())
	}
	var empty uint64
	if err := conn.QueryRow(context.Background(), "SELECT count() FROM numbers(0)").Scan(&empty); err != nil || empty != 0 {
		t.Errorf("count of nothing: %d, %v", empty, err)
	}
	none, err := conn.Query(context.Background(), "SELECT 1 WHERE 0")
	if err != nil || none.Next() {
		t.Errorf("no rows: %v", err)
	}
	var e *clickhouse.Exception
	if err := conn.Exec(context.Background(), "SELECT * FROM nothing"); !errors.As(err, &e) || e.Code != 60 {
		t.Errorf("unknown table: %v", err)
	}
	_, err = conn.Query(context.Background(), "SELECT sumState(number) FROM numbers(3)")
	if !errors.As(err, &e) || e.Code != notImplemented {
		t.Errorf("a type that cannot be sent: %v", err)
	}
}

func TestClickHouseGoExceptionInTheMiddle(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	for name, method := range methods {
		conn := open(t, c, "default", method)
		rows, err := conn.Query(context.Background(), "SELECT number, throwIf(number = 3000000) FROM numbers(4000000) SETTINGS max_threads = 1")
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			_ = rows.Close()
		}
		var e *clickhouse.Exception
		if !errors.As(err, &e) || e.Code != 395 {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// arrowStream is rows rows of (id, name) in batches.
func arrowStream(t testing.TB, first, rows, batch int) []byte {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64}, {Name: "name", Type: arrow.BinaryTypes.String}}, nil)
	var b bytes.Buffer
	w := ipc.NewWriter(&b, ipc.WithSchema(schema))
	for at := first; at < first+rows; at += batch {
		builder := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		for i := at; i < min(at+batch, first+rows); i++ {
			builder.Field(0).(*array.Int64Builder).Append(int64(i))
			builder.Field(1).(*array.StringBuilder).Append(fmt.Sprintf("name of row %d", i))
		}
		record := builder.NewRecord()
		if err := w.Write(record); err != nil {
			t.Fatal(err)
		}
		record.Release()
		builder.Release()
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestInsertFormatArrowStream(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	db := c.database(t)
	ctx := context.Background()
	conn := open(t, c, db, clickhouse.CompressionNone)
	zipped := open(t, c, db, clickhouse.CompressionGZIP)
	if err := conn.Exec(ctx, "CREATE TABLE t (id Int64, name String) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100"); err != nil {
		t.Fatal(err)
	}
	data := arrowStream(t, 0, 65536, 65536)
	withToken := func(token string) context.Context {
		return clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"insert_deduplication_token": token}))
	}
	for range 3 { // the same token again changes nothing
		if err := conn.InsertFormat(withToken("run:1"), "ArrowStream", "INSERT INTO t (id, name)", bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := zipped.InsertFormat(withToken("run:2"), "ArrowStream", "INSERT INTO t (id, name)", bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	var n, distinct uint64
	if err := conn.QueryRow(ctx, "SELECT count(), uniqExact(id, name) FROM t").Scan(&n, &distinct); err != nil || n != 2*65536 || distinct != 65536 {
		t.Errorf("got %d rows, %d distinct, %v", n, distinct, err)
	}
	if n := readArrow(t, conn, "SELECT id, name FROM t ORDER BY id"); n != 2*65536 { // several chunks
		t.Errorf("Arrow out: %d rows", n)
	}
	if n := readArrow(t, conn, "SELECT id, name FROM t WHERE id < 0"); n != 0 {
		t.Errorf("Arrow out: %d rows of none", n)
	}
	// A reader that breaks off must leave nothing.
	err := conn.InsertFormat(withToken("run:3"), "ArrowStream", "INSERT INTO t (id, name)", io.MultiReader(bytes.NewReader(data[:len(data)/2]), brokenReader{}))
	if err == nil {
		t.Error("half of the data was taken for all")
	}
	if err := conn.QueryRow(ctx, "SELECT count() FROM t").Scan(&n); err != nil || n != 2*65536 {
		t.Errorf("after a broken insert: %d rows, %v", n, err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the source broke") }

func readArrow(t *testing.T, conn driver.Conn, sql string) (rows int64) {
	t.Helper()
	out, err := conn.QueryFormat(context.Background(), "ArrowStream", sql)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	r, err := ipc.NewReader(out)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	for r.Next() {
		rows += r.Record().NumRows()
	}
	if r.Err() != nil && r.Err() != io.EOF {
		t.Fatal(r.Err())
	}
	if rest, err := io.Copy(io.Discard, out); rest != 0 || err != nil {
		t.Errorf("behind the Arrow stream: %d bytes, %v", rest, err)
	}
	return rows
}
