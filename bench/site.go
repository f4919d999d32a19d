package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"creditsync/internal/engine"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// bench is one engine with two inputs.
type bench struct {
	options
	dir    string
	engine *exec.Cmd
	url    string
	large  string
	little string
	runs   int
}

func newBench(ctx context.Context, o options) (*bench, error) {
	dir, err := os.MkdirTemp("", "creditsync-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, dir: dir}
	if b.binary, err = filepath.Abs(o.binary); err != nil {
		return nil, err
	}
	if err := b.startEngine(); err != nil {
		b.close()
		return nil, err
	}
	for _, one := range []struct {
		path *string
		rows int
	}{{&b.large, o.rows}, {&b.little, o.small}} {
		*one.path = filepath.Join(dir, strconv.Itoa(one.rows))
		fmt.Fprintf(os.Stderr, "writing %d penalties\n", one.rows)
		gen := exec.CommandContext(ctx, "python3", "e2e/generator/penalties.py", "--rows", strconv.Itoa(one.rows), "--seed", "3", "--encoding", "utf-8",
			"--defects", "0", "--warnings", "0", "--duplicates", "0", "--no-truth", "--out", *one.path)
		if out, err := gen.CombinedOutput(); err != nil {
			b.close()
			return nil, fmt.Errorf("write the input: %w: %s", err, out)
		}
	}
	return b, nil
}

func (b *bench) startEngine() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	library, err := engine.FindLibrary("", os.Getenv, b.binary)
	if err != nil {
		return err
	}
	spec, err := json.Marshal(engineSpec{Library: library, Dir: filepath.Join(b.dir, "engine")})
	if err != nil {
		return err
	}
	b.engine = exec.Command(self, engineArg, string(spec))
	b.engine.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := b.engine.StdoutPipe()
	if err != nil {
		return err
	}
	if err := b.engine.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("the engine did not start: %w", err)
	}
	var addresses map[string]string
	if err := json.Unmarshal(line, &addresses); err != nil {
		return err
	}
	b.url = "http://" + addresses["http"]
	return nil
}

func (b *bench) close() {
	if b.engine != nil && b.engine.Process != nil {
		_ = b.engine.Process.Signal(syscall.SIGTERM)
		_ = b.engine.Wait()
	}
	_ = os.RemoveAll(b.dir)
}

// query runs a statement and returns its output.
func (b *bench) query(ctx context.Context, sql string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/", strings.NewReader(sql))
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", sql[:min(len(sql), 80)], body)
	}
	return strings.TrimSpace(string(body)), nil
}

// bare loads the file with the engine's own INSERT … SELECT FROM file() into a table of the same order and durability. Every
// column is read and stored as text: nothing is checked, folded, identified or protected.
func (b *bench) bare(ctx context.Context, input string) (sample, error) {
	var columns, file []string
	for _, f := range schemas.AdminPenalty().Fields {
		kind := "String"
		if f.Repeats || f.Type == schemas.Choice {
			kind = "LowCardinality(String)"
		}
		columns = append(columns, f.Name+" "+kind)
		file = append(file, f.Name+" String")
	}
	for _, sql := range []string{"CREATE DATABASE IF NOT EXISTS bench", "DROP TABLE IF EXISTS bench.bare SYNC",
		"CREATE TABLE bench.bare (seq UInt64, " + strings.Join(columns, ", ") + ") ENGINE = MergeTree ORDER BY seq SETTINGS " + warehouse.Durable} {
		if _, err := b.query(ctx, sql); err != nil {
			return sample{}, err
		}
	}
	from, cpu := time.Now(), cpuOf(b.engine.Process.Pid)
	_, err := b.query(ctx, fmt.Sprintf("INSERT INTO bench.bare SELECT rowNumberInAllBlocks(), * FROM file('%s', 'CSV', '%s') SETTINGS input_format_csv_skip_first_lines = 1",
		filepath.Join(input, "penalties.csv"), strings.Join(file, ", ")))
	s := sample{Wall: time.Since(from).Seconds(), EngineCPU: cpuOf(b.engine.Process.Pid) - cpu}
	if err != nil {
		return s, err
	}
	count, err := b.query(ctx, "SELECT count() FROM bench.bare")
	if err != nil {
		return s, err
	}
	s.Rows, err = strconv.ParseUint(count, 10, 64)
	return s, err
}

// ours loads the file with our run into empty tables: from the lease to the commit applied.
func (b *bench) ours(ctx context.Context, input string) (sample, error) {
	b.runs++
	if _, err := b.query(ctx, "DROP DATABASE IF EXISTS credit SYNC"); err != nil {
		return sample{}, err
	}
	site := filepath.Join(b.dir, "site", strconv.Itoa(b.runs))
	if err := os.MkdirAll(filepath.Join(site, "inbox"), 0o755); err != nil {
		return sample{}, err
	}
	defer os.RemoveAll(site)
	if err := os.Link(filepath.Join(input, "penalties.csv"), filepath.Join(site, "inbox", "penalties.csv")); err != nil {
		return sample{}, err
	}
	config := fmt.Sprintf("language: en\nwarehouse: {clickhouse: {url: %q}}\nbus: {embedded: {listen: 127.0.0.1:0}}\npipelines:\n  - {name: bench, kind: admin_penalty, mode: snapshot, source: {file: {path: inbox/*.csv}}}\n", b.url)
	if err := os.WriteFile(filepath.Join(site, "creditsync.yaml"), []byte(config), 0o644); err != nil {
		return sample{}, err
	}
	cmd := exec.CommandContext(ctx, b.binary, "run", "--json", "-c", filepath.Join(site, "creditsync.yaml"))
	cmd.Stderr = os.Stderr
	var peak atomic.Int64
	cpu := cpuOf(b.engine.Process.Pid)
	out, err := watch(cmd, &peak)
	if err != nil {
		return sample{}, fmt.Errorf("run: %w: %s", err, out)
	}
	var doc struct {
		Pipelines []struct {
			State     string
			Read      uint64
			Inserted  uint64
			Published uint64
			Seconds   float64
		}
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		return sample{}, err
	}
	p := doc.Pipelines[0]
	if p.State != "done" || p.Inserted != p.Published {
		return sample{}, fmt.Errorf("the run ended %s, %d inserted, %d published", p.State, p.Inserted, p.Published)
	}
	return sample{
		Wall: p.Seconds, Rows: p.Inserted, OwnCPU: cmd.ProcessState.UserTime().Seconds() + cmd.ProcessState.SystemTime().Seconds(),
		EngineCPU: cpuOf(b.engine.Process.Pid) - cpu, PeakMiB: float64(peak.Load()) / 1024,
	}, nil
}

// watch runs the program and keeps the highest resident memory (VmHWM, KiB) of its own process.
func watch(cmd *exec.Cmd, peak *atomic.Int64) ([]byte, error) {
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		look := time.NewTicker(5 * time.Millisecond)
		defer look.Stop()
		for {
			select {
			case <-done:
				return
			case <-look.C:
				if v := highWater(cmd.Process.Pid); v > peak.Load() {
					peak.Store(v)
				}
			}
		}
	}()
	out, err := io.ReadAll(pipe)
	if e := cmd.Wait(); err == nil {
		err = e
	}
	close(done)
	return out, err
}

func highWater(pid int) int64 {
	body, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, ok := strings.Cut(string(body), "VmHWM:")
	if !ok {
		return 0
	}
	n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	return n
}

// cpuOf is the CPU seconds that a process has used (fields 14 and 15 of /proc/PID/stat, in ticks of 10 ms).
func cpuOf(pid int) float64 {
	body, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(body[strings.LastIndexByte(string(body), ')')+1:]))
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}
