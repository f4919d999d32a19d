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
	Broker float64 `json:"broker_cpu_seconds,omitempty"` // CPU of the broker meanwhile
	Peak   float64 `json:"peak_mib,omitempty"`           // most memory of the side's own process
	// EnginePeak and BrokerPeak are the most memory of the engine's and of the broker's process meanwhile.
	EnginePeak float64 `json:"engine_peak_mib,omitempty"`
	BrokerPeak float64 `json:"broker_peak_mib,omitempty"`
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

// These name a figure of a sample, for Each.
func Wall(s Sample) float64       { return s.Wall }
func Own(s Sample) float64        { return s.Own }
func Engine(s Sample) float64     { return s.Engine }
func Broker(s Sample) float64     { return s.Broker }
func Peak(s Sample) float64       { return s.Peak }
func EnginePeak(s Sample) float64 { return s.EnginePeak }
func BrokerPeak(s Sample) float64 { return s.BrokerPeak }

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
