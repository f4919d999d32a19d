package file

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	pen "creditsync/internal/testkit/workbook"
)

// damagedFiles are the files of the corpus that nobody could write by hand. TestMalformed -update writes them.
func damagedFiles(t testing.TB) map[string][]byte {
	out := map[string][]byte{}
	for _, list := range []map[string][]byte{damagedBooks(t), damagedPackages(t), damagedArchives(t)} {
		for name, b := range list {
			out[name] = b
		}
	}
	return out
}

var header4 = []string{"决定书文号", "名称", "处罚日期", "备注"}

func good(n string) []string { return []string{n, "甲公司", "2024-01-03", ""} }

// damagedBooks are workbooks whose sheets are wrong.
func damagedBooks(t testing.TB) map[string][]byte {
	out := map[string][]byte{}
	rows := func(name string, rows ...[]string) { out[name] = bookBytes(t, one(rows...)) }
	rows("no-header.xlsx", []string{"甲公司", "罚款", "2000"}, []string{"乙公司", "警告"})
	rows("header-only.xlsx", header4)
	rows("empty.xlsx")
	rows("double-column.xlsx", []string{"决定书文号", "名称", "备注", "名称"}, good("1"))
	rows("doubled-header.xlsx", []string{"一览表"}, header4, header4, good("1"))
	cells := func(name string, formats []string, cells ...pen.Cell) {
		b := one()
		b.Formats = formats
		b.Sheets[0].Rows = func(yield func([]pen.Cell) bool) {
			head := []pen.Cell{pen.Text(header4[0]), pen.Text(header4[1]), pen.Text(header4[2]), pen.Text(header4[3])}
			_ = yield(head) && yield(append([]pen.Cell{pen.Text("1"), pen.Text("甲公司")}, cells...)) && yield([]pen.Cell{pen.Text("2"), pen.Text("乙公司")})
		}
		out[name] = bookBytes(t, b)
	}
	cells("formula-without-result.xlsx", nil, pen.Cell{Raw: `<c r="%s"><f>TODAY()</f></c>`})
	cells("shown-in-thousands.xlsx", []string{`0,"千元"`}, pen.Cell{}, pen.Num("2000", 1))
	cells("shown-as-words.xlsx", []string{`[=1]"是";[=0]"否"`}, pen.Cell{}, pen.Num("1", 1))
	cells("lost-character.xlsx", nil, pen.Text("2024\uFFFD"))
	cells("nul-byte.xlsx", nil, pen.Cell{Type: "str", Raw: `<c r="%s" t="str"><v>a_x0000_b</v></c>`})
	cells("shared-text-missing.xlsx", nil, pen.Cell{Raw: `<c r="%s" t="s"><v>999</v></c>`})
	sheets := func(name string, list ...pen.Sheet) {
		out[name] = bookBytes(t, pen.Book{Shared: true, Sheets: list})
	}
	sheets("sheets-differ.xlsx", pen.Sheet{Name: "一月", Rows: pen.Texts(header4, good("1"))}, pen.Sheet{Name: "二月", Rows: pen.Texts([]string{"决定书文号", "名称", "罚款"}, []string{"2", "乙公司", "0.2"})})
	sheets("only-hidden-data.xlsx", pen.Sheet{Name: "说明", Rows: pen.Texts([]string{"数据已隐藏"})}, pen.Sheet{Name: "数据", State: "hidden", Rows: pen.Texts(header4, good("1"))})
	sheets("no-such-sheet.xlsx", pen.Sheet{Name: "一月", Rows: pen.Texts(header4, good("1"))})
	xml := func(name, body string) {
		out[name] = bookBytes(t, pen.Book{Sheets: []pen.Sheet{{Name: "Sheet1", XML: body}}})
	}
	const head = `<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>决定书文号</v></c></row>`
	xml("truncated-sheet.xlsx", head+`<row r="2"><c r="A2"><v>1</v>`)
	xml("not-nested.xlsx", head+`<row r="2"><c r="A2"><v>1</v></row></sheetData></worksheet>`)
	xml("rows-out-of-order.xlsx", head+`<row r="5"/><row r="3"><c r="A3"><v>1</v></c></row></sheetData></worksheet>`)
	xml("merged-backwards.xlsx", head+`<row r="2"><c r="A2"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="C9:A1"/></mergeCells></worksheet>`)
	xml("entities.xlsx", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>`+head+`</sheetData></worksheet>`)
	return out
}

// damagedPackages are workbooks whose parts are wrong, and files that are called workbooks.
func damagedPackages(t testing.TB) map[string][]byte {
	whole := one(header4, good("1"))
	file := bookBytes(t, whole)
	with := func(part, body string) []byte {
		b := whole
		b.Parts = map[string]string{part: body}
		return bookBytes(t, b)
	}
	flipped := func(part string) []byte {
		b := whole
		b.Stored = true
		f := bookBytes(t, b)
		at := bytes.Index(f, []byte(part)) + len(part) + 200
		f[at] ^= 1
		return f
	}
	return map[string][]byte{
		"truncated.xlsx":              file[:len(file)*2/3],
		"damaged-part.xlsx":           flipped("xl/worksheets/sheet1.xml"),
		"sheet-part-missing.xlsx":     with("xl/worksheets/sheet1.xml", ""),
		"shared-part-missing.xlsx":    with("xl/sharedStrings.xml", ""),
		"workbook-part-missing.xlsx":  with("xl/workbook.xml", ""),
		"styles-no-xml.xlsx":          with("xl/styles.xml", "<styleSheet><numFmts>"),
		"binary.xlsb":                 with("_rels/.rels", `<Relationships><Relationship Id="a" Type="http://x/officeDocument" Target="xl/workbook.bin"/></Relationships>`),
		"document.docx":               zipped(t, "[Content_Types].xml", "<Types/>", "_rels/.rels", `<Relationships><Relationship Id="a" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>`),
		"opendocument.ods":            zipped(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<x/>"),
		"password.xlsx":               compoundFile("EncryptionInfo", "EncryptedPackage"),
		"old.xls":                     compoundFile("Workbook", "\x05SummaryInformation"),
		"old-document.doc":            compoundFile("WordDocument", "1Table"),
		"xml-2003.xls":                []byte(`<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>`),
		"web-page.xls":                []byte("<html><table><tr><td>决定书文号</td></tr></table></html>"),
		"text-that-is-no-book.xlsx":   []byte("决定书文号,名称\n1,甲公司\n"),
		"workbook-that-is-no-csv.csv": file,
		"workbook-of-another.json":    []byte(`{"code":0,"data":{"list":[{"决定书文号":"1"}]}}`),
	}
}

// compoundFile is the beginning of an OLE compound file with those names in its directory.
func compoundFile(names ...string) []byte {
	b := make([]byte, 4*512)
	copy(b, oleMagic)
	binary.LittleEndian.PutUint16(b[30:], 9)
	binary.LittleEndian.PutUint32(b[48:], 1)
	for i, n := range append([]string{"Root Entry"}, names...) {
		for j, u := range utf16.Encode([]rune(n)) {
			binary.LittleEndian.PutUint16(b[2*512+128*i+2*j:], u)
		}
	}
	return b
}

// damagedArchives are archives, and what is not unpacked.
func damagedArchives(t testing.TB) map[string][]byte {
	whole := zipped(t, "2024/处罚.csv", csvOf("1"))
	flipped := bytes.Clone(whole)
	flipped[bytes.Index(whole, []byte(".csv"))+8] ^= 0xff
	return map[string][]byte{
		"truncated.zip":      whole[:len(whole)-30],
		"damaged-member.zip": flipped,
		"empty.zip":          zipped(t),
		"no-table.zip":       zipped(t, "说明.docx", "x", "附件/a.pdf", "x", "附件/b.pdf", "x"),
		"zip-in-zip.zip":     zipped(t, "a.zip", string(whole)),
		"double-member.zip":  zipOf(t, entry{name: "a.csv", body: csvOf("1")}, entry{name: "a.csv", body: csvOf("2")}),
		"password.zip":       zipOf(t, entry{name: "处罚.csv", body: "????", head: zip.FileHeader{Flags: 1}}),
		"deflate64.zip":      zipOf(t, entry{name: "处罚.csv", body: "????", head: zip.FileHeader{Method: 9}}),
		"member-trouble.zip": zipped(t, "a.csv", csvOf("1"), "b.xlsx", string(bookBytes(t, one(header4)))),
		"no-such-member.zip": zipped(t, "2024/处罚.csv", csvOf("1")),
		"archive.rar":        []byte("Rar!\x1a\x07\x01\x00" + strings.Repeat("x", 20)),
		"archive.7z":         []byte("7z\xbc\xaf\x27\x1c" + strings.Repeat("x", 20)),
		"database.db":        []byte("SQLite format 3\x00" + strings.Repeat("\x01", 20)),
	}
}
