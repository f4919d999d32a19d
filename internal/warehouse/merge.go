package warehouse

import (
	"context"
	"fmt"
	"time"

	"creditsync/schemas"
)

// Scattered reports whether the analysts' copy is due to be merged: it lies in several parts, so that every query has to
// bring the versions of a record together, and most of it was not merged since a time.
func (w *Warehouse) Scattered(ctx context.Context, k *schemas.Kind, since time.Time) (bool, error) {
	var parts, rows, largest uint64
	var level uint32
	var merged time.Time
	sql := fmt.Sprintf("SELECT count(), sum(rows), max(rows), max(level), argMax(modification_time, rows) FROM system.parts WHERE active AND database = %s AND table = '%s_live'", quote(Database), k.Name)
	if err := w.row(ctx, "look at the parts of "+k.Name+"_live", sql, &parts, &rows, &largest, &level, &merged); err != nil {
		return false, err
	}
	switch {
	case parts == 0, parts == 1 && level > 0:
		return false, nil
	case level > 0 && largest >= rows/5*4 && merged.After(since):
		return false, nil // what came after is little; the next night has time for it
	}
	return true, nil
}

// MergeLive merges the analysts' copy of a kind into one part, in which every record stands once: filters then read what
// they look for and nothing else. It takes as long as writing the copy does, changes no result, and may be given up.
func (w *Warehouse) MergeLive(ctx context.Context, k *schemas.Kind) error {
	return w.exec(ctx, "merge "+k.Name+"_live", fmt.Sprintf("OPTIMIZE TABLE %s FINAL", table(k, "live")))
}
