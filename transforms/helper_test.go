package transforms

import (
	"crypto/sha256"
	"fmt"
	"hash/maphash"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/schemas"
	"creditsync/transforms/cndate"
)

// today of all tests.
var today, _ = cndate.FromCivil(2024, 6, 30)

// A row of the tests by field name, complete and right: tests change what they are about.
func rightRow() map[string]string {
	return map[string]string{
		"subject_name": "吉安市庐陵食品有限公司", "subject_type": schemas.Organisation, "uscc": "91360802MA36T00X6M",
		"legal_rep_name": "测试甲", "legal_rep_id_type": "身份证", "legal_rep_id_no": "360802199001011238",
		"decision_no": "吉市监处罚〔2024〕12号", "violation_type": "生产经营不合格食品", "violation_fact": "经抽检，当事人生产的食品不合格。",
		"legal_basis": "《中华人民共和国食品安全法》第一百二十四条", "penalty_category": "罚款", "penalty_content": "罚款2000元",
		"fine_wanyuan": "0.2", "decision_date": "2024-01-03", "valid_until": "2025-01-03", "publicity_until": "2025-01-03",
		"authority_name": "吉安市市场监督管理局", "authority_uscc": "11360800014567892P",
		"source_unit_name": "吉安市市场监督管理局", "source_unit_uscc": "11360800014567892P",
	}
}

// with is a right row with some cells changed: name, value, name, value …
func with(pairs ...string) map[string]string {
	row := rightRow()
	for i := 0; i < len(pairs); i += 2 {
		row[pairs[i]] = pairs[i+1]
	}
	return row
}

// fakeProtection is cheap, repeatable and hides what it must hide.
func fakeProtection() Protection {
	seed := maphash.MakeSeed()
	id := func(kind string, b []byte) [16]byte {
		sum := sha256.Sum256(append([]byte(kind+"\x00"), b...))
		return [16]byte(sum[:16])
	}
	return Protection{
		RecordID: id,
		RejectID: id,
		Hash: func(field string) func([]byte) uint64 {
			salt := maphash.String(seed, field)
			return func(v []byte) uint64 { return maphash.Bytes(seed, v)*0x9E3779B97F4A7C15 + salt }
		},
		Seal: func(class, kind, field string) func([]byte, *[32]byte, []byte) []byte {
			return func(clear []byte, index *[32]byte, dst []byte) []byte {
				*index = sha256.Sum256(append([]byte(class+"\x00"), clear...))
				dst = append(dst, "sealed:"...)
				for _, c := range clear {
					dst = append(dst, c^0x55)
				}
				return dst
			}
		},
		Mask: func(class string, clear, dst []byte) []byte {
			s := []rune(string(clear))
			for i := range s {
				if len(s) <= 8 || i >= 3 && i < len(s)-2 {
					s[i] = '*'
				}
			}
			return append(dst, string(s)...)
		},
	}
}

func unseal(b []byte) string {
	s := []byte(strings.TrimPrefix(string(b), "sealed:"))
	for i := range s {
		s[i] ^= 0x55
	}
	return string(s)
}

func options() Options {
	return Options{Kind: schemas.AdminPenalty(), Today: func() cndate.Day { return today }, Protect: fakeProtection(),
		RunNo: 7, Receipt: "回执号", Language: "zh"}
}

// recordOf makes a batch of text columns.
func recordOf(headers []string, rows [][]string) (arrow.Record, *array.String) {
	mem := memory.DefaultAllocator
	var fields []arrow.Field
	for _, h := range headers {
		fields = append(fields, arrow.Field{Name: h, Type: arrow.BinaryTypes.String, Nullable: true})
	}
	to := array.NewRecordBuilder(mem, arrow.NewSchema(fields, nil))
	defer to.Release()
	refs := array.NewStringBuilder(mem)
	defer refs.Release()
	for i, row := range rows {
		for c, text := range row {
			if text == "<null>" {
				to.Field(c).AppendNull()
				continue
			}
			to.Field(c).(*array.StringBuilder).Append(text)
		}
		refs.Append(fmt.Sprintf("inbox/a.csv:%d", i+2))
	}
	return to.NewRecord(), refs.NewStringArray()
}

// tableOf makes headers and rows of rows by field name, under the fields' titles.
func tableOf(rows ...map[string]string) (headers []string, cells [][]string) {
	k := schemas.AdminPenalty()
	for _, f := range k.Fields {
		headers = append(headers, f.Title)
	}
	for _, row := range rows {
		var line []string
		for _, f := range k.Fields {
			line = append(line, row[f.Name])
		}
		cells = append(cells, line)
	}
	return headers, cells
}

// apply transforms rows by field name.
func apply(tb testing.TB, o Options, rows ...map[string]string) *Output {
	tb.Helper()
	headers, cells := tableOf(rows...)
	return applyTable(tb, o, headers, cells)
}

func applyTable(tb testing.TB, o Options, headers []string, cells [][]string, refused ...RefusedRow) *Output {
	tb.Helper()
	t, err := New(o)
	if err != nil {
		tb.Fatal(err)
	}
	record, refs := recordOf(headers, cells)
	out, err := t.Apply(Input{BatchNo: 1, Rows: record, Refs: refs, Refused: refused})
	if err != nil {
		tb.Fatal(err)
	}
	if got, want := out.Count.Read, out.Count.Accepted+out.Count.Rejected; got != want {
		tb.Errorf("read %d, want accepted + rejected = %d", got, want)
	}
	return out
}

// list is the texts of a list cell.
func list(a arrow.Array, i int) []string {
	l := a.(*array.List)
	from, to := l.ValueOffsets(i)
	var out []string
	for k := from; k < to; k++ {
		out = append(out, l.ListValues().(*array.String).Value(int(k)))
	}
	return out
}

// col is a column of a record by name.
func col(r arrow.Record, name string) arrow.Array {
	return r.Column(r.Schema().FieldIndices(name)[0])
}

// violations of reject i as "field:rule".
func violations(out *Output, i int) []string {
	fields, rules := list(col(out.Rejects, "fields"), i), list(col(out.Rejects, "rules"), i)
	var all []string
	for k := range fields {
		all = append(all, fields[k]+":"+rules[k])
	}
	return all
}
