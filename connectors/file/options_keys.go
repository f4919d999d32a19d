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
			"auto、csv 或 tsv。auto 试逗号、制表符、分号和 |，取表头中认得的列最多的一种。默认 auto",
			"auto, csv or tsv. auto tries comma, tab, semicolon and | and takes the one under which most columns of the header are known. Default auto"),
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
			"表头在第几行，从 1 数起；0 表示在前 20 行中自动识别。默认 0",
			"Line of the header, counted from 1; 0: found by itself among the first 20 lines. Default 0"),
		"allow_empty": both(
			"没有数据行的文件也算正常；snapshot 方式下会删除该文件以前报送的全部记录。默认 false",
			"A file without data rows is fine; in a snapshot it deletes all that such a file delivered before. Default false"),
	}
}
