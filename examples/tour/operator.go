package main

import (
	"context"
	"fmt"
	"strings"

	"creditsync/examples/tour/bureau"
	"creditsync/examples/tour/city"
	"creditsync/internal/fault"
)

// result is how a run went, as `creditsync runs --json` has it.
type result struct {
	Name  string `json:"name"`
	RunNo int    `json:"run_no"`
	Run   string `json:"run"`
	State string `json:"state"`
	counts
}

// counts are what became of the rows of a run.
type counts struct {
	Read       int `json:"read"`
	Rejected   int `json:"rejected"`
	Inserted   int `json:"inserted"`
	Updated    int `json:"updated"`
	Deleted    int `json:"deleted"`
	Unchanged  int `json:"unchanged"`
	Superseded int `json:"superseded"`
	Withheld   int `json:"withheld"`
	Warnings   int `json:"warnings"`
	Published  int `json:"published"`
}

// differences says which counts are not as they should be; "" if all are.
func (c counts) differences(want counts) string {
	var list []string
	for _, one := range []struct {
		name      string
		got, want int
	}{
		{"read", c.Read, want.Read}, {"rejected", c.Rejected, want.Rejected}, {"inserted", c.Inserted, want.Inserted}, {"updated", c.Updated, want.Updated},
		{"deleted", c.Deleted, want.Deleted}, {"unchanged", c.Unchanged, want.Unchanged}, {"superseded", c.Superseded, want.Superseded},
		{"withheld", c.Withheld, want.Withheld}, {"warnings", c.Warnings, want.Warnings}, {"published", c.Published, want.Published},
	} {
		if one.got != one.want {
			list = append(list, fmt.Sprintf("%s %d ≠ %d", one.name, one.got, one.want))
		}
	}
	return strings.Join(list, ", ")
}

// sync runs all pipelines as an operator does, and checks what came of each. It returns how each went.
func (t *tour) sync(ctx context.Context, want map[string]counts, flags ...string) (map[string]result, error) {
	t.gap()
	if err := t.shown(ctx, append([]string{"run"}, flags...)...); err != nil {
		return nil, err
	}
	var past struct{ Runs []result }
	if err := t.program.document(ctx, &past, "runs"); err != nil {
		return nil, err
	}
	results := map[string]result{}
	for _, r := range past.Runs { // newest first
		if _, known := results[r.Name]; !known {
			results[r.Name] = r
		}
	}
	for pipeline, counts := range want {
		r := results[pipeline]
		if r.State != "done" {
			return nil, t.unexpected(fault.T("creditsync runs 里没有 %s 这次完成的运行", "creditsync runs does not list the run of %s as done", pipeline))
		}
		if wrong := r.differences(counts); wrong != "" {
			return nil, t.unexpected(fault.T("%[1]s 的运行结果与应有的不符（实际 ≠ 应为）：%[2]s", "the counts of %[1]s are not as they should be (got ≠ want): %[2]s", pipeline, wrong))
		}
		t.loaded[pipeline] += counts.Inserted - counts.Deleted
	}
	return results, nil
}

// wanted are the counts of every pipeline: the bureau's, and what each of the others comes to.
func (t *tour) wanted(bureaus counts, other func(pipeline string, r *bureau.Register) counts) map[string]counts {
	want := map[string]counts{city.Penalties: bureaus}
	for pipeline, r := range t.city.Registers {
		want[pipeline] = other(pipeline, r)
	}
	return want
}

// receipts are those of refused rows that a filter of `quarantine ls` picks.
func (t *tour) receipts(ctx context.Context, filter ...string) ([]string, error) {
	var listed struct {
		Rows []struct {
			Receipt string `json:"receipt"`
		} `json:"rows"`
	}
	err := t.program.document(ctx, &listed, append([]string{"quarantine", "ls", "--limit", "0"}, filter...)...)
	var list []string
	for _, r := range listed.Rows {
		list = append(list, r.Receipt)
	}
	return list, err
}

// unexpected is what the tour ends with when it was wrong about creditsync, or creditsync is wrong.
func (t *tour) unexpected(what fault.Text) error {
	return fault.New(fault.Run, "tour.unexpected", fault.T("第 %[1]d 晚：%[2]s", "night %[1]d: %[3]s", t.night, what.ZH, what.EN)).
		Do(fault.T("现场保留在 %s。", "Everything is left as it was in %s.", t.dir))
}
