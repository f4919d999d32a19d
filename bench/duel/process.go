package duel

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Watch runs the program and returns its output, and the CPU and the most memory of its own process in a sample without
// wall time and counts. A broker that it starts as its child is counted apart.
func Watch(cmd *exec.Cmd) ([]byte, Sample, error) {
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, Sample{}, err
	}
	if err := cmd.Start(); err != nil {
		return nil, Sample{}, err
	}
	done, seen := make(chan struct{}), make(chan Sample)
	go func() {
		look := time.NewTicker(5 * time.Millisecond)
		defer look.Stop()
		var s Sample
		child := 0
		for {
			select {
			case <-done:
				seen <- s
				return
			case <-look.C:
				s.Peak = max(s.Peak, HighWater(cmd.Process.Pid))
				if child == 0 {
					child = childOf(cmd.Process.Pid)
				}
				if memory := HighWater(child); memory > 0 {
					s.Broker, s.BrokerPeak = max(s.Broker, CPUOf(child)), max(s.BrokerPeak, memory)
				} else {
					child = 0 // it was another one, and has ended
				}
			}
		}
	}()
	out, err := io.ReadAll(pipe)
	if e := cmd.Wait(); err == nil {
		err = e
	}
	close(done)
	s := <-seen
	// What the kernel says of a process that has ended includes the children that it waited for.
	s.Own = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds() - s.Broker
	return out, s, err
}

// childOf is a child of the process, 0 if it has none.
func childOf(pid int) int {
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return 0
	}
	for _, list := range lists {
		body, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		if first, _, ok := strings.Cut(string(body), " "); ok {
			child, _ := strconv.Atoi(first)
			return child
		}
	}
	return 0
}

// Settle forgets the most memory that a process has had so far: HighWater counts from here on. Where the kernel does not
// allow it, HighWater goes on counting from the process's start.
func Settle(pid int) { _ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0) }

// HighWater is the most memory that a process has had (VmHWM), in MiB; 0 when it is gone.
func HighWater(pid int) float64 {
	body, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, ok := strings.Cut(string(body), "VmHWM:")
	if !ok {
		return 0
	}
	kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	return kib / 1024
}

// CPUOf is the CPU seconds that a process has used (fields 14 and 15 of /proc/PID/stat, in ticks of 10 ms).
func CPUOf(pid int) float64 {
	body, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(body[strings.LastIndexByte(string(body), ')')+1:]))
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}
