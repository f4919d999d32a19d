package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	lite "modernc.org/sqlite"

	"creditsync/connectors/remote"
)

// liteSession reads an SQLite database, whose cells have types of their own whatever their column declares.
type liteSession struct {
	o    Options
	zone *time.Location
	db   *sql.DB
	conn *sql.Conn
	rows *sql.Rows
	ctx  context.Context // of everything that the session asks; ended by interrupt
	stop context.CancelFunc
	done atomic.Int64

	dest  []any
	data  []any
	cells [][]byte
	text  [][]byte // memory of cells that are numbers
	blobs []bool
}

func liteDialect() dialect {
	numeric := func(id string) string { return "typeof(" + id + ") IN ('integer', 'real')" }
	return dialect{
		quote: '"',
		literal: func(c column, text string) string {
			if c.kind == number {
				return text
			}
			return "'" + strings.ReplaceAll(text, "'", "''") + "'"
		},
		absent: func(c column, id string) string {
			if c.kind == number {
				return "NOT " + numeric(id)
			}
			return "(typeof(" + id + ") <> 'text' OR " + id + " = '')"
		},
		present: func(c column, id string) string {
			if c.kind == number {
				return numeric(id)
			}
			return "typeof(" + id + ") = 'text' AND " + id + " <> ''"
		},
		copy: func(sel string) string { return sel },
	}
}

// beginSQLite opens the file for reading and begins a read transaction, in which everything is seen as it is at its first
// statement.
func beginSQLite(ctx context.Context, o Options, zone *time.Location) (session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := isDatabase(o); err != nil {
		return nil, err
	}
	s := &liteSession{o: o, zone: zoneOf(zone)}
	s.ctx, s.stop = context.WithTimeout(context.Background(), o.Timeout)
	wait := strconv.FormatInt(o.ConnectTimeout.Milliseconds(), 10)
	name := "file:" + (&url.URL{Path: o.File}).EscapedPath() + "?mode=ro&_pragma=busy_timeout(" + wait + ")&_pragma=query_only(1)&_pragma=trusted_schema(0)"
	var err error
	if s.db, err = sql.Open("sqlite", name); err == nil {
		s.db.SetMaxOpenConns(1)
		if s.conn, err = s.db.Conn(ctx); err == nil {
			_, err = s.conn.ExecContext(ctx, "BEGIN")
		}
		if err == nil {
			_, err = s.conn.ExecContext(ctx, "SELECT count(*) FROM sqlite_master") // the snapshot begins here
		}
	}
	if err != nil {
		s.close()
		return nil, s.explain(err)
	}
	return s, nil
}

// isDatabase looks at the file before SQLite does, whose words for what is wrong with it are few.
func isDatabase(o Options) error {
	f, err := os.Open(o.File)
	if err != nil {
		return noFile(o, remote.Bare(err))
	}
	defer f.Close()
	head := make([]byte, 16)
	n, err := io.ReadFull(f, head)
	if n > 0 && string(head[:n]) != "SQLite format 3\x00"[:n] || err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return notDatabase(o)
	}
	return nil
}

func (s *liteSession) dialect() dialect { return liteDialect() }

// span is the clock of the machine, as SQLite tells it.
func (s *liteSession) span(ctx context.Context) (span, error) {
	var seconds int64
	err := s.conn.QueryRowContext(ctx, "SELECT CAST(strftime('%s', 'now') AS INTEGER)").Scan(&seconds)
	return span{zone: s.zone, now: time.Unix(seconds, 0)}, err
}

// start asks for rows.
func (s *liteSession) start(_ context.Context, statement string) error {
	var err error
	if s.rows, err = s.conn.QueryContext(s.ctx, statement); err != nil {
		return err
	}
	names, err := s.rows.Columns()
	if err != nil {
		return err
	}
	n := len(names)
	s.dest, s.data, s.cells, s.text, s.blobs = make([]any, n), make([]any, n), make([][]byte, n), make([][]byte, n), make([]bool, n)
	for i := range s.dest {
		s.dest[i] = &s.data[i]
	}
	return nil
}

// next is the next row, each cell as text of what it is itself.
func (s *liteSession) next() ([][]byte, error) {
	if !s.rows.Next() {
		err := s.rows.Err()
		if err == nil {
			err = s.rows.Close()
		}
		s.rows = nil
		if err == nil {
			err = io.EOF
		}
		return nil, err
	}
	if err := s.rows.Scan(s.dest...); err != nil {
		return nil, err
	}
	size := 0
	for i, v := range s.data {
		s.blobs[i] = false
		switch v := v.(type) {
		case nil:
			s.cells[i] = nil
		case string:
			s.cells[i] = unsafe.Slice(unsafe.StringData(v), len(v)) // read only, and kept by data until the next row
			if v == "" {
				s.cells[i] = []byte{}
			}
		case []byte:
			s.cells[i], s.blobs[i] = v, true
			if v == nil {
				s.cells[i] = []byte{}
			}
		case int64:
			s.text[i] = strconv.AppendInt(s.text[i][:0], v, 10)
			s.cells[i] = s.text[i]
		case float64:
			s.text[i] = appendReal(s.text[i][:0], v)
			s.cells[i] = s.text[i]
		default:
			return nil, fmt.Errorf("column %d came as %T", i, v)
		}
		size += len(s.cells[i])
	}
	s.done.Add(int64(size))
	return s.cells, nil
}

// appendReal writes the shortest text that is the same number again, without an exponent where people would not write one.
func appendReal(dst []byte, v float64) []byte {
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.AppendFloat(dst, v, 'e', -1, 64)
	}
	return strconv.AppendFloat(dst, v, 'f', -1, 64)
}

// blob reports whether cell i of the row is bytes that are no text.
func (s *liteSession) blob(i int) bool { return s.blobs[i] }

func (s *liteSession) suspect() bool { return true }

func (s *liteSession) interrupt() { s.stop() }

func (s *liteSession) read() int64 { return s.done.Load() }

func (s *liteSession) close() {
	s.stop()
	if s.rows != nil {
		_ = s.rows.Close()
		s.rows = nil
	}
	if s.conn != nil {
		_ = s.conn.Raw(func(any) error { return driver.ErrBadConn }) // not to be used again
		_ = s.conn.Close()
		s.conn = nil
	}
	if s.db != nil {
		_ = s.db.Close()
		s.db = nil
	}
}

// shape asks what the table or query has.
func (s *liteSession) shape(ctx context.Context) (shape, error) {
	d := liteDialect()
	rows, err := s.conn.QueryContext(ctx, "SELECT * FROM "+d.from(s.o)+" LIMIT 0")
	if err != nil {
		return shape{}, s.missing(ctx, err)
	}
	types, err := rows.ColumnTypes()
	if err == nil {
		err = rows.Close()
	}
	if err != nil {
		return shape{}, err
	}
	out := shape{}
	for _, t := range types {
		c := column{name: t.Name(), typ: strings.ToUpper(t.DatabaseTypeName()), nullable: true, kind: words}
		if strings.Contains(c.typ, "BLOB") {
			c.kind = binary
		}
		if s.o.Encoding != "" && c.kind == words {
			c.kind = unknown
		}
		// As an expression it has no declared type, of which the driver would make times.
		c.expr = "+" + d.id(c.name)
		out.columns = append(out.columns, c)
	}
	if i, ok := out.find(s.o.Cursor); ok {
		if err := s.cursor(ctx, &out.columns[i]); err != nil {
			return out, err
		}
	}
	if s.o.Table == "" {
		return out, nil
	}
	return out, s.table(ctx, &out)
}

// cursor finds out whether the values of the cursor are numbers: the declared type does not say it.
func (s *liteSession) cursor(ctx context.Context, c *column) error {
	d := liteDialect()
	var is string
	id := d.id(c.name)
	err := s.conn.QueryRowContext(ctx, "SELECT typeof("+id+") FROM "+d.from(s.o)+" WHERE "+id+" IS NOT NULL AND "+id+" <> '' LIMIT 1").Scan(&is)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	case is == "integer" || is == "real":
		c.kind = number
	case is == "text":
		c.kind = words
	}
	return nil
}

// table finds the primary key, and what orders a table that has none.
func (s *liteSession) table(ctx context.Context, out *shape) error {
	parts, err := splitName(s.o.Table)
	if err != nil {
		return err
	}
	rows, err := s.conn.QueryContext(ctx, "SELECT name, \"notnull\", pk FROM pragma_table_info(?) ORDER BY pk", parts[len(parts)-1])
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var never, pk int
		if err := rows.Scan(&name, &never, &pk); err != nil {
			return err
		}
		if i, ok := out.find(name); ok && never != 0 {
			out.columns[i].nullable = false
		}
		if pk > 0 {
			out.key = append(out.key, name)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	var kept int
	err = s.conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE AND sql NOT LIKE '%WITHOUT%ROWID%' AND sql NOT LIKE 'CREATE VIRTUAL%'", parts[len(parts)-1]).Scan(&kept)
	if kept > 0 {
		out.order = alias + ".rowid"
	}
	return err
}

// missing says which tables there are where the configured one is not.
func (s *liteSession) missing(ctx context.Context, err error) error {
	var refused *lite.Error
	if s.o.Table == "" || !errors.As(err, &refused) || !strings.Contains(refused.Error(), "no such table") {
		return err
	}
	rows, err := s.conn.QueryContext(ctx, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name LIMIT 1000")
	if err != nil {
		return err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return err
		}
		names = append(names, n)
	}
	return noTable(s.o, nearestTable(s.o.Table, names), names, rows.Err())
}
