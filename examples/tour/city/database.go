package city

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"creditsync/examples/tour/bureau"
	"creditsync/internal/testkit/postgres"
)

// database is the commission's: PostgreSQL where it is installed, else SQLite.
type database struct {
	name, password string
	configured     string // what stands under `sql:`
	fill           func(ctx context.Context, table string, r *bureau.Register) error
	stop           func()
}

func startDatabase(ctx context.Context, dir string) (*database, error) {
	server, err := postgres.Start(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil { // not installed, or it does not run here: the tour goes on without it
		path := filepath.Join(dir, "discipline.db")
		return &database{name: "SQLite", configured: "{engine: sqlite, file: discipline.db, table: sanction}", stop: func() {},
			fill: func(ctx context.Context, table string, r *bureau.Register) error {
				return fillSQLite(ctx, path, table, r)
			}}, nil
	}
	return &database{
		name: "PostgreSQL", password: postgres.Password, stop: server.Stop,
		configured: fmt.Sprintf(`{engine: postgres, host: 127.0.0.1, port: %d, database: postgres, user: %s, password: "${file:secrets/discipline.txt}", table: sanction}`, server.Port, postgres.User),
		fill: func(ctx context.Context, table string, r *bureau.Register) error {
			return fillPostgres(ctx, server.URL("postgres"), table, r)
		},
	}, nil
}

// withoutPostgres is a file of SQLite.
func withoutPostgres(dir string) *database {
	path := filepath.Join(dir, "discipline.db")
	return &database{
		name: "SQLite", configured: "{engine: sqlite, file: discipline.db, table: sanction}", stop: func() {},
		fill: func(ctx context.Context, table string, r *bureau.Register) error {
			return fillSQLite(ctx, path, table, r)
		},
	}
}

// fillPostgres makes a table hold a register, in one transaction: who reads meanwhile sees the old one or the new one.
func fillPostgres(ctx context.Context, url, table string, r *bureau.Register) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // nothing after the commit
	if _, err := tx.Exec(ctx, created(table, r)+"; TRUNCATE "+table); err != nil {
		return err
	}
	rows := r.Rows()
	_, err = tx.CopyFrom(ctx, pgx.Identifier{table}, r.Columns, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) { return anys(rows[i]), nil }))
	if err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// fillSQLite does the same in a file.
func fillSQLite(ctx context.Context, path, table string, r *bureau.Register) (err error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after the commit
	for _, statement := range []string{created(table, r), "DELETE FROM " + table} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	insert := "INSERT INTO " + table + " VALUES (" + strings.TrimSuffix(strings.Repeat("?, ", len(r.Columns)), ", ") + ")"
	for _, cells := range r.Rows() {
		if _, err := tx.ExecContext(ctx, insert, anys(cells)...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// created is the statement that makes a table, whose first column is its key.
func created(table string, r *bureau.Register) string {
	return fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s ("%s" text, PRIMARY KEY ("%s"))`, table, strings.Join(r.Columns, `" text, "`), r.Columns[0])
}

// anys are cells for a driver; an empty one is NULL.
func anys(cells []string) []any {
	out := make([]any, len(cells))
	for i, c := range cells {
		if c != "" {
			out[i] = c
		}
	}
	return out
}
