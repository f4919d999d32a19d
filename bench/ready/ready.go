// Package ready is workload W7: `serve` with a thousand pipelines from its start until it is ready, against the embedded
// engine's own start on a folder of the same tables.
package ready

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"creditsync/bench/duel"
	"creditsync/bench/ground"
	"creditsync/internal/process"
)

// slowest bounds one start.
const slowest = time.Minute

// Run measures so many starts of each, by turns. The first of each makes the tables and is thrown away.
func Run(ctx context.Context, binary string, pipelines, pairs int) (*duel.Result, error) {
	dir, err := os.MkdirTemp("", "creditsync-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if binary, err = filepath.Abs(binary); err != nil {
		return nil, err
	}
	config, err := site(dir, pipelines)
	if err != nil {
		return nil, err
	}
	idle := 0.0
	d := duel.Duel{
		ID: "W7", Name: "ready", Rival: "engine's start", Pairs: pairs, Floor: 1 / 1.6, Aim: 1 / 1.2,
		Title: fmt.Sprintf("serve with %d pipelines, from its start until it is ready", pipelines),
		// the tables are those that serve made, so that both read the same ones when they start
		Theirs: func(context.Context) (duel.Sample, error) {
			return engine(binary, filepath.Join(dir, "data", "engine"))
		},
		Ours: func(ctx context.Context) (duel.Sample, error) {
			s, err := serve(ctx, binary, dir, config)
			idle = s.Peak
			return s, err
		},
	}
	if _, err := d.Ours(ctx); err != nil { // makes the tables
		return nil, err
	}
	r, err := d.Run(ctx, os.Stderr)
	if err != nil {
		return nil, err
	}
	r.Notes = append(r.Notes, fmt.Sprintf("our process, most memory until it was ready: %.0f MiB", idle))
	return r, nil
}

func site(dir string, pipelines int) (string, error) {
	var b strings.Builder
	b.WriteString("language: en\nwarehouse: {embedded: {http: 127.0.0.1:0, native: 127.0.0.1:0}}\nbus: {embedded: {listen: 127.0.0.1:0}}\nconsole: {listen: 127.0.0.1:0}\npipelines:\n")
	for i := range pipelines {
		fmt.Fprintf(&b, "  - {name: p%04d, kind: admin_penalty, mode: append, schedule: \"30 1 * * *\", source: {file: {path: inbox/%04d.csv}}}\n", i, i)
	}
	path := filepath.Join(dir, "creditsync.yaml")
	return path, os.WriteFile(path, []byte(b.String()), 0o644)
}

// engine starts the engine alone and ends it.
func engine(binary, dir string) (duel.Sample, error) {
	from := time.Now()
	cmd, _, err := ground.Engine(binary, dir)
	if err != nil {
		return duel.Sample{}, err
	}
	s := duel.Sample{Wall: time.Since(from).Seconds(), Own: duel.CPUOf(cmd.Process.Pid), Counts: map[string]int64{"starts": 1}}
	ground.Stop(cmd)
	return s, nil
}

// serve starts serve, waits until it says that it is ready, and ends it.
func serve(ctx context.Context, binary, dir, config string) (duel.Sample, error) {
	ctx, cancel := context.WithTimeout(ctx, slowest)
	defer cancel()
	var said bytes.Buffer
	cmd := exec.Command(binary, "serve", "-c", config)
	cmd.Stderr = &said
	from := time.Now()
	if err := cmd.Start(); err != nil {
		return duel.Sample{}, err
	}
	defer ground.Stop(cmd)
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !answers(ctx, filepath.Join(dir, "data", "serve.lock"), cmd.Process.Pid) {
		select {
		case <-look.C:
		case <-ctx.Done():
			return duel.Sample{}, fmt.Errorf("serve was not ready within %s: %s", slowest, said.Bytes())
		}
	}
	return duel.Sample{Wall: time.Since(from).Seconds(), Own: duel.CPUOf(cmd.Process.Pid), Peak: duel.HighWater(cmd.Process.Pid), Counts: map[string]int64{"starts": 1}}, nil
}

// answers tells whether that process has said where its console is, and the console says that it is ready.
func answers(ctx context.Context, lock string, pid int) bool {
	owner, _, err := process.ReadOwner(lock)
	if err != nil || owner.PID != pid || owner.Addresses["console"] == "" {
		return false
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, owner.Addresses["console"]+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}
