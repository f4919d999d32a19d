package pipelines

import "context"

// Judge applies an operator's verdict to the quarantine of a pipeline: a run that reads nothing and closes one commit.
func (r *Runner) Judge(ctx context.Context, p Pipeline, v Verdict) error {
	run, err := r.Ledger.Begin(ctx, p.Name, p.Kind.Name, "operator")
	if err != nil {
		return err
	}
	kept, release := r.Ledger.Keep(ctx, run)
	defer release()
	t := &trip{Runner: r, p: p, run: run, rep: Report{Pipeline: p.Name, Kind: p.Kind.Name, Run: run.ID, RunNo: run.No, Started: r.Now()}}
	t.rep.State, t.rep.Err = t.outcome(t.commitQuarantine(kept, v))
	t.finish(ctx)
	return t.rep.Err
}
