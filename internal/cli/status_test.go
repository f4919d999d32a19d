package cli

import (
	"strings"
	"testing"
	"time"

	"creditsync/internal/app"
	pages "creditsync/internal/console"
)

func TestStatus_FailOn(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 3, 5, 1, 30, 0, 0, time.UTC)
	var well, overdue, failed, again, stopped app.Status
	for _, st := range []*app.Status{&well, &overdue, &failed, &again, &stopped} {
		st.At, st.Serving, st.Console = at, at, "http://127.0.0.1:8080"
		st.Pipelines = make([]app.PipelineStatus, 1)
		st.Pipelines[0].Name, st.Pipelines[0].Enabled, st.Pipelines[0].LastSuccess = "market", true, at
	}
	overdue.Pipelines[0].Overdue, overdue.Pipelines[0].ExpectEvery = time.Hour, 26*time.Hour
	failed.Pipelines[0].Last = &pages.Run{State: "failed", Finished: at, Error: "the file is broken\nmend it"}
	again.Pipelines[0].Last, again.Pipelines[0].Running = failed.Pipelines[0].Last, true
	stopped.Serving = time.Time{}
	for _, c := range []struct {
		name, on string
		st       app.Status
		want     int
		says     string
	}{
		{"well", "overdue,failed,stopped", well, 0, "serve is at work since"},
		{"overdue", "overdue", overdue, 1, "market is overdue: its last success was at"},
		{"overdue, not asked for", "failed", overdue, 0, "expect_every: 26h"},
		{"failed", "overdue,failed", failed, 1, "market failed: the file is broken\n  mend it"},
		{"failed, not asked for", "overdue", failed, 0, "market failed"},
		{"failed, and runs again", "failed", again, 0, "running"},
		{"stopped", "stopped", stopped, 1, "nothing runs by schedule"},
		{"misspelt", "late", well, 2, ""},
	} {
		got := call(t, &fake{status: c.st}, "status", "-c", "$CONFIG", "--fail-on", c.on)
		if got.status != c.want || !strings.Contains(got.stdout, c.says) {
			t.Errorf("%s: got %d\n%s%s", c.name, got.status, got.stdout, got.stderr)
		}
	}
}
