package known

import (
	"fmt"

	"creditsync/bench/duel"
	"creditsync/bench/firstload"
)

// A row costs no more than mostGrowth times the CPU where there are ten times as many; our process keeps within maxPeakMiB
// and needs no more than flat times the memory.
const (
	mostGrowth = 1.1
	maxPeakMiB = 300
	flat       = 1.15
)

// Large is W1 at all the known records: the load of the base against the engine's bare insert, once.
func (b *Base) Large() *duel.Result {
	return &duel.Result{ID: "W1/large", Name: "first_load_large", Rival: "bare insert", Floor: firstload.Floor, Aim: firstload.Aim,
		Title:  fmt.Sprintf("first load, %d penalties × 30 columns, CSV, as W1; one pair", b.Known),
		Theirs: []duel.Sample{b.Bare}, Ours: []duel.Sample{b.Load}, Ratios: []float64{b.Bare.Wall / b.Load.Wall}}
}

// Growth compares what a row cost in the small and in the large load.
func (b *Base) Growth() *duel.Result {
	small, large := million(b.Small, b.Rows), million(b.Load, b.Known)
	before, now := small.Own+small.Engine, large.Own+large.Engine
	r := &duel.Result{ID: "growth", Name: "growth", Rival: fmt.Sprintf("%d rows", b.Rows), Floor: 1 / mostGrowth, Aim: 1,
		Title:  fmt.Sprintf("first load of %d rows against %d: what a million rows took; the ratio is of CPU seconds, ours and the engine's, publishing included", b.Known, b.Rows),
		Theirs: []duel.Sample{small}, Ours: []duel.Sample{large}, Ratios: []float64{before / now},
		Notes: []string{fmt.Sprintf("CPU seconds of a million rows: %.2f of %d rows, %.2f of %d", before, b.Rows, now, b.Known)}}
	if b.Load.Peak > maxPeakMiB {
		r.Broken = append(r.Broken, fmt.Sprintf("our process took %.0f MiB, more than %d", b.Load.Peak, maxPeakMiB))
	}
	if b.Load.Peak > b.Small.Peak*flat {
		r.Broken = append(r.Broken, fmt.Sprintf("memory grows: %.0f MiB at %d rows, %.0f at %d", b.Small.Peak, b.Rows, b.Load.Peak, b.Known))
	}
	return r
}

// million is the seconds of a sample as a million rows of it took.
func million(s duel.Sample, rows int) duel.Sample {
	share := 1e6 / float64(rows)
	s.Wall, s.Own, s.Engine, s.Broker = s.Wall*share, s.Own*share, s.Engine*share, s.Broker*share
	return s
}
