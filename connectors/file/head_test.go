package file

import (
	"strings"
	"testing"

	"creditsync/internal/fault"
)

var penalty = wantColumns("决定书文号", "名称", "处罚日期", "备注")

func TestHead(t *testing.T) {
	t.Parallel()
	f := func(name, text, header, rows string) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := readText(t, text, penalty)
			if got.err != nil {
				t.Fatal(fault.Say(got.err, fault.English))
			}
			if h := strings.Join(got.header, "|"); h != header {
				t.Errorf("header: got %q, want %q", h, header)
			}
			var b strings.Builder
			for i, r := range got.rows {
				b.WriteString(got.refs[i] + " " + strings.Join(r, "|") + "\n")
			}
			for _, r := range got.refused {
				b.WriteString(r.Ref + " " + r.Rule + " " + strings.Join(r.Cells, "|") + "\n")
			}
			if b.String() != rows {
				t.Errorf("rows: got\n%s\nwant\n%s", b.String(), rows)
			}
		})
	}
	f("first line", "决定书文号,名称\n1,甲\n", "决定书文号|名称", "a.csv:2 1|甲\n")
	f("below a title, a note and blank lines", "行政处罚信息公示表,,\n\"制表：\n某局\",,\n\n决定书文号,名称,其他\n1,甲,x\n",
		"决定书文号|名称|其他", "a.csv:6 1|甲|x\n")
	f("the line with most matches, not the first with one", "备注：,,备注\n决定书文号,名称,备注\n1,甲,\n", "决定书文号|名称|备注", "a.csv:3 1|甲|\n")
	f("of as many matches, the line that is known by half", "名称,a,b,c\n名称,x\n1,2\n", "名称|x", "a.csv:3 1|2\n")
	f("spelled with blanks and quotes", "\u3000决定书文号 ,\"\"\"名称\"\"\",' 备注'\n1,甲,y\n", "决定书文号|名称|备注", "a.csv:2 1|甲|y\n")
	f("a line break in the header", "\"决定书\n文号\",名称\n1,甲\n", "决定书\n文号|名称", "a.csv:3 1|甲\n")
	f("tab", "决定书文号\t名称\n1,5\t甲\n", "决定书文号|名称", "a.csv:2 1,5|甲\n")
	f("semicolon", "决定书文号;名称\n1,5;甲\n", "决定书文号|名称", "a.csv:2 1,5|甲\n")
	f("bar", "决定书文号|名称\n1,5|甲\n", "决定书文号|名称", "a.csv:2 1,5|甲\n")
	f("comma with tabs in cells", "决定书文号,名称\n1\t2\t3,甲\n", "决定书文号|名称", "a.csv:2 1\t2\t3|甲\n")
	f("delimiters at the end are no column", "决定书文号,名称,,\n1,甲,,\n2,乙\n3,丙,\n", "决定书文号|名称", "a.csv:2 1|甲\na.csv:3 2|乙\na.csv:4 3|丙\n")
	f("columns without a name", "决定书文号,,名称,\n1,x,甲,y\n2,,乙,\n3,,丙\n", "决定书文号|列2|名称|列4",
		"a.csv:2 1|x|甲|y\na.csv:3 2||乙|\na.csv:4 3||丙|\n")
	f("more cells than columns", "决定书文号,名称\n1,甲,,\n2,乙, ,z\n3\n", "决定书文号|名称", "a.csv:2 ragged_row 1|甲||\na.csv:3 ragged_row 2|乙| |z\na.csv:4 ragged_row 3\n")
	f("one column", "名称\n甲\n\n乙\n", "名称", "a.csv:2 甲\na.csv:4 乙\n")
	f("the twentieth line", strings.Repeat("说明\n", 19)+"决定书文号,名称\n1,甲\n", "决定书文号|名称", "a.csv:21 1|甲\n")
}

func TestHead_Declared(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir+"/a.csv", []byte("决定书文号,名称\n\"x\ny\",y\nfoo;bar\n1;2\n"))
	o := options("a.csv")
	o.HeaderRow = 4
	got := readAll(t, dir, o, penalty)
	if got.err != nil || strings.Join(got.header, "|") != "foo|bar" || show(got.rows) != "1|2\n" || got.refs[0] != "a.csv:5" {
		t.Errorf("header on line 4: got %q, %q, %v", got.header, got.rows, got.err)
	}
	for _, row := range []int{3, 9} { // inside a quoted cell; beyond the end
		o.HeaderRow = row
		if got := readAll(t, dir, o, penalty); fault.CodeOf(got.err) != "file.no_header" || !strings.Contains(got.err.Error(), "line") {
			t.Errorf("header on line %d: got %v", row, got.err)
		}
	}
	o.HeaderRow, o.Delimiter = 4, "|"
	if got := readAll(t, dir, o, penalty); got.err != nil || strings.Join(got.header, "|") != "foo;bar" {
		t.Errorf("with a declared delimiter: got %q, %v", got.header, got.err)
	}
}

func TestHead_TooFarDown(t *testing.T) {
	t.Parallel()
	got := readText(t, strings.Repeat("说明\n", 20)+"决定书文号,名称\n1,甲\n", penalty)
	if fault.CodeOf(got.err) != "file.no_header" {
		t.Errorf("a header on line 21: got %v", got.err)
	}
}

// A value in a column that had no name and no values as far as was looked cannot be placed: its row is refused, not cut.
func TestHead_LateValueWithoutAName(t *testing.T) {
	t.Parallel()
	got := readText(t, "决定书文号,名称,\n"+strings.Repeat("1,甲,\n", headWindow/4)+"2,乙,x\n", penalty)
	if got.err != nil || len(got.rows) != headWindow/4 || len(got.refused) != 1 || got.refused[0].Rule != "ragged_row" {
		t.Errorf("got %d rows, %v refused, %v", len(got.rows), got.refused, got.err)
	}
}
