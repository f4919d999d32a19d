package sql

import (
	"errors"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"creditsync/connectors/remote"
)

// explain makes a fault of an error of PostgreSQL or its driver. The classes are those of the SQLSTATE codes.
func (s *pgSession) explain(err error) error {
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	var large *pgproto3.ExceededMaxBodyLenErr
	switch {
	case err == nil || explained(err):
		return err
	case errors.As(err, &pg):
		return s.server(pg)
	case errors.As(err, &large):
		return tooLarge(s.o, maxRow)
	case errors.As(err, &connect):
		if strings.Contains(connect.Unwrap().Error(), "server refused TLS connection") {
			return tlsFault(s.o, errors.New("the server has no TLS"))
		}
		if f := connecting(s.o, err); f != nil {
			return f
		}
		return unreachable(s.o, remote.OneLine(connect.Unwrap()))
	}
	if f := reading(s.o, err); f != nil {
		return f
	}
	if s.conn != nil && s.conn.IsClosed() { // the driver gave the connection up for an earlier error
		return connectionLost(s.o, remote.OneLine(err))
	}
	return failed(s.o, remote.OneLine(err))
}

// server makes a fault of an error that the server sent.
func (s *pgSession) server(pg *pgconn.PgError) error {
	said := s.said(pg)
	switch pg.Code {
	case "28P01", "28000":
		return signIn(s.o, said)
	case "3D000":
		return noDatabase(s.o, said)
	case "53300":
		return crowded(s.o, said)
	case "57P03":
		return starting(s.o, said)
	case "42501":
		return denied(s.o, said)
	case "57014":
		return overtime(s.o, said)
	case "55P03":
		return locked(s.o, said)
	case "40001", "40P01":
		return conflict(s.o, said)
	case "57P01", "57P02", "57P05", "25P03":
		return connectionLost(s.o, said)
	case "42P01", "3F000", "42703", "42601", "42883", "42702", "42804", "42P10", "25006":
		if s.o.Query != "" {
			return wrongQuery(s.o, said)
		}
	}
	if s.o.Query != "" && strings.HasPrefix(pg.Code, "22") {
		return unfitValue(s.o, said)
	}
	return failed(s.o, said)
}

// quoted is what a message repeats of a row.
var quoted = regexp.MustCompile(`"[^"]*"|'[^']*'|“[^”]*”`)

// said is the server's sentence. Those of data (class 22) repeat values, which are not shown.
func (s *pgSession) said(pg *pgconn.PgError) error {
	text := s.incoming(pg.Message)
	if strings.HasPrefix(pg.Code, "22") {
		text = quoted.ReplaceAllString(text, `"…"`)
	}
	return errors.New(strings.Join(strings.Fields(text), " ") + " (SQLSTATE " + pg.Code + ")")
}
