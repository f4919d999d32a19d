package sql

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"creditsync/connectors/remote"
)

// maxRow bounds one row, for a server can send one of a gigabyte.
const maxRow = 64 << 20

// pgSession reads PostgreSQL: every statement is a COPY (…) TO STDOUT, whose rows come as text, one message a row.
type pgSession struct {
	o      Options
	zone   *time.Location
	dialer dialer
	conn   *pgconn.PgConn
	set    *charset // of a database whose encoding means nothing; nil where the server converts to UTF-8
	loose  bool     // such a database
	busy   bool     // a statement is under way

	cells   [][]byte
	scratch []byte
	odd     bool // the row may hold something else than sound UTF-8
}

// pgNames quotes as SQL does, and asks for rows by COPY.
func pgDialect() dialect {
	return dialect{
		quote: '"',
		literal: func(c column, text string) string {
			return "'" + strings.ReplaceAll(text, "'", "''") + "'::" + c.typ
		},
		absent:     absent,
		present:    present,
		copy:       func(sel string) string { return "COPY (" + sel + "\n) TO STDOUT" },
		nullsFirst: " NULLS FIRST",
	}
}

// beginPostgres connects and begins a read-only transaction in which everything is seen as it is now.
func beginPostgres(ctx context.Context, o Options, zone *time.Location) (session, error) {
	s := &pgSession{o: o, zone: zoneOf(zone), dialer: dialer{o: o}}
	s.set, _ = namedEncoding(o.Encoding)
	c, err := s.config()
	if err != nil {
		return nil, err
	}
	if s.conn, err = pgconn.ConnectConfig(ctx, c); err != nil {
		return nil, s.explain(err)
	}
	for _, setting := range s.settings() {
		if _, err := s.exec(ctx, setting); err != nil {
			s.close()
			return nil, s.explain(err)
		}
	}
	return s, nil
}

// config is the driver's, of which the environment has no part.
func (s *pgSession) config() (*pgconn.Config, error) {
	c, err := pgconn.ParseConfig("host=unset user=unset sslmode=disable passfile=/dev/null servicefile=/dev/null")
	if err != nil {
		return nil, fmt.Errorf("prepare the driver: %w", remote.OneLine(err))
	}
	c.Host, c.Port, c.Database, c.User, c.Password = s.o.Host, uint16(s.o.port()), s.o.Database, s.o.User, s.o.Password.Reveal()
	c.ConnectTimeout, c.DialFunc, c.Fallbacks, c.MaxProtocolMessageBodyLen = s.o.ConnectTimeout, s.dialer.dial, nil, maxRow
	c.RuntimeParams = map[string]string{"application_name": "creditsync", "client_encoding": "UTF8"}
	c.TLSConfig, err = s.o.tlsConfig()
	return c, err
}

// settings begin the transaction. They are local to it, so that a pooler between may give the connection to others later.
func (s *pgSession) settings() []string {
	milliseconds := strconv.FormatInt(s.o.Timeout.Milliseconds(), 10)
	list := []string{
		"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
		"SET LOCAL statement_timeout = " + milliseconds,
		"SET LOCAL lock_timeout = " + strconv.FormatInt(min(s.o.Timeout, time.Minute).Milliseconds(), 10),
		"SET LOCAL idle_in_transaction_session_timeout = 0",
		"SET LOCAL TimeZone = '" + s.zone.String() + "'",
		"SET LOCAL DateStyle = 'ISO, YMD'", "SET LOCAL IntervalStyle = 'postgres'", "SET LOCAL bytea_output = 'hex'", "SET LOCAL extra_float_digits = 3",
		"SET LOCAL standard_conforming_strings = on", "SET LOCAL xmloption = 'content'",
	}
	switch s.conn.ParameterStatus("server_encoding") {
	case "SQL_ASCII", "LATIN1", "LATIN9", "WIN1252":
		s.loose = true // bytes of anything; they come as they are
		list = append(list, "SET LOCAL client_encoding = 'SQL_ASCII'")
	}
	return list
}

func zoneOf(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

func (s *pgSession) dialect() dialect { return pgDialect() }

// exec runs a statement to its end and returns its rows as text.
func (s *pgSession) exec(ctx context.Context, sql string, args ...string) ([][][]byte, error) {
	sql, err := s.outgoing(sql)
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		results, err := s.conn.Exec(ctx, sql).ReadAll()
		if err != nil {
			return nil, err
		}
		return results[len(results)-1].Rows, nil
	}
	values := make([][]byte, len(args))
	for i, a := range args {
		if a, err = s.outgoing(a); err != nil {
			return nil, err
		}
		values[i] = []byte(a)
	}
	result := s.conn.ExecParams(ctx, sql, values, nil, nil, nil).Read()
	return result.Rows, result.Err
}

// outgoing is a statement in the encoding of a database that has none of its own.
func (s *pgSession) outgoing(sql string) (string, error) {
	if !s.loose {
		return sql, nil
	}
	return s.set.bytes(sql)
}

// incoming is a name from such a database.
func (s *pgSession) incoming(name string) string {
	if !s.loose || s.set == nil {
		return name
	}
	text, _ := s.set.text(nil, []byte(name))
	return string(text)
}

// span is the clock of the server.
func (s *pgSession) span(ctx context.Context) (span, error) {
	rows, err := s.exec(ctx, "SELECT extract(epoch FROM now())::bigint")
	if err != nil {
		return span{}, err
	}
	seconds, err := strconv.ParseInt(string(rows[0][0]), 10, 64)
	return span{zone: s.zone, now: time.Unix(seconds, 0)}, err
}

// start sends a COPY and waits until the server begins to answer it.
func (s *pgSession) start(_ context.Context, statement string) error {
	statement, err := s.outgoing(statement)
	if err != nil {
		return err
	}
	s.busy = true
	front := s.conn.Frontend()
	front.SendQuery(&pgproto3.Query{String: statement})
	if err := front.Flush(); err != nil {
		return err
	}
	for {
		message, err := front.Receive()
		if err != nil {
			return err
		}
		switch m := message.(type) {
		case *pgproto3.CopyOutResponse:
			if n := len(m.ColumnFormatCodes); cap(s.cells) < n {
				s.cells = make([][]byte, n)
			} else {
				s.cells = s.cells[:n]
			}
			return nil
		case *pgproto3.ErrorResponse:
			return pgconn.ErrorResponseToPgError(m)
		}
	}
}

// next is the next message with a row; other messages are passed over.
func (s *pgSession) next() ([][]byte, error) {
	front := s.conn.Frontend()
	for {
		message, err := front.Receive()
		if err != nil {
			return nil, err
		}
		switch m := message.(type) {
		case *pgproto3.CopyData:
			return s.cells, s.split(m.Data)
		case *pgproto3.ErrorResponse:
			return nil, pgconn.ErrorResponseToPgError(m)
		case *pgproto3.ReadyForQuery:
			s.busy = false
			return nil, io.EOF
		}
	}
}

// errRow is a row that is not what COPY's text format has.
var errRow = errors.New("a row of COPY is not in its text format")

// split takes a row of COPY's text format apart: cells are parted by tabs, \N is NULL, and a backslash stands before what
// would be mistaken for something else.
func (s *pgSession) split(row []byte) error {
	if n := len(row); n > 0 && row[n-1] == '\n' {
		row = row[:n-1]
	}
	s.odd = s.loose || bytes.Contains(row, lost)
	escaped := bytes.IndexByte(row, '\\') >= 0
	s.scratch = s.scratch[:0]
	if escaped && cap(s.scratch) < len(row) {
		s.scratch = make([]byte, 0, 2*len(row)) // once: cells point into it
	}
	last := len(s.cells) - 1
	for i := range s.cells {
		cell := row
		if i < last {
			end := bytes.IndexByte(row, '\t')
			if end < 0 {
				return errRow
			}
			cell, row = row[:end], row[end+1:]
		}
		if escaped {
			if cell = s.plain(cell); cell == nil {
				s.cells[i] = nil
				continue
			}
		}
		s.cells[i] = cell
	}
	if last >= 0 && bytes.IndexByte(row, '\t') >= 0 {
		return errRow
	}
	return nil
}

// plain takes the backslashes out of a cell; nil is NULL.
func (s *pgSession) plain(cell []byte) []byte {
	at := bytes.IndexByte(cell, '\\')
	if at < 0 {
		return cell
	}
	if len(cell) == 2 && cell[1] == 'N' {
		return nil
	}
	from := len(s.scratch)
	for at >= 0 && at+1 < len(cell) {
		s.scratch = append(s.scratch, cell[:at]...)
		c := cell[at+1]
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'v':
			c = '\v'
		}
		s.scratch = append(s.scratch, c)
		cell = cell[at+2:]
		at = bytes.IndexByte(cell, '\\')
	}
	s.scratch = append(s.scratch, cell...)
	return s.scratch[from:len(s.scratch):len(s.scratch)]
}

func (s *pgSession) suspect() bool { return s.odd }

func (s *pgSession) interrupt() { s.dialer.interrupt() }

func (s *pgSession) read() int64 { return s.dialer.done.Load() }

// close ends the connection. A server that is still at work is told to give up, over a connection of its own.
func (s *pgSession) close() {
	if s.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	if s.busy {
		_ = s.conn.CancelRequest(ctx)
		s.dialer.cut()
	}
	_ = s.conn.Close(ctx)
}
