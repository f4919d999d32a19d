package app

import (
	"context"
	"errors"

	"creditsync/internal/bus"
	"creditsync/internal/config"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/pipelines"
	"creditsync/schemas"
)

// Run runs the named pipelines one after the other, all enabled ones when none is named, and publishes what they
// committed. A pipeline that fails does not keep the next from running. The error says why nothing could run at all.
func (a *App) Run(ctx context.Context, names []string, wish pipelines.Wish) ([]RunResult, error) {
	chosen, err := a.choose(names)
	if err != nil {
		return nil, err
	}
	return a.runAll(ctx, chosen, wish)
}

func (a *App) choose(names []string) ([]*config.Pipeline, error) {
	var chosen []*config.Pipeline
	for _, name := range names {
		p, err := a.pipeline(name)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, p)
	}
	if len(names) > 0 {
		return chosen, nil
	}
	for i := range a.Config.Pipelines {
		if a.Config.Pipelines[i].Enabled {
			chosen = append(chosen, &a.Config.Pipelines[i])
		}
	}
	if len(chosen) == 0 {
		return nil, fault.New(fault.Input, "pipelines.none", fault.T("配置中没有启用的管道", "the configuration has no enabled pipeline")).
			Do(fault.T("请在 pipelines 下写一个管道，样例见 examples/creditsync.yaml。", "Write one under pipelines; examples/creditsync.yaml has all keys."))
	}
	return chosen, nil
}

func (a *App) runAll(ctx context.Context, chosen []*config.Pipeline, wish pipelines.Wish) ([]RunResult, error) {
	l, err := a.ledger(ctx)
	if err != nil {
		return nil, err
	}
	var results []RunResult
	var free []*config.Pipeline
	for _, p := range chosen { // before an engine is started that the other run may be holding
		if held, busy, err := l.PipelineHolder(ctx, p.Name); err != nil {
			return nil, err
		} else if busy {
			results = append(results, RunResult{Report: pipelines.Report{Pipeline: p.Name, Kind: p.Kind, State: pipelines.Failed, Started: a.Now(), Err: alreadyRunning(a, p.Name, held)}})
			continue
		}
		free = append(free, p)
	}
	if len(free) == 0 {
		return results, nil
	}
	runner, err := a.runner(ctx)
	if err != nil {
		return results, err
	}
	unfit, err := a.unfit(ctx, kindsOf(free)...)
	if err != nil {
		return results, err
	}
	for _, p := range free {
		if ctx.Err() != nil {
			break
		}
		if err := unfit[p.Kind]; err != nil { // before anything is written
			results = append(results, RunResult{Report: pipelines.Report{Pipeline: p.Name, Kind: p.Kind, State: pipelines.Failed, Started: a.Now(), Err: err}})
			continue
		}
		rep := runner.Run(ctx, a.onRoad(p), wish)
		rep.Err = a.embeddedTrouble(rep.Err)
		results = append(results, a.publish(ctx, rep))
	}
	if len(unfit) == 0 { // nor does a ledger clean up that may have forgotten what was committed
		a.tend(ctx, wish.DryRun)
	}
	return results, nil
}

// tend is what the janitor does after runs. What goes wrong is not theirs: it is done by the next. After a dry run nothing is
// committed.
func (a *App) tend(ctx context.Context, dryRun bool) {
	if err := a.Sweep(ctx); err != nil && !errors.Is(err, context.Canceled) {
		a.Log.Warn("remove the stages of ended runs", "error", err)
	}
	if err := a.forget(ctx, dryRun); err != nil && !errors.Is(err, context.Canceled) {
		a.Log.Warn("write the tombstones of deleted records", "error", err)
	}
	if err := a.showRuns(context.WithoutCancel(ctx)); err != nil {
		a.Log.Warn("add the runs to the analysts' list", "error", err)
	}
	if err := a.merge(ctx); err != nil && !errors.Is(err, context.Canceled) {
		a.Log.Warn("merge the analysts' copies", "error", err)
	}
}

func alreadyRunning(a *App, pipeline string, held ledger.Held) error {
	since := held.Since.In(a.Config.Timezone).Format("2006-01-02 15:04:05")
	return fault.New(fault.Run, "pipeline.busy", fault.T("管道 %[1]s 自 %[2]s 起已在运行（%[3]s）", "pipeline %[1]s: already running since %[2]s, by %[3]s", pipeline, since, held.Holder)).
		Do(fault.T("请等它结束。", "Wait until it ends."))
}

// publish tells the bridge what the run committed, and whatever older commits still wait. Kafka being away does not undo
// the run: its changes are applied and wait.
func (a *App) publish(ctx context.Context, rep pipelines.Report) RunResult {
	out := RunResult{Report: rep}
	if rep.DryRun || rep.Run == "" || ctx.Err() != nil {
		return out
	}
	from := a.Now()
	due, err := a.notifications(ctx, rep.Run)
	if err == nil {
		kind, _ := schemas.Find(rep.Kind)
		var res bus.Result
		res, err = a.relay(ctx, kind, rep.LastCommit)
		out.Published = res.ByRun[rep.Run]
		for run, n := range res.ByRun {
			if run != rep.Run {
				out.Relayed += n
			}
		}
		if err == nil {
			out.Published = due // also where another process told them
		}
	}
	out.PublishErr = err
	out.Waiting = due - min(due, out.Published)
	out.PublishSeconds = a.Now().Sub(from).Seconds()
	if err := a.remember(context.WithoutCancel(ctx), out); err != nil {
		a.Log.Warn("write down what was published", "run", rep.Run, "error", err)
	}
	return out
}
