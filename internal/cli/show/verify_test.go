package show

import (
	"testing"

	"creditsync/internal/app"
	"creditsync/internal/fault"
	"creditsync/internal/testkit/golden"
)

// verified are comparisons of every ending.
func verified() []app.Verified {
	versions, records := fault.T("个版本", "versions"), fault.T("条记录", "records")
	mend := fault.T("creditsync repair 从版本重建", "creditsync repair makes it again from the versions")
	return []app.Verified{
		{Name: "stores", Kind: "admin_penalty", What: fault.T("台账、ClickHouse、Kafka 是否同步", "ledger, ClickHouse and Kafka in step"), Checked: 3, Unit: fault.T("次提交", "commits"), Differences: []app.Difference{{
			Sort: "stores.ledger_older", Count: 1, What: fault.T("台账比 ClickHouse 旧", "the ledger is older than ClickHouse"), Do: fault.T("creditsync repair 从 ClickHouse 找回", "creditsync repair brings it back from ClickHouse")}}},
		{Name: "commits", Kind: "admin_penalty", What: fault.T("版本与台账各次提交的校验和", "versions against the checksums of the ledger's commits"), Checked: 1_204_000, Unit: versions,
			Note: fault.T("另有 3 行属于没有提交的编号", "3 more rows carry numbers that were not committed"), Differences: []app.Difference{{
				Sort: "versions", Count: 1, What: fault.T("与台账不符的提交", "commits that are not what the ledger closed"), Do: mend,
				Examples: []app.Differing{{Commit: 44, Detail: fault.T("应有 22 行，现有 21 行", "22 rows were closed, there are 21")}}}}},
		{Name: "current", Kind: "admin_penalty", What: fault.T("当前表与版本", "current records against the versions"), Checked: 900_000, Unit: records},
		{Name: "source", Kind: "admin_penalty", Pipeline: "market-penalties", What: fault.T("管道 market-penalties 的来源与库中的记录", "the source of pipeline market-penalties against the stored records"), Checked: 900_000, Unit: records,
			Differences: []app.Difference{{Sort: "different", Count: 12, What: fault.T("两边内容不同", "with other contents"), Do: fault.T("查看例子", "look at the examples"), Examples: []app.Differing{
				{RecordID: "0f3a9c52d4be4d6f8a7b6c5d4e3f2a1b", Seq: 738197505, Commit: 44, Ref: "inbox/penalties/a.csv:12", Fields: []string{"penalty_content", "fine_wanyuan"}}}}}},
		{Name: "source", Kind: "admin_penalty", Pipeline: "food-penalties", What: fault.T("管道 food-penalties 的来源与库中的记录", "the source of pipeline food-penalties against the stored records"), Unit: records,
			Note: fault.T("没有核对：先解决上面的问题", "not compared: settle what is said above first")},
		{Name: "topic", Kind: "admin_penalty", What: fault.T("主题 credit.admin_penalty 与版本", "topic credit.admin_penalty against the versions"), Unit: fault.T("条消息", "messages"), Err: kafkaFault()},
		{Name: "topic", Kind: "admin_permit", What: fault.T("主题 credit.admin_permit 与版本", "topic credit.admin_permit against the versions"), Checked: 20, Unit: fault.T("条消息", "messages"), Differences: []app.Difference{{
			Sort: "missing", Count: 1, What: fault.T("缺少的消息", "missing"), Examples: []app.Differing{{RecordID: "0f3a9c52d4be4d6f8a7b6c5d4e3f2a1b", Version: 2, Seq: 738197505, Commit: 44}}},
			{Sort: "doubled", Count: 1, What: fault.T("重复的消息", "doubled"), Examples: []app.Differing{{RecordID: "0f3a9c52d4be4d6f8a7b6c5d4e3f2a1b", Version: 1, Seq: 16777217, Commit: 1, Ref: "credit.admin_permit/3/812"}}}}},
	}
}

func TestVerify_IsTheGoldenOne(t *testing.T) {
	t.Parallel()
	for lang, p := range readers {
		golden.Check(t, "verify."+lang+".txt", string(p.Verify(verified())))
		golden.Check(t, "verify_equal."+lang+".txt", string(p.Verify(verified()[2:3])))
	}
	golden.Check(t, "verify.json", string(readers["zh"].VerifyJSON(verified())))
	if got := VerifyStatus(verified()); got != fault.Environment {
		t.Errorf("got status %d, want %d", got, fault.Environment)
	}
	if got := VerifyStatus(verified()[:5]); got != fault.Run {
		t.Errorf("got status %d, want %d", got, fault.Run)
	}
}
