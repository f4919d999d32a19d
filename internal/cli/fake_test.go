package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"creditsync/internal/app"
	"creditsync/internal/fault"
	"creditsync/pipelines"
)

// fake is an application with fixed answers.
type fake struct {
	opts     app.Options
	names    []string
	wish     pipelines.Wish
	filter   app.QuarantineFilter
	limit    int
	dir      string
	reason   string
	run      func(ctx context.Context, o app.Options) ([]app.RunResult, error)
	serve    func(ctx context.Context, o app.Options, ready func(map[string]string)) error
	findings []app.Finding
	status   app.Status
	preview  app.Preview
	record   app.Record
	history  []app.RunRow
	rejected []app.Rejected
	revert   app.RevertWish
	reverted app.Reverted
	exported []app.Exported
	verify   app.VerifyWish
	verified []app.Verified
	repair   app.RepairWish
	next     []app.Mended // what a repair would do, if it is agreed to
	retell   app.RetellWish
	err      error
	closed   int
}

var _ application = (*fake)(nil)

func (f *fake) Run(ctx context.Context, names []string, wish pipelines.Wish) ([]app.RunResult, error) {
	f.names, f.wish = names, wish
	return f.run(ctx, f.opts)
}

func (f *fake) Serve(ctx context.Context, ready func(map[string]string)) error {
	return f.serve(ctx, f.opts, ready)
}

func (f *fake) Status(context.Context) (app.Status, error) { return f.status, f.err }

func (f *fake) Check(context.Context) []app.Finding { return f.findings }

func (f *fake) Preview(_ context.Context, pipeline string, rows int) (app.Preview, error) {
	f.names, f.limit = []string{pipeline}, rows
	return f.preview, f.err
}

func (f *fake) Record(_ context.Context, id string) (app.Record, error) {
	f.names = []string{id}
	return f.record, f.err
}

func (f *fake) Runs(_ context.Context, pipeline string, limit int) ([]app.RunRow, error) {
	f.names, f.limit = []string{pipeline}, limit
	return f.history, f.err
}

func (f *fake) Quarantine(_ context.Context, q app.QuarantineFilter) ([]app.Rejected, error) {
	f.filter = q
	return f.rejected, f.err
}

func (f *fake) Replay(ctx context.Context, q app.QuarantineFilter) ([]app.RunResult, error) {
	f.filter = q
	return f.run(ctx, f.opts)
}

func (f *fake) Dismiss(_ context.Context, q app.QuarantineFilter, reason string) (int, error) {
	f.filter, f.reason = q, reason
	return 2, f.err
}

func (f *fake) Export(_ context.Context, q app.QuarantineFilter, dir string) ([]app.Exported, error) {
	f.filter, f.dir = q, dir
	return f.exported, f.err
}

func (f *fake) Revert(_ context.Context, w app.RevertWish) (app.Reverted, error) {
	f.revert = w
	return f.reverted, f.err
}

func (f *fake) Verify(_ context.Context, w app.VerifyWish) ([]app.Verified, error) {
	f.verify = w
	return f.verified, f.err
}

func (f *fake) Repair(_ context.Context, w app.RepairWish, agree func([]app.Mended) bool) (app.Repairing, error) {
	f.repair = w
	if f.err != nil || len(f.next) == 0 {
		return app.Repairing{}, f.err
	}
	if w.DryRun || !agree(f.next) {
		return app.Repairing{Left: f.next}, nil
	}
	return app.Repairing{Steps: f.next}, nil
}

func (f *fake) Retell(_ context.Context, w app.RetellWish) (app.Retold, error) {
	f.retell = w
	return app.Retold{Topic: "credit.admin_penalty.replay", Messages: 7, DryRun: w.DryRun}, f.err
}

func (f *fake) Engine(ctx context.Context, ready func(map[string]string)) error {
	return f.serve(ctx, f.opts, ready)
}

func (f *fake) Broker(ctx context.Context, ready func(map[string]string)) error {
	return f.serve(ctx, f.opts, ready)
}

func (f *fake) Close() error { f.closed++; return nil }

const configuration = `
language: en
pipelines:
  - {name: market, kind: admin_penalty, source: {file: {path: "inbox/*.csv"}}}
`

// called is what one call of the command line left behind.
type called struct {
	status         int
	stdout, stderr string
}

// call runs the command line with a configuration in a folder of its own; "$CONFIG" among the arguments is its path.
func call(t *testing.T, f *fake, args ...string) called {
	t.Helper()
	path := filepath.Join(t.TempDir(), "creditsync.yaml")
	if err := os.WriteFile(path, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		if a == "$CONFIG" {
			args[i] = path
		}
	}
	return callWith(f, &bytes.Buffer{}, args...)
}

func callWith(f *fake, stdout *bytes.Buffer, args ...string) called {
	var stderr bytes.Buffer
	env := Env{
		Args: args, Stdin: &bytes.Buffer{}, Stdout: stdout, Stderr: &stderr, Executable: "/usr/bin/creditsync",
		LookupEnv: func(string) (string, bool) { return "", false },
		Now:       func() time.Time { return time.Date(2024, 3, 5, 1, 30, 0, 0, time.UTC) },
	}
	status := run(env, func(o app.Options) application { f.opts = o; return f })
	return called{status, stdout.String(), stderr.String()}
}

// ran is a run with this ending.
func ran(state pipelines.State, err, publish error) func(context.Context, app.Options) ([]app.RunResult, error) {
	return func(context.Context, app.Options) ([]app.RunResult, error) {
		return []app.RunResult{{Report: pipelines.Report{Pipeline: "market", Kind: "admin_penalty", Run: "6f1c2f0e-5a3d-4c1b-9a53-0d9a6f3d2b11", RunNo: 1, State: state, Err: err}, PublishErr: publish}}, nil
	}
}

var (
	errAway  = fault.New(fault.Environment, "kafka.unreachable", fault.T("连接不上 Kafka", "Kafka cannot be reached")).Do(fault.T("请检查地址", "look at the address"))
	errWrong = fault.New(fault.Input, "pipeline.unknown", fault.T("没有这个管道", "there is no such pipeline"))
)
