package engine

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The engine can live once in a process and is killed in tests, so each runs in a child: this test binary again, told by an
// environment variable to be an engine.
const childEnv = "CREDITSYNC_TEST_ENGINE_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		os.Exit(serveChild(dir))
	}
	code := m.Run()
	shared.stop()
	os.Exit(code)
}

func serveChild(dir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() { // the parent's end of standard input closes when the parent ends
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	if os.Getenv("CREDITSYNC_TEST_IGNORE_SIGXFSZ") != "" {
		signal.Ignore(syscall.SIGXFSZ)
	}
	executable, _ := os.Executable()
	library, err := FindLibrary("", os.Getenv, executable)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	err = Run(ctx, RunOptions{
		Library: library, Dir: dir, HTTP: "127.0.0.1:0",
		Engine: Options{TimeZone: "Asia/Shanghai", Memory: 3 << 30, Concurrency: 8, AllowFileFunctions: os.Getenv("CREDITSYNC_TEST_FILES") != ""},
		Server: ServerOptions{Password: os.Getenv("CREDITSYNC_TEST_PASSWORD")},
		Lock: func(context.Context, string) (func(map[string]string) error, func() error, error) {
			return func(map[string]string) error { return nil }, func() error { return nil }, nil
		},
		Ready: func(a map[string]string) { fmt.Println("ready " + a["http"]) },
		Log:   slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	return 0
}

// child is an engine in a process of its own.
type child struct {
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	address string
	dir     string
	log     string
}

func startChild(dir string, env ...string) (*child, error) {
	executable, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{dir: dir, log: filepath.Join(dir, "stderr.log")}
	c.cmd = exec.Command(executable, "-test.run=^$")
	c.cmd.Env = append(append(os.Environ(), childEnv+"="+dir), env...)
	c.cmd.Dir = dir
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	c.cmd.Stderr = log
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if a, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			c.address = a
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return c, nil
		}
	}
	_ = c.cmd.Wait()
	text, _ := os.ReadFile(c.log)
	return nil, fmt.Errorf("the engine did not start: %s", text)
}

func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// sharedChild is the engine that most tests talk to, each in a database of its own.
type sharedChild struct {
	once  sync.Once
	child *child
	err   error
	dir   string
}

var shared sharedChild

func (s *sharedChild) get(t *testing.T) *child {
	t.Helper()
	s.once.Do(func() {
		if s.dir, s.err = os.MkdirTemp("", "creditsync-engine-"); s.err == nil {
			s.child, s.err = startChild(s.dir)
		}
	})
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.child
}

func (s *sharedChild) stop() {
	if s.child != nil {
		s.child.kill()
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// own starts an engine that the test may do anything to.
func own(t *testing.T, env ...string) *child {
	t.Helper()
	c, err := startChild(t.TempDir(), env...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	return c
}

// reply is what the engine answered over plain HTTP.
type reply struct {
	status int
	body   string
	header http.Header
	err    error // of reading the body
}

var plainClient = &http.Client{Timeout: 60 * time.Second, Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 8}}

// post sends body with the URL parameters given as name, value pairs; a name that begins with "H:" is a header's.
func (c *child) post(t *testing.T, body string, pairs ...string) reply {
	t.Helper()
	return c.send(t, http.MethodPost, strings.NewReader(body), pairs...)
}

func (c *child) send(t *testing.T, method string, body io.Reader, pairs ...string) reply {
	t.Helper()
	q := url.Values{}
	header := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		if h, ok := strings.CutPrefix(pairs[i], "H:"); ok {
			header.Set(h, pairs[i+1])
		} else {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	req, err := http.NewRequest(method, "http://"+c.address+"/?"+q.Encode(), body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	res, err := plainClient.Do(req)
	if err != nil {
		return reply{err: err}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, string(b), res.Header, err}
}

// must runs a statement that has to succeed and returns its output.
func (c *child) must(t *testing.T, sql string, pairs ...string) string {
	t.Helper()
	r := c.post(t, sql, pairs...)
	if r.err != nil || r.status != http.StatusOK {
		t.Fatalf("%s: status %d, %v\n%s", sql, r.status, r.err, r.body)
	}
	return r.body
}

// database makes an empty database for a test and returns its name.
func (c *child) database(t *testing.T) string {
	t.Helper()
	name := "t_" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, t.Name())
	c.must(t, "CREATE DATABASE "+name)
	return name
}
