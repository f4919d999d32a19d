package file

import (
	"errors"
	"fmt"
	"io/fs"

	"creditsync/internal/fault"
)

// Every fault of this package, one function each: what happened to which file at which line, and what to do next.

func noFolder(dir string) error {
	return fault.New(fault.Input, "file.no_folder", fault.T("文件夹 %s 不存在", "folder %s does not exist", dir)).
		Do(fault.T("请检查配置中的 path（相对路径以配置文件所在文件夹为起点），以及共享目录是否已挂载",
			"check path in the configuration (relative paths start at its folder), and that the share is mounted"))
}

func isFolder(name string) error {
	return fault.New(fault.Input, "file.is_folder", fault.T("%s 是文件夹，不是文件", "%s is a folder, not a file", name)).
		Do(fault.T("若要读取其中的文件，请把 path 写成 %s/*", "to read the files in it, write path: %s/*", name))
}

func notRegular(name string) error {
	return fault.New(fault.Input, "file.not_regular", fault.T("%s 不是普通文件（管道或设备）", "%s is not a regular file (a pipe or device)", name)).
		Do(fault.T("请把数据存为普通文件", "store the data as a regular file"))
}

func vanished(name string, err error) error {
	return fault.New(fault.Run, "file.vanished", fault.T("文件 %s 在读取前消失了", "%s vanished before it was read", name)).
		Because(bare(err)).Again().
		Do(fault.T("下次运行会重新查找文件；请确认没有别的程序在移动它", "the next run looks again; make sure that nothing else moves the file away"))
}

func changed(name string) error {
	return fault.New(fault.Run, "file.changed", fault.T("文件 %s 在读取过程中发生了变化", "%s changed while it was read", name)).Again().
		Do(fault.T("该文件可能仍在写入：请先写成临时文件名，完成后再改名",
			"it may still be being written: write it under another name and rename it when it is complete"))
}

func denied(name string, err error) error {
	return fault.New(fault.Environment, "file.permission", fault.T("没有权限读取 %s", "no permission to read %s", name)).Because(bare(err)).
		Do(fault.T("请让运行 creditsync 的用户可以读取该文件及其上级文件夹", "let the user that creditsync runs as read it and enter the folders above it"))
}

func unreadable(name string, err error) error {
	return fault.New(fault.Environment, "file.read", fault.T("读取 %s 时出错", "reading %s", name)).Because(bare(err)).
		Do(fault.T("请检查磁盘或共享目录", "check the disk or the share"))
}

func brokenGzip(name string, err error) error {
	return fault.New(fault.Input, "file.truncated_gzip", fault.T("压缩文件 %s 不完整或已损坏", "the gzip file %s is truncated or damaged", name)).Because(err).
		Do(fault.T("请重新传送该文件，并用 gzip -t 检查", "transfer the file again and check it with gzip -t"))
}

func binaryFile(name string, seems, do fault.Text) error {
	return fault.New(fault.Input, "file.binary", fault.Text{
		ZH: fmt.Sprintf("%s 不是表格：看起来是 %s", name, seems.ZH),
		EN: fmt.Sprintf("%s is no table: it seems to be %s", name, seems.EN),
	}).Do(do)
}

func saveAsTable() fault.Text {
	return fault.T("请在原程序中另存为 Excel 工作簿（xlsx）或 CSV（UTF-8 或 GB18030）后重新放入", "save it as an Excel workbook (xlsx) or as CSV (UTF-8 or GB18030) in the program it comes from")
}

func putInBook() fault.Text {
	return fault.T("请把其中的表格放进 Excel 工作簿（*.xlsx）或 CSV 后重新放入", "put the table in it into an Excel workbook (*.xlsx) or a CSV and deliver that")
}

func unpackFirst() fault.Text {
	return fault.T("请解压后放入其中的表格，或用 zip、gzip 压缩一次", "unpack it and deliver the tables in it, or pack them once by zip or gzip")
}

func exportAgain() fault.Text {
	return fault.T("文件可能在传输中损坏，请重新导出或重新传送", "it was probably damaged on the way: export or transfer it again")
}

func markup(name string, seems fault.Text) error {
	return fault.New(fault.Input, "file.markup", fault.Text{
		ZH: fmt.Sprintf("%s 不是表格文件，而是 %s", name, seems.ZH), EN: fmt.Sprintf("%s is no table: it is %s", name, seems.EN),
	}).Do(fault.T("请用 Excel 或 WPS 打开，另存为“Excel 工作簿（*.xlsx）”后重新放入（只改扩展名没有用）",
		"open it in Excel or WPS, save it as an Excel workbook (*.xlsx) and deliver it again (another file name alone does not help)"))
}

func emptyFile(name string) error {
	return fault.New(fault.Input, "file.empty", fault.T("文件 %s 是空的（0 字节或只有空白）", "%s is empty (0 bytes or only blanks)", name)).Do(emptyHint())
}

func onlyHeader(name string, line int) error {
	return fault.New(fault.Input, "file.empty", fault.T("文件 %s 只有第 %d 行的表头，没有数据行", "%s has a header on line %d and no data rows", name, line)).Do(emptyHint())
}

func emptyHint() fault.Text {
	return fault.T("请确认导出是否成功；若空文件是正常的，请设置 allow_empty: true", "check the export; if an empty file is right, set allow_empty: true")
}

// noHeader does not quote the file: without a header its first line may be somebody's data.
func noHeader(name string, lines int) error {
	return fault.New(fault.Input, "file.no_header", fault.T("%s 的前 %d 行中没有表头：没有一行含有已知的列名",
		"no header in the first %[2]d lines of %[1]s: none has the name of a known column", name, lines)).
		Do(fault.T("请补上表头行；若列名与标准不同，请在配置的 map 中对应；若编码或分隔符识别有误，请设置 encoding、delimiter 或 header_row",
			"add a header line; map column names that differ in map; set encoding, delimiter or header_row if they are not found by themselves"))
}

func headerRowMissing(name string, row int) error {
	return fault.New(fault.Input, "file.no_header", fault.T("%s 没有第 %d 行，或该行不是一行的开始", "%s has no line %d, or no row begins there", name, row)).
		Do(fault.T("请更正配置中的 header_row", "correct header_row in the configuration"))
}

func doubleColumn(name string, line int, column string, a, b int) error {
	return fault.New(fault.Input, "file.double_column", fault.Text{
		ZH: fmt.Sprintf("%s 第 %d 行的表头中，第 %d 列和第 %d 列同为“%s”", name, line, a, b, column),
		EN: fmt.Sprintf("in the header of %s on line %d, columns %d and %d are both %q", name, line, a, b, column),
	}).Do(fault.T("请改名或删去其中一列", "rename or remove one of them"))
}

func doubledHeader(name string, first, second int) error {
	return fault.New(fault.Input, "file.doubled_header", fault.T("%s 第 %d 行的表头在第 %d 行又出现一次", "the header of %s on line %d is repeated on line %d", name, first, second)).
		Do(fault.T("请删去重复的表头行；若为多个文件拼接而成，请分开放入", "remove the repeated line; if files were joined, deliver them one by one"))
}

func unclosedQuote(name string, line int) error {
	return fault.New(fault.Input, "file.unclosed_quote", fault.T("%s 第 %d 行打开的引号没有配对的结束引号", "the quote opened on line %[2]d of %[1]s has no closing quote", name, line)).
		Do(fault.T("请在该行补上结束引号，或重新导出文件", "close the quote on that line, or export the file again"))
}

func undecodable(name, ref string, bad, rows int64) error {
	share := 100 * float64(bad) / float64(max(rows, 1))
	return fault.New(fault.Input, "file.undecodable", fault.Text{
		ZH: fmt.Sprintf("%d 行中有 %d 行（%.2f%%）含有无法解码的字节，超过了允许的比例；第一处在 %s", rows, bad, share, ref),
		EN: fmt.Sprintf("%d of %d rows (%.2f%%) have bytes that cannot be decoded, more than is allowed; the first is %s", bad, rows, share, ref),
	}).Do(fault.T("请检查 %s 的编码是否混用；若自动识别有误，请在配置中设置 encoding", "check whether encodings are mixed in %s; set encoding if the one found by itself is wrong", name))
}

func noCursors() error {
	return fault.New(fault.Input, "file.cursor", fault.T("文件数据源没有游标，不能从中间开始读取", "a file source has no cursor and cannot go on from one")).
		Do(fault.T("请使用 mode: snapshot 或 append", "use mode: snapshot or append"))
}

func noScratch(name string, err error) error {
	return fault.New(fault.Environment, "file.scratch", fault.T("解压 %s 时无法写临时文件", "no temporary file could be written while %s was unpacked", name)).Because(bare(err)).
		Do(fault.T("请检查临时文件夹（TMPDIR）的空间和权限；其中的内容是加密的，进程结束即消失", "check space and permissions of the folder of temporary files (TMPDIR); what is in them is encrypted and gone with the process"))
}

// opening classes an error of opening or looking at name, a file that had been there a moment before.
func opening(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return vanished(name, err)
	case errors.Is(err, fs.ErrPermission):
		return denied(name, err)
	}
	return unreadable(name, err)
}

// bare is err without the absolute path that package os adds: messages name files as the configuration does.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
