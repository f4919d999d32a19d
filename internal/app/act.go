package app

import (
	"context"

	"creditsync/pipelines"
	"creditsync/schemas"
)

// act runs an act on the records of a kind under the lease of a pipeline, and publishes what it committed.
func (a *App) act(ctx context.Context, pipeline string, kind *schemas.Kind, act pipelines.Act, dryRun bool) (RunResult, error) {
	runner, err := a.runner(ctx)
	if err != nil {
		return RunResult{}, err
	}
	return a.publish(ctx, runner.Act(ctx, pipelines.Pipeline{Name: pipeline, Kind: kind}, act, dryRun)), nil
}
