package warehouse

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/schemas"
)

// opUpsert is op's number in its Enum8.
const opUpsert = 1

// versionsOf makes rows of K_versions from rows of a batch. What every row has in common, and "changed", which a row
// without a previous version has none of, is filled in here and by the table's defaults. The caller releases it.
func versionsOf(s Scope, batch arrow.Record, picks []pick) (arrow.Record, error) {
	rows, err := taken(batch, picks)
	if err != nil {
		return nil, err
	}
	defer rows.Release()
	n := len(picks)
	own := func(name string) arrow.Array { return rows.Column(rows.Schema().FieldIndices(name)[0]) }
	var fields []arrow.Field
	var cols []arrow.Array
	add := func(name string, col arrow.Array) {
		fields = append(fields, arrow.Field{Name: name, Type: col.DataType(), Nullable: col.NullN() > 0})
		cols = append(cols, col)
	}
	made := []arrow.Array{
		column(array.NewUint64Builder, n, func(i int) uint64 { return s.Commit<<24 + picks[i].n }),
		column(array.NewUint32Builder, n, func(i int) uint32 { return picks[i].version }),
		column(array.NewInt8Builder, n, func(int) int8 { return opUpsert }),
		column(array.NewInt8Builder, n, func(i int) int8 { return picks[i].status }),
		column(array.NewUint16Builder, n, func(int) uint16 { return schemas.HashVersion }),
		column(array.NewUint64Builder, n, func(int) uint64 { return s.Commit }),
		column(array.NewStringBuilder, n, func(int) string { return s.Pipeline }),
		column(array.NewUint8Builder, n, func(i int) uint8 { return told(picks[i]) }),
		column(moments, n, func(int) arrow.Timestamp { return arrow.Timestamp(s.At.UnixMilli()) }),
	}
	defer func() {
		for _, c := range made {
			c.Release()
		}
	}()
	for i, name := range []string{"seq", "version", "op", "status", "hash_version", "commit_no", "pipeline", "notify", "ingested_at"} {
		add(name, made[i])
	}
	for _, f := range rows.Schema().Fields() {
		if f.Name != schemas.ColPlace {
			fields = append(fields, f)
			cols = append(cols, own(f.Name))
		}
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), cols, int64(n)), nil
}

// moments builds a column of times. As plain numbers the engine would read them as seconds, and say nothing.
func moments(mem memory.Allocator) *array.TimestampBuilder {
	return array.NewTimestampBuilder(mem, &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "UTC"})
}

func told(p pick) uint8 {
	if p.adopted {
		return 0
	}
	return 1
}

// column builds a column of n values.
func column[T any, B interface {
	array.Builder
	Append(T)
}](builder func(memory.Allocator) B, n int, of func(i int) T) arrow.Array {
	b := builder(memory.DefaultAllocator)
	defer b.Release()
	b.Reserve(n)
	for i := range n {
		b.Append(of(i))
	}
	return b.NewArray()
}

// taken is the batch with the picked rows alone, which are in the order of the batch. The caller releases it. (Arrow's own
// compute.FilterRecordBatch of v17 can wait for itself for ever.)
func taken(batch arrow.Record, picks []pick) (arrow.Record, error) {
	if len(picks) == int(batch.NumRows()) {
		batch.Retain()
		return batch, nil
	}
	runs := runsOf(picks)
	cols := make([]arrow.Array, 0, batch.NumCols())
	defer func() {
		for _, c := range cols {
			c.Release()
		}
	}()
	parts := make([]arrow.Array, len(runs))
	for _, whole := range batch.Columns() {
		for i, r := range runs {
			parts[i] = array.NewSlice(whole, r.from, r.to)
		}
		col, err := array.Concatenate(parts, memory.DefaultAllocator)
		for _, p := range parts {
			p.Release()
		}
		if err != nil {
			return nil, fmt.Errorf("take %d of %d rows: %w", len(picks), batch.NumRows(), err)
		}
		cols = append(cols, col)
	}
	return array.NewRecord(batch.Schema(), cols, int64(len(picks))), nil
}

// run is a stretch of rows of a batch.
type run struct{ from, to int64 }

// runsOf are the stretches that the picked rows make up.
func runsOf(picks []pick) []run {
	var runs []run
	for _, p := range picks {
		at := int64(p.row)
		if n := len(runs); n > 0 && runs[n-1].to == at {
			runs[n-1].to++
			continue
		}
		runs = append(runs, run{at, at + 1})
	}
	return runs
}
