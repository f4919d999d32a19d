package pipelines

import "context"

// ModeOperator is the mode of runs that read nothing and speak of the quarantine alone.
const ModeOperator = "operator"

// Judge applies an operator's verdict to the quarantine of a pipeline: a run that reads nothing and closes one commit.
func (r *Runner) Judge(ctx context.Context, p Pipeline, v Verdict) error {
	t := &trip{Runner: r, p: p}
	return r.ride(ctx, t, ModeOperator, func(ctx context.Context) (State, error) {
		return t.outcome(t.commitQuarantine(ctx, v))
	}).Err
}
