package ledger

import (
	"strings"
	"testing"
)

// What every run asks must not grow with the age of the ledger.
func TestQueries_UseAnIndex(t *testing.T) {
	t.Parallel()
	l := newWorld(t).open("node-1", 1)
	for query, index := range map[string]string{
		"SELECT * FROM commits INDEXED BY commits_unapplied WHERE kind = 'k' AND state = 'closed' ORDER BY no":               "commits_unapplied",
		"SELECT * FROM commits INDEXED BY commits_not_live WHERE kind = 'k' AND state = 'applied' AND live = 0 ORDER BY no":  "commits_not_live",
		"SELECT * FROM commits WHERE kind = 'k' AND no > 1 AND state IN ('closed', 'applied') ORDER BY no":                   "PRIMARY KEY",
		"SELECT max(no) FROM commits WHERE kind = 'k'":                                                                       "PRIMARY KEY",
		"UPDATE commits INDEXED BY commits_open SET state = 'abandoned' WHERE kind = 'k' AND state = 'open'":                 "commits_open",
		"SELECT * FROM commits WHERE run = 'r' ORDER BY no":                                                                  "commits_of_run",
		"SELECT * FROM commits WHERE state = 'abandoned' AND abandoned >= 1":                                                 "commits_abandoned",
		"SELECT id FROM runs WHERE pipeline = 'p' AND state = 'open'":                                                        "runs_open",
		"SELECT DISTINCT pipeline FROM runs WHERE state = 'open'":                                                            "runs_open",
		"SELECT no FROM runs WHERE pipeline = 'p' AND state IN (SELECT value FROM json_each('[]')) ORDER BY no DESC LIMIT 1": "runs_of_pipeline",
		"SELECT sum(notify_rows) FROM commits WHERE kind = 'k' AND no > 1 AND state IN ('closed', 'applied')":                "PRIMARY KEY",
		"SELECT value FROM meta WHERE key = 'deployment'":                                                                    "PRIMARY KEY",
		"UPDATE leases SET expires = 1 WHERE scope = 'kind' AND name = 'k' AND fence = 1":                                    "PRIMARY KEY",
		"UPDATE runs INDEXED BY runs_untold SET published = 1 WHERE kind = 'k' AND state <> 'open' AND published < inserted + updated + deleted AND NOT EXISTS (SELECT 1 FROM commits WHERE run = runs.id AND no > 7)": "runs_untold",
		"SELECT min(no) FROM commits INDEXED BY commits_by_time WHERE kind = 'k' AND state IN ('closed', 'applied') AND closed > 7":                                                                                    "commits_by_time",
		"SELECT no FROM commits WHERE kind = 'k' AND state IN ('closed', 'applied') ORDER BY no DESC LIMIT 1":                                                                                                          "commits_closed",
	} {
		rows, err := l.reader.Query("EXPLAIN QUERY PLAN " + query)
		must(t, err)
		var plan []string
		for rows.Next() {
			var id, parent, unused int
			var step string
			must(t, rows.Scan(&id, &parent, &unused, &step))
			plan = append(plan, step)
		}
		must(t, rows.Err())
		must(t, rows.Close())
		if got := strings.Join(plan, "; "); !strings.Contains(got, index) {
			t.Errorf("%s: %s, want %s", query, got, index)
		}
	}
}
