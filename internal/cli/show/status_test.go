package show

import (
	"time"

	"creditsync/internal/app"
	"creditsync/internal/console"
	"creditsync/internal/fault"
)

// working is a deployment in which everything is that can be, at half past nine in the morning.
func working(p Printer) app.Status {
	say := func(t fault.Text) string { return t.In(p.Lang) }
	now := day(5, 9)
	title := say(fault.T("行政处罚", "admin_penalty"))
	return app.Status{
		At: now, Serving: day(3, 7), Console: "http://127.0.0.1:8080",
		Pipelines: []app.PipelineStatus{
			{Name: "market-penalties", Kind: "admin_penalty", Enabled: true, Schedule: "30 1 * * *", Workdays: true, Next: day(6, 1), LastSuccess: day(5, 1),
				Last: &console.Run{State: "done", Finished: day(5, 1)}, Open: 1_204, Refused: []console.Refused{{Rule: "required", Rows: 1_204}}},
			{Name: "court-judgments", Kind: "court_judgment", Enabled: true, Schedule: "*/10 * * * *", Running: true, Since: now, Next: now.Add(5 * time.Minute), Refused: []console.Refused{}},
			{Name: "bidding", Kind: "bidding_blacklist", Enabled: true, Schedule: "@daily", Waiting: true, Next: day(6, 0), Refused: []console.Refused{}},
			{Name: "discipline", Kind: "disciplinary_action", Enabled: true, Schedule: "0 2 * * *", Next: day(6, 2), ExpectEvery: 26 * time.Hour, Overdue: 30 * time.Hour, LastSuccess: day(3, 1),
				Retry: now.Add(4 * time.Minute), Attempts: 2, Refused: []console.Refused{}, Last: &console.Run{State: "failed", Finished: day(5, 8), ErrorCode: "sql.unreachable",
					Error: say(fault.T("连接不上 postgres db.example：连接被拒绝（connection refused）\n请检查 host 和 port", "cannot connect to postgres db.example: connection refused\ncheck host and port"))}},
			{Name: "new", Kind: "admin_penalty", Enabled: true, ExpectEvery: time.Hour, Overdue: time.Minute, Last: &console.Run{State: "no_input", Finished: day(5, 8)}, Refused: []console.Refused{}},
			{Name: "off", Kind: "admin_penalty", Last: &console.Run{State: "failed", Finished: day(1, 1), Error: "old"}, Refused: []console.Refused{}},
		},
		Kinds: []console.Kind{{Name: "admin_penalty", Title: title, Waiting: 22}, {Name: "court_judgment", Title: "court_judgment"}},
	}
}

// statuses are the outputs of `creditsync status`, by the name of the golden file.
func statuses(p Printer) map[string][]byte {
	starting, stopped := working(p), working(p)
	starting.Console, starting.Pipelines, starting.Kinds = "", starting.Pipelines[:1], nil
	stopped.Serving, stopped.Console, stopped.Kinds = time.Time{}, "", nil
	stopped.Pipelines = stopped.Pipelines[:1]
	stopped.Pipelines[0].Open, stopped.Pipelines[0].Refused = 0, nil // nobody can be asked
	return map[string][]byte{
		"status":          p.Status(working(p)),
		"status_starting": p.Status(starting),
		"status_stopped":  p.Status(stopped),
		"status_empty":    p.Status(app.Status{At: day(5, 9)}),
	}
}
