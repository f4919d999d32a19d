package clients

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/shopspring/decimal"
)

// clickhouseGo is Go's client, over the native protocol or HTTP by its name.
func (d *deployment) clickhouseGo(t *testing.T, name string) (s seen) {
	t.Helper()
	o := &clickhouse.Options{Addr: []string{net.JoinHostPort(d.host, d.nativePort)}, Compression: &clickhouse.Compression{Method: clickhouse.CompressionLZ4}}
	if name == "go_http" {
		o.Addr, o.Protocol = []string{net.JoinHostPort(d.host, d.http)}, clickhouse.HTTP
	}
	conn, err := clickhouse.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	s.Rows = goRows(ctx, t, conn)
	var counted uint64
	err = conn.QueryRow(ctx, "SELECT count(), {echo:String} FROM credit.admin_penalty WHERE decision_date >= {since:Date32} AND subject_name != {echo:String}",
		clickhouse.Named("echo", echo), clickhouse.Named("since", "2016-01-01")).Scan(&counted, &s.Echo)
	if err != nil {
		t.Fatal(err)
	}
	s.Counted = int(counted)
	if err := conn.Exec(ctx, "SELECT * FROM credit.nothing"); err != nil {
		s.Exception = err.Error()
	}
	goInsert(ctx, t, conn, "scratch."+name)
	s.Cancelled = goCancel(ctx, t, conn, name)
	return s
}

func goRows(ctx context.Context, t *testing.T, conn driver.Conn) (list [][]any) {
	t.Helper()
	rows, err := conn.Query(ctx, `SELECT record_id, subject_name, decision_date, fine_wanyuan, splitByString('〔', decision_no), ingested_at
		FROM credit.admin_penalty ORDER BY record_id LIMIT 50`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			id, name string
			day, at  time.Time
			fine     *decimal.Decimal
			parts    []string
		)
		if err := rows.Scan(&id, &name, &day, &fine, &parts, &at); err != nil {
			t.Fatal(err)
		}
		row := []any{id, name, day.Format(time.DateOnly), nil, nil, float64(at.UnixMilli())}
		if fine != nil {
			row[3] = fine.StringFixed(6)
		}
		var of []any
		for _, p := range parts {
			of = append(of, p)
		}
		row[4] = of
		list = append(list, row)
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return list
}

func goInsert(ctx context.Context, t *testing.T, conn driver.Conn, table string) {
	t.Helper()
	if err := conn.Exec(ctx, "CREATE TABLE "+table+" (id UInt32, name String, day Date32, amount Decimal(18, 6), note Nullable(String), list Array(String)) ENGINE = MergeTree ORDER BY id"); err != nil {
		t.Fatal(err)
	}
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+table)
	if err != nil {
		t.Fatal(err)
	}
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	x := "x"
	for _, row := range [][]any{
		{uint32(1), "第一行", day("2024-02-29"), decimal.RequireFromString("1.000001"), nil, []string{"甲", "乙"}},
		{uint32(2), "it's \\ \t", day("1931-01-01"), decimal.RequireFromString("-0.5"), &x, []string{}},
		{uint32(3), "", day("2099-12-31"), decimal.RequireFromString("123456789012.345678"), nil, []string{""}},
	} {
		if err := batch.Append(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
}

// goCancel ends a query by its context once it runs.
func goCancel(ctx context.Context, t *testing.T, conn driver.Conn, name string) bool {
	t.Helper()
	long, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		ended <- conn.Exec(long, fmt.Sprintf("SELECT count() FROM numbers(100000000000000) WHERE NOT ignore('%s') SETTINGS max_threads = 1", name))
	}()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := uint64(0); n == 0; <-tick.C {
		if err := conn.QueryRow(ctx, "SELECT count() FROM system.processes WHERE query LIKE '%ignore(''"+name+"'')%' AND query NOT LIKE '%processes%'").Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	return errors.Is(<-ended, context.Canceled)
}
