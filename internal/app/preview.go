package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"creditsync/connectors"
	"creditsync/internal/fault"
	"creditsync/internal/vault"
	"creditsync/pipelines"
	"creditsync/schemas"
	"creditsync/transforms"
	"creditsync/transforms/cndate"
)

// Preview reads the first rows of a pipeline's source as they would be loaded. Nothing is written and no engine is
// started; keys that do not exist yet stay unmade, as identities are not shown.
func (a *App) Preview(ctx context.Context, name string, rows int) (Preview, error) {
	p, err := a.pipeline(name)
	if err != nil {
		return Preview{}, err
	}
	kind := a.onRoad(p).Kind
	out := Preview{Pipeline: p.Name, Kind: kind.Name}
	for _, f := range kind.Fields {
		out.Fields = append(out.Fields, FieldTitle{f.Name, a.title(&f)})
	}
	in, err := p.Source.Open(ctx, connectors.Request{
		Match: transforms.Match(kind, p.Map), Receipt: pipelines.ReceiptHeader, Undecodable: p.ErrorBudget.Share, Zone: a.Config.Timezone, Rows: 2 * rows,
	})
	if err != nil {
		return out, err
	}
	defer in.Close()
	for _, one := range in.Inputs() {
		out.Inputs, out.Notes = append(out.Inputs, one.Name), append(out.Notes, one.Note.In(a.Config.Language))
	}
	fold, err := a.previewer(kind, p.Map)
	if err != nil {
		return out, err
	}
	for no := uint32(0); len(out.Rows) < rows && len(out.Rejects) < rows; no++ {
		batch, err := in.Next(ctx)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		err = a.preview(&out, kind, fold, no, batch, in.Inputs()[batch.Input].Name, rows)
		batch.Release()
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// previewer is a transformer whose identities and ciphers lead nowhere: what it makes is shown and thrown away.
func (a *App) previewer(kind *schemas.Kind, mapping map[string]string) (*transforms.Transformer, error) {
	nowhere := transforms.Protection{
		RecordID: func(string, []byte) [16]byte { return [16]byte{1} },
		RejectID: func(string, []byte) [16]byte { return [16]byte{1} },
		Hash:     func(string) func([]byte) uint64 { return func([]byte) uint64 { return 0 } },
		Seal: func(_, _, _ string) func([]byte, *[32]byte, []byte) []byte {
			return func(_ []byte, _ *[32]byte, dst []byte) []byte { return dst }
		},
		Mask: vault.Mask,
	}
	zone := a.Config.Timezone
	return transforms.New(transforms.Options{
		Kind: kind, Map: mapping, Protect: nowhere, Receipt: pipelines.ReceiptHeader, Language: string(a.Config.Language),
		Today: func() cndate.Day {
			y, m, d := a.Now().In(zone).Date()
			day, _ := cndate.FromCivil(y, int(m), d)
			return day
		},
	})
}

func (a *App) preview(out *Preview, kind *schemas.Kind, fold *transforms.Transformer, no uint32, batch *connectors.Batch, input string, rows int) error {
	headers := make([]string, batch.Rows.NumCols())
	for i := range headers {
		headers[i] = batch.Rows.ColumnName(i)
	}
	refused := make([]transforms.RefusedRow, len(batch.Refused))
	for i, r := range batch.Refused {
		refused[i] = transforms.RefusedRow(r)
	}
	done, err := fold.Apply(transforms.Input{BatchNo: no, Rows: batch.Rows, Refs: batch.Refs, Refused: refused})
	if err != nil {
		return pipelines.Unfit(input, err)
	}
	defer done.Release()
	if out.Bound == nil {
		columns, err := fold.Columns(headers)
		if err != nil {
			return pipelines.Unfit(input, err)
		}
		for _, f := range kind.Fields {
			out.Bound = append(out.Bound, Binding{Field: f.Name, Title: a.title(&f), Column: columns[f.Name]})
		}
		out.Unmapped = fold.Unmapped(headers)
	}
	out.Counts.Add(pipelines.Counts{Read: done.Count.Read, Accepted: done.Count.Accepted, Rejected: done.Count.Rejected, Warnings: done.Count.Warned})
	for i := 0; i < int(done.Accepted.NumRows()) && len(out.Rows) < rows; i++ {
		values := make([]string, len(kind.Fields))
		for f := range kind.Fields {
			values[f] = cellText(column(done.Accepted, kind.Fields[f].Name), i)
		}
		out.Rows = append(out.Rows, values)
		out.Warnings = append(out.Warnings, listText(column(done.Accepted, schemas.ColWarnings), i))
	}
	for i := 0; i < int(done.Rejects.NumRows()) && len(out.Rejects) < rows; i++ {
		r, err := a.previewReject(kind, done.Rejects, i)
		if err != nil {
			return err
		}
		out.Rejects = append(out.Rejects, r)
	}
	return nil
}

func (a *App) previewReject(kind *schemas.Kind, rec arrow.Record, i int) (Rejected, error) {
	cells, err := parseCells([]byte(cellText(column(rec, "raw_masked"), i)))
	if err != nil {
		return Rejected{}, fmt.Errorf("read a refused row: %w", err)
	}
	r := Rejected{Kind: kind.Name, Ref: cellText(column(rec, schemas.ColSourceRef), i), Authority: cellText(column(rec, "authority"), i), State: "open"}
	for _, c := range cells {
		r.Cells = append(r.Cells, Cell(c))
	}
	fields, rules, messages := listText(column(rec, "fields"), i), listText(column(rec, "rules"), i), listText(column(rec, "messages"), i)
	for v := range rules {
		one := Violation{Field: fields[v], Rule: rules[v], Message: messages[v]}
		if f, ok := kind.Field(one.Field); ok {
			one.Title = a.title(f)
		}
		r.Violations = append(r.Violations, one)
	}
	return r, nil
}

func column(rec arrow.Record, name string) arrow.Array {
	return rec.Column(rec.Schema().FieldIndices(name)[0])
}

// cellText is a typed cell as people read it; "" where it is null.
func cellText(a arrow.Array, i int) string {
	if a.IsNull(i) {
		return ""
	}
	switch a := a.(type) {
	case *array.String:
		return a.Value(i)
	case *array.Date32:
		return cndate.Day(a.Value(i)).String()
	case *array.Decimal128:
		return a.Value(i).ToString(a.DataType().(*arrow.Decimal128Type).Scale)
	case *array.List:
		return strings.Join(listText(a, i), "；")
	case *array.Uint64:
		return strconv.FormatUint(a.Value(i), 10)
	}
	return a.ValueStr(i)
}

func listText(a arrow.Array, i int) []string {
	l := a.(*array.List)
	from, to := l.ValueOffsets(i)
	values := l.ListValues().(*array.String)
	var out []string
	for v := from; v < to; v++ {
		out = append(out, values.Value(int(v)))
	}
	return out
}

// unknownPipeline says which names there are.
func unknownPipeline(name string, known []string) error {
	return fault.New(fault.Input, "pipeline.unknown", fault.T("没有名为 %[1]q 的管道", "there is no pipeline %[1]q", name)).
		Do(fault.T("有：%s", "There are: %s", strings.Join(known, ", ")))
}
