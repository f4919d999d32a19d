package app

import (
	"context"
	"time"

	"creditsync/internal/ledger"
	"creditsync/scheduler"
)

// marks is the ledger as the scheduler wants it.
type marks struct{ *ledger.Ledger }

var _ scheduler.Store = marks{}

func (m marks) Marks(ctx context.Context) (map[string]scheduler.Mark, error) {
	list, err := m.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]scheduler.Mark, len(list))
	for _, s := range list {
		one := scheduler.Mark{
			Rule: s.Rule, Since: s.Since, Seen: s.Seen, Next: s.Next, Trying: s.Trying, Attempts: s.Attempts, Turns: s.Turns, Retry: s.Retry,
			Skipped: s.Skipped, SkippedAt: s.SkippedAt, Missed: s.Missed, MissedAt: s.MissedAt,
		}
		if s.Ended {
			one.Trying, one.Attempts, one.Retry = time.Time{}, 0, time.Time{}
		}
		out[s.Pipeline] = one
	}
	return out, nil
}

func (m marks) Take(ctx context.Context, pipeline string, mark scheduler.Mark) (bool, error) {
	return m.TakeTurn(ctx, scheduleOf(pipeline, mark))
}

func (m marks) Put(ctx context.Context, all map[string]scheduler.Mark) error {
	list := make([]ledger.Schedule, 0, len(all))
	for pipeline, mark := range all {
		list = append(list, scheduleOf(pipeline, mark))
	}
	return m.PutSchedules(ctx, list)
}

func (m marks) Forget(ctx context.Context, pipelines []string) error {
	return m.ForgetSchedules(ctx, pipelines)
}

func scheduleOf(pipeline string, m scheduler.Mark) ledger.Schedule {
	return ledger.Schedule{
		Pipeline: pipeline, Rule: m.Rule, Since: m.Since, Seen: m.Seen, Next: m.Next, Trying: m.Trying, Attempts: m.Attempts, Turns: m.Turns, Retry: m.Retry,
		Skipped: m.Skipped, SkippedAt: m.SkippedAt, Missed: m.Missed, MissedAt: m.MissedAt,
	}
}
