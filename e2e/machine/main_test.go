package machine

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"creditsync/internal/testkit/site"
)

// envInside is set for the process that runs the tests in namespaces of its own.
const envInside = "CREDITSYNC_TEST_OWN_MOUNTS"

var all = flag.Bool("machine.all", false, "every store at every step, and every statement; else some of each")

// program is the program under test.
var program site.Program

func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv(envInside) == "" {
		os.Exit(inside())
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(program.Main(m))
}

// inside runs this very program again in a mount namespace of its own, for whom is not root or may not have one in a user
// namespace too, and returns its exit status.
func inside() int {
	runtime.LockOSThread() // the death signal is bound to the thread that starts the child
	var refused error
	for _, flags := range []uintptr{syscall.CLONE_NEWNS, syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS} {
		cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
		cmd.Env = append(os.Environ(), envInside+"=1")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Pdeathsig: syscall.SIGKILL}
		if flags&syscall.CLONE_NEWUSER != 0 {
			cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
			cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
		}
		if err := cmd.Start(); err != nil {
			refused = errors.Join(refused, err)
			continue
		}
		if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() < 0 {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return cmd.ProcessState.ExitCode()
	}
	fmt.Fprintln(os.Stderr, "these tests mount a tmpfs: run them as root, or where a user may make a user namespace:", refused)
	return 1
}

// keysOnce are the keys of all sites here.
var keysOnce struct {
	sync.Once
	keys []byte
}

// deployment is a site on a machine that is troubled.
type deployment struct{ *site.Site }

// newSite is a site of the program, with keys that all sites of the package share.
func newSite(t testing.TB, c site.Config) *deployment {
	t.Helper()
	keysOnce.Do(func() { keysOnce.keys = site.NewKeys(t) })
	return &deployment{site.New(t, program.Path(t), keysOnce.keys, c)}
}
