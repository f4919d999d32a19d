package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"creditsync/examples/tour/city"
	"creditsync/internal/fault"
)

// analyst asks ClickHouse over HTTP, as curl would.
type analyst struct{ address string }

// ask returns the answer to a query in a format of ClickHouse's.
func (a analyst) ask(ctx context.Context, sql, format string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+a.address+"/?output_format_pretty_color=0&output_format_pretty_row_numbers=0", strings.NewReader(sql+"\nFORMAT "+format))
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("query ClickHouse: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("ClickHouse says: %s", body)
	}
	return strings.TrimRight(string(body), "\n"), err
}

// query shows a query and its result.
func (t *tour) query(ctx context.Context, sql string) error {
	out, err := t.analyst.ask(ctx, sql, "PrettyCompactMonoBlock")
	if err != nil {
		return err
	}
	t.statement(sql)
	t.raw(out)
	return nil
}

// value is the one value that a query returns.
func (t *tour) value(ctx context.Context, sql string) (string, error) {
	return t.analyst.ask(ctx, sql, "TSVRaw")
}

// visible checks how many records analysts see of each kind.
func (t *tour) visible(ctx context.Context) error {
	for pipeline, loaded := range t.loaded {
		view := "credit." + kindOf(pipeline)
		got, err := t.value(ctx, "SELECT count() FROM "+view)
		if err != nil {
			return err
		}
		if want := fmt.Sprint(loaded); got != want {
			return t.unexpected(fault.T("视图 %[1]s 有 %[2]s 条记录，应为 %[3]s", "the view %[1]s has %[2]s records instead of %[3]s", view, got, want))
		}
	}
	return nil
}

// kindOf is the kind of records of a pipeline.
func kindOf(pipeline string) string {
	return map[string]string{
		city.Penalties: "admin_penalty", city.Judgments: "court_judgment", city.Defaulters: "judgment_defaulter",
		city.Suppliers: "procurement_blacklist", city.Sanctions: "disciplinary_action",
	}[pipeline]
}

// several asks who is in the books of more than one department.
func (t *tour) several(ctx context.Context) error {
	t.gap()
	t.say(fault.T("四个部门的记录在一处，一条查询就能看出：被处罚过、又失信或被禁止参加政府采购的企业有哪些？", "The records of four departments in one place: which companies were fined, and are defaulters or barred from procurement as well?"))
	t.gap()
	sql := `SELECT any(subject_name) AS company, uscc, countIf(src = 'p') AS penalties, countIf(src = 'd') AS defaults, countIf(src = 's') AS barred
FROM (SELECT subject_name, uscc, 'p' AS src FROM credit.admin_penalty UNION ALL SELECT subject_name, uscc, 'd' FROM credit.judgment_defaulter
      UNION ALL SELECT subject_name, uscc, 's' FROM credit.procurement_blacklist)
WHERE uscc != '' GROUP BY uscc HAVING penalties > 0 AND defaults + barred > 1 ORDER BY defaults + barred DESC, uscc LIMIT 5`
	if err := t.query(ctx, sql); err != nil {
		return err
	}
	found, err := t.value(ctx, "SELECT count() FROM ("+sql+")")
	if err == nil && found == "0" {
		err = t.unexpected(fault.T("没有一家企业在几个部门都有记录", "no company is in the books of several departments"))
	}
	return err
}

// quoted is a string in SQL.
func quoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
