package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

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

// visible checks how many records analysts see.
func (t *tour) visible(ctx context.Context) error {
	got, err := t.value(ctx, "SELECT count() FROM credit.admin_penalty")
	if err != nil {
		return err
	}
	if want := fmt.Sprint(t.loaded); got != want {
		return t.unexpected(fault.T("视图 credit.admin_penalty 有 %[1]s 条记录，应为 %[2]s", "the view credit.admin_penalty has %[1]s records instead of %[2]s", got, want))
	}
	return nil
}

// quoted is a string in SQL.
func quoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
