// Package firstload is workload W1: penalties × 30 columns from a CSV file into empty tables, read, folded, validated,
// protected, staged, compared, versioned and current, against the engine's own bare INSERT … SELECT FROM file() of the same
// file into a table of the same order and durability.
package firstload

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"creditsync/bench/duel"
	"creditsync/bench/ground"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// Floor and Aim are ratios of wall times, the bare insert's to ours.
const (
	Floor = 0.5
	Aim   = 0.8
)

// Our process stays under maxPeakMiB; flat bounds its growth from the small to the large input.
const (
	maxPeakMiB = 300
	flat       = 1.15
)

// Run measures the large input in pairs and the small one once, for the growth of memory.
func Run(ctx context.Context, binary string, rows, small, pairs int) (*duel.Result, error) {
	g, err := ground.Start(binary)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	large, err := duel.Penalties(ctx, filepath.Join(g.Dir, "large"), rows)
	if err != nil {
		return nil, err
	}
	little, err := duel.Penalties(ctx, filepath.Join(g.Dir, "small"), small)
	if err != nil {
		return nil, err
	}
	d := duel.Duel{
		ID: "W1", Name: "first_load", Rival: "bare insert", Pairs: pairs, Floor: Floor, Aim: Aim,
		Title:  fmt.Sprintf("first load, %d penalties × 30 columns, CSV, snapshot into empty tables, lease to commit applied", rows),
		Theirs: func(ctx context.Context) (duel.Sample, error) { return Bare(ctx, g, large) },
		Ours:   func(ctx context.Context) (duel.Sample, error) { return ours(ctx, g, large) },
	}
	r, err := d.Run(ctx, os.Stderr)
	if err != nil {
		return nil, err
	}
	if err := g.Same(ctx, "bench.bare", "credit.admin_penalty"); err != nil {
		return nil, err
	}
	least, err := ours(ctx, g, little)
	if err != nil {
		return nil, err
	}
	r.Notes = append(r.Notes, fmt.Sprintf("our process, peak memory at %d rows: %.0f MiB", small, least.Peak))
	for _, s := range r.Ours {
		if s.Peak > maxPeakMiB {
			r.Broken = append(r.Broken, fmt.Sprintf("our process took %.0f MiB, more than %d", s.Peak, maxPeakMiB))
		}
		if s.Peak > least.Peak*flat {
			r.Broken = append(r.Broken, fmt.Sprintf("memory grows: %.0f MiB at %d rows, %.0f at %d", least.Peak, small, s.Peak, rows))
		}
	}
	return r, nil
}

// Bare loads a file, or those of a pattern, with the engine alone. Every column is read and stored as text: nothing is
// checked, folded, identified or protected.
func Bare(ctx context.Context, g *ground.Ground, input string) (duel.Sample, error) {
	var columns []string
	for _, f := range schemas.AdminPenalty().Fields {
		kind := "String"
		if f.Repeats || f.Type == schemas.Choice {
			kind = "LowCardinality(String)"
		}
		columns = append(columns, f.Name+" "+kind)
	}
	for _, sql := range []string{"CREATE DATABASE IF NOT EXISTS bench", "DROP TABLE IF EXISTS bench.bare SYNC",
		"CREATE TABLE bench.bare (seq UInt64, " + strings.Join(columns, ", ") + ") ENGINE = MergeTree ORDER BY seq SETTINGS " + warehouse.Durable} {
		if _, err := g.Query(ctx, sql); err != nil {
			return duel.Sample{}, err
		}
	}
	from, cpu := time.Now(), g.EngineCPU()
	_, err := g.Query(ctx, "INSERT INTO bench.bare SELECT rowNumberInAllBlocks(), * FROM "+ground.File(input)+ground.Headed)
	s := duel.Sample{Wall: time.Since(from).Seconds(), Engine: g.EngineCPU() - cpu}
	if err != nil {
		return s, err
	}
	count, err := g.Query(ctx, "SELECT count() FROM bench.bare")
	if err != nil {
		return s, err
	}
	n, err := strconv.ParseInt(count, 10, 64)
	s.Counts = map[string]int64{"rows": n}
	return s, err
}

// ours loads the file with a run into empty tables.
func ours(ctx context.Context, g *ground.Ground, input string) (duel.Sample, error) {
	site, err := g.Fresh(ctx, input)
	if err != nil {
		return duel.Sample{}, err
	}
	defer os.RemoveAll(site)
	o, s, err := g.Sync(ctx, site, "bench")
	s.Counts = map[string]int64{"rows": int64(o.Inserted)}
	return s, err
}
