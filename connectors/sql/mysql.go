package sql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"creditsync/connectors/remote"
)

// mySession reads MySQL and MariaDB by the text protocol, in which every value comes as the server writes it.
type mySession struct {
	o      Options
	zone   *time.Location
	dialer dialer
	config *mysql.Config
	conn   driver.Conn
	id     string // of the connection, on the server
	plain  bool   // backslashes are letters in this server's literals (NO_BACKSLASH_ESCAPES)
	rows   driver.Rows
	stop   context.CancelFunc

	values []driver.Value
	cells  [][]byte
}

// Below these a time is none: zero dates are kept there. The columns' types begin at different times.
const (
	firstDate      = "'1000-01-01'"
	firstTimestamp = "'1970-01-02'"
)

func (s *mySession) dialect() dialect {
	first := func(c column) string {
		if c.typ == "TIMESTAMP" {
			return firstTimestamp
		}
		return firstDate
	}
	return dialect{
		quote:   '`',
		literal: s.literal,
		absent: func(c column, id string) string {
			if c.kind == clock || c.kind == day { // a zero date is no time, and not NULL either
				return "(" + id + " IS NULL OR " + id + " < " + first(c) + ")"
			}
			return absent(c, id)
		},
		present: func(c column, id string) string {
			if c.kind == clock || c.kind == day {
				return id + " >= " + first(c)
			}
			return present(c, id)
		},
		copy: func(sel string) string { return sel },
	}
}

// literal is a value as the server reads it exactly: a number must not be a text, which would be compared as a float.
func (s *mySession) literal(c column, text string) string {
	if c.kind == number {
		return text
	}
	if !s.plain {
		text = strings.ReplaceAll(text, `\`, `\\`)
	}
	text = "'" + strings.ReplaceAll(text, "'", "''") + "'"
	switch c.kind {
	case clock:
		return "CAST(" + text + " AS DATETIME(6))"
	case day:
		return "CAST(" + text + " AS DATE)"
	}
	return text
}

// silentLogger keeps the driver from writing to standard error: what it would say comes as an error, too.
type silentLogger struct{}

func (silentLogger) Print(...any) {}

// beginMySQL connects and begins a read-only transaction with a consistent snapshot.
func beginMySQL(ctx context.Context, o Options, zone *time.Location) (session, error) {
	s := &mySession{o: o, zone: zoneOf(zone), dialer: dialer{o: o}}
	c := mysql.NewConfig()
	c.User, c.Passwd, c.DBName, c.Net, c.Addr = o.User, o.Password.Reveal(), o.Database, "tcp", o.address()
	if strings.HasPrefix(o.Host, "/") {
		c.Net = "unix"
	}
	c.Timeout, c.MaxAllowedPacket, c.DialFunc, c.Logger = o.ConnectTimeout, maxRow, s.dialer.dial, silentLogger{}
	c.ConnectionAttributes, c.CheckConnLiveness = "program_name:creditsync", false
	var err error
	if c.TLS, err = o.tlsConfig(); err != nil {
		return nil, err
	}
	if err := c.Apply(mysql.Charset("utf8mb4", "")); err != nil {
		return nil, fmt.Errorf("prepare the driver: %w", remote.OneLine(err))
	}
	s.config = c
	if s.conn, err = s.connect(ctx, c); err != nil {
		return nil, s.explain(err)
	}
	if err := s.settle(ctx); err != nil {
		s.close()
		return nil, s.explain(err)
	}
	return s, nil
}

// connect opens a connection within the time that the options allow.
func (s *mySession) connect(ctx context.Context, c *mysql.Config) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.ConnectTimeout)
	defer cancel()
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return nil, fmt.Errorf("prepare the driver: %w", remote.OneLine(err))
	}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return nil, connectError{err}
	}
	return conn, nil
}

// connectError is an error of connecting, where the same errors have other reasons.
type connectError struct{ error }

func (e connectError) Unwrap() error { return e.error }

// settle makes the session read-only, gives it the zone and the bounds, and takes the snapshot.
func (s *mySession) settle(ctx context.Context) error {
	server, err := s.ask(ctx, "SELECT version(), connection_id(), @@sql_mode")
	if err != nil {
		return err
	}
	s.id, s.plain = server[0][1], strings.Contains(server[0][2], "NO_BACKSLASH_ESCAPES")
	seconds := strconv.FormatInt(max(1, int64(s.o.Timeout/time.Second)), 10)
	limit := "SET SESSION max_execution_time = " + strconv.FormatInt(s.o.Timeout.Milliseconds(), 10)
	if strings.Contains(server[0][0], "MariaDB") {
		limit = "SET SESSION max_statement_time = " + strconv.FormatFloat(s.o.Timeout.Seconds(), 'f', 3, 64)
	}
	if err := s.exec(ctx, limit, "SET SESSION net_write_timeout = "+seconds, "SET SESSION wait_timeout = "+seconds,
		"SET SESSION lock_wait_timeout = "+strconv.FormatInt(max(1, int64(min(s.o.Timeout, time.Minute)/time.Second)), 10)); err != nil {
		return err
	}
	if err := s.inZone(ctx); err != nil {
		return err
	}
	return s.exec(ctx, "SET SESSION TRANSACTION READ ONLY", "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
}

// inZone sets the session's zone: by name, or by its present offset where the server has no table of zones.
func (s *mySession) inZone(ctx context.Context) error {
	err := s.exec(ctx, "SET SESSION time_zone = '"+s.zone.String()+"'")
	var refused *mysql.MySQLError
	if !errors.As(err, &refused) || refused.Number != errUnknownZone {
		return err
	}
	now, err := s.span(ctx)
	if err != nil {
		return err
	}
	return s.exec(ctx, "SET SESSION time_zone = '"+now.now.In(s.zone).Format("-07:00")+"'")
}

func (s *mySession) exec(ctx context.Context, statements ...string) error {
	for _, one := range statements {
		if _, err := s.conn.(driver.ExecerContext).ExecContext(ctx, one, nil); err != nil {
			return err
		}
	}
	return nil
}

// ask runs a statement to its end and returns its rows as text; NULL is "".
func (s *mySession) ask(ctx context.Context, statement string) ([][]string, error) {
	rows, err := s.conn.(driver.QueryerContext).QueryContext(ctx, statement, nil)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	values := make([]driver.Value, len(rows.Columns()))
	var out [][]string
	for {
		if err := rows.Next(values); err == io.EOF {
			return out, nil
		} else if err != nil {
			return nil, err
		}
		row := make([]string, len(values))
		for i, v := range values {
			switch v := v.(type) {
			case nil:
			case []byte:
				row[i] = string(v)
			default:
				row[i] = fmt.Sprint(v)
			}
		}
		out = append(out, row)
	}
}

// span is the clock of the server.
func (s *mySession) span(ctx context.Context) (span, error) {
	rows, err := s.ask(ctx, "SELECT UNIX_TIMESTAMP()")
	if err != nil {
		return span{}, err
	}
	seconds, err := strconv.ParseInt(rows[0][0], 10, 64)
	return span{zone: s.zone, now: time.Unix(seconds, 0)}, err
}

// start sends the statement and waits for the first of its rows. They come as they are asked for.
func (s *mySession) start(_ context.Context, statement string) error {
	var ctx context.Context
	ctx, s.stop = context.WithCancel(context.Background())
	var err error
	if s.rows, err = s.conn.(driver.QueryerContext).QueryContext(ctx, statement, nil); err != nil {
		return err
	}
	n := len(s.rows.Columns())
	s.values, s.cells = make([]driver.Value, n), make([][]byte, n)
	return nil
}

// next is the next row. Every column is selected as a text, so that the driver makes no numbers of them.
func (s *mySession) next() ([][]byte, error) {
	if err := s.rows.Next(s.values); err != nil {
		if err == io.EOF {
			err = s.rows.Close()
			s.stop()
			s.rows, s.stop = nil, nil
			if err == nil {
				return nil, io.EOF
			}
		}
		return nil, err
	}
	for i, v := range s.values {
		switch v := v.(type) {
		case nil:
			s.cells[i] = nil
		case []byte:
			if s.cells[i] = v; v == nil {
				s.cells[i] = []byte{}
			}
		default:
			return nil, fmt.Errorf("column %d came as %T, not as text", i, v)
		}
	}
	return s.cells, nil
}

func (s *mySession) suspect() bool { return true }

func (s *mySession) interrupt() { s.dialer.interrupt() }

func (s *mySession) read() int64 { return s.dialer.done.Load() }

// close ends the connection. A server that is still at work is told to give up, over a connection of its own: it would
// notice only when it has something to send.
func (s *mySession) close() {
	if s.conn == nil {
		return
	}
	if s.rows != nil || s.stop != nil {
		s.kill()
		s.dialer.cut()
	}
	if s.stop != nil {
		s.stop()
	}
	_ = s.conn.Close()
	s.conn, s.rows, s.stop = nil, nil, nil
}

func (s *mySession) kill() {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	c := s.config.Clone()
	c.DialFunc = nil
	conn, err := s.connect(ctx, c)
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = conn.(driver.ExecerContext).ExecContext(ctx, "KILL QUERY "+s.id, nil)
}
