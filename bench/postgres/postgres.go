// Package postgres is workload W5: the rows of a PostgreSQL table to Arrow batches, against the server's own
// COPY (…) TO STDOUT of the same rows in the same order, thrown away.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/jackc/pgx/v5"

	"creditsync/bench/duel"
	"creditsync/connectors"
	source "creditsync/connectors/sql"
	"creditsync/internal/testkit/postgres"
)

// Run measures a table of so many rows, on a server of its own on a free loopback port, which it ends.
func Run(ctx context.Context, rows, pairs int) (*duel.Result, error) {
	server, err := postgres.Start(ctx, "shared_buffers=1GB", "max_wal_size=4GB", "synchronous_commit=off")
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	if err := fill(ctx, server, rows); err != nil {
		return nil, err
	}
	if err := same(ctx, server); err != nil {
		return nil, err
	}
	return duel.Duel{
		ID: "W5", Name: "postgres", Rival: "COPY", Pairs: pairs, Floor: 0.5, Aim: 0.9,
		Title:  fmt.Sprintf("PostgreSQL, %d penalties × 30 columns, table to Arrow batches", rows),
		Theirs: func(ctx context.Context) (duel.Sample, error) { return bare(ctx, server) },
		Ours:   func(ctx context.Context) (duel.Sample, error) { return read(ctx, server) },
	}.Run(ctx, os.Stderr)
}

// fill makes the table from the file that the other benchmarks read.
func fill(ctx context.Context, server *postgres.Server, rows int) error {
	dir, err := os.MkdirTemp("", "creditsync-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path, err := duel.Penalties(ctx, dir, rows, "--header", "field", "--eol", "lf")
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 1<<16)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	header, _, _ := strings.Cut(string(head[:n]), "\n")
	columns := strings.Split(header, ",")
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, server.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "CREATE TABLE penalty (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "+strings.Join(columns, " text, ")+" text)"); err != nil {
		return err
	}
	if _, err := conn.PgConn().CopyFrom(ctx, f, "COPY penalty ("+header+") FROM STDIN (FORMAT csv, HEADER)"); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "VACUUM (FREEZE, ANALYZE) penalty")
	return err
}

// bare reads the rows as fast as the server gives them, and throws them away.
func bare(ctx context.Context, server *postgres.Server) (duel.Sample, error) {
	conn, err := pgx.Connect(ctx, server.URL("postgres"))
	if err != nil {
		return duel.Sample{}, err
	}
	defer conn.Close(ctx)
	meter := duel.Start()
	var n counter
	tag, err := conn.PgConn().CopyTo(ctx, &n, "COPY (SELECT * FROM penalty ORDER BY id) TO STDOUT")
	return meter.Sample(map[string]int64{"rows": tag.RowsAffected(), "bytes of COPY": int64(n)}), err
}

// counter throws away and counts.
type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// read reads the rows through the connector, to Arrow batches that are released at once.
func read(ctx context.Context, server *postgres.Server) (duel.Sample, error) {
	meter := duel.Start()
	var rows int64
	err := batches(ctx, server, func(b arrow.Record) { rows += b.NumRows() })
	return meter.Sample(map[string]int64{"rows": rows}), err
}

// batches reads the rows through the connector; each is called with every batch, which is released then.
func batches(ctx context.Context, server *postgres.Server, each func(arrow.Record)) error {
	o := source.Defaults()
	o.Engine, o.Host, o.Port, o.Database, o.Table = "postgres", "127.0.0.1", server.Port, "postgres", "penalty"
	o.User, o.Password = postgres.User, connectors.NewSecret(postgres.Password)
	s, err := source.New(o)
	if err != nil {
		return err
	}
	in, err := s.Open(ctx, connectors.Request{Match: func(cells []string) int { return len(cells) }})
	if err != nil {
		return err
	}
	defer in.Close()
	for {
		b, err := in.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		each(b.Rows)
		b.Release()
	}
}
