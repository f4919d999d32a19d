package schemas_test

import (
	"crypto/sha256"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"creditsync/schemas"
	"creditsync/transforms"
	"creditsync/transforms/cndate"
)

func TestSample_IsTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	k := schemas.AdminPenalty()
	_, got := schemas.Sample(k, 7, 20)
	_, want := schemas.Sample(k, 7, 20)
	if !reflect.DeepEqual(got, want) {
		t.Error("two samples of one seed differ")
	}
	if _, other := schemas.Sample(k, 8, 20); reflect.DeepEqual(other, want) {
		t.Error("samples of two seeds are equal")
	}
}

// Whatever the seed, every row of a sample is accepted under the kind's own rules without a warning, and no two rows are
// one record.
func TestSample_KeepsTheRulesOfItsKind(t *testing.T) {
	t.Parallel()
	for _, k := range schemas.All() {
		rapid.Check(t, func(t *rapid.T) {
			header, rows := schemas.Sample(k, rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 30).Draw(t, "rows"))
			out := transformed(t, k, header, rows)
			defer out.Release()
			if out.Count.Rejected > 0 || out.Count.Warned > 0 {
				t.Fatalf("kind %s: refused %v, warned %v", k.Name, out.Rules, out.Warnings)
			}
			ids := map[string]bool{}
			id := out.Accepted.Column(out.Accepted.Schema().FieldIndices(schemas.ColRecordID)[0]).(*array.FixedSizeBinary)
			for i := range id.Len() {
				ids[string(id.Value(i))] = true
			}
			if got, want := len(ids), len(rows); got != want {
				t.Fatalf("kind %s: %d records, want %d", k.Name, got, want)
			}
		})
	}
}

// transformed is what package transforms makes of a sample, with protection that protects nothing.
func transformed(t *rapid.T, k *schemas.Kind, header []string, rows [][]string) *transforms.Output {
	fold, err := transforms.New(transforms.Options{
		Kind: k, Today: func() cndate.Day { day, _ := cndate.FromCivil(2026, 1, 1); return day },
		Protect: transforms.Protection{
			RecordID: identity, RejectID: identity,
			Hash: func(string) func([]byte) uint64 { return func([]byte) uint64 { return 0 } },
			Seal: func(_, _, _ string) func([]byte, *[32]byte, []byte) []byte {
				return func(_ []byte, _ *[32]byte, dst []byte) []byte { return dst }
			},
			Mask: func(_ string, _, dst []byte) []byte { return append(dst, '*') },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var fields []arrow.Field
	for _, h := range header {
		fields = append(fields, arrow.Field{Name: h, Type: arrow.BinaryTypes.String})
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	defer b.Release()
	refs := array.NewStringBuilder(memory.DefaultAllocator)
	defer refs.Release()
	for _, row := range rows {
		for c, cell := range row {
			b.Field(c).(*array.StringBuilder).Append(cell)
		}
		refs.Append("sample")
	}
	record, at := b.NewRecord(), refs.NewStringArray()
	defer record.Release()
	defer at.Release()
	out, err := fold.Apply(transforms.Input{Rows: record, Refs: at})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// identity is a hash of the key.
func identity(_ string, key []byte) [16]byte {
	sum := sha256.Sum256(key)
	return [16]byte(sum[:16])
}

func TestSample_NamesEveryFieldOnce(t *testing.T) {
	t.Parallel()
	for _, k := range schemas.All() {
		header, rows := schemas.Sample(k, 1, 1)
		seen := map[string]bool{}
		for _, h := range header {
			if seen[h] {
				t.Errorf("kind %s: %q stands twice", k.Name, h)
			}
			seen[h] = true
		}
		if got, want := len(rows[0]), len(k.Fields); got != want {
			t.Errorf("kind %s: %d cells, want %d", k.Name, got, want)
		}
	}
}

func TestPage_TellsEveryFieldAndColumn(t *testing.T) {
	t.Parallel()
	for _, k := range schemas.All() {
		page := schemas.Page(k)
		for _, c := range k.Columns() {
			if !strings.Contains(page, "| `"+c.Name+"` |") {
				t.Errorf("the page of %s does not tell of column %s", k.Name, c.Name)
			}
		}
		for _, w := range k.Warnings {
			if !strings.Contains(page, "- `"+w.Rule+"`：") {
				t.Errorf("the page of %s does not tell of warning %s", k.Name, w.Rule)
			}
		}
	}
}
