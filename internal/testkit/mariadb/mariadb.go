// Package mariadb starts a real MariaDB for tests, in a folder of its own on a free loopback port. It is no part of the
// program, and not the system's own service. Where the server comes from: Debian's package mariadb-server-core, which
// scripts/test-deps.sh installs.
package mariadb

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"

	_ "github.com/go-sql-driver/mysql" // the driver "mysql"

	"creditsync/internal/testkit/daemon"
)

// User and Password of the server's superuser.
const (
	User     = "keeper"
	Password = "of-the-tests" // of a server that lives for some seconds on a loopback port
)

// Server is a running MariaDB.
type Server struct {
	Port    int
	dir     string
	program string
	with    []string
	daemon  *daemon.Daemon
	count   atomic.Int64
}

// Start starts a server; Stop ends it and removes what it kept. Flags are more of the server's, as in
// "--max-connections=20".
func Start(ctx context.Context, flags ...string) (*Server, error) {
	const from = "mariadb-server-core"
	program, err := daemon.Program("mariadbd", from, "/usr/sbin")
	if err != nil {
		return nil, err
	}
	install, err := daemon.Program("mariadb-install-db", from, "/usr/bin")
	if err != nil {
		return nil, err
	}
	version, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return nil, err
	}
	s := &Server{program: program, with: flags}
	if s.dir, err = daemon.Folder("creditsync-mariadb-"); err != nil {
		return nil, err
	}
	err = daemon.Data(ctx, s.dir, "mariadb 1 "+string(version), func(data string) error {
		return daemon.Run(s.dir, install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db",
			"--innodb-log-file-size=8M", "--skip-name-resolve")
	})
	if err == nil {
		err = s.start(ctx)
	}
	if err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	first := filepath.Join(s.dir, "first.sql")
	account := fmt.Sprintf("CREATE USER IF NOT EXISTS '%[1]s'@'%%' IDENTIFIED BY '%[2]s';\nGRANT ALL ON *.* TO '%[1]s'@'%%' WITH GRANT OPTION;\n", User, Password)
	if err := os.WriteFile(first, []byte(account), 0o644); err != nil {
		return err
	}
	var err error
	s.daemon, s.Port, err = daemon.Serve(s.dir, s.program, syscall.SIGKILL, func(port int) []string {
		return append([]string{"--no-defaults", "--datadir=" + filepath.Join(s.dir, "data"), "--port=" + strconv.Itoa(port), "--bind-address=127.0.0.1",
			"--socket=" + filepath.Join(s.dir, "socket"), "--pid-file=" + filepath.Join(s.dir, "pid"), "--init-file=" + first, "--skip-name-resolve", "--skip-log-bin",
			"--innodb-log-file-size=8M", "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--max-allowed-packet=64M",
			"--innodb-fast-shutdown=2", "--lc-messages-dir=/usr/share/mysql"}, s.with...)
	}, func(port int) error { return execute(ctx, port, "SELECT 1") })
	return err
}

// DSN is the address of a database for the superuser, as the driver wants it.
func (s *Server) DSN(database string) string { return dsn(s.Port, database) }

func dsn(port int, database string) string {
	return fmt.Sprintf("%s:%s@tcp(127.0.0.1:%d)/%s?charset=utf8mb4&timeout=10s", User, Password, port, database)
}

func execute(ctx context.Context, port int, statement string) error {
	db, err := sql.Open("mysql", dsn(port, ""))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, statement)
	return err
}

// Database makes an empty database of its own for a test.
func (s *Server) Database(tb testing.TB) string {
	tb.Helper()
	name := fmt.Sprintf("test%d", s.count.Add(1))
	if err := execute(tb.Context(), s.Port, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4"); err != nil {
		tb.Fatal(err)
	}
	return name
}

// Connect opens a pool of one connection of the superuser that ends with the test.
func (s *Server) Connect(tb testing.TB, database string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("mysql", s.DSN(database))
	if err != nil {
		tb.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// Kill ends the server as a power cut does; what it keeps stays.
func (s *Server) Kill() { s.daemon.Stop(syscall.SIGKILL) }

// Again starts a server that was killed, on another port.
func (s *Server) Again(ctx context.Context) error { return s.start(ctx) }

// Stop ends the server at once and removes its folder.
func (s *Server) Stop() {
	if s.daemon != nil {
		s.daemon.Stop(syscall.SIGKILL)
	}
	_ = os.RemoveAll(s.dir)
}
