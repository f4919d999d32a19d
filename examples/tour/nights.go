package main

import (
	"context"

	"creditsync/examples/tour/bureau"
	"creditsync/examples/tour/city"
	"creditsync/internal/fault"
)

// The sections of a night: what four people see.
var (
	theInput    = fault.Text{ZH: "各部门的数据", EN: "What the departments have"}
	theOperator = fault.Text{ZH: "运维人员：运行与小结", EN: "The operator: the run and its summary"}
	theClerk    = fault.Text{ZH: "填报人：被拒的行和原因", EN: "The clerk: refused rows and why"}
	theAnalyst  = fault.Text{ZH: "分析人员：一条查询", EN: "The analyst: a query"}
	theBridge   = fault.Text{ZH: "桥接程序：Kafka 上的消息（read_committed）", EN: "The bridge: messages on Kafka (read_committed)"}
)

// refused is how many rows of the book are to be refused.
func (t *tour) refused() int {
	sum := 0
	for _, n := range t.book.Refused() {
		sum += n
	}
	return sum
}

// allRefused is how many rows of all departments are.
func (t *tour) allRefused() int {
	sum := t.refused()
	for _, r := range t.city.Registers {
		sum += r.Refused()
	}
	return sum
}

// first loads everything.
func (t *tour) first(ctx context.Context) error {
	t.night = 1
	t.heading(fault.T("第一晚：首次装载", "First night: the first load"))
	t.section(theInput)
	t.say(fault.T("市场监管局全部 %[1]s 行，其中 %[2]d 行有错该拒，%[3]d 行被粘贴了两次，%[4]d 行把罚款的元填成了万元（收下，但提示）。",
		"All %[1]s rows of the bureau. %[2]d are wrong and must be refused, %[3]d were pasted twice, and %[4]d have a fine in 元 in the column of 万元 (loaded, with a hint).", number(t.book.Rows()), t.refused(), t.book.Twice(), t.book.MixedUp()))
	t.section(theOperator)
	t.say(fault.T("每一行都有去处：新增、变更、未变、被取代或被拒，合计等于读入。被拒的不到二十分之一，所以这次运行算完成，退出状态 0。",
		"Every row ends somewhere: inserted, updated, unchanged, superseded or refused; together they are what was read. Fewer than one in twenty were refused, so the run is done, with status 0."))
	fresh := t.book.Rows() - t.refused() - t.book.Twice()
	r, err := t.sync(ctx, t.wanted(counts{Read: t.book.Rows(), Rejected: t.refused(), Inserted: fresh, Superseded: t.book.Twice(), Warnings: t.book.MixedUp(), Published: fresh},
		func(_ string, r *bureau.Register) counts {
			good := len(r.Rows()) - r.Refused()
			return counts{Read: len(r.Rows()), Rejected: r.Refused(), Inserted: good, Published: good}
		}))
	if err != nil {
		return err
	}
	if err := t.firstClerk(ctx); err != nil {
		return err
	}
	if err := t.firstAnalyst(ctx); err != nil {
		return err
	}
	if err := t.several(ctx); err != nil {
		return err
	}
	return t.firstBridge(ctx, r)
}

func (t *tour) firstClerk(ctx context.Context) error {
	t.section(theClerk)
	t.say(fault.T("被拒的行不入库，也不丢：每行一个回执号，列出全部原因；证件号码处处遮盖。", "A refused row is not loaded and not lost: it has a receipt number and all of its reasons. Document numbers are masked everywhere."))
	t.gap()
	if err := t.shown(ctx, "quarantine", "ls", "--limit", "6"); err != nil {
		return err
	}
	wrong, err := t.receipts(ctx, "--rule", "birth_date")
	if err != nil {
		return err
	}
	if got, want := len(wrong), t.book.Refused()["birth_date"]; got != want || want == 0 {
		return t.unexpected(fault.T("违反 birth_date 的有 %[1]d 行，应为 %[2]d", "%[1]d rows are refused under birth_date instead of %[2]d", got, want))
	}
	t.gap()
	return t.shown(ctx, "quarantine", "show", wrong[0])
}

func (t *tour) firstAnalyst(ctx context.Context) error {
	t.section(theAnalyst)
	t.say(fault.T("credit.admin_penalty 每条记录一行。各单位罚款多少？误填单位的金额不计，列在 doubtful 里，不然一笔罚款就有几千万。",
		"credit.admin_penalty has one row per record. How much did each office fine? Fines in the wrong unit are left out and counted as doubtful: one of them alone would be tens of millions."))
	t.gap()
	err := t.query(ctx, `SELECT authority_name AS office, count() AS penalties, uniq(subject_name) AS subjects,
       sumIf(fine_wanyuan, NOT has(warnings, 'fine_text_mismatch')) AS fines_wanyuan,
       countIf(has(warnings, 'fine_text_mismatch')) AS doubtful
FROM credit.admin_penalty GROUP BY office ORDER BY fines_wanyuan DESC`)
	if err != nil {
		return err
	}
	return t.visible(ctx)
}

func (t *tour) firstBridge(ctx context.Context, r map[string]result) error {
	t.section(theBridge)
	list, err := t.heard(ctx, r)
	if err != nil {
		return err
	}
	t.say(fault.T("每条新记录一条消息，处罚的共 %s 条；同一记录的消息总在同一分区、按版本先后。号码遮盖，密文另附（此处截短）。", "One message per new record, %s of them about penalties; those of one record are in one partition, in version order. Numbers are masked, with a cipher beside them (shortened here).", number(len(list))))
	t.gap()
	if err := t.print(list[0]); err != nil {
		return err
	}
	for _, m := range list {
		if m.Data.IDNo != "" {
			t.gap()
			t.say(fault.T("一个自然人的：", "One about a natural person:"))
			t.gap()
			return t.print(m)
		}
	}
	return t.unexpected(fault.T("没有自然人的消息", "there is no message about a natural person"))
}

// second delivers the same file again.
func (t *tour) second(ctx context.Context) error {
	t.night = 2
	t.heading(fault.T("第二晚：原样再来", "Second night: the same again"))
	t.section(theInput)
	t.say(fault.T("谁的都没有动过。", "Nothing was touched in any department."))
	t.section(theOperator)
	t.say(fault.T("新增、变更、删除、发布都是 0：比较的是内容，不是文件的时间。", "Nothing inserted, updated, deleted or published: contents are compared, not the file's time."))
	r, err := t.sync(ctx, t.wanted(counts{Read: t.book.Rows(), Rejected: t.refused(), Unchanged: t.loaded[city.Penalties], Superseded: t.book.Twice(), Warnings: t.book.MixedUp()},
		func(pipeline string, r *bureau.Register) counts {
			return counts{Read: len(r.Rows()), Rejected: r.Refused(), Unchanged: t.loaded[pipeline]}
		}))
	if err != nil {
		return err
	}
	t.section(theClerk)
	t.say(fault.T("同样的行又被拒一次：还是那些回执号，次数变为 2，没有新的。", "The same rows were refused again: the receipts are the same, seen twice now, and there are no new ones."))
	t.gap()
	if err := t.shown(ctx, "quarantine", "ls", "--limit", "3"); err != nil {
		return err
	}
	if err := t.openRows(ctx); err != nil {
		return err
	}
	t.section(theAnalyst)
	t.say(fault.T("记录一条不多，一条不少。哪类处罚最常见？", "Not a record more, not one fewer. Which kinds of penalty are the commonest?"))
	t.gap()
	if err := t.query(ctx, `SELECT arrayJoin(penalty_category) AS category, count() AS penalties,
       countIf(subject_type = '个体工商户') AS of_individual_businesses
FROM credit.admin_penalty GROUP BY category ORDER BY penalties DESC`); err != nil {
		return err
	}
	if err := t.visible(ctx); err != nil {
		return err
	}
	t.section(theBridge)
	list, err := t.heard(ctx, r)
	t.say(fault.T("%d 条新消息，哪个主题都没有。", "%d new messages, on any topic.", len(list)))
	return err
}

// openRows checks how many refused rows wait to be mended.
func (t *tour) openRows(ctx context.Context) error {
	list, err := t.receipts(ctx)
	if err != nil {
		return err
	}
	if got, want := len(list), t.allRefused(); got != want {
		return t.unexpected(fault.T("待改的有 %[1]d 行，应为 %[2]d", "%[1]d refused rows are open instead of %[2]d", got, want))
	}
	return nil
}
