package show

import (
	"errors"
	"time"

	"creditsync/internal/app"
	"creditsync/internal/fault"
	"creditsync/pipelines"
)

var china = time.FixedZone("CST", 8*3600)

// readers are those for whom everything is written once.
var readers = map[string]Printer{
	"zh": {Lang: fault.Chinese, Zone: china},
	"en": {Lang: fault.English, Zone: china},
}

func day(d, h int) time.Time { return time.Date(2024, 3, d, h, 30, 0, 0, china) }

func budgetFault() error {
	return fault.New(fault.Run, "guard.error_budget", fault.T("管道 %s：被拒的行超过允许的 5%%", "pipeline %s: more rows were refused than the 5%% allowed", "food-penalties")).
		Do(fault.T("改正来源后再运行。", "Mend the source and run again."))
}

func kafkaFault() error {
	return fault.New(fault.Environment, "kafka.unreachable", fault.T("连接不上 Kafka %s", "Kafka %s cannot be reached", "127.0.0.1:9092")).
		Because(errors.New("connection refused")).Do(fault.T("请检查 bus.kafka.brokers。", "Check bus.kafka.brokers."))
}

// results are one run of every kind of ending.
func results() []app.RunResult {
	morning := pipelines.Report{
		Pipeline: "market-penalties", Kind: "admin_penalty", Run: "6f1c2f0e-5a3d-4c1b-9a53-0d9a6f3d2b11", RunNo: 12, State: pipelines.Done,
		Counts: pipelines.Counts{Read: 200_000, Accepted: 195_970, Rejected: 4_030, Inserted: 7, Updated: 10, Deleted: 5, Unchanged: 195_951, Superseded: 2, Withheld: 3, Warnings: 712},
		Rules:  map[string]uint64{"check_digit": 1_204, "required": 2_411, "not_a_date": 88, "broken_quote": 1, "too_long": 0},
		Hints:  map[string]uint64{"fine_text_mismatch": 512, "docno_form": 231}, LastCommit: 44, Started: day(5, 1), Seconds: 3.21, Live: 1.05,
	}
	failed := pipelines.Report{
		Pipeline: "food-penalties", Kind: "admin_penalty", Run: "0b5e0a52-32a7-43c8-8b9c-6f5f3a1e7d22", RunNo: 13, State: pipelines.Failed,
		Counts: pipelines.Counts{Read: 1_000, Accepted: 400, Rejected: 600}, Rules: map[string]uint64{"ragged_row": 600}, Started: day(5, 2), Seconds: 0.4, Err: budgetFault(),
	}
	empty := pipelines.Report{Pipeline: "fire-penalties", Kind: "admin_penalty", Run: "c7f0a4a9-9f57-46a5-9d2f-1f2c8a1b3e33", RunNo: 14, State: pipelines.NoInput, Started: day(5, 3), Seconds: 0.02}
	offline := pipelines.Report{
		Pipeline: "traffic-penalties", Kind: "admin_penalty", Run: "d1e2f3a4-1234-4abc-8def-5566778899aa", RunNo: 15, State: pipelines.Done,
		Counts: pipelines.Counts{Read: 20, Accepted: 20, Inserted: 20}, LastCommit: 45, Started: day(5, 4), Seconds: 75,
	}
	dry := pipelines.Report{
		Pipeline: "dry-penalties", Kind: "admin_penalty", Run: "e1e2f3a4-1234-4abc-8def-5566778899bb", RunNo: 16, State: pipelines.Done, DryRun: true,
		Counts: pipelines.Counts{Read: 20, Accepted: 20, Updated: 1, Unchanged: 19}, Started: day(5, 5), Seconds: 0.3,
	}
	unseen := pipelines.Report{
		Pipeline: "court-penalties", Kind: "admin_penalty", Run: "f1e2f3a4-1234-4abc-8def-5566778899cc", RunNo: 17, State: pipelines.Done,
		Counts: pipelines.Counts{Read: 30, Accepted: 30, Inserted: 30}, LastCommit: 46, Started: day(5, 6), Seconds: 0.7,
		Err: fault.New(fault.Environment, "commit.unseen", fault.T("管道 court-penalties：数据已提交，但视图里还看不全", "pipeline court-penalties: the data is committed, but the views do not show all of it yet")).
			Because(errors.New("connection refused")).Do(fault.T("数据不会丢失。", "Nothing is lost.")),
	}
	return []app.RunResult{
		{Report: morning, Published: 22, Relayed: 4, PublishSeconds: 0.6},
		{Report: failed},
		{Report: empty},
		{Report: offline, Published: 5, Waiting: 15, PublishSeconds: 30, PublishErr: kafkaFault()},
		{Report: dry},
		{Report: unseen, Waiting: 30, PublishErr: kafkaFault()},
	}
}

func refusedRows() []app.Rejected {
	return []app.Rejected{{
		Receipt: "7GQ2-K9WD-3M1X", Kind: "admin_penalty", Pipeline: "market-penalties", Ref: "inbox/penalties/a.csv:12", Authority: "吉州区市场监督管理局",
		State: "open", Seen: 2, FirstRun: 11, LastRun: 12, ChangedAt: day(5, 1), RecordID: "0f3a9c52d4be4d6f8a7b6c5d4e3f2a1b",
		Violations: []app.Violation{
			{Field: "uscc", Title: "行政相对人代码_1（统一社会信用代码）", Rule: "check_digit", Message: "“统一社会信用代码”的校验码不对，可能有一位写错了，请对照营业执照核对"},
			{Field: "decision_date", Title: "处罚决定日期", Rule: "not_a_date", Message: "“处罚决定日期”“2024-02-30”不是日期，请按 2024-01-03 的样子填写"},
		},
		Cells: []app.Cell{
			{Header: "行政相对人名称", Text: "吉安市某某商贸有限公司"},
			{Header: "统一社会信用代码", Text: "91360802MA36T00X6N"},
			{Header: "处罚决定日期", Text: "2024-02-30"},
			{Header: "违法事实", Text: "第一行\n第二行\x1b[31m"},
			{Header: "", Text: "多出的一格"},
		},
	}, {
		Receipt: "9ZX1-00AB-77QP", Kind: "admin_penalty", Pipeline: "market-penalties", Ref: "inbox/penalties/a.csv:4077", State: "dismissed", Seen: 1, FirstRun: 12, LastRun: 12,
		Violations: []app.Violation{{Rule: "ragged_row", Message: "这一行的列数与表头不一致"}},
	}}
}

func preview() app.Preview {
	return app.Preview{
		Pipeline: "market-penalties", Kind: "admin_penalty", Inputs: []string{"inbox/penalties/a.csv", "inbox/penalties/b.csv.gz"},
		Bound: []app.Binding{
			{Field: "subject_name", Title: "行政相对人名称", Column: "当事人"},
			{Field: "fine_wanyuan", Title: "罚款金额（万元）", Column: "罚款金额"},
			{Field: "id_no", Title: "证件号码", Column: "身份证号"},
		},
		Unmapped: []string{"序号", "联系电话"},
		Fields:   []app.FieldTitle{{Name: "subject_name", Title: "行政相对人名称"}, {Name: "fine_wanyuan", Title: "罚款金额（万元）"}, {Name: "id_no", Title: "证件号码"}, {Name: "remark", Title: "备注"}},
		Rows:     [][]string{{"某某商贸有限公司", "0.200000", "", ""}, {"王某", "", "3624••••••••••••12", ""}},
		Warnings: [][]string{{"fine_text_mismatch"}, nil},
		Rejects:  refusedRows()[:1],
		Counts:   pipelines.Counts{Read: 3, Accepted: 2, Rejected: 1, Warnings: 1},
	}
}

func record() app.Record {
	return app.Record{
		Kind: "admin_penalty", ID: "0f3a9c52d4be4d6f8a7b6c5d4e3f2a1b",
		Versions: []app.Version{{
			Seq: 45 << 24, Version: 3, Op: "delete", Status: "active", RunNo: 13, CommitNo: 45, Pipeline: "market-penalties", IngestedAt: day(6, 1),
			Values: []app.Value{{Field: "subject_name", Title: "行政相对人名称", Text: "某某商贸有限公司"}, {Field: "fine_wanyuan", Title: "罚款金额（万元）", Text: "0.200000"}},
		}, {
			Seq: 44 << 24, Version: 2, Op: "upsert", Status: "active", RunNo: 12, CommitNo: 44, Pipeline: "market-penalties", SourceRef: "inbox/penalties/a.csv:12", IngestedAt: day(5, 1),
			Changed: []string{"fine_wanyuan", "remark"}, Warnings: []string{"fine_text_mismatch"},
			Values: []app.Value{{Field: "subject_name", Title: "行政相对人名称", Text: "某某商贸有限公司"}, {Field: "fine_wanyuan", Title: "罚款金额（万元）", Text: "0.200000"}},
		}, {
			Seq: 40 << 24, Version: 1, Op: "upsert", Status: "active", RunNo: 8, CommitNo: 40, Pipeline: "market-penalties", SourceRef: "inbox/penalties/a.csv:11", IngestedAt: day(1, 1),
			Values: []app.Value{{Field: "subject_name", Title: "行政相对人名称", Text: "某某商贸有限公司"}, {Field: "fine_wanyuan", Title: "罚款金额（万元）", Text: "2000.000000"}, {Field: "remark", Title: "备注", Text: "初次"}},
		}},
		Messages: []app.Message{
			{Topic: "credit.admin_penalty", Partition: 3, Offset: 1017, ID: "0f3a9c52d4be4d6f8a7b6c5d4e3f2a1b:2", Seq: 44 << 24, Op: "upsert", At: day(5, 2)},
			{Topic: "credit.admin_penalty", Partition: 3, Offset: 12, ID: "0f3a9c52d4be4d6f8a7b6c5d4e3f2a1b:1", Seq: 40 << 24, Op: "upsert", At: day(1, 2)},
		},
	}
}

func history() []app.RunRow {
	return []app.RunRow{
		{RunNo: 16, Run: "b7f0a4a9-9f57-46a5-9d2f-1f2c8a1b3e34", Pipeline: "janitor:admin_penalty", Kind: "admin_penalty", Mode: "forget", State: "done", Started: day(7, 4), Finished: day(7, 4), Seconds: 0.2},
		{RunNo: 15, Run: "a1e2f3a4-1234-4abc-8def-5566778899dd", Pipeline: "market-penalties", Kind: "admin_penalty", Mode: "revert", State: "done", Started: day(7, 3), Finished: day(7, 3),
			Counts: pipelines.Counts{Read: 10, Accepted: 10, Inserted: 7, Updated: 3, Deleted: 1}, Published: 11, Seconds: 0.9, Reverts: 12, Reason: "文件有误\x1b[31m"},
		{RunNo: 14, Run: "c7f0a4a9-9f57-46a5-9d2f-1f2c8a1b3e33", Pipeline: "market-penalties", Kind: "admin_penalty", Mode: "snapshot", State: "open", Started: day(7, 1), Holds: "db1 (4711)"},
		{RunNo: 13, Run: "0b5e0a52-32a7-43c8-8b9c-6f5f3a1e7d22", Pipeline: "food-penalties", Kind: "admin_penalty", Mode: "append", State: "failed", Started: day(6, 2), Finished: day(6, 3),
			Counts: pipelines.Counts{Read: 1_000, Accepted: 400, Rejected: 600}, Seconds: 0.4, ErrorCode: "guard.error_budget", Error: "管道 food-penalties：被拒的行超过允许的 5%\n改正来源后再运行。"},
		{RunNo: 12, Run: "6f1c2f0e-5a3d-4c1b-9a53-0d9a6f3d2b11", Pipeline: "market-penalties", Kind: "admin_penalty", Mode: "snapshot", State: "done", Started: day(5, 1), Finished: day(5, 2),
			Counts: pipelines.Counts{Read: 200_000, Accepted: 195_970, Rejected: 4_030, Inserted: 195_970}, Published: 195_970, Seconds: 3725},
		{RunNo: 11, Run: "0b5e0a52-32a7-43c8-8b9c-6f5f3a1e7d21", Pipeline: "food-penalties", Kind: "admin_penalty", Mode: "append", State: "failed", Started: day(5, 3), Finished: day(5, 3),
			ErrorCode: "file.changed", Error: "别的错误"},
		{RunNo: 10, Run: "0b5e0a52-32a7-43c8-8b9c-6f5f3a1e7d20", Pipeline: "court", Kind: "court_judgment", Mode: "snapshot", State: "failed", Started: day(5, 2), Finished: day(5, 2),
			ErrorCode: "sql.unreachable", Error: "连接不上 db.example\n请检查 host 和 port"},
	}
}

// reverts are a revert that left records alone, one that was refused for them, and a dry run.
func reverts() (done, refused, dry app.Reverted) {
	of, later := history()[4], history()[3]
	later.State = "done"
	by := []app.TouchedBy{{RunRow: later, Records: 1_204}}
	rep := pipelines.Report{
		Pipeline: of.Pipeline, Kind: of.Kind, Run: "a1e2f3a4-1234-4abc-8def-5566778899dd", RunNo: 15, State: pipelines.Done,
		Counts: pipelines.Counts{Read: 1_214, Accepted: 1_214, Inserted: 5, Updated: 3, Deleted: 194_752, Unchanged: 2, Superseded: 1_204}, LastCommit: 46, Started: day(7, 2), Seconds: 2.5,
	}
	done = app.Reverted{RunResult: app.RunResult{Report: rep, Published: 194_760, PublishSeconds: 1.5}, Of: of, By: by}
	dry = done
	dry.DryRun, dry.Published = true, 0
	rep.State, rep.Counts, rep.Err = pipelines.Failed, pipelines.Counts{}, fault.New(fault.Run, "revert.touched",
		fault.T("1204 条后来又被改过，没有撤销", "1204 were changed again since: nothing was reverted")).Do(fault.T("可用 --partly。", "Use --partly."))
	refused = app.Reverted{RunResult: app.RunResult{Report: rep}, Of: of, By: by}
	return done, refused, dry
}

func findings() []app.Finding {
	return []app.Finding{
		{What: fault.T("配置 %s", "configuration %s", "creditsync.yaml"), Detail: fault.T("2 个管道", "2 pipelines")},
		{What: fault.T("Kafka %s", "Kafka %s", "127.0.0.1:9092"), Err: kafkaFault()},
	}
}

// repairs are what came of two damages: one that was mended, and, unless all is, one that failed and two that are left.
func repairs(all bool) app.Repairing {
	aside := app.Mended{
		Kind: "admin_penalty", Code: "warehouse.detached", Done: true,
		What: fault.T("credit.admin_penalty_versions 的数据片段 all_2_2_0 被分离，其中的行读不到", "parts of credit.admin_penalty_versions are set aside and their rows are not read: all_2_2_0"),
		Will: fault.T("把分离的片段挂回", "attach the parts again"),
	}
	same := app.Verified{Name: "current", Kind: "admin_penalty", Checked: 194_752, What: fault.T("当前表与版本", "current records against the versions"), Unit: fault.T("条记录", "records")}
	if all {
		return app.Repairing{Steps: []app.Mended{aside}, Parts: []app.Verified{same}}
	}
	failed := app.Mended{
		Kind: "admin_penalty", Code: "stores.ledger_older", Err: kafkaFault(),
		What: fault.T("台账比 ClickHouse 旧", "the ledger is older than ClickHouse"), Will: fault.T("从 ClickHouse 找回", "bring it back from ClickHouse"),
	}
	gone := app.Mended{
		Kind: "admin_penalty", Code: "stores.versions_lost",
		What: fault.T("丢了 3 个版本", "3 versions are lost"), Needs: fault.T("从备份恢复", "restore a backup"),
	}
	return app.Repairing{Steps: []app.Mended{aside, failed}, Left: []app.Mended{{Kind: failed.Kind, Code: failed.Code, What: failed.What, Will: failed.Will}, gone}}
}

func replayed(dry bool) app.Retold {
	return app.Retold{Kind: "admin_penalty", Topic: "credit.admin_penalty.replay", ID: "0b46d290-6fe8-43bd-9f82-034b4ce3fd1b", From: 16_777_217, To: 33_554_431, Messages: 1_204, DryRun: dry}
}
