package app

import (
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// EnvDieAt names the step of a run at which the process kills itself, as in "closed" or "batch staged:3" for the third
// time it is reached. Only tests set it: it shows that a process may end at any line.
const EnvDieAt = "CREDITSYNC_TEST_DIE_AT"

// stopper returns what is told the steps of a run; nil unless a test wants the process to end at one of them.
func stopper(getenv func(string) string) func(string) {
	want, count, _ := strings.Cut(getenv(EnvDieAt), ":")
	if want == "" {
		return nil
	}
	left, err := strconv.ParseInt(count, 10, 64)
	if err != nil {
		left = 1
	}
	var seen atomic.Int64
	return func(step string) {
		if step == want && seen.Add(1) == left {
			_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
			select {} // until the signal has arrived
		}
	}
}
