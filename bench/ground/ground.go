// Package ground is what the workloads with a warehouse stand on: one engine in a process of its own, which may read files,
// and sites that run the program on it.
package ground

import (
	"bytes"
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
	"time"

	"creditsync/bench/duel"
	"creditsync/internal/testkit/kafka"
)

// Ground is one engine and a folder.
type Ground struct {
	Dir    string
	binary string
	engine *exec.Cmd
	url    string
	// HTTP and Native are where the engine listens, host:port.
	HTTP, Native string
	sites        int
	kafka        *kafka.Broker // of the newest site; nil where the program starts the embedded one
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
		var at map[string]string
		g.engine, at, err = Engine(g.binary, filepath.Join(dir, "engine"))
		g.HTTP, g.Native, g.url = at["http"], at["native"], "http://"+at["http"]
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
	if g.kafka != nil {
		g.kafka.Stop()
	}
	_ = os.RemoveAll(g.Dir)
}

// EngineCPU is the CPU seconds that the engine has used so far.
func (g *Ground) EngineCPU() float64 { return duel.CPUOf(g.engine.Process.Pid) }

// Quiet waits until the engine merges nothing: what one measurement left behind is not the next one's work.
func (g *Ground) Quiet(ctx context.Context) error {
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		busy, err := g.Query(ctx, "SELECT count() FROM system.merges")
		if err != nil || busy == "0" {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
	}
}

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
	Seconds                                                float64 // from the lease to the commit applied
	PublishSeconds                                         float64 `json:"publish_seconds"` // from the commit applied to the last message committed
}

// Fresh makes the folder of a new site on empty tables, with the file linked into its inbox and the embedded broker.
func (g *Ground) Fresh(ctx context.Context, input string) (string, error) {
	site, err := g.site(ctx, "embedded: {listen: 127.0.0.1:0}", "  - {name: bench, kind: admin_penalty, mode: snapshot, source: {file: {path: inbox/*.csv}}}\n")
	if err != nil {
		return "", err
	}
	if err := g.Prepare(ctx, site, "bench"); err != nil {
		return "", err
	}
	return site, os.Link(input, filepath.Join(site, "inbox", "penalties.csv"))
}

// Of is the same ground for another build of the program. Only the first one is closed.
func (g *Ground) Of(binary string) *Ground {
	other := *g
	other.binary, other.sites = binary, g.sites+1_000_000
	return &other
}

// OnKafka makes the folder of a new site on empty tables and an Apache Kafka of its own, which ends the one of the site
// before. The lines are those below "pipelines:".
func (g *Ground) OnKafka(ctx context.Context, pipelines string) (string, error) {
	if g.kafka != nil {
		g.kafka.Stop()
	}
	var err error
	if g.kafka, err = kafka.Start(ctx, filepath.Join(g.Dir, "kafka", strconv.Itoa(g.sites))); err != nil {
		return "", err
	}
	return g.site(ctx, fmt.Sprintf("kafka: {brokers: [%q]}", g.kafka.Addr), pipelines)
}

// Broker is the address of the Kafka of the newest site that has one.
func (g *Ground) Broker() string { return g.kafka.Addr }

func (g *Ground) site(ctx context.Context, bus, pipelines string) (string, error) {
	g.sites++
	if _, err := g.Query(ctx, "DROP DATABASE IF EXISTS credit SYNC"); err != nil {
		return "", err
	}
	site := filepath.Join(g.Dir, "site", strconv.Itoa(g.sites))
	if err := os.MkdirAll(filepath.Join(site, "inbox"), 0o755); err != nil {
		return "", err
	}
	config := fmt.Sprintf("language: en\nwarehouse: {clickhouse: {url: %q}}\nbus: {%s}\npipelines:\n%s", g.url, bus, pipelines)
	return site, os.WriteFile(filepath.Join(site, "creditsync.yaml"), []byte(config), 0o644)
}

// Prepare makes the site's tables and keys: it runs a pipeline that finds no input yet.
func (g *Ground) Prepare(ctx context.Context, site, pipeline string) error {
	out, err := exec.CommandContext(ctx, g.binary, "run", pipeline, "--json", "-c", filepath.Join(site, "creditsync.yaml")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("run without input: %w: %s", err, out)
	}
	return nil
}

// Sync runs one of the site's pipelines once. The sample's wall time is what the run says of itself, from the lease to the
// commit applied; the CPU seconds are those of the whole command, publishing included.
func (g *Ground) Sync(ctx context.Context, site, pipeline string) (Outcome, duel.Sample, error) {
	cmd := exec.CommandContext(ctx, g.binary, "run", pipeline, "--json", "-c", filepath.Join(site, "creditsync.yaml"))
	var said bytes.Buffer
	cmd.Stderr = &said
	out, s, err := g.Watch(cmd)
	if err != nil {
		return Outcome{}, s, fmt.Errorf("run: %w: %s%s", err, out, said.Bytes())
	}
	var doc struct{ Pipelines []Outcome }
	if err := json.Unmarshal(out, &doc); err != nil {
		return Outcome{}, s, err
	}
	o := doc.Pipelines[0]
	if o.State != "done" || o.Inserted+o.Updated+o.Deleted != o.Published {
		return o, s, fmt.Errorf("the run ended %s: %+v", o.State, o)
	}
	s.Wall = o.Seconds
	return o, s, nil
}

// Watch runs a program and measures it, and the engine and the broker meanwhile; the sample has no wall time and no counts.
func (g *Ground) Watch(cmd *exec.Cmd) ([]byte, duel.Sample, error) {
	duel.Settle(g.engine.Process.Pid)
	cpu, broker := g.EngineCPU(), 0.0
	if g.kafka != nil {
		duel.Settle(g.kafka.PID())
		broker = duel.CPUOf(g.kafka.PID())
	}
	out, s, err := duel.Watch(cmd)
	s.Engine, s.EnginePeak = g.EngineCPU()-cpu, duel.HighWater(g.engine.Process.Pid)
	if g.kafka != nil {
		s.Broker, s.BrokerPeak = duel.CPUOf(g.kafka.PID())-broker, duel.HighWater(g.kafka.PID())
	}
	return out, s, err
}
