package config

import (
	"regexp"
	"sort"
	"strings"

	"creditsync/internal/fault"
)

// sentences explains every key, by its path with [] for any element of a list. The JSON Schema, the reference page and
// the messages about missing keys are made of them.
func sentences() map[string]fault.Text {
	return map[string]fault.Text{
		"data_dir": both("本机数据所在的文件夹：内嵌引擎的表和主题、台账、密钥。默认 data", "Folder of everything stored on this machine: tables and topics of the embedded engines, ledger, keys. Default data"),
		"timezone": both("计划时间和不带时区的来源时间所在的时区。默认 Asia/Shanghai", "Time zone of schedules and of source times without one. Default Asia/Shanghai"),
		"language": both("给人看的文字用中文（zh）还是英文（en）。默认取自 LANG", "Language of what people read: zh or en. Default from LANG"),

		"warehouse":                     both("存放记录的 ClickHouse：embedded 或 clickhouse 二选一", "The ClickHouse that keeps the records: embedded or clickhouse"),
		"warehouse.embedded":            both("由 creditsync 自己启动的引擎（默认）", "The engine that creditsync starts itself (default)"),
		"warehouse.embedded.http":       both("HTTP 接口的地址；端口 0 表示任意空闲端口", "Address of the HTTP interface; port 0 takes a free one"),
		"warehouse.embedded.native":     both("原生 TCP 接口的地址；端口 0 表示任意空闲端口，off 表示不提供", "Address of the native TCP interface; port 0 takes a free one, off does without"),
		"warehouse.embedded.password":   both("连接时要求的密码；不在回环地址上监听时必须设置", "Password asked of every client; required beyond loopback addresses"),
		"warehouse.embedded.library":    both("引擎动态库 libchdb.so 的路径。默认在程序旁边寻找", "Path of the engine's library libchdb.so. Default: found beside the program"),
		"warehouse.embedded.memory":     both("引擎可用的内存上限，如 2GiB。默认由引擎决定", "Bound of the engine's memory, such as 2GiB. Default: the engine's own"),
		"warehouse.clickhouse":          both("已有的 ClickHouse 服务器", "A ClickHouse server that is there already"),
		"warehouse.clickhouse.url":      both("HTTP 接口的地址，如 http://user:${PASSWORD}@host:8123/credit", "Address of its HTTP interface, such as http://user:${PASSWORD}@host:8123/credit"),
		"warehouse.clickhouse.user":     both("用户名，地址里没有时用", "User, where the address has none"),
		"warehouse.clickhouse.password": both("密码，地址里没有时用；请写成 ${变量} 或 ${file:路径}", "Password, where the address has none; write it as ${NAME} or ${file:path}"),
		"warehouse.clickhouse.cluster":  both("集群名；这个版本还不支持，只支持单台服务器", "Name of the cluster; not available in this version, which works with a single server"),
		"warehouse.clickhouse.tls":      both("https 的私有证书", "Private certificates for https"),
		"warehouse.clickhouse.tls.ca":   both("签发服务器证书的 CA（PEM）。默认用系统的", "Certificate authorities of the server (PEM). Default: the system's"),
		"warehouse.clickhouse.tls.cert": both("本客户端的证书（PEM），与 key 同时设置", "Certificate of this client (PEM), together with key"),
		"warehouse.clickhouse.tls.key":  both("本客户端的私钥（PEM），与 cert 同时设置", "Private key of this client (PEM), together with cert"),

		"bus":                      both("发布变更的 Kafka：embedded 或 kafka 二选一", "The Kafka that changes are published on: embedded or kafka"),
		"bus.tombstone_after":      both("记录被删除满这么久后，在主题上为它写一条墓碑（没有内容的消息），让消费者忘掉它；0d 表示不写。默认 7d", "When a record has been deleted for so long, a tombstone (a message without a value) tells consumers to forget it; 0d: never. Default 7d"),
		"bus.embedded":             both("由 creditsync 自己启动的代理（默认）", "The broker that creditsync starts itself (default)"),
		"bus.embedded.listen":      both("代理的地址，只能是回环地址，因为它没有密码；端口 0 表示任意空闲端口", "Address of the broker, a loopback address as it has no password; port 0 takes a free one"),
		"bus.kafka":                both("已有的 Kafka", "A Kafka that is there already"),
		"bus.kafka.brokers":        both("最先连接的代理，主机:端口，至少一个", "Brokers to start from, host:port, at least one"),
		"bus.kafka.tls":            both("加密连接；写 tls: {} 表示用系统的 CA。没有关闭校验的办法", "Encrypted connections; tls: {} uses the system's authorities. Verification cannot be switched off"),
		"bus.kafka.tls.ca":         both("签发代理证书的 CA（PEM）。默认用系统的", "Certificate authorities of the brokers (PEM). Default: the system's"),
		"bus.kafka.tls.cert":       both("本客户端的证书（PEM），与 key 同时设置", "Certificate of this client (PEM), together with key"),
		"bus.kafka.tls.key":        both("本客户端的私钥（PEM），与 cert 同时设置", "Private key of this client (PEM), together with cert"),
		"bus.kafka.sasl":           both("用户名和密码登录", "Signing in with user and password"),
		"bus.kafka.sasl.mechanism": both("登录方式，与 Kafka 的写法相同", "Mechanism, as Kafka spells it"),
		"bus.kafka.sasl.user":      both("用户名", "User"),
		"bus.kafka.sasl.password":  both("密码；请写成 ${变量} 或 ${file:路径}", "Password; write it as ${NAME} or ${file:path}"),
		"bus.kafka.replication":    both("新建主题的副本数；0 表示用代理的默认值", "Replication of the topics that are created; 0 is the broker's default"),
		"bus.kafka.partitions":     both("新建主题的分区数。默认 6；主题建立后不能再改", "Partitions of the topics that are created. Default 6; fixed once a topic exists"),

		"ledger":              both("台账：运行、游标、租约和提交记在哪里", "Where runs, cursors, leases and commits are written"),
		"ledger.sqlite":       both("台账数据库文件。默认 data_dir 里的 ledger.db", "File of the ledger's database. Default ledger.db in data_dir"),
		"ledger.postgres":     both("多个节点共用的台账；这个版本还不支持", "A ledger that several nodes share; not available in this version"),
		"ledger.postgres.dsn": both("连接串", "Connection string"),
		"keys":                both("保护个人信息的密钥", "The keys that protect personal information"),
		"keys.file":           both("密钥文件，首次使用时生成，务必备份。默认 data_dir 里的 keys.json", "File of the keys, made at first use; back it up. Default keys.json in data_dir"),
		"console":             both("状态页面", "The status page"),
		"console.listen":      both("状态页面、指标和健康检查的地址，只能是回环地址，因为没有密码；端口 0 表示任意空闲端口。默认 127.0.0.1:8080", "Address of the status page, metrics and health checks, a loopback address as there is no password; port 0 takes a free one. Default 127.0.0.1:8080"),
		"alerts":              both("出问题时通知谁（serve 时）", "Who is told when something is wrong (by serve)"),
		"alerts.webhook":      both("用 POST 接收 JSON 告警的地址", "An address that takes alerts as JSON by POST"),
		"alerts.webhook.url":  both("地址；其中常含口令，从不显示，请写成 ${变量} 或 ${file:路径}", "The address; it often holds a password and is never shown: write it as ${NAME} or ${file:path}"),
		"calendar":            both("哪些天上班，用于 when: workday；也可简写为 calendar: cn-workdays", "Which days are worked, for when: workday; also written as calendar: cn-workdays"),
		"calendar.base":       both("程序自带的日历。默认 cn-workdays：中国大陆的法定节假日和调休", "The calendar of the program. Default cn-workdays: holidays and worked weekends of mainland China"),
		"calendar.file":       both("自己的日历：每行“2027-01-01 rest 元旦”或“2027-01-03 work”；其中出现的年份以它为准", "Days of your own, one a line: 2027-01-01 rest, or 2027-01-03 work; a year in it is taken from it alone"),
		"workers":             both("serve 时最多同时运行几条流水线。默认 2", "How many scheduled pipelines run at once. Default 2"),

		"pipelines":                         both("流水线：一个来源供给一种记录", "Pipelines: one source feeds one record kind"),
		"pipelines[].name":                  both("名称，各不相同，起用后不要再改", "Name, distinct, not changed once in use"),
		"pipelines[].kind":                  both("记录的种类，如 admin_penalty", "Record kind, such as admin_penalty"),
		"pipelines[].enabled":               both("false 表示停用。默认 true", "false switches it off. Default true"),
		"pipelines[].schedule":              both("serve 的计划，cron 表达式：分 时 日 月 周，或 @daily 等。不写则只按需运行", "When serve runs it, a cron expression: minute hour day month weekday, or @daily and the like. Left out: on demand only"),
		"pipelines[].when":                  both("计划在哪些天有效：always 每天，workday 只在 calendar 的工作日。默认 always", "On which days the schedule counts: always, or workday of the calendar. Default always"),
		"pipelines[].retry":                 both("计划的运行因环境原因失败时再试几次，也可简写为 retry: 3。默认 3 次，先等 1m", "How often a scheduled run that failed for reasons of the environment is tried again; also written as retry: 3. Default 3, first after 1m"),
		"pipelines[].retry.max":             both("最多再试几次；0 不再试", "So many attempts after the first; 0: none"),
		"pipelines[].retry.wait":            both("第一次再试之前等多久，之后每次加倍，最多 1h", "Time before the first of them; it doubles each time, up to 1h"),
		"pipelines[].catch_up":              both("错过的计划如何补：latest、all 或 none。默认 latest", "What becomes of missed ticks: latest, all or none. Default latest"),
		"pipelines[].catch_up.policy":       both("latest 合补一次，all 逐次补，none 不补", "latest: one run for all; all: one run for each; none"),
		"pipelines[].catch_up.max":          both("all 时最多补最近多少次。默认 31", "With all: at most so many, the latest ones. Default 31"),
		"pipelines[].overlap":               both("上一次还在运行时又到计划时间：skip 跳过，queue 排队。默认 skip", "A tick while the last run still goes: skip or queue. Default skip"),
		"pipelines[].expect_every":          both("超过这么久没有成功运行就告警，如 26h。默认不告警", "Silent longer than this is an alert, such as 26h. Default: none"),
		"pipelines[].mode":                  both("snapshot：来源是全量，缺了就是删除；append：只增改；incremental：按游标增量。默认 snapshot", "snapshot: the source holds all, absence means deletion; append; incremental: from a cursor on. Default snapshot"),
		"pipelines[].source":                both("来源，恰好一种", "The source, exactly one type"),
		"pipelines[].map":                   both("字段: 来源列，用于不能自动对应的列", "field: source column, for what does not match by itself"),
		"pipelines[].error_budget":          both("一次运行允许被拒的比例，也可简写为 5%。默认 5%，20 行", "How much of a run may be rejected; also written as 5%. Default 5%, 20 rows"),
		"pipelines[].error_budget.share":    both("占全部的百分数", "Percentage of the whole"),
		"pipelines[].error_budget.min_rows": both("不论比例，这么多行以内都允许", "So many rows are allowed whatever their share"),
		"pipelines[].mass_delete":           both("一次快照允许删除的比例，也可简写为 20%。默认 20%，20 行", "How much one snapshot may delete; also written as 20%. Default 20%, 20 rows"),
		"pipelines[].mass_delete.share":     both("占全部的百分数", "Percentage of the whole"),
		"pipelines[].mass_delete.min_rows":  both("不论比例，这么多行以内都允许", "So many rows are allowed whatever their share"),
		"pipelines[].priority":              both("几条流水线送来同一条记录时，数大的为准。默认 0", "Of several pipelines that deliver one record the higher one owns it. Default 0"),
	}
}

var index = regexp.MustCompile(`\[\d+\]`)

// generic is a path with [] for any element of a list.
func generic(path string) string { return index.ReplaceAllString(path, "[]") }

// both is one sentence in two languages; unlike fault.T it takes % as it is.
func both(zh, en string) fault.Text { return fault.Text{ZH: zh, EN: en} }

// elsewhere says where a key belongs that was written in the wrong place; empty for a key that is nowhere.
func elsewhere(key string) fault.Text {
	var at []string
	for path := range sentences() {
		if path == key {
			return both("；它属于最外层", "; it belongs to the top level")
		}
		if strings.HasSuffix(path, "."+key) {
			at = append(at, strings.TrimSuffix(path, "."+key))
		}
	}
	if len(at) == 0 {
		return fault.Text{}
	}
	sort.Strings(at)
	return both("；它属于 "+at[0], "; it belongs to "+at[0])
}
