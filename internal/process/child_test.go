package process

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"creditsync/internal/fault"
)

func start(part, log string, timeout time.Duration) (*Child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return Start(context.Background(), Spec{What: "engine", Path: self, Args: []string{"-test.run=^$"},
		Env: []string{partEnv + "=" + part}, Log: log, Timeout: timeout})
}

// gone waits until a process has ended.
func gone(pid int, within time.Duration) bool {
	for deadline := time.Now().Add(within); time.Now().Before(deadline); {
		if _, over, err := processStart(pid); over || err != nil {
			return true
		}
		<-time.After(10 * time.Millisecond)
	}
	return false
}

func TestStartAndStop(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "logs", "child.log")
	c, err := start("child", log, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Addr("http"); got != "127.0.0.1:1" {
		t.Errorf("address: got %q", got)
	}
	if pgid, err := syscall.Getpgid(c.PID()); err != nil || pgid != c.PID() {
		t.Errorf("process group: got %d, %v, want its own (%d)", pgid, err, c.PID())
	}
	if err := c.Stop(context.Background()); err != nil || c.Err() != nil {
		t.Errorf("stop: %v, %v", err, c.Err())
	}
	if err := c.Stop(context.Background()); err != nil {
		t.Errorf("second stop: %v", err)
	}
	if b, _ := os.ReadFile(log); !strings.Contains(string(b), "serving") {
		t.Errorf("the log holds %q", b)
	}
}

func TestChildThatDiesEarlyShowsItsLog(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "child.log")
	if err := os.WriteFile(log, []byte("of an earlier one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := start("broken", log, 10*time.Second)
	if fault.ClassOf(err) != fault.Environment || fault.CodeOf(err) != "process.start" {
		t.Fatalf("got %v", err)
	}
	if s := err.Error(); !strings.Contains(s, "no such table: moon") || !strings.Contains(s, "exit status 3") || strings.Contains(s, "earlier") {
		t.Errorf("got %q", s)
	}
}

func TestChildThatIsNeverReady(t *testing.T) {
	t.Parallel()
	began := time.Now()
	_, err := start("silent", filepath.Join(t.TempDir(), "child.log"), 300*time.Millisecond)
	if fault.CodeOf(err) != "process.start" || !strings.Contains(err.Error(), "not ready within 300ms") {
		t.Fatalf("got %v", err)
	}
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("took %s", d)
	}
}

func TestStubbornChildIsKilled(t *testing.T) {
	t.Parallel()
	c, err := start("stubborn", filepath.Join(t.TempDir(), "child.log"), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if err := c.Stop(ctx); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("got %v", err)
	}
	if !gone(c.PID(), time.Second) {
		t.Error("it still runs")
	}
}

// I5: whatever ends the parent ends the child, by the pipe and by the kernel's signal, each alone.
func TestChildEndsWithItsParent(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"child", "unguarded", "stubborn"} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(self, "-test.run=^$")
			cmd.Env = append(os.Environ(), partEnv+"=parent", "CREDITSYNC_TEST_CHILD="+part, "CREDITSYNC_TEST_LOG="+filepath.Join(t.TempDir(), "log"))
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			pid, err := strconv.Atoi(strings.TrimSpace(line))
			if err != nil {
				t.Fatal(err)
			}
			if gone(pid, 300*time.Millisecond) {
				t.Fatal("the child ended before its parent")
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if !gone(pid, 2*time.Second) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
				t.Error("the child outlived its parent by 2 s")
			}
		})
	}
}

// The pipe alone: closing the parent's end is what its death does to it.
func TestChildEndsAtTheEndOfThePipe(t *testing.T) {
	t.Parallel()
	c, err := start("stubborn", filepath.Join(t.TempDir(), "child.log"), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.guard.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.Done():
		if c.Err() == nil || !strings.Contains(c.Err().Error(), "exit status 1") {
			t.Errorf("it ended with %v", c.Err())
		}
	case <-time.After(2 * time.Second):
		t.Error("it still runs")
	}
}

func TestGuardAndReadyWithoutAParent(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	if started, err := Guard(none, func(int) { t.Error("exit was called") }); started || err != nil {
		t.Errorf("guard: %v, %v", started, err)
	}
	if err := Ready(none, nil); err != nil {
		t.Errorf("ready: %v", err)
	}
	if _, err := Guard(func(string) string { return "x" }, nil); err == nil {
		t.Error("a broken variable was taken")
	}
}

func TestEnded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		end  func(*Child)
		want string // of what it says; "" for nothing
	}{
		{"it runs", func(*Child) {}, ""},
		{"it was stopped", func(c *Child) { _ = c.Stop(context.Background()) }, ""},
		{"it was killed by somebody", func(c *Child) { _ = syscall.Kill(c.PID(), syscall.SIGKILL) }, "killed"},
		{"it ended by itself", func(c *Child) { _ = syscall.Kill(c.PID(), syscall.SIGTERM) }, "exit status 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			log := filepath.Join(t.TempDir(), "child.log")
			child, err := start("child", log, 10*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = child.Stop(context.Background()) })
			c.end(child)
			if c.want == "" {
				if err := child.Ended(); err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			select {
			case <-child.Done():
			case <-time.After(time.Minute):
				t.Fatal("it goes on")
			}
			err = child.Ended()
			if fault.ClassOf(err) != fault.Environment || fault.CodeOf(err) != "process.ended" {
				t.Errorf("class %d, code %q", fault.ClassOf(err), fault.CodeOf(err))
			}
			said := fault.Say(err, fault.English)
			for _, part := range []string{"the engine process has ended by itself", c.want, "the end of its log:\nserving", log} {
				if !strings.Contains(said, part) {
					t.Errorf("%q does not say %q", said, part)
				}
			}
		})
	}
}

// The engine names what it cannot open at the beginning of a line of many kilobytes.
func TestTail_OfLongLines(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	long := strings.Repeat("定义", 5000)
	if err := os.WriteFile(path, []byte("old\n"+strings.Repeat("noise\n", 1000)+"cannot open the table t: "+long+"\nit has ended\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := tail(path, 4)
	if len(got) > tailBytes+10 || !strings.Contains(got, "\ncannot open the table t: 定义") || !strings.HasSuffix(got, " …\nit has ended") || strings.Contains(got, "old") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
	if err := os.WriteFile(path, []byte(long), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := tail(path, 0); !strings.HasPrefix(got, "定义") || len(got) > lineBytes+10 {
		t.Errorf("one line: %q", got)
	}
	if got := tail(path, int64(len(long))); got != "" {
		t.Errorf("nothing new: %q", got)
	}
}
