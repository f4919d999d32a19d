package sql

import (
	"fmt"
	"strings"

	"creditsync/connectors"
	"creditsync/connectors/remote"
	"creditsync/internal/fault"
)

// Every fault of this package, one function each: what happened to which source, and what to do next. A cause that comes
// from a server is its own sentence, without values of rows; see postgres_faults.go and mysql_faults.go.

// about names the source in a sentence.
func (o Options) about() string {
	if o.Engine == engineSQLite {
		return o.File
	}
	return o.Engine + " " + o.address()
}

// what is the table or the query that is read.
func (o Options) what() string {
	if o.Table != "" {
		return o.Table
	}
	return "query"
}

func unreachable(o Options, err error) error {
	return fault.New(fault.Environment, "sql.unreachable", fault.T("连接不上 %s", "cannot connect to %s", o.about())).Because(err).Again().
		Do(fault.T("请检查 host 和 port、服务器是否在运行，以及防火墙", "check host and port, that the server is up, and firewalls"))
}

func hostUnknown(o Options, err error) error {
	return fault.New(fault.Environment, "sql.host_unknown", fault.T("找不到主机 %s", "the host %s is not known", o.Host)).Because(err).
		Do(fault.T("请检查 host 的拼写和本机的域名解析", "check how host is spelt and this machine's name resolution"))
}

func signIn(o Options, err error) error {
	return fault.New(fault.Environment, "sql.sign_in", fault.T("%[1]s 拒绝用户 %[2]s 登录", "%[1]s does not let user %[2]s in", o.about(), o.User)).Because(err).
		Do(fault.T("请检查 user 和 password，以及服务器允许该用户从本机登录（pg_hba.conf，或 MySQL 用户的主机）",
			"check user and password, and that the server lets this user in from this machine (pg_hba.conf, or the host of a MySQL account)"))
}

func noDatabase(o Options, err error) error {
	return fault.New(fault.Input, "sql.no_database", fault.T("%[1]s 上没有数据库 %[2]s", "%[1]s has no database %[2]s", o.about(), o.Database)).Because(err).
		Do(fault.T("请更正 database", "correct database"))
}

func crowded(o Options, err error) error {
	return fault.New(fault.Environment, "sql.too_many", fault.T("%s 的连接数已满", "%s has no connection left", o.about())).Because(err).Again().
		Do(fault.T("请稍后再运行，或请管理员为该用户留出连接", "run again later, or have a connection set aside for this user"))
}

func starting(o Options, err error) error {
	return fault.New(fault.Environment, "sql.starting", fault.T("%s 正在启动或关闭", "%s is starting or shutting down", o.about())).Because(err).Again().
		Do(fault.T("请稍后再运行", "run again later"))
}

func tlsFault(o Options, err error) error {
	return fault.New(fault.Environment, "sql.tls", fault.T("与 %s 的加密连接建立不起来", "no encrypted connection to %s", o.about())).Because(err).
		Do(fault.T("请检查 tls 中的 ca、server_name、cert 和 key，以及服务器是否启用了 TLS", "check ca, server_name, cert and key in tls, and that the server offers TLS"))
}

func tlsFile(path string, err error) error {
	return fault.New(fault.Input, "sql.tls_file", fault.T("tls：%s 不能用", "tls: %s cannot be used", path)).Because(err).
		Do(fault.T("请检查该文件是否为 PEM 格式并可读", "check that the file is PEM and can be read"))
}

func denied(o Options, err error) error {
	return fault.New(fault.Environment, "sql.denied", fault.T("用户 %[1]s 没有读 %[2]s 的权限（%[3]s）", "user %[1]s may not read %[2]s (%[3]s)", o.User, o.what(), o.about())).Because(err).
		Do(fault.T("请管理员授权：GRANT SELECT ON %[1]s TO %[2]s", "have it granted: GRANT SELECT ON %[1]s TO %[2]s", o.what(), o.User))
}

func noTable(o Options, near string, all []string, err error) error {
	hint := fault.T("请更正 table（大小写与数据库中一致）", "correct table, spelt as the database has it")
	switch {
	case near != "":
		hint = fault.T("是否想写 %s？", "did you mean %s?", near)
	case len(all) > 0:
		hint = fault.T("该用户看得见的有：%s", "this user sees: %s", some(all))
	}
	what := fault.T("%[1]s 的数据库 %[2]s 中没有表 %[3]s，或该用户看不见它", "database %[2]s of %[1]s has no table %[3]s, or the user does not see it", o.about(), o.Database, o.Table)
	if o.Engine == engineSQLite {
		what = fault.T("%[1]s 中没有表 %[2]s", "%[1]s has no table %[2]s", o.File, o.Table)
	}
	return fault.New(fault.Input, "sql.no_table", what).Because(err).Do(hint)
}

func noColumn(o Options, key, name string, all []string) error {
	hint := fault.T("有这些列：%s", "there are: %s", some(all))
	if near := nearest(name, all); near != "" {
		hint = fault.T("是否想写 %s？", "did you mean %s?", near)
	}
	return fault.New(fault.Input, "sql.no_column", fault.T("%[1]s 没有 %[2]s 中写的列 %[3]s", "%[1]s has no column %[3]s, which %[2]s names", o.what(), key, name)).Do(hint)
}

func doubleColumn(o Options, name string) error {
	return fault.New(fault.Input, "sql.double_column", fault.T("query 的结果中有两列同名：%s", "two columns of the query are called %s", name)).
		Do(fault.T("请在 query 中用 AS 改名", "rename one of them with AS"))
}

func noColumns(o Options) error {
	return fault.New(fault.Input, "sql.no_columns", fault.T("%s 没有可读的列", "%s has no column that can be read", o.what())).
		Do(fault.T("请在 query 中选出需要的列", "select what is needed in query"))
}

func wrongQuery(o Options, err error) error {
	return fault.New(fault.Input, "sql.query", fault.T("%s 不接受 query", "%s does not take the query", o.about())).Because(err).
		Do(fault.T("query 应为一条 SELECT；请先在数据库客户端中试过", "query is one SELECT; try it in a client of the database first"))
}

// unfitValue is a conversion in a query that meets a value that it does not fit.
func unfitValue(o Options, err error) error {
	return fault.New(fault.Input, "sql.query_value", fault.T("query 对某一行的值做不了它写的转换或计算", "the query cannot convert or compute a value of some row as it says")).Because(err).
		Do(fault.T("请让 query 原样取出该列：不合适的值会逐行被拒并说明原因", "let the query take the column as it is: values that do not fit are refused row by row, with reasons"))
}

func binaryColumn(o Options, name string) error {
	return fault.New(fault.Input, "sql.binary_column", fault.T("%[1]s 的列 %[2]s 是二进制，不是文字", "column %[2]s of %[1]s is binary, not text", o.what(), name)).
		Do(fault.T("请用 query 把它转换成文字（如 convert_from、CONVERT … USING），或不要把它对应到字段", "turn it into text in query (convert_from, CONVERT … USING), or map no field to it"))
}

func unlabelled(o Options, name, ref string) error {
	return fault.New(fault.Input, "sql.encoding", fault.T("%[1]s：列 %[2]s 有中文等非 ASCII 的字节，而数据库没有说明它的编码", "%[1]s: column %[2]s has bytes beyond ASCII, and the database does not say in which encoding", ref, name)).
		Do(fault.T("请在来源中写明 encoding：多为 gb18030 或 utf-8；用 preview 核对", "name it in the source's encoding, mostly gb18030 or utf-8, and look at it with preview"))
}

func undecodable(o Options, ref string, bad, rows int64) error {
	share := 100 * float64(bad) / float64(max(rows, 1))
	return fault.New(fault.Input, "sql.undecodable", fault.Text{
		ZH: fmt.Sprintf("%s：%d 行中有 %d 行（%.2f%%）含有无法解码的字节，超过了允许的比例；第一处在 %s", o.about(), rows, bad, share, ref),
		EN: fmt.Sprintf("%s: %d of %d rows (%.2f%%) have bytes that cannot be decoded, more than is allowed; the first is %s", o.about(), bad, rows, share, ref),
	}).Do(fault.T("请检查 encoding；如数据本身已损坏，请在来源中修复", "check encoding; what is damaged is to be mended in the source"))
}

func emptyTable(o Options) error {
	return fault.New(fault.Input, "sql.empty", fault.T("%[1]s 的 %[2]s 没有行", "%[2]s of %[1]s has no rows", o.about(), o.what())).
		Do(fault.T("请确认来源是否正常；若没有行是正常的，请设置 allow_empty: true", "check the source; if no rows are right, set allow_empty: true"))
}

func keyTwice(o Options, ref string) error {
	return fault.New(fault.Input, "sql.key_twice", fault.T("%[1]s：列 %[2]s 的值有重复（%[3]s），不能作为 key", "%[1]s: two rows have the same %[2]s (%[3]s), which therefore is no key", o.what(), strings.Join(o.Key, ", "), ref)).
		Do(fault.T("请在 key 中补足能区分各行的列", "add to key what tells the rows apart"))
}

func pageKey(o Options) error {
	return fault.New(fault.Input, "sql.page_key", fault.T("page 需要不为空的 key：%s 没有主键，也没有写明 key", "page needs a key without NULLs: %s has no primary key, and key names none", o.what())).
		Do(fault.T("请写明 key，或去掉 page", "name a key, or leave page out"))
}

func cursorKind(o Options, c column) error {
	return fault.New(fault.Input, "sql.cursor_kind", fault.T("列 %[1]s（%[2]s）不能作为 cursor", "column %[1]s (%[2]s) cannot be a cursor", c.name, c.typ)).
		Do(fault.T("cursor 应为时间、日期、整数，或以文字写的时间", "a cursor is a time, a date, a whole number, or a time that is kept as text"))
}

func cursorValue(o Options, ref string) error {
	return fault.New(fault.Input, "sql.cursor_value", fault.T("%[1]s：列 %[2]s 的值不能作为游标", "%[1]s: the value in column %[2]s cannot be a cursor", ref, o.Cursor)).
		Do(fault.T("请改正该行，或换一列作为 cursor", "mend the row, or take another column as cursor"))
}

func cursorOfAnother(was, now string) error {
	return fault.New(fault.Input, "sql.cursor_other", fault.T("上次读到的位置属于 %[1]s，现在的配置是 %[2]s，不能接着读", "the place where the last run stopped is one of %[1]s; the configuration says %[2]s now, so there is no going on from it", was, now)).
		Do(fault.T("如配置有误请改回；如确已更换，请用 run 管道 --reread 从头读一次", "change it back if it is a mistake; if it is meant, read all once with run PIPELINE --reread"))
}

func cursorBroken() error {
	return fault.New(fault.Input, "sql.cursor_other", fault.T("台账中的游标不是这种来源的", "the cursor in the ledger is not one of such a source")).
		Do(fault.T("请用 run 管道 --reread 从头读一次", "read all once with run PIPELINE --reread"))
}

func cursorUnused() error {
	return fault.New(fault.Input, "sql.cursor_unused", fault.T("这个来源没有写明 cursor，不能从中间开始读取", "this source names no cursor and cannot go on from one")).
		Do(fault.T("请写明 cursor，或使用 mode: snapshot", "name a cursor, or use mode: snapshot"))
}

func windowValue(text string, c column) error {
	want := fault.T("时间，如 2024-01-31 或 2024-01-31 08:00", "a time such as 2024-01-31 or 2024-01-31 08:00")
	if c.kind == number {
		want = fault.T("数字", "a number")
	}
	return fault.New(fault.Input, "sql.window", fault.Text{
		ZH: fmt.Sprintf("--since 或 --until 的值 %q 与游标列 %s 不符，应为%s", text, c.name, want.ZH),
		EN: fmt.Sprintf("--since or --until %q does not fit the cursor column %s: it must be %s", text, c.name, want.EN),
	}).Do(fault.T("请改正该选项", "correct the flag"))
}

func windowEmpty(w connectors.Window) error {
	return fault.New(fault.Input, "sql.window", fault.T("--since %[1]s 不早于 --until %[2]s", "--since %[1]s is not before --until %[2]s", w.Since, w.Until)).
		Do(fault.T("请改正这两个选项", "correct the flags"))
}

func lagUnit(o Options, want fault.Text) error {
	return fault.New(fault.Input, "sql.options", fault.Text{
		ZH: fmt.Sprintf("lag：游标列 %s 需要%s，现为 %q", o.Cursor, want.ZH, o.Lag),
		EN: fmt.Sprintf("lag: the cursor column %s needs %s, got %q", o.Cursor, want.EN, o.Lag),
	}).Do(fault.T("请改正 lag", "correct lag"))
}

func lagOfText(o Options) error {
	return fault.New(fault.Input, "sql.options", fault.T("lag：游标列 %s 是文字，其中的值不是时间，不能往前推", "lag: the values of the cursor column %s are texts and no times: there is no going back from them", o.Cursor)).
		Do(fault.T("请写 lag: 0，或换一列作为 cursor", "write lag: 0, or take another column as cursor"))
}

func connectionLost(o Options, err error) error {
	return fault.New(fault.Run, "sql.lost", fault.T("读取 %[1]s 的 %[2]s 时连接断开", "the connection to %[1]s was lost while %[2]s was read", o.about(), o.what())).Because(err).Again().
		Do(fault.T("什么都没有入库，再次运行即可；如反复出现，请检查网络和服务器的日志", "nothing was applied; run again. If it happens again, look at the network and the server's log"))
}

func silent(o Options) error {
	return fault.New(fault.Run, "sql.silent", fault.T("%[1]s 已有 %[2]s 没有回音", "%[1]s has said nothing for %[2]s", o.about(), remote.Brief(o.Silence))).Again().
		Do(fault.T("什么都没有入库，再次运行即可；如查询本来就慢，请加大 silence", "nothing was applied; run again. If the query is that slow, raise silence"))
}

func overtime(o Options, err error) error {
	return fault.New(fault.Run, "sql.timeout", fault.T("读取 %[1]s 的 %[2]s 超过了 timeout（%[3]s）", "reading %[2]s of %[1]s took longer than timeout (%[3]s)", o.about(), o.what(), remote.Brief(o.Timeout))).Because(err).
		Do(fault.T("请为 cursor 和 key 建索引，用 page 分次读取，或加大 timeout", "give cursor and key an index, read in pages with page, or raise timeout"))
}

func locked(o Options, err error) error {
	return fault.New(fault.Run, "sql.locked", fault.T("%[1]s 的 %[2]s 被别的会话锁住", "%[2]s of %[1]s is locked by another session", o.about(), o.what())).Because(err).Again().
		Do(fault.T("请等对方（如修改表结构）结束后再运行", "run again when the other one, such as a change of the table, has ended"))
}

func conflict(o Options, err error) error {
	return &connectors.Interrupted{Err: fault.New(fault.Run, "sql.conflict", fault.T("%[1]s 中断了读取：与复制或别的事务冲突", "%[1]s interrupted the read: it was in the way of replication or another transaction", o.about())).Because(err).Again().
		Do(fault.T("什么都没有入库，再次运行即可；从备库读取时，请管理员加大 max_standby_streaming_delay 或打开 hot_standby_feedback",
			"nothing was applied; run again. On a replica, have max_standby_streaming_delay raised or hot_standby_feedback switched on"))}
}

func tooLarge(o Options, limit int) error {
	return fault.New(fault.Input, "sql.row_too_large", fault.T("%[1]s 中有一行超过 %[2]d MiB", "a row of %[1]s is larger than %[2]d MiB", o.what(), limit>>20)).
		Do(fault.T("请用 query 去掉大的列", "leave the large columns out with query"))
}

func failed(o Options, err error) error {
	return fault.New(fault.Run, "sql.failed", fault.T("%[1]s 不能完成对 %[2]s 的读取", "%[1]s could not finish reading %[2]s", o.about(), o.what())).Because(err).
		Do(fault.T("请把上面服务器的话交给数据库管理员", "show the server's words above to the database's administrator"))
}
