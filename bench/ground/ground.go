// Package ground is what the workloads with a warehouse stand on: one engine in a process of its own, which may read files,
// and sites that run the program on it.
package ground

import (
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

	"creditsync/bench/duel"
)

// Ground is one engine and a folder.
type Ground struct {
	Dir    string
	binary string
	engine *exec.Cmd
	url    string
	sites  int
}

// Start starts the engine on a free loopback port, in a temporary folder; Close ends it and removes the folder. binary is
// the program that is measured.
func Start(binary string) (*Ground, error) {
	dir, err := os.MkdirTemp("", "creditsync-bench-")
	if err != nil {
		return nil, err
	}
	g := &Ground{Dir: dir}
	if g.binary, err = filepath.Abs(binary); err == nil {
		g.engine, g.url, err = Engine(g.binary, filepath.Join(dir, "engine"))
	}
	if err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// Close ends the engine and removes the folder.
func (g *Ground) Close() {
	if g.engine != nil {
		Stop(g.engine)
	}
	_ = os.RemoveAll(g.Dir)
}

// EngineCPU is the CPU seconds that the engine has used so far.
func (g *Ground) EngineCPU() float64 { return duel.CPUOf(g.engine.Process.Pid) }

// Query runs a statement and returns its output.
func (g *Ground) Query(ctx context.Context, sql string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url+"/", strings.NewReader(sql))
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

// Outcome is what a run says of its one pipeline.
type Outcome struct {
	State                                                  string
	Read, Inserted, Updated, Deleted, Unchanged, Published uint64
	Seconds                                                float64
}

// Fresh makes the folder of a new site on empty tables, with the file linked into its inbox; Gone removes it.
func (g *Ground) Fresh(ctx context.Context, input string) (string, error) {
	g.sites++
	if _, err := g.Query(ctx, "DROP DATABASE IF EXISTS credit SYNC"); err != nil {
		return "", err
	}
	site := filepath.Join(g.Dir, "site", strconv.Itoa(g.sites))
	if err := os.MkdirAll(filepath.Join(site, "inbox"), 0o755); err != nil {
		return "", err
	}
	if err := os.Link(input, filepath.Join(site, "inbox", "penalties.csv")); err != nil {
		return "", err
	}
	config := fmt.Sprintf("language: en\nwarehouse: {clickhouse: {url: %q}}\nbus: {embedded: {listen: 127.0.0.1:0}}\npipelines:\n  - {name: bench, kind: admin_penalty, mode: snapshot, source: {file: {path: inbox/*.csv}}}\n", g.url)
	return site, os.WriteFile(filepath.Join(site, "creditsync.yaml"), []byte(config), 0o644)
}

// Sync runs the site's pipeline once. The sample's wall time is what the run says of itself, from the lease to the commit
// applied; its own CPU has the broker that it starts, publishing included.
func (g *Ground) Sync(ctx context.Context, site string) (Outcome, duel.Sample, error) {
	cmd := exec.CommandContext(ctx, g.binary, "run", "--json", "-c", filepath.Join(site, "creditsync.yaml"))
	cmd.Stderr = os.Stderr
	cpu := g.EngineCPU()
	out, s, err := duel.Watch(cmd)
	if err != nil {
		return Outcome{}, s, fmt.Errorf("run: %w: %s", err, out)
	}
	var doc struct{ Pipelines []Outcome }
	if err := json.Unmarshal(out, &doc); err != nil {
		return Outcome{}, s, err
	}
	o := doc.Pipelines[0]
	if o.State != "done" || o.Inserted+o.Updated+o.Deleted != o.Published {
		return o, s, fmt.Errorf("the run ended %s: %+v", o.State, o)
	}
	s.Wall, s.Engine = o.Seconds, g.EngineCPU()-cpu
	return o, s, nil
}
