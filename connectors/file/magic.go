package file

import (
	"bytes"

	"creditsync/internal/fault"
)

// binaryKind is the fault of what the beginning of a file shows to be no text; nil for text. NULs are left to the caller
// where they may be UTF-16.
func binaryKind(name string, head []byte) error {
	for _, m := range []struct {
		magic string
		kind  fault.Text
		do    fault.Text
	}{
		{"%PDF-", fault.T("PDF 文件", "a PDF file"), putInBook()},
		{"\x1f\x8b", fault.T("gzip 压缩文件（压缩了两次）", "a gzip file (compressed twice)"), unpackFirst()},
		{"Rar!\x1a\x07", fault.T("RAR 压缩包", "a RAR archive"), unpackFirst()},
		{"7z\xbc\xaf\x27\x1c", fault.T("7z 压缩包", "a 7z archive"), unpackFirst()},
		{"\x28\xb5\x2f\xfd", fault.T("zstd 压缩文件", "a zstd file"), unpackFirst()},
		{"\xfd7zXZ\x00", fault.T("xz 压缩文件", "an xz file"), unpackFirst()},
		{"BZh", fault.T("bzip2 压缩文件", "a bzip2 file"), unpackFirst()},
		{"SQLite format 3\x00", fault.T("SQLite 数据库", "an SQLite database"),
			fault.T("请改用 source: {sql: …} 读取，或导出为 CSV", "read it by source: {sql: …}, or export it as CSV")},
		{"PAR1", fault.T("Parquet 文件", "a Parquet file"), saveAsTable()},
		{"\x89PNG", fault.T("PNG 图片", "a PNG picture"), saveAsTable()},
		{"\xff\xd8\xff", fault.T("JPEG 图片", "a JPEG picture"), saveAsTable()},
		{"\x7fELF", fault.T("程序文件", "a program"), saveAsTable()},
	} {
		if !bytes.HasPrefix(head, []byte(m.magic)) {
			continue
		}
		// A signature of plain letters is one only before bytes that no text has.
		if m.magic == "BZh" && (len(head) < 10 || string(head[4:10]) != "1AY&SY") || m.magic == "PAR1" && !bytes.ContainsRune(head, 0) {
			continue
		}
		return binaryFile(name, m.kind, m.do)
	}
	return nil
}

// tooManyNULs reports bytes that are not text with a stray NUL, which refuses its row, but no text at all.
func tooManyNULs(head []byte) bool {
	n := bytes.Count(head, []byte{0})
	return n >= 4 && n*20 > len(head)
}

// markupKind is the fault of a text that is a web page, or a workbook as XML: what many systems call an xls. nil for others.
func markupKind(name string, head []byte) error {
	head = bytes.ToLower(bytes.TrimLeft(head, " \t\r\n"))
	if len(head) == 0 || head[0] != '<' {
		return nil
	}
	switch {
	case bytes.Contains(head, []byte("urn:schemas-microsoft-com:office:spreadsheet")) && !bytes.Contains(head, []byte("<html")):
		return markup(name, fault.T("XML 表格（Excel 2003 的格式）", "an XML spreadsheet (of Excel 2003)"))
	case bytes.HasPrefix(head, []byte("<!doctype html")), bytes.Contains(head, []byte("<html")), bytes.Contains(head, []byte("<table")):
		return markup(name, fault.T("网页（HTML）；许多系统导出的 xls 其实是网页", "a web page (HTML), which is what many systems call an xls"))
	case bytes.HasPrefix(head, []byte("<?xml")):
		return markup(name, fault.T("XML 文件", "an XML file"))
	}
	return nil
}
