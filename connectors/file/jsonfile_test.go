package file

import (
	"path/filepath"
	"strings"
	"testing"

	"creditsync/internal/fault"
)

func TestJSON_Forms(t *testing.T) {
	t.Parallel()
	f := func(name, file, text string, change func(*Options), want string) {
		t.Helper()
		dir := t.TempDir()
		write(t, filepath.Join(dir, file), []byte(text))
		o := options(file)
		if change != nil {
			change(&o)
		}
		r := readAll(t, dir, o, wantColumns("决定书文号", "名称", "处罚.日期"))
		got := shown(r)
		if r.err != nil {
			got = fault.CodeOf(r.err) + ": " + strings.Split(fault.Say(r.err, fault.Chinese), "\n")[0]
		}
		if got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
	const array, lines = `[{"决定书文号":"1","名称":"甲"},{"决定书文号":"2"}]`, `{"决定书文号":"1","名称":"甲"}` + "\n" + `{"决定书文号":"2"}` + "\n"
	asArray, asLines := "决定书文号|名称\na[1] 1|甲\na[2] 2|\n", "决定书文号|名称\na:1 1|甲\na:2 2|\n"
	named := func(want, name string) string { return strings.NewReplacer("\na", "\n"+name).Replace(want) }
	for _, name := range []string{"a.json", "a.txt", "a.csv"} {
		f(name, name, array, nil, named(asArray, name))
		f(name, name, lines, nil, named(asLines, name))
		f(name, name, "\xef\xbb\xbf \n"+array, nil, named(asArray, name))
		f(name, name, gb(t, array), nil, named(asArray, name))
	}
	f("JSON Lines by its name", "a.jsonl", `{"决定书文号":"1","list":[{"x":1}]}`, nil, "决定书文号|list\na.jsonl:1 1|[{\"x\":1}]\n")
	f("JSON Lines by the option", "a", `{"决定书文号":"1","list":[{"x":1}]}`, func(o *Options) { o.Format = "jsonl" }, "决定书文号|list\na:1 1|[{\"x\":1}]\n")
	f("one object", "a.json", `{"决定书文号":"1"}`, nil, "决定书文号\na.json:1 1\n")
	f("records", "a.json", "{\"code\":0,\n\"data\":{\"list\":"+array+"}}", func(o *Options) { o.Records = "data.list" }, named(asArray, "a.json"))
	f("nobody says where", "a.json", `{"code":0,"data":{"list":`+array+`}}`, nil, "file.no_records: a.json 是一个 JSON 对象，不知道数据在哪个数组中")
	f("nobody says where, over several lines", "a.txt", "{\n\"code\":0,\n\"data\":{\"list\":"+array+"}}", nil, "file.no_records: a.txt 是一个 JSON 对象，不知道数据在哪个数组中")
	f("nested", "a.json", `[{"决定书文号":"1","处罚":{"日期":"x","种类":["警告","罚款"]}}]`, nil, "决定书文号|处罚.日期|处罚.种类\na.json[1] 1|x|警告；罚款\n")
	f("a title that begins like JSON", "a.csv", "[内部]行政处罚\n决定书文号,名称\n1,甲\n", nil, "决定书文号|名称\na.csv:3 1|甲\n")
	f("a header in braces", "a.csv", "{决定书文号},名称\n1,甲\n", nil, "{决定书文号}|名称\na.csv:2 1|甲\n")
	f("a key that comes late", "a.jsonl", strings.Repeat(`{"决定书文号":"1"}`+"\n", 2)+`{"名称":"甲"}`, nil, "决定书文号|名称\na.jsonl:1 1|\na.jsonl:2 1|\na.jsonl:3 |甲\n")
	f("lines that are none", "a.jsonl", `{"决定书文号":"1"}`+"\n"+`{"决定书文号":`+"\n"+`{"决定书文号":"3","决定书文号":"4"}`, nil, "决定书文号\na.jsonl:1 1\na.jsonl:2 bad_json {\"决定书文号\":\na.jsonl:3 double_key 3\n")
	f("objects without values", "a.json", `[{},{"决定书文号":"1"},{"决定书文号":null},{"决定书文号":" "}]`, nil, "决定书文号\na.json[2] 1\n")
	f("receipts", "a.json", `[{"决定书文号":"1","回执号":"R-1"}]`, nil, "决定书文号|回执号\na.json[1] 1|R-1\na.json is a receipt\n")
	f("nothing", "a.json", `[]`, nil, "file.empty: 文件 a.json 中没有一条数据")
	f("nothing, which may be", "a.json", `[]`, func(o *Options) { o.AllowEmpty = true }, "\n")
	f("no line is JSON", "a.jsonl", "x\ny\n", nil, "file.broken_json: a.jsonl 中没有一行是完整的 JSON 对象：第 1 行第 1 个字符：这里应为 {")
	f("a table that is to be JSON", "a.csv", "决定书文号,名称\n", func(o *Options) { o.Format = "json" }, "file.no_records: a.csv 不是 JSON 数组（应以 [ 开头）")
	f("JSON that is to be a table", "a.csv", array, func(o *Options) { o.Format = "csv" }, "file.no_header: a.csv 的前 1 行中没有表头：没有一行含有已知的列名")
}

// TestJSON_NullsAreNulls: a key that is missing or null is a cell that the source does not have, "" is one that is empty.
func TestJSON_NullsAreNulls(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.json"), []byte(`[{"决定书文号":"1","a":""},{"决定书文号":"2","a":null},{"决定书文号":"3"},{"决定书文号":"4","a":"x"}]`))
	s, err := New(options("a.json"), placeOf(dir))
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), wantColumns("决定书文号"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := r.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Release()
	for i, want := range []bool{false, true, true, false} {
		if got := b.Rows.Column(1).IsNull(i); got != want {
			t.Errorf("row %d: null is %v, want %v", i, got, want)
		}
	}
	if b.Rows.Column(0).NullN() != 0 || b.Rows.Column(1).NullN() != 2 {
		t.Errorf("nulls: %d and %d", b.Rows.Column(0).NullN(), b.Rows.Column(1).NullN())
	}
}
