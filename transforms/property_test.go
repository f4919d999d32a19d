package transforms

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"pgregory.net/rapid"

	"creditsync/schemas"
	"creditsync/transforms/personid"
)

// ids are resident IDs of nobody: right ones, wrong ones, old ones.
func ids() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		id := fmt.Sprintf("3608%02d%04d%02d%02d%03d", rapid.IntRange(2, 30).Draw(t, "county"), rapid.IntRange(1950, 2005).Draw(t, "year"),
			rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(0, 999).Draw(t, "sequence"))
		return id + string(personid.CheckChar([]byte(id)))
	})
}

// hostileRow is a row with a few odd cells, and the right IDs that stand in it.
func hostileRow(t *rapid.T) (row map[string]string, inside []string) {
	row = rightRow()
	delete(row, "legal_rep_id_no")
	k := schemas.AdminPenalty()
	for range rapid.IntRange(0, 4).Draw(t, "changes") {
		f := k.Fields[rapid.IntRange(0, len(k.Fields)-1).Draw(t, "field")]
		id := ids().Draw(t, "id")
		value := rapid.SampledFrom([]string{"", " ", "无", "<null>", "2024年1月3日", "二〇二四年", "2000元", "x", "罚款、没收违法所得", "自然人", "个体工商户",
			"00000000000000000X", "92360881MA37QQ1169", "（）", "\t\"\\", id, "前" + id + "后", "3209231969****1513", "360802900101123"}).Draw(t, "value")
		row[f.Name] = value
	}
	for _, v := range row {
		personid.FindIn([]byte(v), func(from, to int) { inside = append(inside, v[from:to]) })
	}
	return row, inside
}

// flat is the columns of a record that do not depend on how it was cut into batches, as text by row.
func flat(r arrow.Record) []string {
	out := make([]string, r.NumRows())
	for c, a := range r.Columns() {
		if name := r.ColumnName(c); name == schemas.ColPlace || name == schemas.ColSourceRef {
			continue
		}
		for i := range out {
			out[i] += r.ColumnName(c) + "=" + a.ValueStr(i) + "\n"
		}
	}
	return out
}

// Whatever the rows: every one ends in exactly one place, no ID is in clear anywhere, and neither the cut into batches nor
// the day's order changes what a row becomes.
func TestApply_Properties(t *testing.T) {
	t.Parallel()
	tr, err := New(options())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		var rows []map[string]string
		var inside []string
		for range rapid.IntRange(1, 12).Draw(t, "rows") {
			row, found := hostileRow(t)
			rows, inside = append(rows, row), append(inside, found...)
		}
		headers, cells := tableOf(rows...)
		apply := func(cells [][]string) *Output {
			record, refs := recordOf(headers, cells)
			out, err := tr.Apply(Input{Rows: record, Refs: refs})
			if err != nil {
				t.Fatal(err)
			}
			if out.Count.Read != uint64(len(cells)) || out.Count.Read != out.Count.Accepted+out.Count.Rejected ||
				out.Accepted.NumRows() != int64(out.Count.Accepted) || out.Rejects.NumRows() != int64(out.Count.Rejected) {
				t.Fatalf("count %+v of %d rows", out.Count, len(cells))
			}
			noClear(t, out, inside...)
			return out
		}
		whole := apply(cells)
		again := apply(cells)
		if !array.RecordEqual(whole.Accepted, again.Accepted) || !array.RecordEqual(whole.Rejects, again.Rejects) || whole.AcceptedCheck != again.AcceptedCheck {
			t.Fatal("the same batch came to something else")
		}
		cut := rapid.IntRange(0, len(cells)).Draw(t, "cut")
		a, b := apply(cells[:cut]), apply(cells[cut:])
		if got, want := append(flat(a.Accepted), flat(b.Accepted)...), flat(whole.Accepted); !slices.Equal(got, want) {
			t.Fatalf("in two batches:\n%s\nin one:\n%s", got, want)
		}
		if got, want := append(flat(a.Rejects), flat(b.Rejects)...), flat(whole.Rejects); !slices.Equal(got, want) {
			t.Fatalf("in two batches:\n%s\nin one:\n%s", got, want)
		}
	})
}

func TestApply_Concurrently(t *testing.T) {
	t.Parallel()
	tr, err := New(options())
	if err != nil {
		t.Fatal(err)
	}
	headers, cells := tableOf(rightRow(), with("decision_date", "x"), with("remark", "身份证360802199001011238", "subject_name", " a"), with("penalty_category", "罚款;怪"))
	headers = append(headers, "回执号")
	for i := range cells {
		cells[i] = append(cells[i], "")
	}
	record, refs := recordOf(headers, cells)
	want, err := tr.Apply(Input{Rows: record, Refs: refs})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 20 {
				out, err := tr.Apply(Input{Rows: record, Refs: refs})
				if err != nil {
					t.Error(err)
					return
				}
				if !array.RecordEqual(out.Accepted, want.Accepted) || !array.RecordEqual(out.Rejects, want.Rejects) || !maps.Equal(out.Warnings, want.Warnings) {
					t.Error("another output beside other batches")
				}
				out.Release()
			}
		}()
	}
	wg.Wait()
}

// One Transformer serves batches of several inputs, whose headers differ, and the buffers of one batch never show in another.
func TestApply_BatchesOfSeveralInputs(t *testing.T) {
	t.Parallel()
	tr, err := New(options())
	if err != nil {
		t.Fatal(err)
	}
	headers, cells := tableOf(rightRow(), with("remark", " 长的备注"), with("uscc", "x"))
	few := slices.DeleteFunc(slices.Clone(headers), func(h string) bool { return h == "备注" || h == "公示截止期" })
	var short [][]string
	for _, row := range cells {
		var line []string
		for c, v := range row {
			if slices.Contains(few, headers[c]) {
				line = append(line, v)
			}
		}
		short = append(short, line)
	}
	for range 3 {
		for _, in := range []struct {
			headers []string
			cells   [][]string
			remark  string
		}{{headers, cells, "长的备注"}, {few, short, ""}, {few, short[:2], ""}, {headers, cells[:2], "长的备注"}} {
			record, refs := recordOf(in.headers, in.cells)
			out, err := tr.Apply(Input{Rows: record, Refs: refs})
			if err != nil {
				t.Fatal(err)
			}
			if out.Count.Accepted != 2 {
				t.Fatalf("accepted %d, want 2", out.Count.Accepted)
			}
			if got := text(out.Accepted, "remark", 1); got != in.remark {
				t.Errorf("remark %q, want %q", got, in.remark)
			}
			if got := col(out.Accepted, "publicity_until").NullN(); (got == 2) != (len(in.headers) == len(few)) {
				t.Errorf("%d nulls", got)
			}
			out.Release()
		}
	}
}

func FuzzApply_AnyCellEndsSomewhere(f *testing.F) {
	f.Add(uint8(0), "吉安市", "2024-01-03")
	f.Add(uint8(17), "罚款;", "\xff\xfe")
	f.Add(uint8(22), "360802199001011238", "“")
	tr, err := New(options())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, field uint8, a, b string) {
		name := schemas.AdminPenalty().Names()[int(field)%30]
		headers, cells := tableOf(with(name, a), with(name, b), rightRow())
		record, refs := recordOf(headers, cells)
		out, err := tr.Apply(Input{Rows: record, Refs: refs, Refused: []RefusedRow{{Ref: a, Rule: b, Cells: []string{a, b}}}})
		if err != nil {
			t.Fatal(err)
		}
		defer out.Release()
		if out.Count.Read != 4 || out.Count.Accepted+out.Count.Rejected != 4 || out.Count.Accepted == 0 {
			t.Errorf("count %+v", out.Count)
		}
		for i := range int(out.Rejects.NumRows()) {
			var cells [][2]string
			if err := json.Unmarshal([]byte(text(out.Rejects, "raw_masked", i)), &cells); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzAppendText_IsWhatEncodingJSONReads(f *testing.F) {
	for _, s := range []string{"", "字\"\\\n\r\t\x00\x1f", "\xff字\xfe", "\u2028<>&"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(appendText(nil, s), &got); err != nil {
			t.Fatalf("%v: %q", err, appendText(nil, s))
		}
		if want := strings.ToValidUTF8(s, "\uFFFD"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// A list never loses a character but separators and blanks between values, and the values that come out are known again.
func FuzzCodeList_SplitKeepsEverything(f *testing.F) {
	for _, s := range []string{"罚款", "没收违法所得、没收非法财物;罚款", "其他-责令；，｜怪", "警告罚款"} {
		f.Add(s)
	}
	k := schemas.AdminPenalty()
	field, _ := k.Field("penalty_category")
	list := newCodeList(field.List)
	f.Fuzz(func(t *testing.T, s string) {
		values, unknown := list.split(s)
		again, unknownAgain := list.split(strings.Join(values, ";"))
		if !slices.Equal(values, again) || unknown != unknownAgain {
			t.Errorf("%q → %q, and these → %q", s, values, again)
		}
		for _, v := range values {
			if v == "" || strings.TrimFunc(v, isBetween) != v {
				t.Errorf("%q holds the value %q", s, v)
			}
			if _, known := list.canonical(v); !known && !strings.Contains(s, v) {
				t.Errorf("%q has no %q", s, v)
			}
		}
	})
}
