package warehouse

import (
	"context"
	"fmt"
)

// Refused is what is open in quarantine of one pipeline.
type Refused struct {
	Pipeline string
	Rows     uint64
	Rules    []RuleCount // the most frequent first; a row that several rules refused counts for each
}

// RuleCount is how many open rows a rule refused.
type RuleCount struct {
	Rule string
	Rows uint64
}

// OpenRejects counts the open rows in quarantine, by pipeline.
func (w *Warehouse) OpenRejects(ctx context.Context) ([]Refused, error) {
	const doing = "count the rows in quarantine"
	// The rule without a name comes once with every row.
	rows, err := w.conn.Query(ctx, fmt.Sprintf(`SELECT toString(pipeline), arrayJoin(arrayConcat([''], arrayDistinct(arrayMap(v -> toString(v), violations.rule)))) AS rule, count() AS n
FROM %s.quarantine FINAL WHERE state = 'open' GROUP BY pipeline, rule ORDER BY pipeline, rule != '', n DESC, rule`, Database))
	if err != nil {
		return nil, w.classed(doing, err)
	}
	defer rows.Close()
	var list []Refused
	for rows.Next() {
		var pipeline string
		var c RuleCount
		if err := rows.Scan(&pipeline, &c.Rule, &c.Rows); err != nil {
			return nil, w.classed(doing, err)
		}
		if c.Rule == "" {
			list = append(list, Refused{Pipeline: pipeline, Rows: c.Rows})
			continue
		}
		last := &list[len(list)-1]
		last.Rules = append(last.Rules, c)
	}
	return list, w.classed(doing, rows.Err())
}
