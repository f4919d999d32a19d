package pipelines

import (
	"context"

	"creditsync/schemas"
)

// Forward brings current and quarantine up to every closed commit of the kind that still lacks them. It reads committed
// rows alone and may be repeated by anybody at any time (I2): a run does so before it diffs, serve does so all the time.
func (r *Runner) Forward(ctx context.Context, k *schemas.Kind) error {
	commits, err := r.Ledger.Unapplied(ctx, k.Name)
	if err != nil {
		return err
	}
	for _, c := range commits {
		if err := r.Warehouse.Forward(ctx, k, c); err != nil {
			return err
		}
		r.at("forwarded")
		if err := r.Ledger.MarkApplied(ctx, k.Name, c.No); err != nil {
			return err
		}
		r.at("applied")
	}
	return nil
}

// Live brings the analysts' copy up to every applied commit.
func (r *Runner) Live(ctx context.Context, k *schemas.Kind) error {
	commits, err := r.Ledger.NotLive(ctx, k.Name)
	if err != nil {
		return err
	}
	for _, c := range commits {
		if err := r.Warehouse.Live(ctx, k, c); err != nil {
			return err
		}
		r.at("live written")
		if err := r.Ledger.MarkLive(ctx, k.Name, c.No); err != nil {
			return err
		}
		r.at("live")
	}
	return nil
}

// settle brings forward what earlier runs have closed and not shown, whatever becomes of this one: what is committed does
// not wait for a run that has something to apply.
func (r *Runner) settle(ctx context.Context, k *schemas.Kind) error {
	if err := r.Forward(ctx, k); err != nil {
		return err
	}
	return r.Live(ctx, k)
}

// live is Live for the run's kind; a dry run has nothing to show.
func (t *trip) live(ctx context.Context) error {
	if t.wish.DryRun {
		return nil
	}
	return t.Live(ctx, t.kind())
}
