package warehouse

import (
	"context"
	"fmt"
)

// RuleCount is how many open rows of a pipeline a rule refused.
type RuleCount struct {
	Pipeline, Rule string
	Rows           uint64
}

// OpenRejects counts the open rows in quarantine by pipeline and rule, the most frequent first. A row that several rules
// refused counts for each.
func (w *Warehouse) OpenRejects(ctx context.Context) ([]RuleCount, error) {
	const doing = "count the rows in quarantine"
	rows, err := w.conn.Query(ctx, fmt.Sprintf(`SELECT toString(pipeline), arrayJoin(arrayDistinct(violations.rule)) AS rule, count() AS n
FROM %s.quarantine FINAL WHERE state = 'open' GROUP BY pipeline, rule ORDER BY pipeline, n DESC, rule`, Database))
	if err != nil {
		return nil, w.classed(doing, err)
	}
	defer rows.Close()
	var list []RuleCount
	for rows.Next() {
		var c RuleCount
		if err := rows.Scan(&c.Pipeline, &c.Rule, &c.Rows); err != nil {
			return nil, w.classed(doing, err)
		}
		list = append(list, c)
	}
	return list, w.classed(doing, rows.Err())
}
