package main

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"creditsync/examples/tour/bureau"
	"creditsync/examples/tour/city"
	"creditsync/internal/fault"
)

// third delivers a known small difference.
func (t *tour) third(ctx context.Context) error {
	t.night = 3
	t.heading(fault.T("第三晚：有一处已知的小变化", "Third night: a known small difference"))
	d, others := t.city.Next()
	t.remember()
	if err := t.city.Deliver(ctx); err != nil {
		return unwritable(t.dir, err)
	}
	t.section(theInput)
	t.difference(d, others)
	r, err := t.thirdOperator(ctx, d, others)
	if err != nil {
		return err
	}
	if err := t.thirdClerk(ctx, d); err != nil {
		return err
	}
	if err := t.thirdAnalyst(ctx, d, r[city.Penalties]); err != nil {
		return err
	}
	return t.thirdBridge(ctx, d, r)
}

// difference says what was done to the files, and in the other departments.
func (t *tour) difference(d bureau.Difference, others map[string]bureau.Small) {
	row := func(n int, what fault.Text, like bureau.Penalty) []string {
		return []string{fmt.Sprintf("%2d %s", n, t.in(what)), like.DocNo() + " " + like.Subject()}
	}
	t.rows([][]string{
		row(len(d.Changed), fault.T("行改了（减罚、公示期、情况说明），如", "rows changed (fines, dates, remarks), as"), d.Changed[0]),
		row(len(d.Removed), fault.T("行删了，如", "rows removed, as"), d.Removed[0]),
		row(len(d.Added), fault.T("行添了，如", "rows added, as"), d.Added[0]),
		row(1, fault.T("行已入库的写坏了（罚款：按决定书执行）：", "known row turned invalid (its fine):"), d.Spoiled),
		row(1, fault.T("行先前被拒的改好了（信用代码）：", "refused row mended (its credit code):"), d.Mended),
	})
	t.gap()
	var table [][]string
	for _, pipeline := range []string{city.Judgments, city.Defaulters, city.Suppliers, city.Sanctions} {
		o := others[pipeline]
		table = append(table, []string{pipeline, t.in(fault.T("改 %[1]d 行，删 %[2]d 行，添 %[3]d 行", "%[1]d rows changed, %[2]d removed, %[3]d added", o.Updated, o.Deleted, o.Inserted))})
	}
	t.rows(table)
}

func (t *tour) thirdOperator(ctx context.Context, d bureau.Difference, others map[string]bureau.Small) (map[string]result, error) {
	t.section(theOperator)
	t.say(fault.T("有的被拒行连是哪条记录都认不出（代码、日期错了），缺的记录也许就是它们，所以删除会暂缓。先试运行看一眼：",
		"Of some refused rows it cannot even be told which record they are (a wrong code or date). What is missing may be one of them, so deletions would be withheld. A look first, without writing anything:"))
	t.gap()
	if err := t.shown(ctx, "run", "--dry-run"); err != nil {
		return nil, err
	}
	t.gap()
	t.say(fault.T("那些确实是删掉的（处罚 %d 条），于是让删除生效：", "They are really gone (%d penalties among them), so the operator lets them be deleted:", d.Deleted()))
	want := counts{Read: t.book.Rows(), Rejected: t.refused(), Superseded: t.book.Twice(), Warnings: t.book.MixedUp(), Inserted: d.Inserted(), Updated: d.Updated(), Deleted: d.Deleted()}
	want.Unchanged = want.Read - want.Rejected - want.Superseded - want.Inserted - want.Updated
	want.Published = want.Inserted + want.Updated + want.Deleted
	return t.sync(ctx, t.wanted(want, func(pipeline string, r *bureau.Register) counts {
		o := others[pipeline]
		c := counts{Read: len(r.Rows()), Rejected: r.Refused(), Inserted: o.Inserted, Updated: o.Updated, Deleted: o.Deleted, Published: o.Inserted + o.Updated + o.Deleted}
		c.Unchanged = c.Read - c.Rejected - c.Inserted - c.Updated
		return c
	}), "--apply-deletes")
}

func (t *tour) thirdClerk(ctx context.Context, d bureau.Difference) error {
	t.section(theClerk)
	t.say(fault.T("改好的那行自动了结：", "The mended row has settled itself:"))
	t.gap()
	if err := t.shown(ctx, "quarantine", "ls", "--state", "resolved"); err != nil {
		return err
	}
	done, err := t.receipts(ctx, "--state", "resolved")
	if err != nil {
		return err
	}
	if len(done) != 1 {
		return t.unexpected(fault.T("已解决的有 %d 行，应为 1", "%d refused rows are resolved instead of 1", len(done)))
	}
	t.gap()
	t.say(fault.T("写坏的那行新进来（次数 1）：", "The spoiled one is new among the refused (seen once):"))
	t.gap()
	if err := t.shown(ctx, "quarantine", "ls", "--rule", "not_a_number"); err != nil {
		return err
	}
	if err := t.openRows(ctx); err != nil {
		return err
	}
	t.gap()
	t.say(fault.T("被拒不等于没有：它的记录原样还在，没有删除，也没有消息。", "Refused is not absent: its record is still there as it was, neither deleted nor told of."))
	t.gap()
	sql := "SELECT decision_no, subject_name, version, fine_wanyuan\nFROM credit.admin_penalty WHERE decision_no = " + quoted(d.Spoiled.DocNo())
	if err := t.query(ctx, sql); err != nil {
		return err
	}
	got, err := t.value(ctx, "SELECT version FROM credit.admin_penalty WHERE decision_no = "+quoted(d.Spoiled.DocNo()))
	if err == nil && got != "1" {
		err = t.unexpected(fault.T("被拒行的记录变了（版本 %q）", "the record of the refused row has changed (version %q)", got))
	}
	return err
}

func (t *tour) thirdAnalyst(ctx context.Context, d bureau.Difference, r result) error {
	t.section(theAnalyst)
	t.say(fault.T("credit.admin_penalty_history 保存每个版本。昨晚发生了什么？", "credit.admin_penalty_history keeps every version. What happened last night?"))
	t.gap()
	err := t.query(ctx, fmt.Sprintf(`SELECT multiIf(op = 'delete', 'deleted', version > 1, 'changed', 'new') AS what,
       decision_no, fine_wanyuan, arrayStringConcat(changed, ', ') AS changed
FROM credit.admin_penalty_history WHERE run_no = %d ORDER BY what, seq LIMIT 4 BY what`, r.RunNo))
	if err != nil {
		return err
	}
	if err := t.visible(ctx); err != nil {
		return err
	}
	id, err := t.value(ctx, "SELECT record_id FROM credit.admin_penalty WHERE decision_no = "+quoted(d.Changed[0].DocNo()))
	if err != nil {
		return err
	}
	t.gap()
	t.say(fault.T("其中一条从头到尾（记录标识写前 8 位就够）：", "One of them from its beginning (8 digits of its id are enough):"))
	t.gap()
	return t.shown(ctx, "record", id[:8])
}

func (t *tour) thirdBridge(ctx context.Context, d bureau.Difference, r map[string]result) error {
	t.section(theBridge)
	list, err := t.heard(ctx, r)
	if err != nil {
		return err
	}
	got, want := map[string]string{}, map[string]string{}
	shown := map[string]told{}
	for _, m := range list {
		what := what(m.Op, m.Version > 1)
		got[m.Data.DecisionNo] = what
		if m.Data.DecisionNo == d.Changed[0].DocNo() || m.Data.DecisionNo == d.Removed[0].DocNo() {
			shown[what] = m
		}
	}
	for what, of := range map[string][]bureau.Penalty{"inserted": append(d.Added, d.Mended), "updated": d.Changed, "deleted": d.Removed} {
		for _, p := range of {
			want[p.DocNo()] = what
		}
	}
	if !maps.Equal(got, want) {
		return t.unexpected(fault.T("消息说的不是那些变化", "the messages tell of other changes than were made"))
	}
	t.say(fault.T("处罚正好 %[1]d 条：新增 %[2]d、变更 %[3]d、删除 %[4]d，与改动逐条相符。变更的带有 changed，删除的带有最后的数据：",
		"Of penalties exactly %[1]d: %[2]d inserted, %[3]d updated, %[4]d deleted, each as the files were changed. An update names what changed; a deletion carries what was last known:", len(list), d.Inserted(), d.Updated(), d.Deleted()))
	for _, m := range []told{shown["updated"], shown["deleted"]} {
		t.gap()
		if err := t.print(m); err != nil {
			return err
		}
	}
	return nil
}

// what a message tells of.
func what(op string, again bool) string {
	switch {
	case strings.EqualFold(op, "delete"):
		return "deleted"
	case again:
		return "updated"
	}
	return "inserted"
}
