package warehouse

import (
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"creditsync/schemas"
)

// TestTaken_IsTheChosenRows takes any rows of a batch of a kind and finds in each column what stood in these rows.
func TestTaken_IsTheChosenRows(t *testing.T) {
	t.Parallel()
	const rows = 40
	b := array.NewRecordBuilder(memory.DefaultAllocator, schemas.AdminPenalty().Arrow())
	defer b.Release()
	for i := range rows {
		for _, f := range b.Fields() {
			if err := f.AppendValueFromString(sampleText(f, i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	batch := b.NewRecord()
	defer batch.Release()
	rapid.Check(t, func(t *rapid.T) {
		var picks []pick
		for i, keep := range rapid.SliceOfN(rapid.Bool(), rows, rows).Draw(t, "keep") {
			if keep {
				picks = append(picks, pick{row: i})
			}
		}
		if len(picks) == 0 {
			return // nothing is taken where nothing is chosen
		}
		got, err := taken(batch, picks)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Release()
		for c, col := range got.Columns() {
			for i, p := range picks {
				if got, want := col.ValueStr(i), batch.Column(c).ValueStr(p.row); got != want {
					t.Fatalf("column %s, row %d of %v: got %q, want %q", batch.ColumnName(c), i, picks, got, want)
				}
			}
		}
	})
}

// sampleText is a value that differs from row to row where the type has room.
func sampleText(b array.Builder, i int) string {
	switch b.(type) {
	case *array.Uint64Builder:
		return fmt.Sprint(i)
	case *array.Date32Builder:
		return fmt.Sprintf("2024-01-%02d", i%28+1)
	case *array.Decimal128Builder:
		return fmt.Sprintf("%d.500000", i)
	case *array.ListBuilder:
		return fmt.Sprintf(`["a%d","b"]`, i)
	case *array.FixedSizeBinaryBuilder, *array.BinaryBuilder:
		return fmt.Sprintf("AAAAAAAAAAAAAAAAAAAA%02d==", i)
	}
	return fmt.Sprintf("值%d", i)
}
