package app

import (
	"context"

	"creditsync/internal/ledger"
	"creditsync/internal/warehouse"
	"creditsync/pipelines"
)

// Runs are the last runs, newest first: of one pipeline, or of all when its name is empty.
func (a *App) Runs(ctx context.Context, pipeline string, limit int) ([]RunRow, error) {
	if pipeline != "" {
		if _, err := a.pipeline(pipeline); err != nil {
			return nil, err
		}
	}
	l, err := a.ledger(ctx)
	if err != nil {
		return nil, err
	}
	list, err := l.Recent(ctx, pipeline, limit)
	if err != nil {
		return nil, err
	}
	out := make([]RunRow, len(list))
	for i, r := range list {
		out[i] = runRow(r)
	}
	return out, nil
}

// runRow is a run of the ledger as people see it.
func runRow(r ledger.RunRow) RunRow {
	out := RunRow{
		RunNo: r.No, Run: r.ID.String(), Pipeline: r.Pipeline, Kind: r.Kind, Mode: r.Mode, State: r.State, Started: r.Started, Finished: r.Finished,
		Counts: pipelines.Counts(r.Counts), Published: r.Published, Seconds: r.Seconds, ErrorCode: r.ErrorCode, Error: r.Error,
	}
	if r.State == ledger.RunOpen {
		out.Holds = r.Holder.String()
	}
	if r.Mode == modeRevert {
		out.Reverts, out.Reason = revertNoted(r.Note)
	}
	return out
}

// recentRuns is how far back the analysts' list of runs is held against the ledger after each run.
const recentRuns = 200

// showRuns adds to the analysts' list the ended runs that it lacks: also those of processes that died before they could.
func (a *App) showRuns(ctx context.Context) error {
	l, err := a.ledger(ctx)
	if err != nil {
		return err
	}
	list, err := l.Recent(ctx, "", recentRuns)
	if err != nil || len(list) == 0 {
		return err
	}
	w, err := a.warehouse(ctx)
	if err != nil {
		return err
	}
	known, err := w.KnownRuns(ctx, list[len(list)-1].No)
	if err != nil {
		return err
	}
	var missing []warehouse.RunRow
	for _, r := range list {
		if r.State == ledger.RunOpen || known[r.ID.String()] {
			continue
		}
		c := r.Counts
		missing = append(missing, warehouse.RunRow{
			Run: r.ID.String(), No: r.No, Pipeline: r.Pipeline, Kind: r.Kind, Mode: r.Mode, State: r.State, Started: r.Started, Finished: r.Finished,
			Read: c.Read, Accepted: c.Accepted, Rejected: c.Rejected, Inserted: c.Inserted, Updated: c.Updated, Deleted: c.Deleted,
			Unchanged: c.Unchanged, Superseded: c.Superseded, Withheld: c.Withheld, Warnings: c.Warnings, Error: r.Error,
		})
	}
	return w.PutRuns(ctx, missing)
}
