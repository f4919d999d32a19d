package file

import "creditsync/internal/fault"

// Keys explains every key of the options in both languages, for the editor's schema and the reference page.
func (Options) Keys() map[string]fault.Text {
	both := func(zh, en string) fault.Text { return fault.Text{ZH: zh, EN: en} }
	return map[string]fault.Text{
		"path": both(
			"文件或通配符，相对于配置文件；* ? [ ] 可用在路径的每一段。以点或 ~$ 开头的文件只有写明才会匹配",
			"A file or a pattern relative to the configuration file, with *, ? and [ ] in any part of the path. Names that begin with a dot or ~$ match only where the pattern says so"),
		"format": both(
			"auto、csv、tsv、xlsx、json 或 jsonl。auto 按文件内容识别，与扩展名无关；分隔符试逗号、制表符、分号和 |，取表头中认得的列最多的一种。压缩包指其中的文件。默认 auto",
			"auto, csv, tsv, xlsx, json or jsonl. auto tells them by the content, whatever the file is called; among separators it tries comma, tab, semicolon and | and takes the one under which most columns of the header are known. Of an archive it is meant for the members. Default auto"),
		"encoding": both(
			"auto、utf-8、gb18030、gbk、utf-16、utf-16le 或 utf-16be；文件开头的字节顺序标记（BOM）优先。默认 auto",
			"auto, utf-8, gb18030, gbk, utf-16, utf-16le or utf-16be; a byte order mark wins over it. Default auto"),
		"take": both(
			"all：匹配的全部文件；newest：不带回执号列的文件中最新的一个，以及比它更新的带回执号列的文件。默认 all",
			"all files that match; or newest: the newest file without a receipt column, and the files with one that are newer still. Default all"),
		"delimiter": both(
			"单元格之间的分隔符：一个字符，制表符写作 tab。默认自动识别",
			"What stands between cells: one character, or tab. Default: found by itself"),
		"header_row": both(
			"表头在第几行（工作表为行号），从 1 数起；0 表示在前 20 行中自动识别。默认 0",
			"Line of the header, of a sheet its row, counted from 1; 0: found by itself among the first 20. Default 0"),
		"sheet": both(
			"工作簿中的工作表：名称、从 1 数起的序号，或 all（未隐藏的全部）；不写则读取表头中有认得的列的、未隐藏的工作表。读取多个时各表的列必须相同",
			"Sheet of a workbook: its name, its number from 1 on, or all (that are not hidden). Default: those that are not hidden and have known columns in their header. Several sheets must have the same columns"),
		"records": both(
			"JSON 对象中数组所在的位置，键之间用点连接，如 data.list；不写则整个文件是数组，或每行一个对象",
			"Where in a JSON object the array of records stands, keys joined by dots, such as data.list. Default: the file is the array, or has an object a line"),
		"member": both(
			"读取压缩包（zip）中的哪些文件：文件名的通配符，含斜杠时为路径的通配符；不写则读取扩展名为 csv、tsv、tab、txt、xlsx、xlsm、json、jsonl、ndjson 的文件（可再加 .gz）",
			"Which files of a zip are read: a pattern for their names, with a slash for their paths. Default: those that end in csv, tsv, tab, txt, xlsx, xlsm, json, jsonl or ndjson, also with .gz behind it"),
		"allow_empty": both(
			"没有数据行的文件也算正常；snapshot 方式下会删除该文件以前报送的全部记录。默认 false",
			"A file without data rows is fine; in a snapshot it deletes all that such a file delivered before. Default false"),
	}
}
