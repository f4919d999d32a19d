package pipelines

import (
	"context"
	"fmt"
	"strings"

	"creditsync/internal/fault"
)

// Act is a change of committed records that no source delivers. Every version that it writes is a copy of a committed one,
// so a run that acts has nothing to stage: the rest of its road, its commits and their proofs, is that of any run.
type Act struct {
	// Mode is how the ledger and people call the run; Note is what people should see beside it.
	Mode, Note string
	// Forget, where it is not 0: the records that a commit up to this one deleted, and that are still gone, get a tombstone.
	Forget uint64
	// Revert are the commits of one run, by number: every record that they changed goes back to what it was before.
	Revert []uint64
	// Partly leaves alone the records that were changed again since, instead of refusing to revert any.
	Partly bool
	// Back is where the source stood before the run that is reverted; nil leaves the cursor where it is.
	Back *Standing
}

// Standing is where a source stands after a run: its cursor, and the names of what was read.
type Standing struct {
	Cursor []byte
	Inputs []string
}

// Touched is how many records that a run changed were changed again by another one since.
type Touched struct{ Run, Records uint64 }

// Act runs an act on the records of a kind, under the lease of a pipeline, which need not be configured any more.
func (r *Runner) Act(ctx context.Context, p Pipeline, a Act, dryRun bool) Report {
	t := &trip{Runner: r, p: p, wish: Wish{DryRun: dryRun}, act: &a}
	if a.Back != nil {
		t.cursor, t.names = a.Back.Cursor, a.Back.Inputs
	}
	return r.ride(ctx, t, a.Mode, func(ctx context.Context) (State, error) {
		err := t.locked(ctx, func(ctx context.Context, _ Lock) error { return t.untouched(ctx, t.scope(0, 0, 1)) })
		if err != nil {
			return Failed, err
		}
		return t.outcome(t.commit(ctx))
	})
}

// untouched refuses to revert a run of which others have changed records again since, unless the rest is to be reverted.
// It is asked before the first commit, and by every commit of its own records, when nobody else can change them any more.
func (t *trip) untouched(ctx context.Context, s Scope) error {
	if t.act == nil || len(t.act.Revert) == 0 {
		return nil
	}
	touched, err := t.Warehouse.Touched(ctx, s)
	if err != nil {
		return err
	}
	if s.Commit == 0 { // the whole run; its commits count what they leave alone
		t.rep.Touched = touched
	}
	if t.act.Partly || len(touched) == 0 {
		return nil
	}
	var sum uint64
	var zh, en []string
	for _, by := range touched {
		sum += by.Records
		zh, en = append(zh, fmt.Sprintf("第 %d 号运行 %d 条", by.Run, by.Records)), append(en, fmt.Sprintf("run %d: %d", by.Run, by.Records))
	}
	return fault.New(fault.Run, "revert.touched", fault.Text{
		ZH: fmt.Sprintf("这次运行改过的记录中，有 %d 条后来又被改过（%s），没有撤销", sum, strings.Join(zh, "，")),
		EN: fmt.Sprintf("%d of the records that the run changed were changed again since (%s): nothing was reverted", sum, strings.Join(en, ", ")),
	}).Do(fault.T("请先撤销较晚的运行；或用 --partly 撤销其余的，这些记录保持现状。", "Revert the later runs first; or revert the rest with --partly, which leaves these records as they are."))
}

// verdict is what the run says of the quarantine: a whole run of a source, or an act that takes a run's word back.
func (t *trip) verdict() Verdict {
	switch {
	case t.act != nil:
		return Verdict{Undone: t.act.Revert}
	case t.wish.Replay:
		return Verdict{Resolve: true, Replayed: t.answered}
	}
	return Verdict{Resolve: true, Answered: t.answered}
}
