package duel

import (
	"slices"
	"syscall"
	"time"
)

// Sample is one measured execution of one side.
type Sample struct {
	Wall   float64 `json:"wall_seconds"`
	Own    float64 `json:"own_cpu_seconds"`              // CPU of the side's own process
	Engine float64 `json:"engine_cpu_seconds,omitempty"` // CPU of the engine meanwhile
	Peak   float64 `json:"peak_mib,omitempty"`           // most memory of the side's own process
	// Counts are what the side worked on (rows, cells, bytes). A count that both sides have must be equal.
	Counts map[string]int64 `json:"counts"`
}

// Meter measures this process from the moment it is made.
type Meter struct {
	from time.Time
	cpu  float64
}

// Start begins to measure.
func Start() Meter { return Meter{from: time.Now(), cpu: used()} }

// Sample is what was spent since then, for the counts.
func (m Meter) Sample(counts map[string]int64) Sample {
	return Sample{Wall: time.Since(m.from).Seconds(), Own: used() - m.cpu, Counts: counts}
}

// used is the CPU time of this process so far, in seconds.
func used() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // cannot fail for oneself
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// Wall, Own, Engine and Peak name a figure of a sample, for Each.
func Wall(s Sample) float64   { return s.Wall }
func Own(s Sample) float64    { return s.Own }
func Engine(s Sample) float64 { return s.Engine }
func Peak(s Sample) float64   { return s.Peak }

// Each is one figure of every sample.
func Each(list []Sample, of func(Sample) float64) []float64 {
	out := make([]float64, len(list))
	for i, s := range list {
		out[i] = of(s)
	}
	return out
}

// Median is the value in the middle, 0 of none.
func Median(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
