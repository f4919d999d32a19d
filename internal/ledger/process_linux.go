package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// firstNamespace is the number of the process namespace that a machine starts with (PROC_PID_INIT_INO of the kernel).
const firstNamespace = "pid:[4026531836]"

// ticksPerSecond is USER_HZ, the unit of times in /proc: 100 on every architecture that Go runs on.
const ticksPerSecond = 100

// startSlack is how far two readings of one process's start may lie apart: the kernel derives the time it was booted at
// from the clock, which is set now and then.
const startSlack = 2 * time.Second

// ThisProcess is this process as a Holder. what is the command that people know it by.
func ThisProcess(what string) (Holder, error) {
	host, err := os.Hostname()
	if err != nil {
		return Holder{}, err
	}
	// Two containers may have one name and each a process 7; neither can tell whether the other's still runs.
	if ns, err := os.Readlink("/proc/self/ns/pid"); err == nil && ns != firstNamespace {
		host += "#" + strings.Trim(ns, "pid:[]")
	}
	started, _, err := processStart(os.Getpid())
	if err != nil {
		return Holder{}, err
	}
	return Holder{Host: host, PID: os.Getpid(), Started: started, What: what}, nil
}

// Alive tells whether the process, of this host, still runs: one with its id that started when it did and is not only
// waiting for its parent to notice its end. Where that cannot be told it says yes: expiry will tell.
func Alive(h Holder) bool {
	if errors.Is(syscall.Kill(h.PID, 0), syscall.ESRCH) {
		return false
	}
	// /proc may hide the processes of other users (hidepid), so that it is not there says nothing.
	started, over, err := processStart(h.PID)
	return err != nil || !over && started.Sub(h.Started).Abs() <= startSlack
}

// processStart is when a process started, and whether it has ended and is but a zombie.
func processStart(pid int) (started time.Time, over bool, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return time.Time{}, false, err
	}
	// "pid (name) state …": the name may hold anything, so what follows its last parenthesis is looked at; proc(5).
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 20 {
		return time.Time{}, false, fmt.Errorf("/proc/%d/stat: %d fields", pid, len(fields))
	}
	ticks, err := strconv.ParseInt(fields[19], 10, 64) // field 22
	if err != nil {
		return time.Time{}, false, err
	}
	boot, err := bootTime()
	return boot.Add(time.Duration(ticks) * time.Second / ticksPerSecond).UTC(), fields[0] == "Z" || fields[0] == "X", err
}

func bootTime() (time.Time, error) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return time.Time{}, err
	}
	for line := range strings.Lines(string(stat)) {
		if text, ok := strings.CutPrefix(line, "btime "); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
			return time.Unix(n, 0), err
		}
	}
	return time.Time{}, errors.New("/proc/stat: no btime")
}
