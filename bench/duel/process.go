package duel

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Watch runs the program and returns its output, and the CPU and the most memory of its own process in a sample without
// wall time and counts.
func Watch(cmd *exec.Cmd) ([]byte, Sample, error) {
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, Sample{}, err
	}
	if err := cmd.Start(); err != nil {
		return nil, Sample{}, err
	}
	done, peak := make(chan struct{}), make(chan float64)
	go func() {
		look := time.NewTicker(5 * time.Millisecond)
		defer look.Stop()
		var most float64
		for {
			select {
			case <-done:
				peak <- most
				return
			case <-look.C:
				most = max(most, HighWater(cmd.Process.Pid))
			}
		}
	}()
	out, err := io.ReadAll(pipe)
	if e := cmd.Wait(); err == nil {
		err = e
	}
	close(done)
	s := Sample{Own: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), Peak: <-peak}
	return out, s, err
}

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
