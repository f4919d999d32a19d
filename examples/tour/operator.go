package main

import (
	"context"
	"fmt"
	"strings"

	"creditsync/internal/fault"
)

// result is how a run went, as `creditsync runs --json` has it.
type result struct {
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

// sync runs the pipeline as an operator does, and checks what came of it.
func (t *tour) sync(ctx context.Context, want counts, flags ...string) (result, error) {
	t.gap()
	if err := t.shown(ctx, append([]string{"run"}, flags...)...); err != nil {
		return result{}, err
	}
	var past struct{ Runs []result }
	if err := t.program.document(ctx, &past, "runs"); err != nil {
		return result{}, err
	}
	if len(past.Runs) == 0 || past.Runs[0].State != "done" {
		return result{}, t.unexpected(fault.T("creditsync runs 里没有这次完成的运行", "creditsync runs does not list the run as done"))
	}
	r := past.Runs[0]
	if wrong := r.differences(want); wrong != "" {
		return r, t.unexpected(fault.T("运行结果与应有的不符（实际 ≠ 应为）：%s", "the run's counts are not as they should be (got ≠ want): %s", wrong))
	}
	return r, nil
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
