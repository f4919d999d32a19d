package file

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"creditsync/connectors"
	"creditsync/internal/fault"
	pen "creditsync/internal/testkit/workbook"
)

// bookBytes is a workbook as a file.
func bookBytes(t testing.TB, b pen.Book) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// readBook reads a workbook and shows its columns, rows with their places, refused rows and the note, or the fault.
func readBook(t testing.TB, b pen.Book, o Options, want connectors.Request) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.xlsx"), bookBytes(t, b))
	o.Path = "a.xlsx"
	return shown(readAll(t, dir, o, want))
}

func shown(r result) string {
	if r.err != nil {
		return fault.Say(r.err, fault.Chinese) + "\n" + fault.Say(r.err, fault.English)
	}
	out := strings.Join(r.header, "|") + "\n"
	for i, row := range r.rows {
		out += r.refs[i] + " " + strings.Join(row, "|") + "\n"
	}
	for _, one := range r.refused {
		out += one.Ref + " " + one.Rule + " " + strings.Join(one.Cells, "|") + "\n"
	}
	for _, in := range r.inputs {
		if in.Note.EN != "" {
			out += in.Note.ZH + "\n" + in.Note.EN + "\n"
		}
		if in.Receipt {
			out += in.Name + " is a receipt\n"
		}
	}
	return out
}

func one(rows ...[]string) pen.Book {
	return pen.Book{Shared: true, Sheets: []pen.Sheet{{Name: "处罚", Rows: pen.Texts(rows...)}}}
}

// TestWorkbook_Headers holds where the header of a sheet is found and what it makes of merged cells.
func TestWorkbook_Headers(t *testing.T) {
	t.Parallel()
	want := wantColumns("决定书文号", "名称", "处罚日期", "处罚机关名称", "处罚机关代码", "代码", "备注")
	f := func(name string, b pen.Book, merges, expect string) {
		t.Helper()
		b.Sheets[0].Merges = strings.Fields(merges)
		if got := readBook(t, b, Defaults(), want); got != expect {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, expect)
		}
	}
	header := []string{"决定书文号", " 名称\n", "处罚日期"}
	f("first row", one(header, []string{"1", "甲", "2024-01-03"}), "", "决定书文号|名称|处罚日期\na.xlsx[处罚]:2 1|甲|2024-01-03\n")
	f("below a title", one([]string{"吉安市行政处罚一览表"}, []string{"", "填报单位：市场监管局"}, nil, header, []string{"1", "甲", "x"}), "A1:C1 B2:C2",
		"决定书文号|名称|处罚日期\na.xlsx[处罚]:5 1|甲|x\n")
	f("two rows", one([]string{"决定书文号", "当事人", "", "处罚机关", "", "备注"}, []string{"", "名称", "代码", "名称", "代码", ""}, []string{"1", "甲", "91", "乙局", "11", "x"}),
		"A1:A2 B1:C1 D1:E1 F1:F2", "决定书文号|名称|代码|处罚机关名称|处罚机关代码|备注\na.xlsx[处罚]:3 1|甲|91|乙局|11|x\n")
	f("two rows below a title", one([]string{"一览表"}, []string{"决定书文号", "当事人", "", "备注"}, []string{"", "名称", "代码"}, []string{"1", "甲", "91", "x"}),
		"A1:D1 A2:A3 B2:C2 D2:D3", "决定书文号|名称|代码|备注\na.xlsx[处罚]:4 1|甲|91|x\n")
	f("the same name under two parents that nobody knows", one([]string{"决定书文号", "甲方", "", "乙方", ""}, []string{"", "电话", "地址", "电话", "地址"}, []string{"1", "a", "b", "c", "d"}),
		"A1:A2 B1:C1 D1:E1", "决定书文号|甲方电话|甲方地址|乙方电话|乙方地址\na.xlsx[处罚]:3 1|a|b|c|d\n")
	f("a header over two columns", one([]string{"决定书文号", "名称", "", "备注"}, []string{"1", "甲", "y", "x"}), "B1:C1", "决定书文号|名称|列3|备注\na.xlsx[处罚]:2 1|甲|y|x\n")
	f("a header of two columns and two rows", one([]string{"决定书文号", "名称", "", "备注"}, nil, []string{"1", "甲", "y", "x"}), "A1:A2 B1:C2 D1:D2", "决定书文号|名称|列3|备注\na.xlsx[处罚]:3 1|甲|y|x\n")
	f("merged data", one(header, []string{"1", "甲", "x"}, []string{"2", "", "y"}, []string{"", "", ""}, []string{"3", "乙", ""}), "B2:B4 B5:C5",
		"决定书文号|名称|处罚日期\na.xlsx[处罚]:2 1|甲|x\na.xlsx[处罚]:3 2|甲|y\na.xlsx[处罚]:5 3|乙|\n")
	f("columns without a name", one([]string{"", "决定书文号", "", "名称", ""}, []string{"", "1", "x", "甲", "note"}), "", "列1|决定书文号|列3|名称\na.xlsx[处罚]:2 |1|x|甲\n")
	f("twice the same name", one([]string{"决定书文号", "名称", "名称"}, []string{"1", "甲", "乙"}), "",
		"a.xlsx[处罚] 第 1 行的表头中，B 列和 C 列同为“名称”\n请改名或删去其中一列\nin the header of a.xlsx[处罚] in row 1, columns B and C are both \"名称\"\nrename or remove one of them")
	f("header twice", one(header, header, []string{"1", "甲", "x"}), "",
		"a.xlsx[处罚] 第 1 行的表头在第 2 行又出现一次\n请删去重复的表头行；若为多个文件拼接而成，请分开放入\nthe header of a.xlsx[处罚] on line 1 is repeated on line 2\nremove the repeated line; if files were joined, deliver them one by one")
	f("receipts", one([]string{"决定书文号", "回执号"}, []string{"1", "R-1"}), "", "决定书文号|回执号\na.xlsx[处罚]:2 1|R-1\na.xlsx is a receipt\n")
}

// TestWorkbook_Sheets holds which sheets are read.
func TestWorkbook_Sheets(t *testing.T) {
	t.Parallel()
	want := wantColumns("决定书文号", "名称", "处罚日期", "备注")
	header := []string{"决定书文号", "名称", "处罚日期"}
	sheet := func(name, state string, rows ...[]string) pen.Sheet {
		return pen.Sheet{Name: name, State: state, Rows: pen.Texts(rows...)}
	}
	book := pen.Book{Shared: true, Sheets: []pen.Sheet{
		sheet("说明", "", []string{"请按列填写"}),
		sheet("一月", "", header, []string{"1", "甲", "x"}),
		sheet("空表", ""),
		sheet("二月", "", []string{"表二"}, []string{"处罚日期", "决定书文号", "名称"}, []string{"y", "2", "乙"}),
		sheet("字典", "", []string{"名称", "编码"}, []string{"罚款", "1"}),
		sheet("去年", "hidden", header, []string{"0", "旧", "z"}),
		sheet("3", "veryHidden", header, []string{"9", "序", "z"}),
	}}
	f := func(name string, b pen.Book, option, expect string) {
		t.Helper()
		o := Defaults()
		o.Sheet = option
		if got := readBook(t, b, o, want); got != expect {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, expect)
		}
	}
	f("by themselves", book, "", "决定书文号|名称|处罚日期\na.xlsx[一月]:2 1|甲|x\na.xlsx[二月]:3 2|乙|y\n"+
		"读取工作表：一月、二月；未读（表头不同或没有认得的列名）：说明、字典；未读（隐藏）：去年、3\nsheets that are read: 一月, 二月; not read (another header, or no known column): 说明, 字典; not read (hidden): 去年, 3\n")
	f("by name", book, "去年", "决定书文号|名称|处罚日期\na.xlsx[去年]:2 0|旧|z\n读取工作表：去年；未读（隐藏）：3\nsheets that are read: 去年; not read (hidden): 3\n")
	f("a name before a number", book, "3", "决定书文号|名称|处罚日期\na.xlsx[3]:2 9|序|z\n读取工作表：3；未读（隐藏）：去年\nsheets that are read: 3; not read (hidden): 去年\n")
	f("by number", book, "4", "处罚日期|决定书文号|名称\na.xlsx[二月]:3 y|2|乙\n读取工作表：二月；未读（隐藏）：去年、3\nsheets that are read: 二月; not read (hidden): 去年, 3\n")
	f("no such sheet", book, "三月", "工作簿 a.xlsx 中没有工作表“三月”；有：说明、一月、空表、二月、字典、去年、3\n请改正配置中的 sheet（名称、从 1 数起的序号，或 all），或改正工作表的名称\n"+
		"workbook a.xlsx has no sheet \"三月\"; it has: 说明, 一月, 空表, 二月, 字典, 去年, 3\ncorrect sheet in the configuration (a name, a number from 1 on, or all), or the name of the sheet")
	f("all, one of them without a header", book, "all", "工作簿 a.xlsx 的工作表 说明 的前 20 行中没有表头：没有一行含有已知的列名（隐藏的工作表不读：去年、3）\n请补上表头行；若列名与标准不同，请在配置的 map 中对应；若数据在别的工作表，请设置 sheet；若表头在更下面，请设置 header_row\n"+
		"workbook a.xlsx: no header in the first 20 rows of sheet 说明: none has the name of a known column (hidden sheets are not read: 去年, 3)\nadd a header row; map column names that differ in map; set sheet if the data are on another one, header_row if the header stands further down")
	other := pen.Book{Sheets: []pen.Sheet{sheet("一月", "", header, []string{"1", "甲", "x"}), sheet("二月", "", []string{"决定书文号", "名称", "备注"}, []string{"2", "乙", "y"})}}
	differ := "工作簿 a.xlsx 中有几个像是数据的工作表，但列不同：与“一月”相比，“二月”缺少 处罚日期，多出 备注\n请把表头改成一致；若只读其中一个，请在配置中写 sheet: 一月\n" +
		"workbook a.xlsx has several sheets that look like data, with different columns: compared with \"一月\", \"二月\" lacks 处罚日期 and has besides 备注\nmake the headers the same; to read one of them only, write sheet: 一月 in the configuration"
	f("other columns", other, "", differ)
	f("all with other columns", other, "ALL", differ)
	f("of two one has rows", pen.Book{Sheets: []pen.Sheet{sheet("一月", "", header), sheet("二月", "", header, []string{"1", "甲", "x"})}}, "",
		"决定书文号|名称|处罚日期\na.xlsx[二月]:2 1|甲|x\n读取工作表：一月、二月\nsheets that are read: 一月, 二月\n")
	f("no rows", pen.Book{Sheets: []pen.Sheet{sheet("一月", "", nil, header)}}, "", "工作簿 a.xlsx 的工作表“一月”只有第 2 行的表头，没有数据行\n请确认导出是否成功；若空文件是正常的，请设置 allow_empty: true\n"+
		"workbook a.xlsx: sheet \"一月\" has a header in row 2 and no data rows\ncheck the export; if an empty file is right, set allow_empty: true")
	o := Defaults()
	o.AllowEmpty = true
	for name, b := range map[string]pen.Book{"header": {Sheets: []pen.Sheet{sheet("a", "", header)}}, "nothing": {Sheets: []pen.Sheet{sheet("a", "")}}} {
		if got := readBook(t, b, o, want); got != "\n" {
			t.Errorf("%s, which may be: got\n%s", name, got)
		}
	}
	o = Defaults()
	o.HeaderRow = 3
	deep := one([]string{"决定书文号"}, []string{"x"}, []string{"无人认得", "名"}, []string{"1", "2"})
	if got, want := readBook(t, deep, o, want), "无人认得|名\na.xlsx[处罚]:4 1|2\n"; got != want {
		t.Errorf("declared header: got\n%s\nwant\n%s", got, want)
	}
}

// TestWorkbook_MillionFormattedRows: rows that hold formats and nothing else, as Excel writes below a table, are passed over.
func TestWorkbook_MillionFormattedRows(t *testing.T) {
	t.Parallel()
	const rows = 1 << 20
	b := pen.Book{Sheets: []pen.Sheet{{Name: "a", Rows: func(yield func([]pen.Cell) bool) {
		styled := pen.Cell{Raw: `<c r="%s" s="1"/>`}
		if !yield([]pen.Cell{pen.Text("决定书文号"), pen.Text("名称")}) || !yield([]pen.Cell{pen.Text("1"), pen.Text("甲")}) {
			return
		}
		for range rows - 3 {
			if !yield([]pen.Cell{styled, styled}) {
				return
			}
		}
		yield([]pen.Cell{pen.Text("2"), pen.Text("乙")})
	}}}}
	got := readBook(t, b, Defaults(), wantColumns("决定书文号", "名称"))
	if want := "决定书文号|名称\na.xlsx[a]:2 1|甲\na.xlsx[a]:1048576 2|乙\n"; got != want {
		t.Errorf("got\n%.300s\nwant\n%s", got, want)
	}
}

// TestWorkbook_ChangesWhileItIsRead: as with any file, that fails the read.
func TestWorkbook_ChangesWhileItIsRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.xlsx")
	file := bookBytes(t, one([]string{"决定书文号", "名称"}, []string{"1", "甲"}))
	write(t, path, file)
	s, err := New(options("a.xlsx"), connectors.Place{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), wantColumns("决定书文号"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := os.WriteFile(path, append(file, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := rest(t.Context(), r); fault.CodeOf(err) != "file.changed" {
		t.Errorf("got %v, want that the file changed", err)
	}
}
