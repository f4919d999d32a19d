package file

import (
	"bytes"

	"creditsync/internal/fault"
)

// binaryKind names what the beginning of a file shows it to be when that is no text; ok is false for text. NULs are left
// to the caller where they may be UTF-16.
func binaryKind(head []byte) (fault.Text, bool) {
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		switch {
		case bytes.Contains(head, []byte("xl/")) || bytes.Contains(head, []byte("[Content_Types].xml")):
			return fault.T("Excel 工作簿（xlsx）", "an Excel workbook (xlsx)"), true
		}
		return fault.T("ZIP 压缩包", "a ZIP archive"), true
	}
	for _, m := range []struct {
		magic string
		kind  fault.Text
	}{
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", fault.T("旧版 Excel 或 Word 文件（xls、doc）", "an old Excel or Word file (xls, doc)")},
		{"%PDF-", fault.T("PDF 文件", "a PDF file")},
		{"\x1f\x8b", fault.T("gzip 压缩文件（压缩了两次）", "a gzip file (compressed twice)")},
		{"Rar!\x1a\x07", fault.T("RAR 压缩包", "a RAR archive")},
		{"7z\xbc\xaf\x27\x1c", fault.T("7z 压缩包", "a 7z archive")},
		{"\x28\xb5\x2f\xfd", fault.T("zstd 压缩文件", "a zstd file")},
		{"\xfd7zXZ\x00", fault.T("xz 压缩文件", "an xz file")},
		{"BZh", fault.T("bzip2 压缩文件", "a bzip2 file")},
		{"SQLite format 3\x00", fault.T("SQLite 数据库", "an SQLite database")},
		{"PAR1", fault.T("Parquet 文件", "a Parquet file")},
		{"\x89PNG", fault.T("PNG 图片", "a PNG picture")},
		{"\xff\xd8\xff", fault.T("JPEG 图片", "a JPEG picture")},
		{"\x7fELF", fault.T("程序文件", "a program")},
	} {
		if !bytes.HasPrefix(head, []byte(m.magic)) {
			continue
		}
		// A signature of plain letters is one only before bytes that no text has.
		if m.magic == "BZh" && (len(head) < 10 || string(head[4:10]) != "1AY&SY") || m.magic == "PAR1" && !bytes.ContainsRune(head, 0) {
			continue
		}
		return m.kind, true
	}
	return fault.Text{}, false
}

// tooManyNULs reports bytes that are not text with a stray NUL, which refuses its row, but no text at all.
func tooManyNULs(head []byte) bool {
	n := bytes.Count(head, []byte{0})
	return n >= 4 && n*20 > len(head)
}
