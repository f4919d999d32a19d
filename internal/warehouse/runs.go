package warehouse

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// RunRow is one ended run as analysts see it beside the records.
type RunRow struct {
	Run, Pipeline, Kind, Mode, State                                                                string
	No                                                                                              uint64
	Started, Finished                                                                               time.Time
	Read, Accepted, Rejected, Inserted, Updated, Deleted, Unchanged, Superseded, Withheld, Warnings uint64
	Error                                                                                           string
}

// KnownRuns are the UUIDs of the runs from number from on that the runs table has.
func (w *Warehouse) KnownRuns(ctx context.Context, from uint64) (map[string]bool, error) {
	var ids []string
	sql := fmt.Sprintf("SELECT groupUniqArray(toString(run)) FROM %s.runs WHERE run_no >= %d", Database, from)
	if err := w.row(ctx, "list the runs", sql, &ids); err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(ids))
	for _, id := range ids {
		known[id] = true
	}
	return known, nil
}

// PutRuns adds ended runs; it may be repeated.
func (w *Warehouse) PutRuns(ctx context.Context, runs []RunRow) error {
	if len(runs) == 0 {
		return nil
	}
	rows := make([]string, len(runs))
	for i, r := range runs {
		rows[i] = fmt.Sprintf("(toUUID(%s), %d, %s, %s, %s, %s, fromUnixTimestamp64Milli(%d), fromUnixTimestamp64Milli(%d), %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %s)",
			quote(r.Run), r.No, quote(r.Pipeline), quote(r.Kind), quote(r.Mode), quote(r.State), r.Started.UnixMilli(), r.Finished.UnixMilli(),
			r.Read, r.Accepted, r.Rejected, r.Inserted, r.Updated, r.Deleted, r.Unchanged, r.Superseded, r.Withheld, r.Warnings, quote(r.Error))
	}
	return w.exec(ctx, "list the runs", fmt.Sprintf("INSERT INTO %s.runs VALUES %s", Database, strings.Join(rows, ", ")))
}
