package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// site is a deployment in a temporary folder: configuration, inbox, data, and what its commands have printed.
type site struct {
	t      *testing.T
	dir    string
	env    []string
	output bytes.Buffer // stdout and stderr of every command, for the search for numbers in clear
	engine string       // HTTP address of ClickHouse, once it is up
	broker string
}

// setup is what differs between the configurations of the tests. What is left out is embedded, on free ports.
type setup struct {
	warehouse, bus string // the value of the key
	pipelines      string // the list, indented by two
}

// oneSnapshot is a pipeline that may refuse most of its rows.
const oneSnapshot = `
  - name: penalties
    kind: admin_penalty
    mode: snapshot
    source: {file: {path: "inbox/*.csv"}}
    error_budget: {share: 90%, min_rows: 20}
`

// newSite makes the folder; nothing is started.
func newSite(t *testing.T, s setup) *site {
	t.Helper()
	out := &site{t: t, dir: t.TempDir()}
	out.configure(s)
	if err := os.MkdirAll(out.path("inbox"), 0o755); err != nil {
		t.Fatal(err)
	}
	return out
}

// configure writes the configuration anew.
func (s *site) configure(c setup) {
	s.t.Helper()
	if c.warehouse == "" {
		c.warehouse = `{embedded: {http: "127.0.0.1:0", native: "127.0.0.1:0"}}`
	}
	if c.bus == "" {
		c.bus = `{embedded: {listen: "127.0.0.1:0"}}`
	}
	if c.pipelines == "" {
		c.pipelines = oneSnapshot
	}
	s.write("creditsync.yaml", "language: zh\nwarehouse: "+c.warehouse+"\nbus: "+c.bus+"\npipelines:"+c.pipelines)
}

// sub is a subtest that works on the site.
func (s *site) sub(name string, test func(t *testing.T)) {
	parent := s.t
	parent.Run(name, func(t *testing.T) {
		s.t = t
		defer func() { s.t = parent }()
		test(t)
	})
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) write(name, content string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) remove(name string) {
	s.t.Helper()
	if err := os.Remove(s.path(name)); err != nil {
		s.t.Fatal(err)
	}
}

// put copies a file into the site, whole or not at all.
func (s *site) put(from, name string) {
	s.t.Helper()
	in, err := os.Open(from)
	if err != nil {
		s.t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err = io.Copy(out, in); err == nil {
		err = out.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// commandLimit is how long any command may take.
const commandLimit = 5 * time.Minute

// result is what a command left behind.
type result struct {
	status         int
	stdout, stderr string
}

// command is a command of the site, not started.
func (s *site) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program.Path(s.t), append(args, "-c", s.path("creditsync.yaml"))...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), s.env...)
	return cmd
}

// do runs a command to its end.
func (s *site) do(args ...string) result {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), commandLimit)
	defer cancel()
	cmd := s.command(ctx, args...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	bad := cmd.Run()
	var exit *exec.ExitError
	if bad != nil && !errors.As(bad, &exit) {
		s.t.Fatalf("creditsync %s: %v", strings.Join(args, " "), bad)
	}
	fmt.Fprintf(&s.output, "%s\n%s\n%s\n", strings.Join(args, " "), out.Bytes(), err.Bytes())
	return result{cmd.ProcessState.ExitCode(), out.String(), err.String()}
}

// want runs a command that must end with the status.
func (s *site) want(status int, args ...string) result {
	s.t.Helper()
	r := s.do(args...)
	if r.status != status {
		s.t.Fatalf("creditsync %s: exit %d, want %d\nstdout: %s\nstderr: %s", strings.Join(args, " "), r.status, status, tail(r.stdout), tail(r.stderr))
	}
	return r
}

// into runs a command with --json that must end with the status, and decodes its document.
func (s *site) into(doc any, status int, args ...string) result {
	s.t.Helper()
	r := s.want(status, append(args, "--json")...)
	decode := json.NewDecoder(strings.NewReader(r.stdout))
	if err := decode.Decode(doc); err != nil {
		s.t.Fatalf("creditsync %s --json: %v\nstdout: %s", strings.Join(args, " "), err, tail(r.stdout))
	}
	if _, err := decode.Token(); !errors.Is(err, io.EOF) {
		s.t.Fatalf("creditsync %s --json: more than one document on stdout: %s", strings.Join(args, " "), tail(r.stdout))
	}
	return r
}

// tail is the end of a long text.
func tail(s string) string { return s[max(0, len(s)-6000):] }

// problem is an error in a document.
type problem struct{ Code, Message, Hint string }

// run is what `run --json` says of one pipeline.
type run struct {
	Name, Kind, Run, State                                                                          string
	Read, Accepted, Rejected, Inserted, Updated, Deleted, Unchanged, Superseded, Withheld, Warnings uint64
	Published, Relayed                                                                              uint64
	Error                                                                                           *problem
	Rules, Hints                                                                                    map[string]uint64
}

// counts are the sums of a run, in the order of its document.
type counts struct {
	read, accepted, rejected, inserted, updated, deleted, unchanged, superseded, withheld, published uint64
}

func (r run) counts() counts {
	return counts{r.Read, r.Accepted, r.Rejected, r.Inserted, r.Updated, r.Deleted, r.Unchanged, r.Superseded, r.Withheld, r.Published}
}

// balanced fails unless every row that was read ended in exactly one place (I3).
func (r run) balanced(t *testing.T) {
	t.Helper()
	if got := r.Inserted + r.Updated + r.Unchanged + r.Superseded + r.Rejected; got != r.Read {
		t.Errorf("run %s: %d rows accounted for, %d read: %+v", r.Run, got, r.Read, r)
	}
	if r.Accepted+r.Rejected != r.Read {
		t.Errorf("run %s: %d accepted and %d rejected of %d read", r.Run, r.Accepted, r.Rejected, r.Read)
	}
}

// runs runs pipelines; the command must end with the status.
func (s *site) runs(status int, args ...string) []run {
	s.t.Helper()
	var doc struct{ Pipelines []run }
	s.into(&doc, status, append([]string{"run"}, args...)...)
	return doc.Pipelines
}

// done runs the only pipeline, which must end well.
func (s *site) done(args ...string) run {
	s.t.Helper()
	list := s.runs(0, args...)
	if len(list) != 1 || list[0].State != "done" || list[0].Error != nil {
		s.t.Fatalf("run: got %+v, want one done run", list)
	}
	list[0].balanced(s.t)
	return list[0]
}

// failed runs the only pipeline, which must end with the status and the code.
func (s *site) failed(status int, code string, args ...string) run {
	s.t.Helper()
	list := s.runs(status, args...)
	if len(list) != 1 || list[0].State != "failed" || list[0].Error == nil || list[0].Error.Code != code {
		s.t.Fatalf("run: got %+v, want one failed run with code %s", list, code)
	}
	return list[0]
}

// refused is a row of `quarantine ls --json`.
type refused struct {
	Receipt, Kind, Pipeline, Ref, Authority, State string
	Seen                                           uint32
	RecordID                                       string `json:"record_id"`
	Violations                                     []struct{ Field, Title, Rule, Message string }
	Cells                                          []struct{ Header, Text string }
}

// quarantine lists refused rows of any state, or those that the flags pick.
func (s *site) quarantine(flags ...string) []refused {
	s.t.Helper()
	var doc struct{ Rows []refused }
	s.into(&doc, 0, append([]string{"quarantine", "ls", "--limit", "0", "--state", "all"}, flags...)...)
	return doc.Rows
}

// poll waits until ok holds.
func poll(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("after %s: %s has not happened", limit, what)
		}
	}
}
