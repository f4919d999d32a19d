package transforms

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"

	"creditsync/schemas"
)

// pairs are the cells of a row as JSON.
func pairs(t *testing.T, s string) map[string]string {
	t.Helper()
	var cells [][2]string
	if err := json.Unmarshal([]byte(s), &cells); err != nil {
		t.Fatalf("%v in %s", err, s)
	}
	out := map[string]string{}
	for _, c := range cells {
		out[c[0]] = c[1]
	}
	return out
}

func TestApply_RejectKeepsTheRow(t *testing.T) {
	t.Parallel()
	headers, cells := tableOf(with("decision_date", "x", "remark", "电话 360802199001011239\n\"换行\"", "legal_rep_id_no", "360802199001011239", "id_no", "无"))
	headers, cells[0] = append(headers, "回执号", "经办人"), append(cells[0], "R-1", "<null>")
	out := applyTable(t, options(), headers, cells)
	defer out.Release()
	raw := pairs(t, unseal(col(out.Rejects, "raw_cipher").(*array.Binary).Value(0)))
	masked := pairs(t, text(out.Rejects, "raw_masked", 0))
	if len(raw) != len(headers)-1 || len(masked) != len(raw) {
		t.Errorf("%d cells sealed, %d masked, want %d: all but the receipt", len(raw), len(masked), len(headers)-1)
	}
	if raw["备注"] != "电话 360802199001011239\n\"换行\"" || raw["处罚决定日期"] != "x" || raw["经办人"] != "" {
		t.Errorf("sealed %v", raw)
	}
	if masked["备注"] != "电话 360*************39\n\"换行\"" || masked["证件号码"] != "无" || masked["法定代表人证件号码"] != "360*************39" {
		t.Errorf("masked %v", masked)
	}
	if got := text(out.Rejects, "authority", 0); got != "吉安市市场监督管理局" {
		t.Errorf("authority %q", got)
	}
	if len(out.Receipts) != 1 || out.Receipts[0] != (Receipt{1 << 32, "R-1", false}) {
		t.Errorf("receipts %v", out.Receipts)
	}
}

func TestApply_RejectID(t *testing.T) {
	t.Parallel()
	id := func(r map[string]string) [16]byte {
		out := apply(t, options(), r)
		defer out.Release()
		return idOf(out.Rejects, "reject_id", 0)
	}
	base := id(with("decision_date", "x"))
	if id(with("decision_date", "x")) != base {
		t.Error("the same reject has two ids")
	}
	if id(with("decision_date", "y")) == base || id(with("decision_date", "x", "remark", " ")) == base {
		t.Error("another row has the same id")
	}
	o := options()
	f, _ := o.Kind.Field("remark")
	f.Required = true
	out := apply(t, o, with("decision_date", "x"))
	defer out.Release()
	if idOf(out.Rejects, "reject_id", 0) == base {
		t.Error("the same row with another violation has the same id")
	}
}

func TestApply_AuthorityOfRefusedRows(t *testing.T) {
	t.Parallel()
	headers, cells := tableOf(with("authority_name", " 吉安市(井开区)分局 "), with("authority_name", "无"))
	out := applyTable(t, options(), headers, nil,
		RefusedRow{Ref: "1", Rule: "nul_byte", Cells: cells[0]}, RefusedRow{Ref: "2", Rule: "nul_byte", Cells: cells[1]},
		RefusedRow{Ref: "3", Rule: "ragged_row", Cells: append(cells[0], "多")})
	defer out.Release()
	for i, want := range []string{"吉安市（井开区）分局", "吉安市市场监督管理局", ""} {
		if got := text(out.Rejects, "authority", i); got != want {
			t.Errorf("row %d: authority %q, want %q", i, got, want)
		}
	}
	raw := text(out.Rejects, "raw_masked", 2)
	if !strings.HasSuffix(raw, `["","多"]]`) {
		t.Errorf("the surplus cell is not there: %s", raw)
	}
	if out.Count.Unkeyed != 3 || out.Accepted.NumRows() != 0 {
		t.Errorf("count %+v", out.Count)
	}
}

// A clerk returns the exported row with its IDs as stars; they become numbers again.
func TestApply_ReturnedRowTakesHiddenValuesBack(t *testing.T) {
	t.Parallel()
	const id = "360802199001011238"
	wrong := with("decision_date", "x", "legal_rep_id_no", id, "violation_fact", "当事人身份证"+id)
	headers, cells := tableOf(wrong)
	first := applyTable(t, options(), headers, cells)
	defer first.Release()
	var original []Cell
	var stored [][2]string
	if err := json.Unmarshal([]byte(unseal(col(first.Rejects, "raw_cipher").(*array.Binary).Value(0))), &stored); err != nil {
		t.Fatal(err)
	}
	for _, c := range stored {
		original = append(original, Cell{c[0], c[1]})
	}
	masked := pairs(t, text(first.Rejects, "raw_masked", 0))
	var returned []string
	for _, h := range headers {
		returned = append(returned, masked[h])
	}
	at := slices.Index(headers, "处罚决定日期")
	returned[at] = "2024-01-03"
	o := options()
	asked := ""
	o.Original = func(receipt string) ([]Cell, bool) { asked = receipt; return original, receipt == "R-1" }
	out := applyTable(t, o, append([]string{"回执号"}, headers...), [][]string{append([]string{" R-1 "}, returned...), append([]string{"R-2"}, returned...), append([]string{""}, returned...)})
	defer out.Release()
	if asked != "R-2" {
		t.Errorf("the last receipt asked for is %q", asked)
	}
	if out.Count.Accepted == 0 {
		t.Fatalf("rejected: %v", violations(out, 0))
	}
	if got := unseal(col(out.Accepted, "legal_rep_id_no_cipher").(*array.Binary).Value(0)); got != id {
		t.Errorf("the number came back as %q", got)
	}
	if got := unseal(col(out.Accepted, schemas.ColTextCipher).(*array.Binary).Value(0)); !strings.Contains(got, id) {
		t.Errorf("the text came back as %q", got)
	}
	want := []Receipt{{1 << 32, "R-1", true}, {1<<32 + 1, "R-2", false}}
	if !slices.Equal(out.Receipts[:1], want[:1]) || len(out.Receipts) != 2 {
		t.Errorf("receipts %v, want %v", out.Receipts, want)
	}
	noClear(t, out, id)
}

func TestMessage_ShowsNoTextAndNoCode(t *testing.T) {
	t.Parallel()
	out := apply(t, options(), with("uscc", "12345SECRET", "remark", strings.Repeat("密", 600), "legal_rep_id_no", "SECRET", "decision_date", "2024年360802199001011238", "fine_wanyuan", "很多"))
	defer out.Release()
	all := strings.Join(list(col(out.Rejects, "messages"), 0), "\n")
	for _, hidden := range []string{"SECRET", "密", "360802199001011238"} {
		if strings.Contains(all, hidden) {
			t.Errorf("a message shows %q:\n%s", hidden, all)
		}
	}
	if !strings.Contains(all, "“很多”") {
		t.Errorf("no message quotes the amount:\n%s", all)
	}
}
