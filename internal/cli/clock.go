package cli

import "time"

// envNow is the time that the process takes for that of its start, as in "2026-03-02T01:29:58+08:00". Only tests set it: it
// puts a scheduled time right ahead, or the clock back.
const envNow = "CREDITSYNC_TEST_NOW"

// startingAt is the clock now, or one that goes as it does from the time of the environment on.
func startingAt(lookup func(string) (string, bool), now func() time.Time) func() time.Time {
	text, _ := lookup(envNow)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return now
	}
	began := now()
	return func() time.Time { return at.Add(now().Sub(began)) }
}
