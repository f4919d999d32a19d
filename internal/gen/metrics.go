package main

import (
	"fmt"
	"strings"

	"creditsync/internal/console"
)

// metricsPage lists what /metrics of serve says.
func metricsPage() string {
	var b strings.Builder
	b.WriteString("# 指标 / Metrics\n\n")
	b.WriteString("`creditsync serve` 在状态页的 `/metrics` 提供，Prometheus 文本格式；Go 运行时和进程的指标（`go_*`、`process_*`）由客户端库附带。名称和标签不变。时刻是 Unix 秒，时长是秒。\n")
	b.WriteString("Served by `creditsync serve` under `/metrics` of the status page, in Prometheus' text format; those of the Go runtime and the process (`go_*`, `process_*`) come with the client library. Names and labels are stable. Moments are Unix seconds, durations seconds.\n\n")
	b.WriteString("| 指标 metric | 类型 type | 标签 labels | 含义 meaning |\n| --- | --- | --- | --- |\n")
	for _, m := range console.MetricList() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.Name, m.Type, strings.Join(m.Labels, ", "), cell(m.Help))
	}
	return b.String()
}
