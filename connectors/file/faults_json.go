package file

import (
	"fmt"
	"strings"

	"creditsync/connectors/jsonrows"
	"creditsync/internal/fault"
)

// The faults of JSON.

func brokenJSON(name string, e *jsonrows.Syntax) error {
	switch {
	case e.Truncated:
		return fault.New(fault.Input, "file.truncated_json", fault.T("JSON 文件 %s 不完整：在第 %d 行第 %d 个字符处中断", "the JSON file %s is not whole: it breaks off in line %d, character %d", name, e.Line, e.Column)).
			Do(fault.T("请重新导出或重新传送", "export or transfer it again"))
	case e.Shape:
		return fault.New(fault.Input, "file.json_shape", fault.Text{
			ZH: fmt.Sprintf("%s 的结构不对：第 %d 行第 %d 个字符：%s", name, e.Line, e.Column, e.What.ZH),
			EN: fmt.Sprintf("%s is made in another way: line %d, character %d: %s", name, e.Line, e.Column, e.What.EN),
		}).Do(fault.T(`请导出为对象的数组，如 [{"列名": "值"}, …]`, `export an array of objects, such as [{"column": "value"}, …]`))
	}
	return fault.New(fault.Input, "file.broken_json", fault.Text{
		ZH: fmt.Sprintf("%s 不是合规的 JSON：第 %d 行第 %d 个字符：%s", name, e.Line, e.Column, e.What.ZH),
		EN: fmt.Sprintf("%s is not JSON: line %d, character %d: %s", name, e.Line, e.Column, e.What.EN),
	}).Do(fault.T("请改正该处，或重新导出该文件", "mend that place, or export the file again"))
}

func noLines(name string, first *jsonrows.Syntax) error {
	return fault.New(fault.Input, "file.broken_json", fault.Text{
		ZH: fmt.Sprintf("%s 中没有一行是完整的 JSON 对象：第 %d 行第 %d 个字符：%s", name, first.Line, first.Column, first.What.ZH),
		EN: fmt.Sprintf("no line of %s is a whole JSON object: line %d, character %d: %s", name, first.Line, first.Column, first.What.EN),
	}).Do(fault.T("JSON Lines 每行是一个对象；若对象占多行，请导出为数组（以 [ 开头，] 结尾）", "JSON Lines has one object a line; where objects run over several lines, export them as an array (from [ to ])"))
}

func noRecords(name string) error {
	return fault.New(fault.Input, "file.empty", fault.T("文件 %s 中没有一条数据", "%s has no records", name)).Do(emptyHint())
}

func noKnownKeys(name string, keys []string) error {
	return fault.New(fault.Input, "file.no_header", fault.Text{
		ZH: fmt.Sprintf("%s 中的键没有一个是已知的列名；有：%s", name, few(keys, "、")),
		EN: fmt.Sprintf("none of the keys in %s is the name of a known column; there are: %s", name, few(keys, ", ")),
	}).Do(fault.T("请在配置的 map 中对应；若数据在更深的数组里，请设置 records", "map them in map; set records if the data are in an array further down"))
}

func tooManyKeys(name string) error {
	return fault.New(fault.Input, "file.too_many_columns", fault.T("%s 中的键超过 %d 个", "%s has more than %d keys", name, jsonrows.MaxColumns)).
		Do(fault.T("键应为列名；看来数据被用作了键，请导出为对象的数组", "keys are to be names of columns; here data seem to be used as keys: export an array of objects"))
}

// whereRecords asks where the rows of an object are, and says where they may be.
func whereRecords(name string, head []byte) error {
	if jsonrows.Several(head) {
		return fault.New(fault.Input, "file.no_records", fault.T("%s 中的 JSON 对象各占几行，既不是数组，也不是每行一个", "the JSON objects of %s run over several lines: they are no array, and not one a line", name)).
			Do(fault.T("请导出为对象的数组（以 [ 开头，] 结尾），或每行一个对象", "export an array of objects (from [ to ]), or an object a line"))
	}
	return fault.New(fault.Input, "file.no_records", fault.T("%s 是一个 JSON 对象，不知道数据在哪个数组中", "%s is one JSON object, and nothing says in which array its records are", name)).Do(recordsHint(head))
}

func recordsHint(head []byte) fault.Text {
	if found := arraysIn(head); len(found) > 0 {
		return fault.Text{
			ZH: fmt.Sprintf("请在配置中设置 records，其中有这些数组：%s", few(found, "、")),
			EN: fmt.Sprintf("set records in the configuration; there are these arrays: %s", few(found, ", ")),
		}
	}
	return fault.T("请导出为对象的数组，或每行一个对象；数组若在对象里，请在配置中设置 records，如 records: data.list",
		"export an array of objects, or an object a line; where the array is inside an object, set records, such as records: data.list")
}

func noArray(name string, e *jsonrows.NoPath, head []byte) error {
	f := fault.New(fault.Input, "file.no_records", fault.Text{
		ZH: fmt.Sprintf("%s 不是 JSON 数组（应以 [ 开头）", name), EN: fmt.Sprintf("%s is no JSON array (which begins with [)", name),
	})
	switch {
	case e.Key != "" && len(e.Has) > 0:
		f.What = fault.Text{
			ZH: fmt.Sprintf("%s 中没有 records 所说的 %s；有的键：%s", name, e.Key, strings.Join(e.Has, "、")),
			EN: fmt.Sprintf("%s has no %s, which records names; the keys are: %s", name, e.Key, strings.Join(e.Has, ", ")),
		}
	case e.Key != "":
		f.What = fault.T("%[1]s 中 records 所说的 %[2]s 不是数组", "%[2]s in %[1]s, which records names, is no array", name, e.Key)
	}
	return f.Do(recordsHint(head))
}
