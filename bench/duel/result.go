package duel

import (
	"fmt"
	"slices"
	"strings"
)

// Result is what was measured of a workload.
type Result struct {
	ID      string    `json:"id"`
	Name    string    `json:"-"`
	Title   string    `json:"title"`
	Rival   string    `json:"rival"`
	Floor   float64   `json:"floor"` // least ratio; of a race the most seconds
	Aim     float64   `json:"aim"`
	Theirs  []Sample  `json:"theirs"`
	Ours    []Sample  `json:"ours"`
	Ratios  []float64 `json:"ratios"`  // theirs / ours, per pair
	Control []float64 `json:"control"` // theirs / theirs, of neighbouring pairs
	Notes   []string  `json:"notes,omitempty"`
	Broken  []string  `json:"broken,omitempty"` // bounds other than the floor that were not kept
	Race    bool      `json:"race,omitempty"`   // against the clock: there is no other side
}

// Ratio is the median of the ratios.
func (r *Result) Ratio() float64 { return Median(r.Ratios) }

// Judge fails when the floor or another bound is missed.
func (r *Result) Judge() error {
	broken := r.Broken
	if most := Median(Each(r.Ours, Wall)); r.Race && most > r.Floor {
		broken = append([]string{fmt.Sprintf("%.3f seconds are more than %.2f", most, r.Floor)}, broken...)
	}
	if !r.Race && r.Ratio() < r.Floor {
		broken = append([]string{fmt.Sprintf("the ratio %.3f is below the floor %.2f", r.Ratio(), r.Floor)}, broken...)
	}
	if len(broken) > 0 {
		return fmt.Errorf("%s: %s", r.ID, strings.Join(broken, "; "))
	}
	return nil
}

// Table is the figures with their spread.
func (r *Result) Table() string {
	var b strings.Builder
	line := func(name string, list []float64, unit string) {
		if len(list) > 0 && slices.Max(list) > 0 {
			fmt.Fprintf(&b, "  %-40s median %8.2f   min %8.2f   max %8.2f %s\n", name, Median(list), slices.Min(list), slices.Max(list), unit)
		}
	}
	fmt.Fprintf(&b, "%s  %s\n", r.ID, r.Title)
	for _, side := range []struct {
		name string
		list []Sample
	}{{r.Rival, r.Theirs}, {"ours", r.Ours}} {
		line(side.name+", wall", Each(side.list, Wall), "s")
		line(side.name+", own CPU", Each(side.list, Own), "s")
		line(side.name+", engine's CPU", Each(side.list, Engine), "s")
		line(side.name+", broker's CPU", Each(side.list, Broker), "s")
		line(side.name+", peak memory", Each(side.list, Peak), "MiB")
		line(side.name+", engine's peak memory", Each(side.list, EnginePeak), "MiB")
		line(side.name+", broker's peak memory", Each(side.list, BrokerPeak), "MiB")
	}
	line("ratio "+r.Rival+" / ours", r.Ratios, "")
	line("control, a side against itself", r.Control, "")
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "  %s\n", note)
	}
	return b.String()
}

// Head is the header of the lines of Line.
func Head() string {
	return fmt.Sprintf("%-11s %10s %10s %7s %15s %7s %7s\n", "", "ours s", "theirs s", "ratio", "(min … max)", "floor", "aim")
}

// Line is the result in a line: workload, ours, theirs, ratio, floor, aim.
func (r *Result) Line() string {
	if r.Race {
		wall := Each(r.Ours, Wall)
		return fmt.Sprintf("%-11s %10.2f %10s %7s %15s %7s %7s\n", r.ID, Median(wall), "", "", fmt.Sprintf("(%.2f … %.2f)", slices.Min(wall), slices.Max(wall)),
			fmt.Sprintf("%.2f s", r.Floor), fmt.Sprintf("%.2f s", r.Aim))
	}
	return fmt.Sprintf("%-11s %10.2f %10.2f %7.2f %15s %7.2f %7.2f\n", r.ID, Median(Each(r.Ours, Wall)), Median(Each(r.Theirs, Wall)), r.Ratio(),
		fmt.Sprintf("(%.2f … %.2f)", slices.Min(r.Ratios), slices.Max(r.Ratios)), r.Floor, r.Aim)
}

// Keep writes the result as JSON into the folder.
func (r *Result) Keep(dir string) error { return keep(dir, r.Name+".json", r) }
