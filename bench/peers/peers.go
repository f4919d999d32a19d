// Package peers is workload W1b: the first load of W1 by programs that people use for such loads, on the same file and into
// the same engine: a polars script with the same checks that loads by clickhouse-connect's insert_arrow, sling, and dlt.
// None of them protects personal data, keeps versions or tells anybody of changes; sling and dlt check nothing.
//
// scripts/peers.sh installs them. quickhouse and etlhouse read databases and no files, so they have nothing to do here.
package peers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"creditsync/bench/duel"
	"creditsync/bench/ground"
	"creditsync/internal/testkit/module"
)

// Run measures each peer in pairs.
func Run(ctx context.Context, binary string, rows, pairs int) ([]*duel.Result, error) {
	g, err := ground.Start(binary)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	p := &peers{ground: g}
	if p.root, err = module.Root(); err != nil {
		return nil, err
	}
	install := exec.CommandContext(ctx, filepath.Join(p.root, "scripts", "peers.sh"))
	install.Stderr = os.Stderr
	out, err := install.Output()
	if err != nil {
		return nil, fmt.Errorf("scripts/peers.sh: %w", err)
	}
	p.home = strings.TrimSpace(string(out))
	if p.input, err = duel.Penalties(ctx, filepath.Join(g.Dir, "input"), rows, "--header", "field", "--eol", "lf"); err != nil {
		return nil, err
	}
	if _, err := g.Query(ctx, "CREATE DATABASE bench"); err != nil {
		return nil, err
	}
	var results []*duel.Result
	for _, peer := range []struct {
		name, table string
		command     func(context.Context) (*exec.Cmd, error)
	}{{"polars", "bench.polars", p.polars}, {"sling", "bench.sling", p.sling}, {"dlt", "bench.dlt___penalties", p.dlt}} {
		r, err := duel.Duel{
			ID: "W1b/" + peer.name, Name: "first_load_" + peer.name, Rival: peer.name, Pairs: pairs, Floor: 3, Aim: 6,
			Title:  fmt.Sprintf("first load, %d penalties × 30 columns, CSV: %s", rows, peer.name),
			Theirs: func(ctx context.Context) (duel.Sample, error) { return p.theirs(ctx, peer.table, peer.command) },
			Ours:   p.ours,
		}.Run(ctx, os.Stderr)
		if err == nil {
			err = g.Same(ctx, peer.table, "credit.admin_penalty")
		}
		if err != nil {
			return results, err
		}
		results = append(results, r)
	}
	return results, nil
}

type peers struct {
	ground            *ground.Ground
	root, home, input string
}

// ours is the first load of W1.
func (p *peers) ours(ctx context.Context) (duel.Sample, error) {
	site, err := p.ground.Fresh(ctx, p.input)
	if err != nil {
		return duel.Sample{}, err
	}
	defer os.RemoveAll(site)
	o, s, err := p.ground.Sync(ctx, site, "bench")
	s.Counts = map[string]int64{"rows": int64(o.Inserted)}
	return s, err
}

// theirs runs a peer. A script says how long it took without the start of Python; another program takes what it takes.
func (p *peers) theirs(ctx context.Context, table string, command func(context.Context) (*exec.Cmd, error)) (duel.Sample, error) {
	cmd, err := command(ctx)
	if err != nil {
		return duel.Sample{}, err
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	from := time.Now()
	out, s, err := p.ground.Watch(cmd)
	s.Wall, s.Own, s.Broker, s.BrokerPeak = time.Since(from).Seconds(), s.Own+s.Broker, 0, 0 // what a peer starts is its own
	if err != nil {
		return s, fmt.Errorf("%w: %s%s", err, out, said.Bytes())
	}
	var doc struct{ Seconds float64 }
	if json.Unmarshal(out, &doc) == nil && doc.Seconds > 0 {
		s.Wall = doc.Seconds
	}
	count, err := p.ground.Query(ctx, "SELECT count() FROM "+table)
	if err != nil {
		return s, err
	}
	n, err := strconv.ParseInt(count, 10, 64)
	s.Counts = map[string]int64{"rows": n}
	return s, err
}

func (p *peers) polars(ctx context.Context) (*exec.Cmd, error) {
	host, port, err := net.SplitHostPort(p.ground.HTTP)
	return p.script(ctx, "polars_load.py", p.input, host, port, "bench.polars"), err
}

func (p *peers) dlt(ctx context.Context) (*exec.Cmd, error) {
	host, port, err := net.SplitHostPort(p.ground.HTTP)
	if err != nil {
		return nil, err
	}
	_, native, err := net.SplitHostPort(p.ground.Native)
	cmd := p.script(ctx, "dlt_load.py", p.input, host, port, native, "bench", "penalties")
	cmd.Env = append(os.Environ(), "RUNTIME__DLTHUB_TELEMETRY=false")
	return cmd, err
}

func (p *peers) script(ctx context.Context, name string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, filepath.Join(p.home, "bin", "python"), append([]string{filepath.Join(p.root, "bench", "peers", name)}, args...)...)
}

// sling is the program that the package sling-linux-amd64 brings.
func (p *peers) sling(ctx context.Context) (*exec.Cmd, error) {
	found, err := filepath.Glob(filepath.Join(p.home, "lib", "python*", "site-packages", "sling_linux_*", "bin", "sling-*"))
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("sling is not below %s: %w", p.home, err)
	}
	cmd := exec.CommandContext(ctx, found[0], "run", "--src-stream", "file://"+p.input, "--tgt-conn", "ENGINE", "--tgt-object", "bench.sling", "--mode", "full-refresh")
	cmd.Env = append(os.Environ(), "ENGINE=clickhouse://default@"+p.ground.Native+"/bench", "SLING_HOME_DIR="+filepath.Join(p.ground.Dir, "sling"), "SLING_DISABLE_TELEMETRY=true")
	return cmd, nil
}
