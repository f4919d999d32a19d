package sql

import "creditsync/internal/fault"

// Keys explains every key of the options in both languages, for the editor's schema and the reference page.
func (Options) Keys() map[string]fault.Text {
	both := func(zh, en string) fault.Text { return fault.Text{ZH: zh, EN: en} }
	return map[string]fault.Text{
		"engine":          both("postgres、mysql、mariadb 或 sqlite", "postgres, mysql, mariadb or sqlite"),
		"host":            both("服务器的主机名或地址，或套接字文件的路径；不用于 sqlite", "The server's name or address, or the path of its socket; not for sqlite"),
		"port":            both("端口。默认 5432（postgres）或 3306", "Port. Default 5432 (postgres) or 3306"),
		"database":        both("数据库名", "Name of the database"),
		"user":            both("用户；只需要读的权限", "User; the right to read is enough"),
		"password":        both("密码，只能写成 ${变量} 或 ${file:路径}", "Password, only as ${NAME} or ${file:path}"),
		"tls":             both("加密连接；写 tls: {} 表示用系统的 CA。没有关闭校验的办法。不写则不加密", "Encrypted connection; tls: {} uses the system's authorities. Verification cannot be switched off. Left out: in clear"),
		"tls.ca":          both("签发服务器证书的 CA（PEM）。默认用系统的", "Certificate authorities of the server (PEM). Default: the system's"),
		"tls.cert":        both("本客户端的证书（PEM），与 key 同时设置", "Certificate of this client (PEM), together with key"),
		"tls.key":         both("本客户端的私钥（PEM），与 cert 同时设置", "Private key of this client (PEM), together with cert"),
		"tls.server_name": both("证书上的名字，与 host 不同时填写", "The name on the server's certificate, where it is not host"),
		"file":            both("SQLite 数据库文件", "File of an SQLite database"),
		"table":           both("要读的表或视图：“表”或“模式.表”，大小写与数据库中一致。与 query 二选一", "Table or view to read: name or schema.name, spelt as the database has it. Either this or query"),
		"query":           both("要读的查询：一条 SELECT，不带分号。与 table 二选一", "Query to read: one SELECT. Either this or table"),
		"key":             both("区分各行并决定顺序的列，取值不重复。默认用表的主键", "Columns that tell the rows apart and order them, without duplicates. Default: the table's primary key"),
		"cursor":          both("随每次修改而增大的列，如更新时间；用于 mode: incremental，应建索引", "The column that grows with every change, such as the time of the last one; for mode: incremental. It should have an index"),
		"lag":             both("每次从游标之前多远读起，以免漏掉晚提交的行：时长（如 10m），游标是数时为整数。默认 10m 或 1000", "How far before the cursor a read begins, for rows that were committed late: a duration such as 10m, or a whole number where the cursor is one. Default 10m or 1000"),
		"page":            both("每条语句取多少行，按 key 翻页，仍在同一个快照里。默认一条语句取全部", "How many rows one statement asks for, page by page along the key, in one snapshot all the same. Default: one statement for all"),
		"encoding":        both("数据库没有说明文字的编码时（SQL_ASCII、名为 latin1 的列、SQLite）填写：utf-8、gb18030、gbk 或 latin1", "Encoding of texts of which the database does not say it (SQL_ASCII, columns called latin1, SQLite): utf-8, gb18030, gbk or latin1"),
		"allow_empty":     both("没有行的表也算正常；snapshot 方式下会删除以前报送的全部记录。默认 false", "A table without rows is fine; in a snapshot it deletes all that it held before. Default false"),
		"timeout":         both("一条语句最长多久，从开始到最后一行。默认 1h", "How long a statement may take, from its start to its last row. Default 1h"),
		"silence":         both("服务器最长多久没有回音就算断开。默认 5m", "How long the server may say nothing until it counts as gone. Default 5m"),
		"connect_timeout": both("连接最长多久。默认 10s", "How long connecting may take. Default 10s"),
	}
}
