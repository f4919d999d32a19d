package pipelines

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"creditsync/connectors"
	"creditsync/internal/fault"
	"creditsync/schemas"
	"creditsync/transforms"
)

// ReceiptHeader is the column that marks a file of corrected rows.
const ReceiptHeader = "回执号"

// closing is how long a stopped run may take to write down how it ended.
const closing = 5 * time.Second

// trip is one run on its way.
type trip struct {
	*Runner
	p    Pipeline
	wish Wish
	act  *Act // nil where a source is read
	run  Run
	rep  Report

	spool         Spool
	snapshot      bool // the inputs hold all that the source has
	own           bool // the inputs are the source's own, not corrections alone
	names         []string
	cursor        []byte // with names, where the source stands after this run
	sent, refused Tally  // what was staged, as it was sent
	unkeyed       uint64
	answered      []string // receipts whose corrected row was accepted
	stands        bool     // the run's last commit is closed
	applied       time.Time
}

// open opens the source and holds what there is against what the last run read.
func (t *trip) open(ctx context.Context) (connectors.Reader, error) {
	var err error
	if t.cursor, err = t.Ledger.Cursor(ctx, t.p.Name); err != nil {
		return nil, err
	}
	want, err := t.request()
	if err != nil {
		return nil, err
	}
	in, err := t.p.Source.Open(ctx, want)
	if err != nil {
		return nil, err
	}
	for _, one := range in.Inputs() {
		if one.Note.EN != "" {
			t.Log.Info("input", "pipeline", t.p.Name, "name", one.Name, "note", one.Note.EN)
		}
	}
	if err := t.expect(ctx, in.Inputs()); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

// request says how the source is to be read. A cursor is for incremental reads alone: what an earlier mode left in the
// ledger means nothing to the others.
func (t *trip) request() (connectors.Request, error) {
	want := connectors.Request{
		Match:   transforms.Match(t.p.Kind, t.p.Map),
		Receipt: ReceiptHeader, Undecodable: t.p.ErrorBudget.Share, Zone: t.Zone,
	}
	partial := t.wish.Reread || !t.wish.Window.Whole()
	switch {
	case t.wish.Replay:
	case partial && t.p.Mode != connectors.Incremental:
		return want, fault.New(fault.Input, "run.not_incremental", fault.T(
			"管道 %[1]s 的方式是 %[2]s，没有游标：--since、--until 和 --reread 只用于 incremental",
			"pipeline %[1]s is %[2]s and has no cursor: --since, --until and --reread are for mode incremental", t.p.Name, string(t.p.Mode))).
			Do(fault.T("请去掉这些选项：每次运行都会读全部。", "Leave these flags out: every run reads all of it."))
	case t.p.Mode == connectors.Incremental && !partial:
		want.Cursor = t.cursor
	}
	want.Window = t.wish.Window
	return want, nil
}

// moved is where the source stands after this run. Corrections say nothing of it, and a window that is read again does not
// move the cursor.
func (t *trip) moved(in connectors.Reader) {
	if t.own && t.wish.Window.Whole() {
		t.cursor = in.Cursor()
	}
}

// expect decides whether absence means deletion, and refuses a snapshot of several files of which one has vanished.
func (t *trip) expect(ctx context.Context, inputs []connectors.Input) error {
	for _, one := range inputs {
		if !one.Receipt {
			t.snapshot = t.p.Mode == connectors.Snapshot
			t.names = append(t.names, one.Name)
		}
	}
	known, err := t.Ledger.Inputs(ctx, t.p.Name)
	if err != nil {
		return err
	}
	if t.own = len(t.names) > 0; !t.own { // corrections alone say nothing of where the source stands
		t.names = known
	}
	if !t.snapshot || len(known) < 2 || t.wish.AcceptDeletes > 0 {
		return nil
	}
	var missing []string
	for _, name := range known {
		if !slices.Contains(t.names, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fault.New(fault.Run, "guard.missing_file", fault.T(
		"管道 %[1]s：上次全量读过的文件这次没有：%[2]s", "pipeline %[1]s: files of the last snapshot are gone: %[2]s", t.p.Name, strings.Join(missing, ", "))).
		Do(fault.T("请把文件补齐；如确已不再提供，用 --accept-deletes N 运行。", "Put them back; if they are gone for good, run with --accept-deletes N."))
}

// outcome is the state of a run whose commits ended with err. Once the last one is closed all of them stand: what goes wrong
// after that keeps nobody from bringing them forward later.
func (t *trip) outcome(err error) (State, error) {
	switch {
	case err == nil:
		return Done, nil
	case !t.stands:
		return Failed, err
	}
	return Done, fault.New(fault.ClassOf(err), "commit.unseen", fault.T(
		"管道 %[1]s：数据已提交（%[2]s 的第 %[3]d 次提交），但视图里还看不全", "pipeline %[1]s: the data is committed (commit %[3]d of %[2]s), but the views do not show all of it yet",
		t.p.Name, t.kind().Name, t.rep.LastCommit)).Because(err).
		Do(fault.T("数据不会丢失：排除故障后再次运行，会先把它补全。", "Nothing is lost: mend what is wrong and run again; the next run brings it forward first."))
}

// note is what people should see beside the run.
func (t *trip) note() string {
	if t.act == nil {
		return ""
	}
	return t.act.Note
}

// finish writes down how the run ended, also when the caller has been told to stop.
func (t *trip) finish(ctx context.Context) {
	end := t.Now()
	if errors.Is(t.rep.Err, context.Canceled) && ctx.Err() != nil {
		t.rep.Err = fault.New(fault.Run, "run.interrupted", fault.T("管道 %s 的运行被中断", "the run of pipeline %s was interrupted", t.p.Name)).
			Do(fault.T("已提交的部分有效，其余未入库；再次运行即可。", "What was committed holds, the rest was not applied; run again."))
	}
	if !t.applied.IsZero() {
		t.rep.Seconds, t.rep.Live = t.applied.Sub(t.rep.Started).Seconds(), end.Sub(t.applied).Seconds()
	} else {
		t.rep.Seconds = end.Sub(t.rep.Started).Seconds()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if err := t.Ledger.Finish(ctx, t.run, t.rep); err != nil {
		t.Log.Error("write down how the run ended", "run", t.run.ID, "error", err)
		if t.rep.Err == nil {
			t.rep.State, t.rep.Err = Failed, err
		}
	}
	t.at("finished")
}

// scope is what a commit of this run is about.
func (t *trip) scope(commit uint64, slice, slices int) Scope {
	return Scope{
		Kind: t.p.Kind, Pipeline: t.p.Name, Run: t.run.No, Commit: commit, Snapshot: t.snapshot,
		Withhold: t.unkeyed > 0 && !t.wish.ApplyDeletes, Lower: t.p.Lower, Slice: slice, Slices: slices, At: t.Now(), Act: t.act,
	}
}

// kind is the pipeline's record kind.
func (t *trip) kind() *schemas.Kind { return t.p.Kind }
