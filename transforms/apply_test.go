package transforms

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/schemas"
)

func TestApply_RightRowIsAccepted(t *testing.T) {
	t.Parallel()
	out := apply(t, options(), rightRow())
	defer out.Release()
	if out.Count.Accepted != 1 {
		t.Fatalf("rejected: %v", violations(out, 0))
	}
	if !out.Accepted.Schema().Equal(schemas.AdminPenalty().Arrow()) {
		t.Error("the record has another schema than the kind")
	}
	if len(out.Warnings) != 0 {
		t.Errorf("warnings %v, want none", out.Warnings)
	}
}

func TestApply_EmptyBatch(t *testing.T) {
	t.Parallel()
	headers, _ := tableOf()
	var fields []arrow.Field
	var cols []arrow.Array
	empty := array.NewStringData(array.NewData(arrow.BinaryTypes.String, 0, make([]*memory.Buffer, 3), nil, 0, 0))
	for _, h := range headers {
		fields, cols = append(fields, arrow.Field{Name: h, Type: arrow.BinaryTypes.String}), append(cols, empty)
	}
	tr, err := New(options())
	if err != nil {
		t.Fatal(err)
	}
	out, err := tr.Apply(Input{Rows: array.NewRecord(arrow.NewSchema(fields, nil), cols, 0), Refs: empty})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Release()
	if out.Count != (Count{}) || out.Accepted.NumRows()+out.Rejects.NumRows() != 0 || out.AcceptedCheck|out.RejectsCheck != 0 {
		t.Errorf("of nothing came %+v", out)
	}
}

// A batch may be a slice of a larger one.
func TestApply_SlicedBatch(t *testing.T) {
	t.Parallel()
	headers, cells := tableOf(with("remark", "a"), with("remark", " b"), with("remark", "c"), with("remark", "d"))
	record, refs := recordOf(headers, cells)
	tr, err := New(options())
	if err != nil {
		t.Fatal(err)
	}
	out, err := tr.Apply(Input{Rows: record.NewSlice(1, 3), Refs: array.NewSlice(refs, 1, 3).(*array.String)})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Release()
	for i, want := range []string{"b", "c"} {
		if got := text(out.Accepted, "remark", i); got != want {
			t.Errorf("row %d: remark %q, want %q", i, got, want)
		}
	}
	if got := text(out.Accepted, schemas.ColSourceRef, 0); got != refs.Value(1) {
		t.Errorf("reference %q, want %q", got, refs.Value(1))
	}
}

func TestApply_RefusesWhatIsNoBatch(t *testing.T) {
	t.Parallel()
	headers, cells := tableOf(rightRow(), rightRow())
	record, refs := recordOf(headers, cells)
	tr, err := New(options())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Apply(Input{Rows: record, Refs: array.NewSlice(refs, 0, 1).(*array.String)}); err == nil {
		t.Error("two rows with one reference pass")
	}
	schema := arrow.NewSchema(append(record.Schema().Fields(), arrow.Field{Name: "n", Type: arrow.PrimitiveTypes.Uint64}), nil)
	numbers := array.NewUint64Builder(memory.DefaultAllocator)
	numbers.AppendValues([]uint64{1, 2}, nil)
	if _, err := tr.Apply(Input{Rows: array.NewRecord(schema, append(record.Columns(), numbers.NewArray()), 2), Refs: refs}); err == nil {
		t.Error("a column of numbers passes")
	}
	if _, err := tr.Apply(Input{Rows: array.NewRecord(arrow.NewSchema(nil, nil), nil, 0), Refs: array.NewSlice(refs, 0, 0).(*array.String)}); err == nil {
		t.Error("a batch without columns passes")
	}
}
