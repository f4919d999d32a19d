// Package postgres starts a real PostgreSQL for tests, in a folder of its own on a free loopback port. It is no part of the
// program, and not the system's own service. Where the server comes from: Debian's package postgresql, which
// scripts/test-deps.sh installs.
package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"creditsync/internal/testkit/daemon"
)

// User and Password of the server's superuser, who signs in with SCRAM-SHA-256.
const (
	User     = "keeper"
	Password = "of-the-tests" // of a server that lives for some seconds on a loopback port
)

// Server is a running PostgreSQL.
type Server struct {
	Port    int
	dir     string
	program string
	with    []string
	daemon  *daemon.Daemon
	count   atomic.Int64
}

// Start starts a server; Stop ends it and removes what it kept. Settings are lines of its configuration, as in
// "max_connections=20".
func Start(ctx context.Context, settings ...string) (*Server, error) {
	initdb, err := daemon.Program("initdb", "postgresql", "/usr/lib/postgresql/*/bin")
	if err != nil {
		return nil, err
	}
	version, err := exec.CommandContext(ctx, initdb, "--version").Output()
	if err != nil {
		return nil, err
	}
	s := &Server{program: filepath.Join(filepath.Dir(initdb), "postgres"), with: settings}
	if s.dir, err = daemon.Folder("creditsync-postgres-"); err != nil {
		return nil, err
	}
	err = daemon.Data(ctx, s.dir, "postgres 1 "+string(version), func(data string) error { return create(initdb, s.dir, data) })
	if err == nil {
		err = s.start(ctx)
	}
	if err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func create(initdb, dir, data string) error {
	secret := filepath.Join(dir, "password")
	if err := os.WriteFile(secret, []byte(Password), 0o600); err != nil {
		return err
	}
	if err := daemon.Give(dir); err != nil {
		return err
	}
	return daemon.Run(dir, initdb, "-D", data, "-U", User, "--pwfile", secret, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8",
		"--no-sync", "--wal-segsize=1")
}

func (s *Server) start(ctx context.Context) error {
	var err error
	s.daemon, s.Port, err = daemon.Serve(s.dir, s.program, syscall.SIGQUIT, func(port int) []string {
		args := []string{"-D", filepath.Join(s.dir, "data"), "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
			"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB", "-c", "max_connections=60", "-c", "autovacuum=off", "-c", "min_wal_size=2MB", "-c", "max_wal_size=64MB"}
		for _, one := range s.with {
			args = append(args, "-c", one)
		}
		return args
	}, func(port int) error { return execute(ctx, address(port, "postgres"), "SELECT 1") })
	return err
}

// URL is the address of a database for the superuser.
func (s *Server) URL(database string) string { return address(s.Port, database) }

func address(port int, database string) string {
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/%s?sslmode=disable&connect_timeout=10", User, Password, port, database)
}

func execute(ctx context.Context, url, sql string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

// Database makes an empty database of its own for a test. With is what CREATE DATABASE gets, as in "ENCODING SQL_ASCII
// TEMPLATE template0".
func (s *Server) Database(tb testing.TB, with ...string) string {
	tb.Helper()
	name := fmt.Sprintf("test%d", s.count.Add(1))
	sql := "CREATE DATABASE " + name
	for _, w := range with {
		sql += " " + w
	}
	if err := execute(tb.Context(), s.URL("postgres"), sql); err != nil {
		tb.Fatal(err)
	}
	return name
}

// Connect opens a connection of the superuser that ends with the test.
func (s *Server) Connect(tb testing.TB, database string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), s.URL(database))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// Kill ends the server as a power cut does; what it keeps stays.
func (s *Server) Kill() { s.daemon.Stop(syscall.SIGKILL) }

// Again starts a server that was killed, on another port. Its other processes may not have noticed yet that it died: until
// they have gone it does not start.
func (s *Server) Again(ctx context.Context) error {
	var err error
	for until := time.Now().Add(2 * time.Minute); time.Now().Before(until) && ctx.Err() == nil; {
		if err = s.start(ctx); err == nil {
			return nil
		}
	}
	return err
}

// Stop ends the server at once and removes its folder.
func (s *Server) Stop() {
	if s.daemon != nil {
		s.daemon.Stop(syscall.SIGQUIT)
	}
	_ = os.RemoveAll(s.dir)
}
