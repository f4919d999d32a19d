package duel

import (
	"context"
	"fmt"
	"io"
)

// Race is a workload that nothing stands beside: it is measured against the clock.
type Race struct {
	ID, Name, Title string
	Ours            Side
	Times           int
	Most, Aim       float64 // seconds of wall time, of the median
}

// Run measures: once to warm, which is thrown away, then so many times. The control is ours against itself.
func (c Race) Run(ctx context.Context, progress io.Writer) (*Result, error) {
	r := &Result{ID: c.ID, Name: c.Name, Title: c.Title, Floor: c.Most, Aim: c.Aim, Race: true}
	for i := range c.Times + 1 {
		s, err := c.Ours(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.ID, err)
		}
		if i == 0 {
			continue
		}
		if n := len(r.Ours); n > 0 {
			r.Control = append(r.Control, r.Ours[n-1].Wall/s.Wall)
		}
		r.Ours = append(r.Ours, s)
		fmt.Fprintf(progress, "%s, time %d: %.3f s\n", c.ID, i, s.Wall)
	}
	return r, nil
}
