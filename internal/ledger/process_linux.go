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
	ticks, _, err := processStart(os.Getpid())
	if err != nil {
		return Holder{}, err
	}
	boot, err := bootTime()
	if err != nil {
		return Holder{}, err
	}
	started := boot.Add(time.Duration(ticks) * time.Second / ticksPerSecond).UTC()
	return Holder{Host: host, PID: os.Getpid(), Started: started, Birth: birth(ticks), What: what}, nil
}

// birth names a process by the boot of its machine and its start in ticks since then. A date would not do: the kernel
// derives it from the clock, and then a process that lives looks like another one when the clock is set.
func birth(ticks int64) string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s/%d", bytes.TrimSpace(boot), ticks)
}

// Alive tells whether the process, of this host, still runs: one with its id and birth that is not only waiting for its
// parent to notice its end. Where that cannot be told it says yes: expiry will tell.
func Alive(h Holder) bool {
	if errors.Is(syscall.Kill(h.PID, 0), syscall.ESRCH) {
		return false
	}
	// /proc may hide the processes of other users (hidepid), so that it is not there says nothing.
	ticks, over, err := processStart(h.PID)
	if err != nil {
		return true
	}
	now := birth(ticks)
	return !over && (now == h.Birth || now == "" || h.Birth == "")
}

// processStart is when a process started, in ticks since its machine did, and whether it has ended and is but a zombie.
func processStart(pid int) (ticks int64, over bool, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false, err
	}
	// "pid (name) state …": the name may hold anything, so what follows its last parenthesis is looked at; proc(5).
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 20 {
		return 0, false, fmt.Errorf("/proc/%d/stat: %d fields", pid, len(fields))
	}
	ticks, err = strconv.ParseInt(fields[19], 10, 64) // field 22
	return ticks, fields[0] == "Z" || fields[0] == "X", err
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
