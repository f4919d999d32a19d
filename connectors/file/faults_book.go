package file

import (
	"fmt"
	"strings"

	"creditsync/connectors/file/xlsx"
	"creditsync/internal/fault"
)

// The faults of workbooks.

func brokenWorkbook(name string, e *xlsx.Error) error {
	zh, en := "工作簿 ", "workbook "
	if e.Code == xlsx.NotAWorkbook {
		zh, en = "", ""
	}
	f := fault.New(fault.Input, "file."+e.Code, fault.Text{
		ZH: fmt.Sprintf("%s%s %s", zh, name, e.What.ZH), EN: fmt.Sprintf("%s%s: %s", en, name, e.What.EN),
	}).Do(e.Hint)
	if e.Err != nil {
		f = f.Because(e.Err)
	}
	return f
}

func notWorkbook(name string) error {
	return fault.New(fault.Input, "file.not_a_workbook", fault.T("%s 不是 Excel 工作簿（xlsx）", "%s is no Excel workbook (xlsx)", name)).
		Do(fault.T("配置写明了 format: xlsx；若该文件是 CSV 或 JSON，请改为 format: auto，否则请另存为 xlsx", "the configuration says format: xlsx; for CSV or JSON write format: auto, else save the file as xlsx"))
}

func otherFormat(name, format string) error {
	return fault.New(fault.Input, "file.other_format", fault.T("%[1]s 是 Excel 工作簿，而配置写明了 format: %[2]s", "%[1]s is an Excel workbook, and the configuration says format: %[2]s", name, format)).
		Do(fault.T("若应读取工作簿，请改为 format: auto 或 xlsx；否则请另存为 CSV", "to read workbooks, write format: auto or xlsx; else save the file as CSV"))
}

func sheetOfText(name string) error {
	return fault.New(fault.Input, "file.not_a_workbook", fault.T("%s 不是工作簿，没有工作表", "%s is no workbook and has no sheets", name)).
		Do(fault.T("请去掉配置中的 sheet，或改正 path", "remove sheet from the configuration, or correct path"))
}

func noSheet(name, want string, have []string) error {
	return fault.New(fault.Input, "file.no_sheet", fault.Text{
		ZH: fmt.Sprintf("工作簿 %s 中没有工作表“%s”；有：%s", name, want, strings.Join(have, "、")),
		EN: fmt.Sprintf("workbook %s has no sheet %q; it has: %s", name, want, strings.Join(have, ", ")),
	}).Do(fault.T("请改正配置中的 sheet（名称、从 1 数起的序号，或 all），或改正工作表的名称", "correct sheet in the configuration (a name, a number from 1 on, or all), or the name of the sheet"))
}

// noSheetHeader does not quote the sheets: without a header their first rows may be somebody's data.
func noSheetHeader(name string, sheets, hidden []string, rows int) error {
	what := fault.Text{
		ZH: fmt.Sprintf("工作簿 %s 的工作表 %s 的前 %d 行中没有表头：没有一行含有已知的列名", name, strings.Join(sheets, "、"), rows),
		EN: fmt.Sprintf("workbook %s: no header in the first %d rows of sheet %s: none has the name of a known column", name, rows, strings.Join(sheets, ", ")),
	}
	if len(hidden) > 0 {
		what.ZH += fmt.Sprintf("（隐藏的工作表不读：%s）", strings.Join(hidden, "、"))
		what.EN += fmt.Sprintf(" (hidden sheets are not read: %s)", strings.Join(hidden, ", "))
	}
	return fault.New(fault.Input, "file.no_header", what).Do(fault.T("请补上表头行；若列名与标准不同，请在配置的 map 中对应；若数据在别的工作表，请设置 sheet；若表头在更下面，请设置 header_row",
		"add a header row; map column names that differ in map; set sheet if the data are on another one, header_row if the header stands further down"))
}

func emptyBook(name string) error {
	return fault.New(fault.Input, "file.empty", fault.T("工作簿 %s 的工作表都是空的", "all sheets of workbook %s are empty", name)).Do(emptyHint())
}

func onlySheetHeader(name, sheet string, row int) error {
	return fault.New(fault.Input, "file.empty", fault.T("工作簿 %s 的工作表“%s”只有第 %d 行的表头，没有数据行", "workbook %s: sheet %q has a header in row %d and no data rows", name, sheet, row)).Do(emptyHint())
}

func doubleSheetColumn(where string, row int, column, a, b string) error {
	return fault.New(fault.Input, "file.double_column", fault.Text{
		ZH: fmt.Sprintf("%s 第 %d 行的表头中，%s 列和 %s 列同为“%s”", where, row, a, b, column),
		EN: fmt.Sprintf("in the header of %s in row %d, columns %s and %s are both %q", where, row, a, b, column),
	}).Do(fault.T("请改名或删去其中一列", "rename or remove one of them"))
}

// shownColumns is how many names of columns a message has.
const shownColumns = 8

func sheetsDiffer(name, a, b string, missing, more []string) error {
	var zh, en []string
	if len(missing) > 0 {
		zh, en = append(zh, "缺少 "+few(missing, "、")), append(en, "lacks "+few(missing, ", "))
	}
	if len(more) > 0 {
		zh, en = append(zh, "多出 "+few(more, "、")), append(en, "has besides "+few(more, ", "))
	}
	return fault.New(fault.Input, "file.sheets_differ", fault.Text{
		ZH: fmt.Sprintf("工作簿 %s 中有几个像是数据的工作表，但列不同：与“%s”相比，“%s”%s", name, a, b, strings.Join(zh, "，")),
		EN: fmt.Sprintf("workbook %s has several sheets that look like data, with different columns: compared with %q, %q %s", name, a, b, strings.Join(en, " and ")),
	}).Do(fault.T("请把表头改成一致；若只读其中一个，请在配置中写 sheet: %s", "make the headers the same; to read one of them only, write sheet: %s in the configuration", a))
}

// few are the first names of a list.
func few(list []string, separator string) string {
	if len(list) <= shownColumns {
		return strings.Join(list, separator)
	}
	return strings.Join(list[:shownColumns], separator) + " …"
}
