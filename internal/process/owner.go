package process

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Owner says who holds a data directory: written into its lock file, read by those who find it held.
type Owner struct {
	PID       int               `json:"pid"`
	StartTime uint64            `json:"start_time"` // clock ticks since boot, from /proc: tells a recycled pid apart
	Boot      string            `json:"boot,omitempty"`
	Host      string            `json:"host"`
	What      string            `json:"what"` // "engine" or "broker"
	Addresses map[string]string `json:"addresses,omitempty"`
	StartedAt time.Time         `json:"started_at"`
}

// Self is this process as an owner.
func Self(what string, now time.Time) (Owner, error) {
	host, err := os.Hostname()
	if err != nil {
		return Owner{}, fmt.Errorf("name this host: %w", err)
	}
	start, err := startTime(os.Getpid())
	if err != nil {
		return Owner{}, err
	}
	return Owner{PID: os.Getpid(), StartTime: start, Boot: boot(), Host: host, What: what, StartedAt: now.UTC()}, nil
}

// Alive reports whether the owner's process still runs on this host. Of an owner on another host nothing can be known: it
// counts as alive.
func (o Owner) Alive() bool {
	if host, err := os.Hostname(); err != nil || host != o.Host {
		return true
	}
	if b := boot(); b != "" && o.Boot != "" && b != o.Boot {
		return false
	}
	if o.PID <= 0 {
		return false
	}
	if err := syscall.Kill(o.PID, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	start, err := startTime(o.PID)
	return err == nil && start == o.StartTime
}

// ReadOwner reads the owner from a lock file. A file that is missing or empty, or was written half, is no error: ok is false.
func ReadOwner(path string) (o Owner, ok bool, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return Owner{}, false, nil
	}
	if err != nil {
		return Owner{}, false, fmt.Errorf("read the lock file: %w", err)
	}
	if json.Unmarshal(bytes.TrimRight(b, "\x00\n "), &o) != nil || o.PID == 0 {
		return Owner{}, false, nil
	}
	return o, true, nil
}

// startTime is field 22 of /proc/PID/stat. The name in field 2 may hold spaces and brackets, so fields are counted from its end.
// A process that has ended and waits for its parent has none.
func startTime(pid int) (uint64, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, fmt.Errorf("read the start time of process %d: %w", pid, err)
	}
	text := string(b)
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return 0, fmt.Errorf("process %d has ended", pid)
	}
	return strconv.ParseUint(fields[19], 10, 64)
}

// boot identifies this start of the machine; "" where the kernel does not say.
func boot() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
