package ledger

import (
	"context"
	"encoding/json"
)

// Latest is the newest run of each of the pipelines, of those in one of the states; a pipeline without one is left out.
// Its work depends on the number of pipelines, not on the age of the ledger.
func (l *Ledger) Latest(ctx context.Context, pipelines []string, states ...string) (map[string]RunRow, error) {
	names, err := json.Marshal(pipelines)
	if err != nil {
		return nil, err
	}
	in, err := json.Marshal(states)
	if err != nil {
		return nil, err
	}
	rows, err := read(ctx, l, scanRun, "SELECT "+runColumns+` FROM json_each(?) AS p JOIN runs ON no = (SELECT no FROM runs WHERE pipeline = p.value
		AND state IN (SELECT value FROM json_each(?)) ORDER BY no DESC LIMIT 1)`, string(names), string(in))
	if err != nil {
		return nil, err
	}
	out := make(map[string]RunRow, len(rows))
	for _, r := range rows {
		out[r.Pipeline] = r
	}
	return out, nil
}

// OpenRuns are the runs that go, by pipeline; those whose process is gone are not among them.
func (l *Ledger) OpenRuns(ctx context.Context) (map[string]RunRow, error) {
	rows, err := read(ctx, l, scanRun, "SELECT "+runColumns+" FROM runs WHERE state = 'open'")
	if err != nil {
		return nil, err
	}
	out := map[string]RunRow{}
	for _, r := range rows {
		if _, lives, err := l.PipelineHolder(ctx, r.Pipeline); err != nil {
			return nil, err
		} else if lives {
			out[r.Pipeline] = r
		}
	}
	return out, nil
}

// Notifications are the messages that the committed commits of a kind with a number above after are due, and how many
// commits these are.
func (l *Ledger) Notifications(ctx context.Context, kind string, after uint64) (messages, commits uint64, err error) {
	err = l.reader.QueryRowContext(ctx, "SELECT coalesce(sum(notify_rows), 0), count(*) FROM commits WHERE kind = ? AND no > ? AND state IN ('closed', 'applied')",
		kind, int64(after)).Scan(&messages, &commits)
	return messages, commits, l.failed(ctx, err)
}
