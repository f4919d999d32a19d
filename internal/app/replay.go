package app

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/connectors"
	"creditsync/internal/warehouse"
	"creditsync/pipelines"
	"creditsync/transforms"
)

// replayed is a source whose rows are refused rows of the quarantine, opened in memory. Each row carries its own receipt
// number, so that what is accepted now leaves the quarantine.
type replayed struct {
	rows []warehouse.Reject
	open func(kind string, sealed []byte) ([]byte, error)
}

var _ connectors.Source = replayed{}

// Check has nothing to try: the rows are in memory.
func (replayed) Check(context.Context) error { return nil }

// Open groups the rows by their headers: each group is one input.
func (s replayed) Open(_ context.Context, _ connectors.Request) (connectors.Reader, error) {
	r := &replayReader{}
	for _, row := range s.rows {
		clear, err := s.open(row.Kind, []byte(row.RawCipher))
		if err != nil {
			return nil, fmt.Errorf("open refused row %s: %w", receipt(row.ID), err)
		}
		cells, err := parseCells(clear)
		if err != nil {
			return nil, fmt.Errorf("read refused row %s: %w", receipt(row.ID), err)
		}
		r.add(row, cells)
	}
	for i := range r.groups {
		r.inputs = append(r.inputs, connectors.Input{Name: fmt.Sprintf("quarantine/%d", i+1), Size: -1, Receipt: true})
	}
	return r, nil
}

// group is rows of the same headers.
type group struct {
	headers []string
	rows    []warehouse.Reject
	cells   [][]transforms.Cell
}

type replayReader struct {
	groups []*group
	inputs []connectors.Input
	next   int
}

func (r *replayReader) add(row warehouse.Reject, cells []transforms.Cell) {
	headers := make([]string, len(cells))
	for i, c := range cells {
		headers[i] = c.Header
	}
	for _, g := range r.groups {
		if slices.Equal(g.headers, headers) && len(g.rows) < connectors.MaxBatchRows/8 {
			g.rows, g.cells = append(g.rows, row), append(g.cells, cells)
			return
		}
	}
	r.groups = append(r.groups, &group{headers: headers, rows: []warehouse.Reject{row}, cells: [][]transforms.Cell{cells}})
}

// Next returns one group.
func (r *replayReader) Next(context.Context) (*connectors.Batch, error) {
	if r.next == len(r.groups) {
		return nil, io.EOF
	}
	g := r.groups[r.next]
	fields := []arrow.Field{{Name: pipelines.ReceiptHeader, Type: arrow.BinaryTypes.String}}
	for _, h := range g.headers {
		fields = append(fields, arrow.Field{Name: h, Type: arrow.BinaryTypes.String})
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	defer b.Release()
	refs := array.NewStringBuilder(memory.DefaultAllocator)
	defer refs.Release()
	batch := &connectors.Batch{Input: r.next}
	for i, row := range g.rows {
		b.Field(0).(*array.StringBuilder).Append(receipt(row.ID))
		for c, cell := range g.cells[i] {
			b.Field(c + 1).(*array.StringBuilder).Append(cell.Text)
		}
		refs.Append(row.SourceRef)
	}
	batch.Rows, batch.Refs = b.NewRecord(), refs.NewStringArray()
	r.next++
	return batch, nil
}

// wasRow reports whether the source could read the row as one; what it could not is refused as a whole, with no field.
func wasRow(r warehouse.Reject) bool { return !slices.Contains(r.Fields, "") }

func (r *replayReader) Inputs() []connectors.Input { return r.inputs }
func (r *replayReader) Read() (done, size int64)   { return int64(r.next), int64(len(r.groups)) }
func (r *replayReader) Cursor() []byte             { return nil }
func (r *replayReader) Close() error               { return nil }
