package app

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/pipelines"
	"creditsync/schemas"
)

// modeRevert is the mode of runs that undo another.
const modeRevert = "revert"

// Revert undoes a run by new versions: every record that it changed, and that is as it left it, becomes what it was before,
// and where the pipeline's source stood goes back, so that what the run read is read again. That is a commit, told like any
// other. An error says why nothing could be tried at all; the result's own says how far the run of the revert came.
func (a *App) Revert(ctx context.Context, w RevertWish) (Reverted, error) {
	l, err := a.ledger(ctx)
	if err != nil {
		return Reverted{}, err
	}
	run, err := l.FindRun(ctx, w.Run)
	if err != nil {
		return Reverted{}, err
	}
	out := Reverted{Of: runRow(run)}
	kind, err := revertible(run)
	if err != nil {
		return out, err
	}
	if err := a.fit(ctx, kind); err != nil {
		return out, err
	}
	if err := a.fit(ctx, kind); err != nil {
		return out, err
	}
	if w.DryRun && w.Reason == "" {
		w.Reason = "dry run"
	}
	act := pipelines.Act{Mode: modeRevert, Note: revertNote(run.No, w.Reason), Partly: w.Partly}
	commits, err := l.CommitsOf(ctx, run.ID)
	if err != nil {
		return out, err
	}
	for _, c := range commits {
		if c.Committed() {
			act.Revert = append(act.Revert, c.No)
		}
	}
	cursor, inputs, known, err := l.Before(ctx, run.ID)
	if err != nil {
		return out, err
	}
	if known {
		act.Back = &pipelines.Standing{Cursor: cursor, Inputs: inputs}
	}
	if !w.DryRun {
		if err := a.audit(ctx, "run.revert", run.Pipeline, fmt.Sprintf("run %d, %s: %s", run.No, run.ID, w.Reason)); err != nil {
			return out, err
		}
	}
	out.RunResult, err = a.act(ctx, run.Pipeline, kind, act, w.DryRun)
	if err != nil {
		return out, err
	}
	for _, by := range out.RunResult.Touched {
		later, err := l.FindRun(ctx, fmt.Sprint(by.Run))
		if err != nil {
			return out, err
		}
		out.By = append(out.By, TouchedBy{RunRow: runRow(later), Records: by.Records})
	}
	a.tend(ctx, w.DryRun)
	return out, nil
}

// revertNote is what stands beside the run of a revert: the number of the run that it undoes, and why.
func revertNote(run uint64, reason string) string { return fmt.Sprintf("%d %s", run, reason) }

// revertNoted reads a revertNote.
func revertNoted(note string) (run uint64, reason string) {
	number, reason, _ := strings.Cut(note, " ")
	run, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return 0, note
	}
	return run, reason
}

// revertible is the kind of a run that can be undone: one that is done and has read a source, or has undone another.
func revertible(run ledger.RunRow) (*schemas.Kind, error) {
	kind, known := schemas.Find(run.Kind)
	switch {
	case run.State != ledger.RunDone:
		return nil, fault.New(fault.Input, "revert.not_done", fault.T("第 %[1]d 号运行没有完成（%[2]s），不能撤销", "run %[1]d is not done (%[2]s) and cannot be reverted", run.No, run.State)).
			Do(fault.T("没有提交的不算数；失败前已提交的部分由下一次运行接着完成。creditsync runs 列出完成的运行。", "What was not committed does not count; what a failed run did commit is completed by the next one. creditsync runs lists those that are done."))
	case !known:
		return nil, fault.New(fault.Input, "revert.kind", fault.T("这个版本没有记录类型 %s", "this version has no record kind %s", run.Kind))
	case run.Mode == modeForget || run.Mode == pipelines.ModeOperator:
		return nil, fault.New(fault.Input, "revert.mode", fault.T("第 %[1]d 号运行没有改动记录（%[2]s），没有可撤销的", "run %[1]d changed no records (%[2]s): there is nothing to revert", run.No, run.Mode)).
			Do(fault.T("能撤销的是读入来源的运行，和撤销本身。", "What can be reverted are runs that read a source, and reverts."))
	}
	return kind, nil
}
