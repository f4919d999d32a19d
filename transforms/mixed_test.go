package transforms

import (
	"errors"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"

	"creditsync/schemas"
)

// defaulters are options for the kind whose published form has persons' numbers and organisations' codes in one column.
func defaulters() Options {
	o := options()
	o.Kind = schemas.JudgmentDefaulter()
	return o
}

const aPerson, aCode = "36080219900101982X", "91360802MA36T00X6M"

func TestApply_MixedColumn(t *testing.T) {
	t.Parallel()
	headers := []string{"iname", "caseCode", "courtName", "partyTypeName", "证号"}
	rows := [][]string{
		{"拟甲一", "（2024）赣0802执1号", "吉安市吉州区人民法院", "580", aPerson},
		{"吉安拟例有限公司", "（2024）赣0802执2号", "吉安市吉州区人民法院", "581", aCode},
		{"拟甲二", "（2024）赣0802执3号", "吉安市吉州区人民法院", "999", aPerson},
		{"吉安拟例有限公司", "（2024）赣0802执4号", "吉安市吉州区人民法院", "581", aCode[:17] + "N"},
	}
	o := defaulters()
	o.Map = map[string]string{"id_no": "证号", "uscc": "证号"} // no known header: the configuration says that it is mixed
	out := applyTable(t, o, headers, rows)
	defer out.Release()
	if got, want := out.Count.Accepted, uint64(2); got != want {
		t.Fatalf("accepted %d, want %d", got, want)
	}
	if got := []string{text(out.Accepted, "uscc", 0), text(out.Accepted, "uscc", 1)}; !slices.Equal(got, []string{"", aCode}) {
		t.Errorf("codes %q", got)
	}
	if got := unseal(col(out.Accepted, "id_no_cipher").(*array.Binary).Value(0)); got != aPerson {
		t.Errorf("the person's number is %q", got)
	}
	if got := len(col(out.Accepted, "id_no_cipher").(*array.Binary).Value(1)); got != 0 {
		t.Errorf("an organisation's code was sealed as a number")
	}
	noClear(t, out, aPerson)
	// A clerk has to see an organisation's code; whose number it is cannot be told where the type was refused.
	if got := pairs(t, text(out.Rejects, "raw_masked", 1))["证号"]; got != aCode[:17]+"N" {
		t.Errorf("the wrong code is shown as %q", got)
	}
	if got := pairs(t, text(out.Rejects, "raw_masked", 0))["证号"]; got == aPerson {
		t.Error("a number is shown in clear")
	}
}

// A field with a column of its own keeps what is there; the mixed one fills its empty cells.
func TestApply_MixedColumnBesideItsFields(t *testing.T) {
	t.Parallel()
	out := applyTable(t, defaulters(), []string{"iname", "caseCode", "courtName", "partyTypeName", "cardNum", "统一社会信用代码"}, [][]string{
		{"吉安拟例有限公司", "（2024）赣0802执2号", "吉安市吉州区人民法院", "581", "MA36T00X6", aCode},
		{"吉安拟例有限公司", "（2024）赣0802执3号", "吉安市吉州区人民法院", "581", aCode, ""},
		{"吉安拟例有限公司", "（2024）赣0802执4号", "吉安市吉州区人民法院", "581", "91360800MA35ABCD47", aCode},
	})
	defer out.Release()
	for i, want := range [][2]string{{aCode, "MA36T00X6"}, {aCode, ""}, {aCode, ""}} {
		if got := [2]string{text(out.Accepted, "uscc", i), text(out.Accepted, "org_code", i)}; got != want {
			t.Errorf("row %d: %q, want %q", i, got, want)
		}
	}
}

func TestBind_MixedColumns(t *testing.T) {
	t.Parallel()
	tr, err := New(defaulters())
	if err != nil {
		t.Fatal(err)
	}
	var bad *BindError
	err = tr.Bind([]string{"iname", "caseCode", "courtName", "partyTypeName", "cardNum", "身份证号码/组织机构代码"})
	if !errors.As(err, &bad) || bad.Rule != BindDoubled || !slices.Equal(bad.Columns, []string{"cardNum", "身份证号码/组织机构代码"}) {
		t.Errorf("two mixed columns: %v", err)
	}
	columns, err := tr.Columns([]string{"iname", "caseCode", "courtName", "partyTypeName", "cardNum"})
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"id_no", "uscc", "org_code", "other_no"} {
		if columns[field] != "cardNum" {
			t.Errorf("%s comes from %q", field, columns[field])
		}
	}
	if left := tr.Unmapped([]string{"iname", "caseCode", "courtName", "partyTypeName", "cardNum", "focusNumber"}); !slices.Equal(left, []string{"focusNumber"}) {
		t.Errorf("unmapped %q", left)
	}
	if got := Match(schemas.JudgmentDefaulter(), nil)([]string{"cardNum", "iname", "x"}); got != 2 {
		t.Errorf("%d of the headers are known, want 2", got)
	}
}

// One header means what its table's other headers say.
func TestBind_LayoutsWithMarks(t *testing.T) {
	t.Parallel()
	o := options()
	o.Kind = schemas.CourtJudgment()
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	for want, headers := range map[string][]string{
		"party_role": {"JGQC", "AH", "SLFY", "SSDW", "AY"},
		"employer":   {"XM", "AH", "PJJIGUAN", "SSDW", "ZW"},
	} {
		columns, err := tr.Columns(headers)
		if err != nil {
			t.Errorf("%v: %v", headers, err)
		}
		if columns[want] != "SSDW" {
			t.Errorf("%v: SSDW is not %s: %v", headers, want, columns)
		}
	}
}

// A source that has none of the columns of which a record needs one is told so before a row is read.
func TestBind_NoneOfAGroup(t *testing.T) {
	t.Parallel()
	o := options()
	o.Kind = schemas.BiddingBlacklist()
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	var bad *BindError
	if err := tr.Bind([]string{"BODY_NAME", "BODY_TYPE", "GOVERNMENT"}); !errors.As(err, &bad) || bad.Rule != BindMissing ||
		!slices.Equal(bad.Fields, []string{"violation_code", "decision_no", "listed_date"}) {
		t.Errorf("got %v", err)
	}
}

// A clerk returns a row whose number in a mixed column is stars.
func TestApply_ReturnedRowOfAMixedColumn(t *testing.T) {
	t.Parallel()
	headers := []string{"iname", "caseCode", "courtName", "partyTypeName", "cardNum", "regDate"}
	row := []string{"拟甲一", "（2024）赣0802执1号", "吉安市吉州区人民法院", "580", aPerson, "x"}
	first := applyTable(t, defaulters(), headers, [][]string{row})
	defer first.Release()
	var original []Cell
	for i, h := range headers {
		original = append(original, Cell{h, row[i]})
	}
	masked := pairs(t, text(first.Rejects, "raw_masked", 0))
	var returned []string
	for _, h := range headers {
		returned = append(returned, masked[h])
	}
	returned[5] = "2024-01-03"
	o := defaulters()
	o.Original = func(string) ([]Cell, bool) { return original, true }
	out := applyTable(t, o, append([]string{"回执号"}, headers...), [][]string{append([]string{"R-1"}, returned...)})
	defer out.Release()
	if out.Count.Accepted != 1 {
		t.Fatalf("rejected: %v", violations(out, 0))
	}
	if got := unseal(col(out.Accepted, "id_no_cipher").(*array.Binary).Value(0)); got != aPerson {
		t.Errorf("the number came back as %q", got)
	}
}
