package native

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"creditsync/internal/engine"
)

// The engine can live once in a process: the tests of this package share it, each in a database of its own.
var shared struct {
	engine       *engine.Engine
	server       *Server
	native, http string
}

func TestMain(m *testing.M) {
	code, err := serve(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func serve(m *testing.M) (code int, err error) {
	library, err := engine.FindLibrary("", os.Getenv, "")
	if err != nil {
		return 1, err
	}
	dir, err := os.MkdirTemp("", "creditsync-native-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	if shared.engine, err = engine.Open(library, dir, engine.Options{TimeZone: "Asia/Shanghai", Memory: 3 << 30, Concurrency: 8}); err != nil {
		return 1, err
	}
	if shared.server, err = New(shared.engine, engine.ServerOptions{DisplayName: "the tests'"}); err != nil {
		return 1, err
	}
	web, err := engine.NewServer(shared.engine, engine.ServerOptions{})
	if err != nil {
		return 1, err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 2)
	for _, f := range []struct {
		front engine.Front
		at    *string
	}{{shared.server, &shared.native}, {web, &shared.http}} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 1, err
		}
		*f.at = l.Addr().String()
		go func() { ended <- f.front.Serve(ctx, l) }()
	}
	code = m.Run()
	stop()
	for range 2 {
		if err := <-ended; err != nil {
			return 1, err
		}
	}
	last, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := shared.engine.Close(last); err != nil {
		return 1, err
	}
	http.DefaultClient.CloseIdleConnections()
	return code, goleak.Find()
}

// ask runs a statement over HTTP.
func ask(t testing.TB, sql string) string {
	t.Helper()
	r, err := http.Post("http://"+shared.http+"/", "text/plain", strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v\n%s", sql, r.Status, err, b)
	}
	return strings.TrimSuffix(string(b), "\n")
}

// database makes a database for a test.
func database(t testing.TB) string {
	t.Helper()
	name := "t_" + strings.NewReplacer("/", "_", "-", "_").Replace(t.Name())
	ask(t, "CREATE DATABASE "+name)
	return name
}
