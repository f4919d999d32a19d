// Package duel measures two things by turns in one run: ours, and what it is compared with. A figure is the ratio of their
// wall times, pair by pair, with its median, least and greatest; the control is the other side against itself. The machine
// is noisy; the ratio of neighbours is not.
//
// It knows nothing of what is measured: the folders beside it do.
package duel

import (
	"context"
	"fmt"
	"io"
)

// Side does the work once and says what it took.
type Side func(ctx context.Context) (Sample, error)

// Duel is one workload. Where it compares something else than wall time, the samples still have both.
type Duel struct {
	ID     string // W1, W5, …
	Name   string // file of the result, without its ending
	Title  string // what is done, in a line
	Rival  string // what it is compared with, in a few words
	Theirs Side
	Ours   Side
	Pairs  int     // at least five, for a figure to be told
	Floor  float64 // least median of theirs / ours
	Aim    float64
	Of     func(Sample) float64 // what is compared; nil: wall time
}

// Run measures: one pair to warm both sides, which is thrown away, then the pairs. Each pair is said to progress.
func (d Duel) Run(ctx context.Context, progress io.Writer) (*Result, error) {
	of := d.Of
	if of == nil {
		of = Wall
	}
	r := &Result{ID: d.ID, Name: d.Name, Title: d.Title, Rival: d.Rival, Floor: d.Floor, Aim: d.Aim}
	for i := range d.Pairs + 1 {
		theirs, err := d.Theirs(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", d.ID, d.Rival, err)
		}
		ours, err := d.Ours(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s, ours: %w", d.ID, err)
		}
		if err := same(theirs, ours); err != nil {
			return nil, fmt.Errorf("%s: %w", d.ID, err)
		}
		if i == 0 {
			continue
		}
		if n := len(r.Theirs); n > 0 {
			r.Control = append(r.Control, of(r.Theirs[n-1])/of(theirs))
		}
		r.Theirs, r.Ours, r.Ratios = append(r.Theirs, theirs), append(r.Ours, ours), append(r.Ratios, of(theirs)/of(ours))
		fmt.Fprintf(progress, "%s, pair %d: %s %.2f s, ours %.2f s, ratio %.2f\n", d.ID, i, d.Rival, of(theirs), of(ours), of(theirs)/of(ours))
	}
	return r, nil
}

// same refuses a comparison of different amounts of work.
func same(theirs, ours Sample) error {
	shared := 0
	for name, n := range theirs.Counts {
		if m, ok := ours.Counts[name]; ok {
			shared++
			if n != m {
				return fmt.Errorf("%d %s on the other side, %d on ours", n, name, m)
			}
		}
	}
	if shared == 0 {
		return fmt.Errorf("the sides count nothing in common")
	}
	return nil
}
