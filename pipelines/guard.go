package pipelines

import (
	"context"
	"strings"

	"creditsync/internal/fault"
)

// guard holds what was staged against what was sent, and the refused rows against the error budget, before anything
// becomes visible.
func (t *trip) guard(ctx context.Context) error {
	if err := t.tallied(ctx); err != nil {
		return err
	}
	if c := t.rep.Counts; t.p.ErrorBudget.Exceeded(c.Rejected, c.Read) {
		return fault.New(fault.Run, "guard.error_budget", fault.T(
			"管道 %[1]s：读入 %[2]d 行，其中 %[3]d 行被拒，超过允许的 %.3[4]g%%", "pipeline %[1]s: %[3]d of %[2]d rows were refused, more than the %.3[4]g%% allowed",
			t.p.Name, c.Read, c.Rejected, t.p.ErrorBudget.Share*100)).
			Do(fault.T("被拒的行已入疑问数据：creditsync quarantine ls %[1]s。改正来源后再运行，或调整 error_budget。", "The refused rows are in quarantine: creditsync quarantine ls %[1]s. Mend the source and run again, or change error_budget.", t.p.Name))
	}
	return nil
}

// tallied proves that the engine has exactly the rows that were sent. It is asked before the diff, and again after the
// versions were written: a stage that shrank meanwhile must not delete the rest.
func (t *trip) tallied(ctx context.Context) error {
	rows, err := t.Warehouse.Staged(ctx, t.kind(), t.run.No)
	if err != nil {
		return err
	}
	rejects, err := t.Warehouse.StagedRejects(ctx, t.run.No)
	if err != nil {
		return err
	}
	if rows == t.sent && rejects == t.refused {
		return nil
	}
	return fault.New(fault.Run, "guard.stage_differs", fault.T(
		"管道 %[1]s：发送 %[2]d 行（被拒 %[3]d），暂存区有 %[4]d 行（被拒 %[5]d），或内容不同", "pipeline %[1]s: %[2]d rows (%[3]d refused) were sent, the stage holds %[4]d (%[5]d), or others",
		t.p.Name, t.sent.Rows, t.refused.Rows, rows.Rows, rejects.Rows)).
		Do(fault.T("什么都没有入库，再次运行即可。", "Nothing was applied; run again."))
}

// guardDeletes refuses to delete more than the pipeline may lose in one run, unless the operator accepts so many. What an
// act deletes was asked for by name.
func (t *trip) guardDeletes(ctx context.Context, deletes uint64) error {
	if t.act != nil || deletes <= t.p.MassDelete.MinRows || deletes <= t.wish.AcceptDeletes {
		return nil
	}
	owned, err := t.Warehouse.Owned(ctx, t.kind(), t.p.Name)
	if err != nil || !t.p.MassDelete.Exceeded(deletes, owned) {
		return err
	}
	return fault.New(fault.Run, "guard.mass_delete", fault.T(
		"管道 %[1]s：来源少了 %[2]d 条，库中共 %[3]d 条，超过允许的 %.3[4]g%%", "pipeline %[1]s: %[2]d of %[3]d records are gone from the source, more than the %.3[4]g%% allowed",
		t.p.Name, deletes, owned, t.p.MassDelete.Share*100)).
		Do(fault.T("什么都没有删除。请核对来源；如确应删除，用 --accept-deletes %[1]d 运行。", "Nothing was deleted. Look at the source; if it is right, run with --accept-deletes %[1]d.", deletes))
}

// setAside closes a commit of the refused rows alone when a guard stopped the run, so that people see why: no versions,
// no cursor, nothing resolved. It returns the guard's error.
func (t *trip) setAside(ctx context.Context, stop error) error {
	code := fault.CodeOf(stop)
	if !strings.HasPrefix(code, "guard.") || code == "guard.stage_differs" || t.refused.Rows == 0 || t.wish.DryRun {
		return stop
	}
	if err := t.commitQuarantine(ctx, Verdict{}); err != nil {
		t.Log.Error("set the refused rows aside", "run", t.run.ID, "error", err)
	}
	return stop
}
