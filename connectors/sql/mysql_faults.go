package sql

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/go-sql-driver/mysql"

	"creditsync/connectors/remote"
)

// Numbers of errors of MySQL and MariaDB.
const (
	errCrowded       = 1040
	errDeniedToBase  = 1044
	errSignIn        = 1045
	errNoDatabase    = 1049
	errShutdown      = 1053
	errUserCrowded   = 1203
	errNoColumn      = 1054
	errDoubleColumn  = 1060
	errSyntax        = 1064
	errDenied        = 1142
	errColumnDenied  = 1143
	errNoTable       = 1146
	errLockWait      = 1205
	errDeadlock      = 1213
	errUserLimit     = 1226
	errUnknownZone   = 1298
	errInterrupted   = 1317
	errReadOnly      = 1792
	errMariaTimeout  = 1969
	errMySQLTimeout  = 3024
	errHostBlocked   = 1129
	errHostDenied    = 1130
	errNoSuchRoutine = 1305
	errKilled        = 1927
)

// explain makes a fault of an error of the server or of the driver.
func (s *mySession) explain(err error) error {
	var refused *mysql.MySQLError
	var connect connectError
	at := errors.As(err, &connect)
	switch {
	case err == nil || explained(err):
		return err
	case errors.As(err, &refused):
		return s.server(refused)
	case errors.Is(err, mysql.ErrPktTooLarge):
		return tooLarge(s.o, maxRow)
	case errors.Is(err, mysql.ErrNoTLS):
		return tlsFault(s.o, remote.OneLine(err))
	case at:
		if f := connecting(s.o, err); f != nil {
			return f
		}
		return unreachable(s.o, remote.OneLine(bareDriver(err)))
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, mysql.ErrInvalidConn):
		if s.dialer.silent() {
			return silent(s.o)
		}
		return connectionLost(s.o, remote.OneLine(errors.New("connection closed by the other side")))
	}
	if f := reading(s.o, err); f != nil {
		return f
	}
	return failed(s.o, remote.OneLine(err))
}

// bareDriver is an error of connecting without what the driver wraps it in.
func bareDriver(err error) error {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) {
		return errors.New("connection closed by the other side")
	}
	return err
}

// server makes a fault of an error that the server sent.
func (s *mySession) server(refused *mysql.MySQLError) error {
	said := fmt.Errorf("%s (error %d)", spoken(refused), refused.Number)
	switch refused.Number {
	case errCrowded, errUserCrowded, errUserLimit:
		return crowded(s.o, said)
	case errSignIn, errHostBlocked, errHostDenied:
		return signIn(s.o, said)
	case errNoDatabase:
		return noDatabase(s.o, said)
	case errDenied, errColumnDenied, errDeniedToBase:
		return denied(s.o, said)
	case errMariaTimeout, errMySQLTimeout:
		return overtime(s.o, said)
	case errLockWait:
		return locked(s.o, said)
	case errDeadlock:
		return conflict(s.o, said)
	case errShutdown, errInterrupted, errKilled:
		return connectionLost(s.o, said)
	case errNoColumn, errDoubleColumn, errSyntax, errNoTable, errNoSuchRoutine, errReadOnly:
		if s.o.Query != "" {
			return wrongQuery(s.o, said)
		}
	}
	if s.o.Query != "" && string(refused.SQLState[:2]) == "22" {
		return unfitValue(s.o, said)
	}
	return failed(s.o, said)
}

// spoken is the server's sentence. Those of data (class 22) repeat values, which are not shown.
func spoken(refused *mysql.MySQLError) string {
	text := strings.Join(strings.Fields(refused.Message), " ")
	if string(refused.SQLState[:2]) == "22" || refused.Number == 1292 || refused.Number == 1366 {
		text = quoted.ReplaceAllString(text, `"…"`)
	}
	return text
}
