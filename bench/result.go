package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
)

// sample is one measured load.
type sample struct {
	Wall      float64 `json:"wall_seconds"`
	EngineCPU float64 `json:"engine_cpu_seconds"`
	OwnCPU    float64 `json:"own_cpu_seconds"` // of our process with the broker that it starts, publishing included
	PeakMiB   float64 `json:"peak_mib"`
	Rows      uint64  `json:"rows"`
}

// result is the first load: the engine's bare insert against our run.
type result struct {
	Rows     int       `json:"rows"`
	Bare     []sample  `json:"bare"`
	Ours     []sample  `json:"ours"`
	Ratios   []float64 `json:"ratios"`  // bare / ours, per pair
	Control  []float64 `json:"control"` // bare / bare, of neighbouring pairs
	Small    sample    `json:"small"`   // ours on the small input, for the growth of memory
	SmallNum int       `json:"small_rows"`
}

// maxPeakMiB bounds our process; growth from the small to the large input is bounded by flat.
const (
	maxPeakMiB = 300
	flat       = 1.15
)

func (b *bench) firstLoad(ctx context.Context) (*result, error) {
	r := &result{Rows: b.rows, SmallNum: b.small}
	if _, err := b.bare(ctx, b.large); err != nil { // warms the page cache and the engine
		return nil, err
	}
	if _, err := b.ours(ctx, b.large); err != nil {
		return nil, err
	}
	for i := range b.pairs {
		bare, err := b.bare(ctx, b.large)
		if err != nil {
			return nil, err
		}
		ours, err := b.ours(ctx, b.large)
		if err != nil {
			return nil, err
		}
		if bare.Rows != uint64(b.rows) || ours.Rows != uint64(b.rows) {
			return nil, fmt.Errorf("%d rows bare and %d ours, want %d", bare.Rows, ours.Rows, b.rows)
		}
		r.Bare, r.Ours, r.Ratios = append(r.Bare, bare), append(r.Ours, ours), append(r.Ratios, bare.Wall/ours.Wall)
		if i > 0 {
			r.Control = append(r.Control, r.Bare[i-1].Wall/bare.Wall)
		}
		fmt.Fprintf(os.Stderr, "pair %d: bare %.2f s, ours %.2f s, ratio %.2f\n", i+1, bare.Wall, ours.Wall, bare.Wall/ours.Wall)
	}
	var err error
	r.Small, err = b.ours(ctx, b.little)
	return r, err
}

func median(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

func each(list []sample, of func(sample) float64) []float64 {
	out := make([]float64, len(list))
	for i, s := range list {
		out[i] = of(s)
	}
	return out
}

func (r *result) peak() float64 {
	return slices.Max(each(r.Ours, func(s sample) float64 { return s.PeakMiB }))
}

func (r *result) table() string {
	var b strings.Builder
	line := func(name string, list []float64, unit string) {
		fmt.Fprintf(&b, "  %-34s median %8.2f   min %8.2f   max %8.2f %s\n", name, median(list), slices.Min(list), slices.Max(list), unit)
	}
	fmt.Fprintf(&b, "first load, %d penalties × 30 columns, CSV, snapshot into empty tables, lease to commit applied\n", r.Rows)
	line("engine's bare insert, wall", each(r.Bare, func(s sample) float64 { return s.Wall }), "s")
	line("our run, wall", each(r.Ours, func(s sample) float64 { return s.Wall }), "s")
	line("engine's bare insert, CPU", each(r.Bare, func(s sample) float64 { return s.EngineCPU }), "s")
	line("our run, engine's CPU, views incl.", each(r.Ours, func(s sample) float64 { return s.EngineCPU }), "s")
	line("our run, own CPU, publishing incl.", each(r.Ours, func(s sample) float64 { return s.OwnCPU }), "s")
	line("our process, peak memory", each(r.Ours, func(s sample) float64 { return s.PeakMiB }), "MiB")
	fmt.Fprintf(&b, "  %-34s %8.2f MiB at %d rows\n", "our process, peak memory", r.Small.PeakMiB, r.SmallNum)
	line("ratio bare / ours", r.Ratios, "")
	line("control bare / bare", r.Control, "")
	return b.String()
}

// judge fails when a floor is missed.
func (r *result) judge(floor float64) error {
	switch {
	case median(r.Ratios) < floor:
		return fmt.Errorf("the ratio %.2f is below the floor %.2f", median(r.Ratios), floor)
	case r.peak() > maxPeakMiB:
		return fmt.Errorf("our process took %.0f MiB, more than %d", r.peak(), maxPeakMiB)
	case r.peak() > r.Small.PeakMiB*flat:
		return fmt.Errorf("memory grows: %.0f MiB at %d rows, %.0f at %d", r.Small.PeakMiB, r.SmallNum, r.peak(), r.Rows)
	}
	return nil
}
