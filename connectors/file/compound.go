package file

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"

	"creditsync/internal/fault"
)

// oleMagic begins an OLE compound file: everything that office programs wrote until 2007, and what they encrypt today.
const oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// compoundKind tells what a compound file holds by the names in its directory, of which the first sector is looked for in
// head ([MS-CFB] 2.2, 2.6).
func compoundKind(head []byte) kindOfCompound {
	has := func(dir []byte, name string) bool {
		var b []byte
		for _, u := range utf16.Encode([]rune(name)) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		return bytes.Contains(dir, b)
	}
	dir := head
	if len(head) > 512 {
		size := 1 << (head[30] & 15)
		at := (int(binary.LittleEndian.Uint32(head[48:])) + 1) * size
		if at > 0 && at+size <= len(head) {
			dir = head[at : at+size]
		}
	}
	switch {
	case has(dir, "EncryptedPackage"), has(dir, "EncryptionInfo"):
		return encryptedOffice
	case has(dir, "WordDocument"):
		return oldWord
	case has(dir, "Workbook"), has(dir, "Book"):
		return oldExcel
	}
	return oldOffice
}

type kindOfCompound int

const (
	oldOffice kindOfCompound = iota
	oldExcel
	oldWord
	encryptedOffice
)

// compound is the fault of a compound file.
func compound(name string, kind kindOfCompound) error {
	switch kind {
	case encryptedOffice:
		return fault.New(fault.Input, "file.encrypted", fault.T("%s 设有打开密码，内容是加密的", "%s is protected by a password: its content is encrypted", name)).
			Do(fault.T("请用 Excel 或 WPS 打开，在“文件 → 信息 → 保护工作簿”中去掉打开密码，保存后重新放入",
				"open it in Excel or WPS, take the password off (File, Info, Protect Workbook), save it and deliver it again"))
	case oldWord:
		return fault.New(fault.Input, "file.binary", fault.T("%s 是旧版 Word 文档（doc），不是表格", "%s is an old Word document (doc), no table", name)).Do(putInBook())
	case oldExcel:
		return fault.New(fault.Input, "file.old_workbook", fault.T("%s 是旧版 Excel 工作簿（xls）", "%s is an old Excel workbook (xls)", name)).Do(saveAsWorkbook())
	}
	return fault.New(fault.Input, "file.old_workbook", fault.T("%s 是旧版 Office 或 WPS 文件（xls、et、doc）", "%s is an old Office or WPS file (xls, et, doc)", name)).Do(saveAsWorkbook())
}

func saveAsWorkbook() fault.Text {
	return fault.T("请在 Excel 或 WPS 中另存为“Excel 工作簿（*.xlsx）”后重新放入（只改扩展名没有用）",
		"save it in Excel or WPS as an Excel workbook (*.xlsx) and deliver it again (another file name alone does not help)")
}
