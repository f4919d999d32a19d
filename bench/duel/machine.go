package duel

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// MachineFile is the file of a results' folder that says where they were measured.
const MachineFile = "machine.json"

// Machine is where and when something was measured.
type Machine struct {
	CPU     string  `json:"cpu"`
	Cores   int     `json:"cores"`
	Memory  int     `json:"memory_gib"`
	Kernel  string  `json:"kernel"`
	Go      string  `json:"go"`
	Commit  string  `json:"commit"` // "+" behind it: the work tree had changes
	Day     string  `json:"day"`
	Load    float64 `json:"load"` // of the minute before
	Command string  `json:"command"`
}

// ThisMachine reads what the kernel says of this one. What cannot be read is left empty.
func ThisMachine(now time.Time) Machine {
	m := Machine{CPU: field("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(), Go: runtime.Version(), Day: now.Format(time.DateOnly), Command: "make bench"}
	if len(os.Args) > 1 {
		m.Command = "go run ./bench " + strings.Join(os.Args[1:], " ")
	}
	var kib int
	if _, err := fmt.Sscan(field("/proc/meminfo", "MemTotal"), &kib); err == nil {
		m.Memory = (kib + 1<<19) >> 20
	}
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err == nil {
		m.Kernel = strings.TrimSpace(string(release))
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err == nil {
		_, _ = fmt.Sscan(string(load), &m.Load)
	}
	commit, err := exec.Command("git", "describe", "--always", "--dirty=+").Output()
	if err == nil {
		m.Commit = strings.TrimSpace(string(commit))
	}
	return m
}

// field is the value of a line "name : value" of a file.
func field(path, name string) string {
	body, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.SplitSeq(string(body), "\n") {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// Keep writes the machine beside the results.
func (m Machine) Keep(dir string) error { return keep(dir, MachineFile, m) }

// keep writes a value as JSON into the folder.
func keep(dir, name string, value any) error {
	body, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), append(body, '\n'), 0o644)
}

// Forget removes the results of a folder.
func Forget(dir string) error {
	kept, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	for _, path := range kept {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}
