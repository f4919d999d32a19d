package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"creditsync/connectors"
	"creditsync/internal/config"
	"creditsync/internal/export"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/warehouse"
	"creditsync/pipelines"
	"creditsync/schemas"
	"creditsync/transforms"
)

// Quarantine lists the refused rows that the filter picks.
func (a *App) Quarantine(ctx context.Context, f QuarantineFilter) ([]Rejected, error) {
	list, err := a.rejects(ctx, f)
	if err != nil {
		return nil, err
	}
	out := make([]Rejected, len(list))
	for i, r := range list {
		if out[i], err = a.rejected(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (a *App) rejects(ctx context.Context, f QuarantineFilter) ([]warehouse.Reject, error) {
	if f.Pipeline != "" {
		if _, err := a.pipeline(f.Pipeline); err != nil {
			return nil, err
		}
	}
	ids := make([]string, len(f.Receipts))
	for i, r := range f.Receipts {
		ids[i] = strings.TrimPrefix(strings.ToUpper(r), pipelines.ReceiptPrefix)
		if !warehouse.IsID(ids[i]) {
			return nil, fault.New(fault.Input, "quarantine.receipt", fault.T("%q 不是回执号", "%q is not a receipt number", r)).
				Do(fault.T("回执号形如 HZ-0123456789ABCDEF，见 creditsync quarantine ls。", "Receipt numbers look like HZ-0123456789ABCDEF; creditsync quarantine ls lists them."))
		}
	}
	w, err := a.warehouse(ctx)
	if err != nil {
		return nil, err
	}
	return w.Rejects(ctx, warehouse.RejectFilter{Pipeline: f.Pipeline, Rule: f.Rule, Authority: f.Authority, State: f.State, IDs: ids, Limit: f.Limit})
}

func (a *App) rejected(r warehouse.Reject) (Rejected, error) {
	cells, err := parseCells([]byte(r.RawMasked))
	if err != nil {
		return Rejected{}, fmt.Errorf("read refused row %s: %w", r.ID, err)
	}
	out := Rejected{
		Receipt: receipt(r.ID), Kind: r.Kind, Pipeline: r.Pipeline, Ref: r.SourceRef, Authority: r.Authority, State: r.State, Seen: r.Seen,
		FirstRun: r.FirstRun, LastRun: r.LastRun, ChangedAt: r.ChangedAt, RecordID: r.RecordID,
	}
	for _, c := range cells {
		out.Cells = append(out.Cells, Cell(c))
	}
	k, _ := schemas.Find(r.Kind)
	for i := range r.Rules {
		v := Violation{Field: r.Fields[i], Rule: r.Rules[i], Message: r.Messages[i]}
		if k != nil {
			if f, ok := k.Field(v.Field); ok {
				v.Title = a.title(f)
			}
		}
		out.Violations = append(out.Violations, v)
	}
	return out, nil
}

// receipt is the number of a refused row (回执号): the first 16 hexadecimal digits of its id.
func receipt(id string) string { return pipelines.ReceiptPrefix + strings.ToUpper(id[:16]) }

// parseCells reads a row as it is stored in quarantine: [[header, cell], …].
func parseCells(body []byte) ([]transforms.Cell, error) {
	var pairs [][2]string
	if err := json.Unmarshal(body, &pairs); err != nil {
		return nil, err
	}
	cells := make([]transforms.Cell, len(pairs))
	for i, p := range pairs {
		cells[i] = transforms.Cell{Header: p[0], Text: p[1]}
	}
	return cells, nil
}

// Export writes one spreadsheet per authority into dir, with the open rows that the filter picks.
func (a *App) Export(ctx context.Context, f QuarantineFilter, dir string) ([]Exported, error) {
	if f.State == "" {
		f.State = "open"
	}
	list, err := a.Quarantine(ctx, f)
	if err != nil {
		return nil, err
	}
	byAuthority := map[string][]export.Row{}
	var order []string
	for _, r := range list {
		row := export.Row{Receipt: r.Receipt}
		for _, v := range r.Violations {
			row.Reasons = append(row.Reasons, v.Message)
		}
		for _, c := range r.Cells {
			row.Cells = append(row.Cells, export.Cell(c))
		}
		if _, known := byAuthority[r.Authority]; !known {
			order = append(order, r.Authority)
		}
		byAuthority[r.Authority] = append(byAuthority[r.Authority], row)
	}
	var out []Exported
	for _, authority := range order {
		path, err := export.Write(dir, authority, a.Now().In(a.Config.Timezone), byAuthority[authority])
		if err != nil {
			return out, err
		}
		out = append(out, Exported{Path: path, Authority: authority, Rows: len(byAuthority[authority])})
	}
	return out, a.audit(ctx, "quarantine.export", dir, fmt.Sprintf("%d rows in %d files", len(list), len(out)))
}

// Replay reads the open rows that the filter picks again, from quarantine, through the present rules: one run of each
// pipeline that they belong to. What was no row in its file (ragged, a NUL byte) cannot become one here and is left alone. What is accepted now is applied as append and leaves quarantine as replayed.
func (a *App) Replay(ctx context.Context, f QuarantineFilter) ([]RunResult, error) {
	if f.State == "" {
		f.State = "open"
	}
	list, err := a.rejects(ctx, f)
	if err != nil {
		return nil, err
	}
	keys, err := a.keys(ctx)
	if err != nil {
		return nil, err
	}
	byPipeline := map[string][]warehouse.Reject{}
	var order []string
	for _, r := range list {
		if !wasRow(r) {
			continue
		}
		if _, known := byPipeline[r.Pipeline]; !known {
			order = append(order, r.Pipeline)
		}
		byPipeline[r.Pipeline] = append(byPipeline[r.Pipeline], r)
	}
	var results []RunResult
	for _, name := range order {
		p, err := a.pipeline(name)
		if err != nil {
			return results, err
		}
		again := *p
		again.Mode = connectors.Append
		again.Source = replayed{rows: byPipeline[name], open: func(kind string, sealed []byte) ([]byte, error) {
			return keys.Sealer("raw", kind, "raw").Open(sealed, nil)
		}}
		one, err := a.runAll(ctx, []*config.Pipeline{&again}, pipelines.Wish{Replay: true})
		results = append(results, one...)
		if err != nil {
			return results, err
		}
	}
	return results, nil
}

// Dismiss sets the open rows that the filter picks aside: they are not asked for again while the same row comes. It is a
// commit of each kind, like everything that changes what people see.
func (a *App) Dismiss(ctx context.Context, f QuarantineFilter, reason string) (int, error) {
	f.State = "open"
	list, err := a.rejects(ctx, f)
	if err != nil {
		return 0, err
	}
	byPipeline := map[string][]string{}
	for _, r := range list {
		byPipeline[r.Pipeline] = append(byPipeline[r.Pipeline], r.ID)
	}
	n := 0
	for name, ids := range byPipeline {
		p, err := a.pipeline(name)
		if err != nil {
			return n, err
		}
		runner, err := a.runner(ctx)
		if err != nil {
			return n, err
		}
		road := a.onRoad(p)
		if err := a.fit(ctx, road.Kind); err != nil {
			return n, err
		}
		if err := runner.Judge(ctx, road, pipelines.Verdict{Dismissed: ids}); err != nil {
			return n, err
		}
		n += len(ids)
		if err := a.audit(ctx, "quarantine.dismiss", name, fmt.Sprintf("%d rows: %s", len(ids), reason)); err != nil {
			return n, err
		}
	}
	return n, nil
}

// audit writes down what an operator did.
func (a *App) audit(ctx context.Context, what, subject, detail string) error {
	l, err := a.ledger(ctx)
	if err != nil {
		return err
	}
	return l.Audit(ctx, ledger.Entry{Who: a.operator(), What: what, Subject: subject, Detail: detail})
}

// operator is the account that works the program.
func (a *App) operator() string {
	for _, name := range []string{"SUDO_USER", "USER", "LOGNAME"} {
		if who := a.Getenv(name); who != "" {
			return who
		}
	}
	return "unknown"
}
