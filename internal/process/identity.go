package process

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

// Identity names a process so that no other one is taken for it: not one of another container or machine, and not one that
// got its id later.
type Identity struct {
	Host    string    `json:"host"` // its host, and in a container its process namespace: where PID means something
	PID     int       `json:"pid"`
	Birth   string    `json:"birth"` // tells it from any other process that had its PID, also after the clock was set; "" where unknown
	Started time.Time `json:"-"`     // when the process started, by the clock of today
}

// firstNamespace is the number of the process namespace that a machine starts with (PROC_PID_INIT_INO of the kernel).
const firstNamespace = "pid:[4026531836]"

// ticksPerSecond is USER_HZ, the unit of times in /proc: 100 on every architecture that Go runs on.
const ticksPerSecond = 100

// Own is the identity of this process.
func Own() (Identity, error) {
	host, err := hostName()
	if err != nil {
		return Identity{}, err
	}
	ticks, _, err := processStart(os.Getpid())
	if err != nil {
		return Identity{}, err
	}
	boot, err := bootTime()
	if err != nil {
		return Identity{}, err
	}
	started := boot.Add(time.Duration(ticks) * time.Second / ticksPerSecond).UTC()
	return Identity{Host: host, PID: os.Getpid(), Started: started, Birth: birth(ticks)}, nil
}

// Alive reports whether the process still runs: one with its id and birth that is not only waiting for its parent to notice
// its end. Where that cannot be told, as of a process of another host, it says yes: what the process holds expires, or is
// found unlocked.
func (i Identity) Alive() bool {
	if host, err := hostName(); err != nil || host != i.Host {
		return true
	}
	if i.PID <= 0 || errors.Is(syscall.Kill(i.PID, 0), syscall.ESRCH) {
		return false
	}
	// /proc may hide the processes of other users (hidepid), so that it is not there says nothing.
	ticks, over, err := processStart(i.PID)
	if err != nil {
		return true
	}
	now := birth(ticks)
	return !over && (now == i.Birth || now == "" || i.Birth == "")
}

// hostName is the host's name. Two containers may have one name and each a process 7; neither can tell whether the other's
// still runs, so the namespace is added.
func hostName() (string, error) {
	host, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("name this host: %w", err)
	}
	if ns, err := os.Readlink("/proc/self/ns/pid"); err == nil && ns != firstNamespace {
		host += "#" + strings.Trim(ns, "pid:[]")
	}
	return host, nil
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
