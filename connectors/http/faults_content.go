package http

import (
	"fmt"
	"strconv"

	"creditsync/connectors"
	"creditsync/connectors/jsonrows"
	"creditsync/internal/fault"
)

// The faults of what an answer holds, and of what several do.

func damaged(o Options, err error) error {
	return fault.New(fault.Run, "http.damaged", fault.T("%s 的回答解压不了", "the answer of %s cannot be unpacked", o.about())).Because(err).
		Do(fault.T("请联系对方：gzip 内容已损坏", "tell the other side: what it packs with gzip is damaged"))
}

func packed(o Options, how string) error {
	return fault.New(fault.Environment, "http.packed", fault.T("%[1]s 的回答是用 %[2]q 压缩的，没有请求这样做", "the answer of %[1]s is packed with %[2]q, which nobody asked for", o.about(), how)).
		Do(fault.T("请让对方只用 gzip 或不压缩", "have it use gzip, or nothing"))
}

func tooLarge(o Options) error {
	return fault.New(fault.Input, "http.too_large", fault.T("%[1]s 的一页超过了 max_page（%[2]s 字节）", "a page of %[1]s is larger than max_page (%[2]s bytes)", o.about(), strconv.FormatInt(o.MaxPage, 10))).
		Do(fault.T("请减小 page.size，或加大 max_page", "make page.size smaller, or raise max_page"))
}

func unknownCharset(o Options, name string) error {
	return fault.New(fault.Input, "http.charset", fault.T("%[1]s 的回答的编码不认识（%[2]q）", "the answer of %[1]s is in an encoding that is not known (%[2]q)", o.about(), name)).
		Do(fault.T("请在 encoding 中写明 utf-8 或 gb18030", "say utf-8 or gb18030 in encoding"))
}

func notUTF8(o Options) error {
	return fault.New(fault.Input, "http.charset", fault.T("%s 的回答不是 UTF-8，也没有说明是什么编码", "the answer of %s is not UTF-8, and does not say what it is", o.about())).
		Do(fault.T("请在 encoding 中写明，多为 gb18030", "say it in encoding, mostly gb18030"))
}

func noContent(o Options, status string) error {
	return fault.New(fault.Environment, "http.no_content", fault.T("%[1]s 的回答是空的（%[2]s）", "the answer of %[1]s is empty (%[2]s)", o.about(), status)).
		Do(fault.T("请对照接口文档检查 url、method 和 params", "check url, method and params against the API's documentation"))
}

func noJSON(o Options, title string) error {
	what := fault.T("%s 的回答是网页或 XML，不是 JSON", "the answer of %s is a web page or XML, not JSON", o.about())
	if title != "" {
		what = fault.T("%[1]s 的回答是网页（%[2]q），不是 JSON", "the answer of %[1]s is a web page (%[2]q), not JSON", o.about(), title)
	}
	return fault.New(fault.Environment, "http.no_json", what).
		Do(fault.T("多为登录页或出错页：请检查 url、auth 和 proxy", "mostly a page to sign in, or of an error: check url, auth and proxy"))
}

func brokenJSON(o Options, bad *jsonrows.Syntax) error {
	return fault.New(fault.Environment, "http.broken_json", fault.T("%[1]s 的回答不是合规的 JSON：第 %[2]d 行第 %[3]d 个字符", "the answer of %[1]s is not JSON: line %[2]d, character %[3]d", o.about(), bad.Line, bad.Column)).
		Because(fault.New(fault.Environment, "http.broken_json", bad.What)).
		Do(fault.T("什么都没有入库；请联系对方", "nothing was applied; tell the other side"))
}

func failed(o Options, ok *OK, value string, there bool, words string, again bool) error {
	what := fault.T("%[1]s 说没有成功（%[2]s = %[3]q）", "%[1]s says that it failed (%[2]s = %[3]q)", o.about(), ok.Path, value)
	if !there {
		what = fault.T("%[1]s 没有说成功：回答中没有 %[2]s", "%[1]s does not say that it succeeded: there is no %[2]s in its answer", o.about(), ok.Path)
	}
	f := fault.New(fault.Environment, "http.not_ok", what).Because(said(words)).
		Do(fault.T("请对照接口文档查看该代码；如它表示成功，请加入 ok.is", "look it up in the API's documentation; if it means success, add it to ok.is"))
	f.Retry = again
	return f
}

func noRecords(o Options, path string, at []byte, has, arrays []string, words string) error {
	what := fault.T("%[1]s 的回答中 %[2]q 处没有数组", "the answer of %[1]s has no array at %[2]q", o.about(), path)
	switch {
	case len(at) > 0 && at[0] == '{':
		what = fault.T("%[1]s 的回答中 %[2]q 处是一个对象，不是数组", "the answer of %[1]s has an object at %[2]q, not an array", o.about(), path)
	case len(at) > 0:
		what = fault.T("%[1]s 的回答中 %[2]q 处是一个值，不是数组", "the answer of %[1]s has a single value at %[2]q, not an array", o.about(), path)
	}
	hint := fault.T("请更正 records", "correct records")
	switch {
	case len(arrays) > 0:
		hint = fault.T("请更正 records；回答中的数组在：%s", "correct records; there are arrays at: %s", names(arrays))
	case len(has) > 0:
		hint = fault.T("那里的键有：%s。如这是出错的回答，请设置 ok", "the keys there are: %s. If this is how it tells of an error, set ok", names(has))
	}
	return fault.New(fault.Input, "http.no_records", what).Because(said(words)).Do(hint)
}

func notRows(o Options, bad *jsonrows.Syntax) error {
	return fault.New(fault.Input, "http.not_rows", fault.T("%s 的数组中的元素不是对象", "an element of the array of %s is not an object", o.about())).
		Because(fault.New(fault.Input, "http.not_rows", bad.What)).
		Do(fault.T("请更正 records", "correct records"))
}

func tooManyKeys(o Options) error {
	return fault.New(fault.Input, "http.too_many_keys", fault.T("%[1]s 的各行共有超过 %[2]d 个键", "the rows of %[1]s have more than %[2]d keys", o.about(), jsonrows.MaxColumns)).
		Do(fault.T("键名应是列名，不是数据", "keys are names of columns, not data"))
}

func noKnownKeys(o Options, has []string) error {
	return fault.New(fault.Input, "http.no_header", fault.T("%[1]s 各行的键没有一个是已知的列名；有：%[2]s", "none of the keys of the rows of %[1]s is the name of a known column; there are: %[2]s", o.about(), names(has))).
		Do(fault.T("请在 map 中写明对应关系，或更正 records", "map them in map, or correct records"))
}

func noTotal(o Options, there bool) error {
	is := fault.T("不存在", "is not there")
	if there {
		is = fault.T("不是数字", "is no number")
	}
	return fault.New(fault.Input, "http.no_total", fault.Text{
		ZH: fmt.Sprintf("%s 的回答中，total（%s）%s", o.about(), o.Total, is.ZH),
		EN: fmt.Sprintf("in the answer of %s, total (%s) %s", o.about(), o.Total, is.EN),
	}).Do(fault.T("请更正 total", "correct total"))
}

func noMore(o Options) error {
	return fault.New(fault.Input, "http.no_more", fault.T("%[1]s 的回答中，page.more（%[2]s）不是 true 或 false", "in the answer of %[1]s, page.more (%[2]s) is neither true nor false", o.about(), o.Page.More)).
		Do(fault.T("请更正 page.more", "correct page.more"))
}

func noNext(o Options) error {
	return fault.New(fault.Environment, "http.no_next", fault.T("%s 说还有下一页，却没有给出", "%s says that another page follows, and does not say where", o.about())).
		Do(fault.T("什么都没有入库；请更正 page.next，或联系对方", "nothing was applied; correct page.next, or tell the other side"))
}

func stuck(o Options, pages int) error {
	return fault.New(fault.Environment, "http.stuck", fault.T("%[1]s 的分页不前进：第 %[2]d 页之后又回到已读过的位置", "the pages of %[1]s do not go on: page %[2]d leads to a place that was read already", o.about(), pages)).
		Do(fault.T("什么都没有入库；请对照接口文档检查 page，或联系对方", "nothing was applied; check page against the API's documentation, or tell the other side"))
}

func repeats(o Options, before, now int) error {
	return fault.New(fault.Input, "http.repeats", fault.T("%[1]s 的第 %[3]d 页与第 %[2]d 页完全相同", "page %[3]d of %[1]s is the same as page %[2]d", o.about(), before, now)).
		Do(fault.T("什么都没有入库。请检查 page.param 和 page.first；如对方在末页之后重复末页，请设置 total 或 page.end: short",
			"nothing was applied. Check page.param and page.first; if the other side repeats the last page after it, set total or page.end: short"))
}

// interrupted is a read whose pages do not fit each other: beginning anew is likely to help.
func interrupted(f *fault.Error) error { return &connectors.Interrupted{Err: f.Again()} }

func changed(o Options, was, is int64) error {
	return interrupted(fault.New(fault.Run, "http.changed", fault.T("读取期间 %[1]s 的总数从 %[2]d 变为 %[3]d，页与页对不上", "the total of %[1]s went from %[2]d to %[3]d while it was read: its pages do not fit each other", o.about(), was, is)).
		Do(fault.T("什么都没有入库，再次运行即可；请安排在对方不写入的时间运行，或用 until 只读到某一时刻", "nothing was applied; run again. Run it when nobody writes there, or read up to a moment with until")))
}

func wrongTotal(o Options, total, rows int64) error {
	return interrupted(fault.New(fault.Run, "http.total", fault.T("%[1]s 说共有 %[2]d 行，读到 %[3]d 行", "%[1]s says that there are %[2]d rows, and %[3]d were read", o.about(), total, rows)).
		Do(fault.T("什么都没有入库。如每次都这样，请检查 page 和 total", "nothing was applied. If it is so every time, check page and total")))
}

func keyAgain(o Options, no int64) error {
	return interrupted(fault.New(fault.Run, "http.key_again", fault.T("%[1]s 的第 %[2]d 行的 key 在前面的页上已经有了：读取期间各行移了位", "the key of row %[2]d of %[1]s was on an earlier page already: rows have moved while they were read", o.about(), no)).
		Do(fault.T("什么都没有入库，再次运行即可。如每次都这样，请让对方按 key 排序，或在 key 中补足能区分各行的列", "nothing was applied; run again. If it is so every time, have the API sort by the key, or add to key what tells the rows apart")))
}

func keyTwice(o Options, no int64) error {
	return fault.New(fault.Input, "http.key_twice", fault.T("%[1]s 的第 %[2]d 行的 key 在同一页上有重复，不能作为 key", "the key of row %[2]d of %[1]s comes twice on one page, and therefore is no key", o.about(), no)).
		Do(fault.T("请在 key 中补足能区分各行的列", "add to key what tells the rows apart"))
}

func noKey(o Options, has []string) error {
	return fault.New(fault.Input, "http.no_key", fault.T("%[1]s 没有一行有 key 中的列；有：%[2]s", "no row of %[1]s has the columns that key names; there are: %[2]s", o.about(), names(has))).
		Do(fault.T("请更正 key", "correct key"))
}

func empty(o Options) error {
	return fault.New(fault.Input, "http.empty", fault.T("%s 没有行", "%s has no rows", o.about())).
		Do(fault.T("请确认来源是否正常；若没有行是正常的，请设置 allow_empty: true", "check the source; if no rows are right, set allow_empty: true"))
}

func undecodable(o Options, ref string, bad, rows int64) error {
	return fault.New(fault.Input, "http.undecodable", fault.T("%[1]s：%[2]d 行中有 %[3]d 行含有无法解码的字节，超过了允许的比例；第一处在 %[4]s", "%[1]s: of %[2]d rows, %[3]d have bytes that cannot be decoded, more than is allowed; the first is %[4]s", o.about(), rows, bad, ref)).
		Do(fault.T("请检查 encoding；如数据本身已损坏，请在来源中修复", "check encoding; what is damaged is to be mended in the source"))
}

func noRoom(o Options, err error) error {
	return fault.New(fault.Environment, "http.no_room", fault.T("%s 的各行没有地方暂存", "there is no place for the rows of %s to wait", o.about())).Because(err).Do(fault.Disk(err))
}

func cursorOfAnother(was, now string) error {
	return fault.New(fault.Input, "http.cursor_other", fault.T("上次读到的位置属于 %[1]q，现在的配置是 %[2]q，不能接着读", "the place where the last run stopped is one of %[1]q; the configuration says %[2]q now, so there is no going on from it", was, now)).
		Do(fault.T("如配置有误请改回；如确已更换，请用 run 管道 --reread 从头读一次", "change it back if it is a mistake; if it is meant, read all once with run PIPELINE --reread"))
}

func cursorBroken() error {
	return fault.New(fault.Input, "http.cursor_other", fault.T("台账中的游标不是这种来源的", "the cursor in the ledger is not one of such a source")).
		Do(fault.T("请用 run 管道 --reread 从头读一次", "read all once with run PIPELINE --reread"))
}

func cursorUnused() error {
	return fault.New(fault.Input, "http.cursor_unused", fault.T("这个来源没有写明 since，不能从中间开始读取", "this source names no since and cannot go on from a cursor")).
		Do(fault.T("请写明 since，或使用 mode: snapshot", "name a since, or use mode: snapshot"))
}

func cursorValue(o Options, no int64) error {
	return fault.New(fault.Input, "http.cursor_value", fault.T("%[1]s 的第 %[2]d 行：%[3]s 的值不能作为游标", "row %[2]d of %[1]s: the value of %[3]s cannot be a cursor", o.about(), no, o.Cursor)).
		Do(fault.T("请更正 since.format，或换一列作为 cursor", "correct since.format, or take another column as cursor"))
}

func windowValue(o Options, text string) error {
	want := fault.T("时间，如 2024-01-31 或 2024-01-31 08:00", "a time such as 2024-01-31 or 2024-01-31 08:00")
	if o.numbers() {
		want = fault.T("数字", "a number")
	}
	return fault.New(fault.Input, "http.window", fault.Text{
		ZH: fmt.Sprintf("--since 或 --until 的值 %q 不合适，应为%s", text, want.ZH),
		EN: fmt.Sprintf("--since or --until %q does not fit: it must be %s", text, want.EN),
	}).Do(fault.T("请改正该选项", "correct the flag"))
}

func windowEmpty(w connectors.Window) error {
	return fault.New(fault.Input, "http.window", fault.T("--since %[1]s 不早于 --until %[2]s", "--since %[1]s is not before --until %[2]s", w.Since, w.Until)).
		Do(fault.T("请改正这两个选项", "correct the flags"))
}

func noUntil() error {
	return fault.New(fault.Input, "http.window", fault.T("这个来源没有写明 until，不能用 --until", "this source names no until: there is no --until")).
		Do(fault.T("请写明 until，或只用 --since", "name an until, or use --since alone"))
}
