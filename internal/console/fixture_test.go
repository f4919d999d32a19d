package console

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"creditsync/internal/fault"
)

// now is the moment of all tests: 9:30 in Shanghai.
var now = time.Date(2024, 3, 5, 1, 30, 0, 0, time.UTC)

// fixed is a source that always says the same.
type fixed struct {
	status Status
	err    error
}

func (f fixed) Status(context.Context) (Status, error) { return f.status, f.err }

func zone(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// server answers with a status in a language.
func server(t testing.TB, st Status, lang fault.Language) http.Handler {
	t.Helper()
	source := fixed{status: st}
	return Handler(Options{
		Source: source, Metrics: NewMetrics(source), Unready: func() []fault.Text { return nil }, Language: lang, Zone: zone(t),
		Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler), Program: "creditsync -c city.yaml",
	})
}

// quiet is a deployment that is well.
func quiet() Status {
	return Status{
		At: now, Version: "v0.9.0", Serving: now.Add(-50 * time.Hour), Console: "http://127.0.0.1:8080",
		Parts: []Part{
			{Name: "engine", Title: fault.T("ClickHouse", "ClickHouse"), Address: "127.0.0.1:8123", Up: true, Since: now.Add(-50 * time.Hour)},
			{Name: "broker", Title: fault.T("Kafka", "Kafka"), Address: "127.0.0.1:9092", Up: true, Since: now.Add(-49 * time.Hour), Restarts: 1},
		},
		Pipelines: []Pipeline{{
			Name: "market-penalties", Kind: "admin_penalty", KindTitle: "行政处罚", Enabled: true, Schedule: "30 1 * * *", Workdays: true, Next: now.Add(16 * time.Hour), ExpectEvery: 26 * time.Hour,
			Last:        &Run{No: 7, State: "done", Started: now.Add(-8*time.Hour - time.Minute), Finished: now.Add(-8 * time.Hour), Tick: now.Add(-8 * time.Hour), Read: 1234567, Rejected: 12, Inserted: 30, Updated: 4, Unchanged: 1234521, Published: 34},
			LastSuccess: now.Add(-8 * time.Hour), Open: 10, Refused: []Refused{
				{"check_digit", fault.T("有一栏的校验码不对", "a check digit is wrong"), 9}, {"required", fault.T("有一栏必须填写", "a field must be filled in"), 3}}, Skipped: 2, SkippedAt: now.Add(-time.Hour),
		}},
		Kinds: []Kind{{Name: "admin_penalty", Title: "行政处罚"}},
	}
}

// busy is a deployment with everything that can be wrong.
func busy() Status {
	st := quiet()
	st.Parts[0].Up, st.Parts[0].Since = false, now.Add(-2*time.Minute)
	st.Parts[0].Why = fault.T("engine 进程意外结束：signal: killed", "the engine process ended: signal: killed")
	st.Kinds[0].Waiting, st.Kinds[0].Trouble = 1204, fault.T("连接不上 Kafka（127.0.0.1:9092）", "Kafka at 127.0.0.1:9092 cannot be reached")
	st.Alerting, st.AlertErr = true, fault.T("告警送不到 https://hooks.example/•••：HTTP status 500", "the alert could not be delivered to https://hooks.example/•••: HTTP status 500")
	st.Pipelines = append(st.Pipelines,
		Pipeline{Name: "court-judgments", Kind: "court_judgment", KindTitle: "法院判决", Enabled: true, Schedule: "*/10 * * * *", Running: true, Since: now.Add(-3 * time.Minute),
			Progress: Progress{Done: 40 << 20, Size: 100 << 20, Rows: 41000, Rejected: 7}, Next: now.Add(5 * time.Minute), Refused: []Refused{}},
		Pipeline{Name: "procurement", Kind: "procurement_blacklist", KindTitle: "政府采购失信", Enabled: true, Running: true, Since: now.Add(-time.Second), Progress: Progress{Size: -1, Rows: 10}},
		Pipeline{Name: "bidding", Kind: "bidding_blacklist", KindTitle: "招投标失信", Enabled: true, Schedule: "@daily", Waiting: true, Since: now.Add(-40 * time.Second), Next: now.Add(15 * time.Hour)},
		Pipeline{Name: "discipline", Kind: "disciplinary_action", KindTitle: "纪律处分", Enabled: true, Schedule: "0 2 * * *", Next: now.Add(17 * time.Hour), ExpectEvery: 26 * time.Hour, Overdue: 30 * time.Hour,
			LastSuccess: now.Add(-56 * time.Hour), Retry: now.Add(4 * time.Minute), Attempts: 2, Missed: 1, MissedAt: now.Add(-20 * time.Hour),
			Last: &Run{No: 9, State: "failed", Started: now.Add(-2 * time.Hour), Finished: now.Add(-time.Hour), ErrorCode: "file.changed",
				Error: "inbox/纪律.csv <b>在读取时</b>变了\n请把写完的文件改名放进来。"}},
		Pipeline{Name: "new", Kind: "admin_penalty", KindTitle: "行政处罚", Enabled: true, ExpectEvery: time.Hour, Overdue: time.Minute,
			Last: &Run{No: 2, State: "no_input", Started: now.Add(-10 * time.Minute), Finished: now.Add(-10 * time.Minute)}},
		Pipeline{Name: "off", Kind: "admin_penalty", KindTitle: "行政处罚", Last: &Run{No: 1, State: "failed", Finished: now.AddDate(-1, 0, 0)}},
	)
	return st
}
