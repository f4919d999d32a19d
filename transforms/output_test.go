package transforms

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/schemas"
	"creditsync/transforms/cndate"
	"creditsync/transforms/personid"
)

// text is a text cell by name.
func text(r arrow.Record, name string, i int) string { return col(r, name).(*array.String).Value(i) }

func idOf(r arrow.Record, name string, i int) [16]byte {
	return [16]byte(col(r, name).(*array.FixedSizeBinary).Value(i))
}

func TestApply_Values(t *testing.T) {
	t.Parallel()
	out := apply(t, options(), with(
		"subject_name", "  吉安市庐陵(集团)食品有限公司", "uscc", "９1360802ma36t00x6m", "org_code", "68092665-8",
		"decision_no", "吉市监处罚[2024]12号", "penalty_category", "没收违法所得、没收非法财物；罚 款|罚款，通报批评", "fine_wanyuan", "2000元",
		"confiscated_wanyuan", "1,234.5", "decision_date", "2024年1月3日", "valid_until", "长期", "publicity_until", "", "remark", " 有 空 格 "))
	defer out.Release()
	if out.Count.Accepted != 1 {
		t.Fatalf("rejected: %v", violations(out, 0))
	}
	r := out.Accepted
	for name, want := range map[string]string{
		"subject_name": "吉安市庐陵（集团）食品有限公司", "uscc": "91360802MA36T00X6M", "org_code": "680926658", "decision_no": "吉市监处罚〔2024〕12号",
		"tax_no": "", "remark": "有 空 格", "legal_rep_id_no": "360*************38",
	} {
		if got := text(r, name, 0); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got, want := list(col(r, "penalty_category"), 0), []string{"没收违法所得、没收非法财物", "罚款", "通报批评"}; !slices.Equal(got, want) {
		t.Errorf("categories %q, want %q", got, want)
	}
	if got := col(r, "fine_wanyuan").(*array.Decimal128).Value(0).ToString(6); got != "0.200000" {
		t.Errorf("fine %s, want 0.200000", got)
	}
	if got := col(r, "confiscated_wanyuan").(*array.Decimal128).Value(0).ToString(6); got != "1234.500000" {
		t.Errorf("confiscated %s, want 1234.500000", got)
	}
	if got := cndate.Day(col(r, "decision_date").(*array.Date32).Value(0)).String(); got != "2024-01-03" {
		t.Errorf("decision %s, want 2024-01-03", got)
	}
	if got := cndate.Day(col(r, "valid_until").(*array.Date32).Value(0)).String(); got != "2099-12-31" {
		t.Errorf("end %s, want 2099-12-31", got)
	}
	if !col(r, "publicity_until").IsNull(0) {
		t.Error("an absent day is not null")
	}
	if got := col(r, schemas.ColPlace).(*array.Uint64).Value(0); got != 1<<32 {
		t.Errorf("place %d, want 1<<32", got)
	}
	if got := col(r, schemas.ColRun).(*array.Uint64).Value(0); got != 7 {
		t.Errorf("run %d, want 7", got)
	}
}

func TestApply_PersonalNumberIsHidden(t *testing.T) {
	t.Parallel()
	wide := personid.Widen([]byte("360802900101123"))
	out := apply(t, options(), rightRow(), with("legal_rep_id_no", "360802900101123"), with("legal_rep_id_no", string(wide[:])),
		with("legal_rep_id_no", "３209231969****1513"), with("legal_rep_id_no", ""))
	defer out.Release()
	r := out.Accepted
	cipher := col(r, "legal_rep_id_no_cipher").(*array.Binary)
	if got := unseal(cipher.Value(0)); got != "360802199001011238" {
		t.Errorf("cipher holds %q", got)
	}
	if got := unseal(cipher.Value(1)); got != "360802900101123" {
		t.Errorf("cipher holds %q, want the 15 digits as they came", got)
	}
	if idOf(r, "legal_rep_id_no_index", 1) != idOf(r, "legal_rep_id_no_index", 2) {
		t.Error("15 and 18 digits of one person have different indexes")
	}
	if got := text(r, "legal_rep_id_no", 3); got != "3209231969****1513" {
		t.Errorf("a masked number is stored as %q", got)
	}
	for i := 3; i < 5; i++ {
		if len(cipher.Value(i)) > 0 || idOf(r, "legal_rep_id_no_index", i) != [16]byte{} {
			t.Errorf("row %d has a cipher or an index of nothing", i)
		}
	}
	if idOf(r, "legal_rep_id_no_index", 0) == [16]byte{} {
		t.Error("no index")
	}
}

func TestApply_IDInText(t *testing.T) {
	t.Parallel()
	const id = "360802199001011238"
	plain := apply(t, options(), rightRow())
	defer plain.Release()
	out := apply(t, options(), rightRow(), with("violation_fact", "当事人（身份证号"+id+"）无照经营", "subject_name", "测试甲"+id, "tax_no", id+"00",
		"penalty_category", "罚款;责令"+id, "decision_no", "吉"+id+"号", "legal_rep_id_type", "证"+id, "legal_rep_id_no", "E1234567"))
	defer out.Release()
	if out.Count.Accepted != 2 {
		t.Fatalf("rejected: %v", violations(out, 0))
	}
	sealed := col(out.Accepted, schemas.ColTextCipher).(*array.Binary)
	if len(sealed.Value(0)) != 0 {
		t.Error("a row without an ID has a text cipher")
	}
	var clear map[string]string
	if err := json.Unmarshal([]byte(unseal(sealed.Value(1))), &clear); err != nil {
		t.Fatalf("%v in %s", err, unseal(sealed.Value(1)))
	}
	want := map[string]string{"violation_fact": "当事人（身份证号" + id + "）无照经营", "subject_name": "测试甲" + id, "tax_no": id + "00",
		"penalty_category": "罚款\x1f责令" + id, "decision_no": "吉" + id + "号", "legal_rep_id_type": "证" + id}
	for name, w := range want {
		if clear[name] != w {
			t.Errorf("%s sealed as %q, want %q", name, clear[name], w)
		}
	}
	if len(clear) != len(want) {
		t.Errorf("sealed %v", clear)
	}
	if s := unseal(sealed.Value(1)); strings.Index(s, "subject_name") > strings.Index(s, "violation_fact") {
		t.Errorf("not in the order of the fields: %s", s)
	}
	if got := text(out.Accepted, "violation_fact", 1); got != "当事人（身份证号360*************38）无照经营" {
		t.Errorf("stored %q", got)
	}
	noClear(t, out, id)
}

// noClear makes sure that no buffer of the output holds an ID.
func noClear(t interface {
	Helper()
	Errorf(string, ...any)
}, out *Output, ids ...string) {
	t.Helper()
	for _, r := range []arrow.Record{out.Accepted, out.Rejects} {
		for c, a := range r.Columns() {
			eachBuffer(a.Data(), func(b []byte) {
				for _, id := range ids {
					if bytes.Contains(b, []byte(id)) {
						t.Errorf("%s holds %s in clear", r.ColumnName(c), id)
					}
				}
			})
		}
	}
}

func eachBuffer(d arrow.ArrayData, visit func(b []byte)) {
	for _, b := range d.Buffers() {
		if b != nil {
			visit(b.Bytes())
		}
	}
	for _, child := range d.Children() {
		eachBuffer(child, visit)
	}
}

func TestApply_RefsHoldNoID(t *testing.T) {
	t.Parallel()
	headers, cells := tableOf(rightRow(), with("decision_date", "x"))
	record, _ := recordOf(headers, cells)
	to := array.NewStringBuilder(memory.DefaultAllocator)
	to.AppendValues([]string{"inbox/360802199001011238.csv:2", "inbox/360802199001011238.csv:3"}, nil)
	tr, err := New(options())
	if err != nil {
		t.Fatal(err)
	}
	out, err := tr.Apply(Input{Rows: record, Refs: to.NewStringArray(), Refused: []RefusedRow{{Ref: "360802199001011238.csv:4", Rule: "ragged_row"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Release()
	noClear(t, out, "360802199001011238")
	if got := text(out.Accepted, schemas.ColSourceRef, 0); got != "inbox/360*************38.csv:2" {
		t.Errorf("reference %q", got)
	}
}

func TestApply_UnchangedColumnIsNotCopied(t *testing.T) {
	t.Parallel()
	headers, cells := tableOf(rightRow(), with("remark", " x"))
	record, refs := recordOf(headers, cells)
	tr, err := New(options())
	if err != nil {
		t.Fatal(err)
	}
	out, err := tr.Apply(Input{Rows: record, Refs: refs})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Release()
	shares := func(name string) bool {
		f := schemas.AdminPenalty()
		in := record.Column(indexOf(f, name)).Data().Buffers()[2].Bytes()
		return unsafe.SliceData(in) == unsafe.SliceData(col(out.Accepted, name).Data().Buffers()[2].Bytes())
	}
	if !shares("violation_fact") {
		t.Error("a column in which nothing changed was copied")
	}
	if shares("remark") {
		t.Error("a column that changed is the source's")
	}
}

func TestApply_Key(t *testing.T) {
	t.Parallel()
	type row = map[string]string
	id := func(r row) [16]byte {
		out := apply(t, options(), r)
		defer out.Release()
		if out.Count.Accepted == 1 {
			return idOf(out.Accepted, schemas.ColRecordID, 0)
		}
		got := idOf(out.Rejects, schemas.ColRecordID, 0)
		if unkeyed := out.Count.Unkeyed == 1; unkeyed != (got == [16]byte{}) {
			t.Errorf("%v: unkeyed %d", r, out.Count.Unkeyed)
		}
		return got
	}
	base := id(rightRow())
	individual := func(pairs ...string) row {
		return with(append([]string{"subject_type", "个体工商户", "uscc", "00000000000000000X"}, pairs...)...)
	}
	person := func(pairs ...string) row {
		return with(append([]string{"subject_type", "自然人", "uscc", "", "id_type", "身份证", "id_no", "360802199001011238", "subject_name", "测试甲"}, pairs...)...)
	}
	for name, same := range map[string][2]row{
		"leading zeros of the number": {rightRow(), with("decision_no", "吉市监处罚〔2024〕0012号")},
		"name of an organisation":     {rightRow(), with("subject_name", "改名有限公司")},
		"lesser codes":                {rightRow(), with("registration_no", "360800123456789")},
		"refused for something else":  {rightRow(), with("valid_until", "x")},
		"placeholder is skipped":      {individual("registration_no", "R1"), individual("registration_no", "R1", "subject_name", "别名")},
		"number of a person":          {person(), person("id_no", "360821198506150043", "uscc", "92360881MA37QQ1169")},
		"refused code of a person":    {person(), person("uscc", "92360881MA37QQ1160")},
	} {
		if id(same[0]) != id(same[1]) {
			t.Errorf("%s: the record is another one", name)
		}
	}
	for name, other := range map[string]row{
		"decision number": with("decision_no", "吉市监处罚〔2024〕13号"), "day": with("decision_date", "2024-01-04"),
		"authority": with("authority_uscc", "12360800491234564D"), "subject": with("uscc", "91360800MA35ABCD47"),
	} {
		if id(other) == base {
			t.Errorf("another %s is the same record", name)
		}
	}
	if id(individual("registration_no", "R1")) == id(individual("org_code", "680926658")) || id(individual()) == id(individual("subject_name", "别名")) {
		t.Error("two subjects are one")
	}
	for name, unkeyed := range map[string]row{
		"no number": with("decision_no", ""), "no day": with("decision_date", "x"), "no authority": with("authority_uscc", "1"),
		"refused code": with("uscc", "91360802MA36T00X6N"), "missing code": with("uscc", "", "registration_no", "R1"),
		"no type": with("subject_type", ""), "unknown type": with("subject_type", "x"), "no name of a person": person("subject_name", "/"),
	} {
		if got := id(unkeyed); got != [16]byte{} {
			t.Errorf("%s: the record is %x, want none", name, got)
		}
	}
}

func TestApply_ContentHash(t *testing.T) {
	t.Parallel()
	o := options()
	hash := func(r map[string]string) uint64 {
		out := apply(t, o, r)
		defer out.Release()
		if out.Count.Accepted != 1 {
			t.Fatalf("rejected: %v", violations(out, 0))
		}
		return col(out.Accepted, schemas.ColContentHash).(*array.Uint64).Value(0)
	}
	base := hash(rightRow())
	for name, same := range map[string]map[string]string{
		"spelling of a day": with("decision_date", "2024年1月3日"), "spelling of an amount": with("fine_wanyuan", "2,000元"),
		"blanks": with("violation_fact", " "+rightRow()["violation_fact"]), "synonym": with("subject_type", "企业"), "absent": with("remark", "NULL", "tax_no", "/"),
	} {
		if hash(same) != base {
			t.Errorf("%s changes the hash", name)
		}
	}
	for _, f := range schemas.AdminPenalty().Fields {
		changed := map[string]string{"subject_type": "个体工商户", "penalty_category": "罚款;警告", "uscc": "91360800MA35ABCD47", "authority_uscc": "12360800491234564D",
			"source_unit_uscc": "12360800491234564D", "org_code": "680926658", "legal_rep_id_no": "360821198506150043", "id_no": "360821198506150043",
			"legal_rep_id_type": "", "fine_wanyuan": "0.3", "confiscated_wanyuan": "1", "decision_date": "2024-01-02", "valid_until": "2025-01-04", "publicity_until": ""}
		value, ok := changed[f.Name]
		if !ok {
			value = "改了"
		}
		if hash(with(f.Name, value)) == base {
			t.Errorf("a change of %s does not show in the hash", f.Name)
		}
	}
	o.Protect.RowHash = func(sum uint64) uint64 { return sum + 1 }
	if hash(rightRow()) != base+1 {
		t.Error("RowHash was not asked")
	}
}

func TestApply_Checks(t *testing.T) {
	t.Parallel()
	headers, cells := tableOf(rightRow(), with("decision_date", "x"), with("remark", "y"))
	out := applyTable(t, options(), headers, cells, RefusedRow{Ref: "a", Rule: "nul_byte", Cells: []string{"1"}})
	defer out.Release()
	accepted, rejects := uint64(0), uint64(0)
	for i := range int(out.Accepted.NumRows()) {
		accepted ^= col(out.Accepted, schemas.ColContentHash).(*array.Uint64).Value(i) ^ col(out.Accepted, schemas.ColPlace).(*array.Uint64).Value(i)*0x9E3779B97F4A7C15
	}
	for i := range int(out.Rejects.NumRows()) {
		rejects ^= check8(idOf(out.Rejects, "reject_id", i)) ^ col(out.Rejects, schemas.ColPlace).(*array.Uint64).Value(i)*0x9E3779B97F4A7C15
	}
	if accepted != out.AcceptedCheck || rejects != out.RejectsCheck {
		t.Errorf("checks %x %x, want %x %x", out.AcceptedCheck, out.RejectsCheck, accepted, rejects)
	}
	if got := col(out.Rejects, schemas.ColPlace).(*array.Uint64).Value(1); got != 1<<32+3 {
		t.Errorf("the place of a refused row is %d, want after the rows", got)
	}
}

func TestApply_OwnsWhatItReturns(t *testing.T) {
	t.Parallel()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	o := options()
	o.Alloc = mem
	out := apply(t, o, rightRow(), with("decision_date", "x"), with("remark", " y", "violation_fact", "身份证号360802199001011238"))
	out.Release()
	mem.AssertSize(t, 0)
}
