package transforms_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/internal/testkit/hostile"
	"creditsync/schemas"
	"creditsync/transforms"
	"creditsync/transforms/cndate"
)

// Every row of the samples that were written by hand becomes what its writer says: accepted with these warnings and
// values, or refused for these reasons and no other.
func TestApply_HostileSamples(t *testing.T) {
	t.Parallel()
	protect := vaultProtection(openVault(t))
	for _, k := range schemas.All() {
		for _, table := range hostile.Tables(t, "..", k.Name) {
			t.Run(k.Name+"/"+table.Name, func(t *testing.T) {
				t.Parallel()
				checkTable(t, k, protect, &table)
			})
		}
	}
}

func checkTable(t *testing.T, k *schemas.Kind, protect transforms.Protection, table *hostile.Table) {
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer alloc.AssertSize(t, 0)
	tr, err := transforms.New(transforms.Options{
		Kind: k, Protect: protect, Language: "zh", Alloc: alloc,
		Today: func() cndate.Day { day, _ := cndate.FromCivil(2026, 1, 1); return day },
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, refs := tableRecord(table)
	defer rows.Release()
	defer refs.Release()
	out, err := tr.Apply(transforms.Input{Rows: rows, Refs: refs})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Release()
	accepted, refused := byRef(out.Accepted), byRef(out.Rejects)
	ids := map[string]int{}
	for _, row := range table.Rows {
		ref := fmt.Sprint(row.Line)
		at, isIn := accepted[ref]
		if isIn != row.Accepted {
			got := "accepted"
			if !isIn {
				got = "refused: " + strings.Join(reasons(out.Rejects, refused[ref]), " ")
			}
			t.Errorf("line %d: %s, want accepted %v %v", row.Line, got, row.Accepted, row.Refused)
			continue
		}
		if !isIn {
			if got := reasons(out.Rejects, refused[ref]); !slices.Equal(got, row.Refused) {
				t.Errorf("line %d: refused for %v, want %v", row.Line, got, row.Refused)
			}
			continue
		}
		if got := slices.Sorted(slices.Values(texts(out.Accepted, schemas.ColWarnings, at))); !slices.Equal(got, row.Warnings) {
			t.Errorf("line %d: warned of %v, want %v", row.Line, got, row.Warnings)
		}
		for field, want := range row.Values {
			if got := strings.Join(texts(out.Accepted, field, at), "|"); got != want {
				t.Errorf("line %d: %s is %q, want %q", row.Line, field, got, want)
			}
		}
		id := strings.Join(texts(out.Accepted, schemas.ColRecordID, at), "")
		if other, taken := ids[id]; taken {
			t.Errorf("lines %d and %d are one record", other, row.Line)
		}
		ids[id] = row.Line
	}
}

// tableRecord is a sample as a connector gives it.
func tableRecord(table *hostile.Table) (arrow.Record, *array.String) {
	var fields []arrow.Field
	for _, h := range table.Header {
		fields = append(fields, arrow.Field{Name: h, Type: arrow.BinaryTypes.String})
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	defer b.Release()
	refs := array.NewStringBuilder(memory.DefaultAllocator)
	defer refs.Release()
	for _, row := range table.Rows {
		for c, cell := range row.Cells {
			b.Field(c).(*array.StringBuilder).Append(cell)
		}
		refs.Append(fmt.Sprint(row.Line))
	}
	return b.NewRecord(), refs.NewStringArray()
}

// byRef finds the rows of a record by their place in the source.
func byRef(r arrow.Record) map[string]int {
	at := map[string]int{}
	col := r.Column(r.Schema().FieldIndices(schemas.ColSourceRef)[0]).(*array.String)
	for i := range col.Len() {
		at[col.Value(i)] = i
	}
	return at
}

// reasons are the violations of a refused row, sorted.
func reasons(r arrow.Record, at int) []string {
	fields, rules := texts(r, "fields", at), texts(r, "rules", at)
	list := make([]string, len(fields))
	for i := range fields {
		list[i] = fields[i] + ":" + rules[i]
	}
	return slices.Sorted(slices.Values(list))
}

// texts is a cell as texts: one, or those of a list; absent is none.
func texts(r arrow.Record, name string, at int) []string {
	switch col := r.Column(r.Schema().FieldIndices(name)[0]).(type) {
	case *array.List:
		from, to := col.ValueOffsets(at)
		var list []string
		for i := from; i < to; i++ {
			list = append(list, col.ListValues().(*array.String).Value(int(i)))
		}
		return list
	case *array.FixedSizeBinary:
		return []string{fmt.Sprintf("%x", col.Value(at))}
	case *array.Decimal128:
		if col.IsNull(at) {
			return nil
		}
		return []string{col.Value(at).ToString(col.DataType().(*arrow.Decimal128Type).Scale)}
	case *array.Date32:
		if col.IsNull(at) {
			return nil
		}
		return []string{cndate.Day(col.Value(at)).String()}
	default:
		if col.IsNull(at) {
			return nil
		}
		return []string{col.ValueStr(at)}
	}
}
