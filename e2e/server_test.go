package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"creditsync/internal/app"
	"creditsync/internal/bus"
	"creditsync/internal/process"
	kit "creditsync/internal/testkit/site"
)

// background is a process of the site that goes on until the test ends it.
type background struct {
	t    *testing.T
	cmd  *exec.Cmd
	log  string
	done chan struct{}
}

// start starts a command that goes on beside the test; its output goes to a file of the site. It ends with the test, and
// with the test's process however that ends: the death signal is bound to the thread that starts it.
func (s *site) start(name string, args ...string) *background {
	s.t.Helper()
	b := &background{t: s.t, cmd: s.command(s.t.Context(), args...), log: s.path(name + ".out"), done: make(chan struct{})}
	b.cmd.Cancel = func() error { return nil } // Cleanup ends it
	log, err := os.Create(b.log)
	if err != nil {
		s.t.Fatal(err)
	}
	b.cmd.Stdout, b.cmd.Stderr = log, log
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer log.Close()
		err := b.cmd.Start()
		started <- err
		if err == nil {
			_ = b.cmd.Wait()
			close(b.done)
		}
	}()
	if err := <-started; err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		b.signal(syscall.SIGTERM)
		select {
		case <-b.done:
		case <-time.After(commandLimit):
			s.t.Errorf("%s did not end within %s of SIGTERM:\n%s", name, commandLimit, b.printed())
			_ = b.cmd.Process.Kill()
			<-b.done
		}
	})
	return b
}

// halted starts a run and waits until it has stopped itself at a step; SIGCONT lets it go on.
func (s *site) halted(step, name string, args ...string) *background {
	s.t.Helper()
	env := s.env
	defer func() { s.env = env }()
	s.env = append(slices.Clip(env), app.EnvStopAt+"="+step)
	b := s.start(name, args...)
	poll(s.t, commandLimit, "it has stopped at "+step, func() bool {
		select {
		case <-b.done:
			s.t.Fatalf("it ended before %q:\n%s", step, b.printed())
		default:
		}
		return kit.State(b.cmd.Process.Pid) == "T"
	})
	return b
}

func (b *background) signal(sig syscall.Signal) { _ = b.cmd.Process.Signal(sig) }

// ended waits for the process and returns its exit status and how long it took.
func (b *background) ended(limit time.Duration) int {
	b.t.Helper()
	select {
	case <-b.done:
	case <-time.After(limit):
		b.t.Fatalf("%v has not ended after %s:\n%s", b.cmd.Args[1:], limit, b.printed())
	}
	return b.cmd.ProcessState.ExitCode()
}

func (b *background) printed() string {
	out, _ := os.ReadFile(b.log)
	return tail(string(out))
}

// serve starts `engine` or `broker` and waits until its lock names its address.
func (s *site) serve(what, lock, protocol string) (*background, string) {
	s.t.Helper()
	b := s.start(what, what)
	var at string
	poll(s.t, commandLimit, what+" is up", func() bool {
		select {
		case <-b.done:
			s.t.Fatalf("%s ended:\n%s", what, b.printed())
		default:
		}
		owner, ok, err := process.ReadOwner(s.path(filepath.Join("data", lock)))
		if err != nil || !ok || owner.PID != b.cmd.Process.Pid {
			return false
		}
		at = owner.Addresses[protocol]
		return at != ""
	})
	return b, at
}

// up starts the engine and the broker of the site.
func (s *site) up() {
	s.t.Helper()
	s.upEngine()
	s.upBroker()
}

func (s *site) upEngine() *background {
	s.t.Helper()
	b, at := s.serve("engine", "clickhouse.lock", "http")
	s.engine = at
	return b
}

func (s *site) upBroker() *background {
	s.t.Helper()
	b, at := s.serve("broker", "kafka.lock", "kafka")
	s.broker = at
	return b
}

// ask sends a statement to ClickHouse over HTTP; the caller closes the answer.
func (s *site) ask(sql string) io.ReadCloser {
	s.t.Helper()
	resp, err := http.Post("http://"+s.engine+"/", "text/plain", strings.NewReader(sql))
	if err != nil {
		s.t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		s.t.Fatalf("%s: %s: %s", sql, resp.Status, tail(string(body)))
	}
	return resp.Body
}

// try is text for a statement that may not be answered yet.
func (s *site) try(sql string) (string, error) {
	resp, err := http.Post("http://"+s.engine+"/", "text/plain", strings.NewReader(sql))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, b)
	}
	return strings.TrimSuffix(string(b), "\n"), err
}

// text is the whole answer to a statement.
func (s *site) text(sql string) string {
	s.t.Helper()
	body := s.ask(sql)
	defer body.Close()
	b, err := io.ReadAll(body)
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimSuffix(string(b), "\n")
}

// wantText fails unless the statement answers want, as tab-separated values.
func (s *site) wantText(want, sql string) {
	s.t.Helper()
	if got := s.text(sql); got != want {
		s.t.Errorf("%s:\n got %q\nwant %q", sql, got, want)
	}
}

// each passes every row of a statement's answer to fn as a JSON array.
func (s *site) each(sql string, fn func(row []byte)) {
	s.t.Helper()
	body := s.ask(sql + " FORMAT JSONCompactEachRow")
	defer body.Close()
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 1<<20), 64<<20)
	for lines.Scan() {
		fn(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
}

// query decodes every row of a statement's answer as an object.
func query[T any](s *site, sql string) []T {
	s.t.Helper()
	body := s.ask(sql + " FORMAT JSONEachRow")
	defer body.Close()
	var rows []T
	for decode := json.NewDecoder(body); ; {
		var row T
		if err := decode.Decode(&row); err == io.EOF {
			return rows
		} else if err != nil {
			s.t.Fatalf("%s: %v", sql, err)
		}
		rows = append(rows, row)
	}
}

const topic = "credit.admin_penalty"

// kafka is how the tests read the topics of the site.
func (s *site) kafka() bus.Config { return bus.Config{Brokers: []string{s.broker}, Embedded: true} }

// told reads every committed message of a topic.
func (s *site) told(topic string, fn func(bus.Message)) {
	s.t.Helper()
	err := bus.Read(s.t.Context(), s.kafka(), topic, func(m bus.Message) bool {
		fn(m)
		return true
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// messages are all committed messages of the topic, by partition and offset.
func (s *site) messages() []bus.Message {
	s.t.Helper()
	var list []bus.Message
	s.told(topic, func(m bus.Message) { list = append(list, m) })
	return list
}

// payload is the value of a message.
type payload struct {
	Kind     string
	RecordID string `json:"record_id"`
	Version  uint32
	Op       string
	Status   string
	Subject  struct{ Type, Name, USCC string }
	Data     map[string]any
	Changed  []string
	Source   struct{ Pipeline, Ref string }
}

func (s *site) payload(m bus.Message) payload {
	s.t.Helper()
	var p payload
	decode := json.NewDecoder(bytes.NewReader(m.Value))
	decode.DisallowUnknownFields()
	if err := decode.Decode(&p); err != nil {
		s.t.Fatalf("message %s: %v\n%s", m.Header("ce_id"), err, m.Value)
	}
	return p
}

// place says where a message stands, for failures.
func place(m bus.Message) string { return fmt.Sprintf("%s/%d/%d", m.Topic, m.Partition, m.Offset) }
