package cli

import (
	"context"

	"creditsync/internal/app"
	"creditsync/pipelines"
)

// application is what the commands call: *app.App, and a fixed one in tests.
type application interface {
	Run(ctx context.Context, names []string, wish pipelines.Wish) ([]app.RunResult, error)
	Serve(ctx context.Context, ready func(map[string]string)) error
	Status(ctx context.Context) (app.Status, error)
	Check(ctx context.Context) []app.Finding
	Preview(ctx context.Context, pipeline string, rows int) (app.Preview, error)
	Record(ctx context.Context, id string) (app.Record, error)
	Runs(ctx context.Context, pipeline string, limit int) ([]app.RunRow, error)
	Quarantine(ctx context.Context, f app.QuarantineFilter) ([]app.Rejected, error)
	Replay(ctx context.Context, f app.QuarantineFilter) ([]app.RunResult, error)
	Dismiss(ctx context.Context, f app.QuarantineFilter, reason string) (int, error)
	Export(ctx context.Context, f app.QuarantineFilter, dir string) ([]app.Exported, error)
	Revert(ctx context.Context, w app.RevertWish) (app.Reverted, error)
	Verify(ctx context.Context, w app.VerifyWish) ([]app.Verified, error)
	Retell(ctx context.Context, w app.RetellWish) (app.Retold, error)
	Repair(ctx context.Context, w app.RepairWish, agree func([]app.Mended) bool) (app.Repairing, error)
	Engine(ctx context.Context, ready func(map[string]string)) error
	Broker(ctx context.Context, ready func(map[string]string)) error
	Close() error
}

var _ application = (*app.App)(nil)
