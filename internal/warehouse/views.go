package warehouse

import (
	"fmt"
	"strings"

	"creditsync/schemas"
)

// views are what analysts read: the kind under its own name, one row per record that is not deleted, and its history.
// They are replaced at every start, so that a changed declaration shows.
func views(k *schemas.Kind) []string {
	columns, exprs := viewColumns(k)
	return []string{
		fmt.Sprintf("CREATE OR REPLACE VIEW %s.%s (\n  %s\n) AS SELECT\n  %s\nFROM %s.%s_live AS v FINAL WHERE v.op = 'upsert' COMMENT %s",
			Database, k.Name, strings.Join(columns, ",\n  "), strings.Join(exprs, ",\n  "), Database, k.Name, quote(k.Title+"："+k.Standard)),
		fmt.Sprintf("CREATE OR REPLACE VIEW %s.%s_history (\n  %s\n) AS SELECT\n  %s\nFROM %s.%s_versions AS v WHERE v.commit_no IN (SELECT commit_no FROM %s.commits WHERE kind = %s) COMMENT %s",
			Database, k.Name, strings.Join(append(historyHead(), columns...), ",\n  "), strings.Join(append(historyExprs(), exprs...), ",\n  "),
			Database, k.Name, Database, quote(k.Name), quote(k.Title+"：全部版本")),
	}
}

func historyHead() []string {
	return []string{
		"op LowCardinality(String)" + comment("操作：upsert 新增或修改，delete 来源不再提供，forget 清除"),
		"seq UInt64" + comment("版本顺序号"),
		"changed Array(LowCardinality(String))" + comment("与上一版本不同的字段"),
	}
}

func historyExprs() []string {
	return []string{"toString(v.op) AS op", "v.seq AS seq", "v.changed AS changed"}
}

func viewColumns(k *schemas.Kind) (columns, exprs []string) {
	add := func(name, kind, title, expr string) {
		columns = append(columns, name+" "+kind+comment(title))
		exprs = append(exprs, expr+" AS "+name)
	}
	add("record_id", "String", "记录标识", "lower(hex(v.record_id))")
	for _, c := range k.Columns() {
		switch c.Part {
		case schemas.Whole:
			add(c.Name, ColumnType(c), columnTitle(c), "v."+c.Name)
		case schemas.Index:
			add(c.Name, "String", columnTitle(c), fmt.Sprintf("if(v.%[1]s = toFixedString('', 16), '', lower(hex(v.%[1]s)))", c.Name))
		}
	}
	add("status", "LowCardinality(String)", "法律状态：active 有效，suspended 异议核查中，withdrawn 撤销，repaired 已修复，expired 到期", "toString(v.status)")
	add("version", "UInt32", "版本号", "v.version")
	add("warnings", "Array(LowCardinality(String))", "提示（不影响入库）", "v.warnings")
	add("pipeline", "LowCardinality(String)", "来源管道", "v.pipeline")
	add("source_ref", "String", "来源位置", "v.source_ref")
	add("run_no", "UInt64", "运行号", "v.run_no")
	add("ingested_at", "DateTime64(3, 'Asia/Shanghai')", "入库时间", "v.ingested_at")
	return columns, exprs
}
