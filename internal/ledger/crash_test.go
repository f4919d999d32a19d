package ledger

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain lets the test binary be the processes that tests kill.
func TestMain(m *testing.M) {
	if role := os.Getenv("LEDGER_TEST_ROLE"); role != "" {
		if err := play(role, os.Getenv("LEDGER_TEST_PATH")); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// play is what a child does until it is killed.
func play(role, path string) error {
	self, err := thisProcess(role)
	if err != nil {
		return err
	}
	ctx := context.Background()
	l, err := Open(ctx, path, Options{Now: time.Now, Self: self, Alive: alive})
	if err != nil {
		return err
	}
	if role == "hold" {
		if _, err := l.Begin(ctx, penalties); err != nil {
			return err
		}
		fmt.Println("holding")
		_, err := os.Stdin.Read(make([]byte, 1)) // until it is killed, or its parent ends
		return err
	}
	for range 10_000 { // more than it lives to do
		if err := oneRun(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// oneRun makes a run of two commits and says what it has been promised.
func oneRun(ctx context.Context, l *Ledger) error {
	run, err := l.Begin(ctx, penalties)
	if err != nil {
		return err
	}
	k, err := l.LockKind(ctx, run, 0)
	if err != nil {
		return err
	}
	for _, last := range []bool{false, true} {
		no, err := l.OpenCommit(ctx, run, k, 0)
		if err != nil {
			return err
		}
		fmt.Println("open", no)
		c := closing(no)
		c.Last = last
		if err := l.CloseCommit(ctx, run, k, c); err != nil {
			return err
		}
		fmt.Println("closed", no)
	}
	return l.Finish(ctx, run, Outcome{State: RunDone})
}

// closing is what commit no is closed with, so that a half of it would be seen.
func closing(no uint64) Close {
	return Close{No: no, Counts: Counts{Read: no, Inserted: no}, Rows: no, Notify: no, Checksum: no * 0x9e3779b97f4a7c15,
		Cursor: []byte(strconv.FormatUint(no, 10)), Inputs: []string{strconv.FormatUint(no, 10)}}
}

// child is a process of this test binary.
type child struct {
	cmd *exec.Cmd
	out *bufio.Scanner
}

func startChild(t testing.TB, role, path string) *child {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "LEDGER_TEST_ROLE="+role, "LEDGER_TEST_PATH="+path)
	cmd.Stderr = os.Stderr
	_, err = cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return &child{cmd, bufio.NewScanner(out)}
}

func (c *child) line(t testing.TB) string {
	t.Helper()
	if !c.out.Scan() {
		t.Fatalf("the child says no more: %v", c.out.Err())
	}
	return c.out.Text()
}

// I1, I5: a process that commits in a loop is killed at a random moment, again and again. After each time the file opens,
// what was acknowledged is there, no number was given twice, and the cursor is that of the last commit that moved it.
func TestCloseCommit_I5_KilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	given, acknowledged := map[uint64]bool{}, uint64(0)
	for round := range 12 {
		c := startChild(t, "commit", path)
		lines := 1 + random.IntN(40)
		after := time.Duration(random.IntN(3000)) * time.Microsecond
		for i := 0; c.out.Scan(); i++ { // also what it says between our decision and its death
			word, number, _ := strings.Cut(c.out.Text(), " ")
			no, err := strconv.ParseUint(number, 10, 64)
			if err != nil {
				t.Fatalf("round %d: the child says %q", round, c.out.Text())
			}
			switch {
			case word == "closed":
				acknowledged = max(acknowledged, no)
			case given[no]:
				t.Fatalf("round %d: commit %d was given twice", round, no)
			default:
				given[no] = true
			}
			if i == lines {
				time.AfterFunc(after, func() { _ = c.cmd.Process.Kill() })
			}
		}
		_ = c.cmd.Wait()
		checkAfterCrash(t, path, acknowledged)
	}
	t.Logf("%d commits given, %d the last one acknowledged", len(given), acknowledged)
}

func checkAfterCrash(t *testing.T, path string, acknowledged uint64) {
	t.Helper()
	ctx := context.Background()
	self, err := thisProcess("test")
	must(t, err)
	l, err := Open(ctx, path, Options{Now: time.Now, Self: self, Alive: alive})
	must(t, err)
	defer func() { must(t, l.Close()) }()
	if _, err := l.EndDead(ctx); err != nil {
		t.Fatal(err)
	}
	committed, err := l.Committed(ctx, penalties.Kind, 0, 0)
	must(t, err)
	closed := map[uint64]Commit{}
	cursor := ""
	for _, c := range committed {
		want := closing(c.No)
		want.Last = c.Last
		if !c.closedAs(want) {
			t.Errorf("commit %+v, want %+v", c, want)
		}
		closed[c.No] = c
		if c.Last {
			cursor = string(want.Cursor)
		}
	}
	got, err := l.Cursor(ctx, penalties.Pipeline)
	must(t, err)
	if string(got) != cursor {
		t.Errorf("cursor %q, want %q, that of the last commit which moves it", got, cursor)
	}
	if acknowledged > 0 && closed[acknowledged].No == 0 {
		t.Errorf("commit %d was acknowledged and is lost", acknowledged)
	}
	runs, err := l.Recent(ctx, "", 0)
	must(t, err)
	for _, r := range runs {
		commits, err := l.CommitsOf(ctx, r.ID)
		must(t, err)
		for _, c := range commits {
			if c.State == CommitOpen || r.State == RunOpen {
				t.Errorf("run %d is %s with commit %d %s after everybody died", r.No, r.State, c.No, c.State)
			}
			if r.State == RunDone && !c.Committed() {
				t.Errorf("run %d is done with commit %d %s", r.No, c.No, c.State)
			}
		}
	}
}
