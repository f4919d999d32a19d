package reconcile

import (
	"context"
	"fmt"
	"strings"
	"time"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// Damage is one way in which the stores do not belong together any more, for one kind.
type Damage struct {
	Kind *schemas.Kind
	// Fault says what differs, since when, what would be harmed and what to do next.
	Fault *fault.Error

	sight sight
	parts []warehouse.Part // that are set aside or damaged
}

// Code is the fault's: what a repair goes by.
func (d Damage) Code() string { return d.Fault.Code }

// relook is how long after a first look a second one is taken: what another process was just doing is over then.
const relook = 300 * time.Millisecond

// Examine looks for damage of the kinds, cheaply enough for every start. Damage that a second look does not show again is
// none. busErr says why Kafka could not be asked; that is no damage, and what Kafka would have told is not known then.
func (s *Stores) Examine(ctx context.Context, kinds []*schemas.Kind) (found []Damage, busErr, err error) {
	for _, k := range kinds {
		v, err := s.look(ctx, k)
		if err != nil {
			return nil, nil, err
		}
		list := s.judge(&v)
		if len(list) > 0 && pause(ctx, relook) {
			if v, err = s.look(ctx, k); err != nil {
				return nil, nil, err
			}
			list = lasting(list, s.judge(&v))
		}
		if v.brokerErr != nil {
			busErr = v.brokerErr
		}
		found = append(found, list...)
	}
	return found, busErr, ctx.Err()
}

// lasting are the damages of the second look that the first one showed too.
func lasting(first, second []Damage) (list []Damage) {
	for _, d := range second {
		for _, before := range first {
			if before.Code() == d.Code() {
				list = append(list, d)
				break
			}
		}
	}
	return list
}

// judge says what is wrong with what the stores say, the reasons before what follows from them.
func (s *Stores) judge(v *sight) (list []Damage) {
	add := func(f *fault.Error) {
		if f != nil {
			list = append(list, Damage{Kind: v.kind, Fault: f, sight: *v})
		}
	}
	add(s.judgeTables(v))
	add(s.judgeHistory(v))
	add(s.judgeLedger(v))
	add(s.judgeWarehouse(v))
	add(s.judgeVersions(v))
	add(s.judgeQuarantineVersions(v))
	if len(list) == 0 { // what is derived is judged once what it is derived from is sound
		add(s.judgeCurrent(v))
		add(s.judgeQuarantine(v))
	}
	add(s.judgeBus(v))
	return list
}

// Complete reports which tables that hold what runs go by are gone: to be asked before missing tables are made.
func (s *Stores) Complete(ctx context.Context, k *schemas.Kind) error {
	v := sight{kind: k}
	var err error
	if v.after, err = s.Ledger.Tip(ctx, k.Name); err != nil || v.after.Highest == 0 {
		return err
	}
	if v.engine.Missing, err = s.Warehouse.Missing(ctx, k); err != nil {
		return err
	}
	if f := s.judgeTables(&v); f != nil {
		return f
	}
	return nil
}

func (s *Stores) judgeTables(v *sight) *fault.Error {
	if len(v.engine.Missing) == 0 || v.after.Highest == 0 {
		return nil
	}
	names := "credit." + strings.Join(v.engine.Missing, ", credit.")
	return fault.New(fault.Environment, "stores.tables_lost", fault.T(
		"ClickHouse 丢了表 %[1]s，而台账中 %[2]s 已有 %[3]d 次提交。重新建空表再运行，会把已入库的记录当作新的",
		"ClickHouse has lost the tables %[1]s, and the ledger has %[3]d commits of %[2]s. Running with empty ones would take what is stored for new", names, v.kind.Name, v.after.Closed)).
		Do(fault.T("能恢复就从备份恢复；creditsync repair 说明哪些能重建", "Restore them if there is a copy; creditsync repair says which can be made again"))
}

func (s *Stores) judgeHistory(v *sight) *fault.Error {
	if len(v.lists.differ) == 0 {
		return nil
	}
	c, mine, k := v.lists.differ[0], v.lists.ledgerHad, label(v.kind)
	return fault.New(fault.Environment, "stores.other_history", fault.T(
		"台账和 ClickHouse 来自不同的历史：%[1]s 的提交 %[3]d 在台账中关闭于 %[4]s（%[5]d 个版本），在 ClickHouse 中是 %[6]s 的另一次（%[7]d 个版本）；不同的提交共 %[8]d 次。继续运行会把两者混在一起",
		"ledger and ClickHouse have different histories: commit %[3]d of %[2]s was closed at %[4]s with %[5]d versions in the ledger, and is another one, of %[6]s with %[7]d versions, in ClickHouse; %[8]d commits differ. Going on would mix the two",
		k.ZH, k.EN, c.No, s.moment(mine.ClosedAt), mine.Rows, s.moment(c.At), c.Rows, len(v.lists.differ))).
		Do(fault.T("其中一个是别的副本：请恢复同一时刻的台账和 ClickHouse，再运行 creditsync check", "One of them is a copy of something else: restore ledger and ClickHouse of one moment, then run creditsync check"))
}

// judgeLedger finds out whether ClickHouse knows what the ledger does not: every number is written in the ledger first.
func (s *Stores) judgeLedger(v *sight) *fault.Error {
	k := label(v.kind)
	here := fault.T("提交 %d（%s）", "commit %d (%s)", v.after.Newest.No, s.moment(v.after.Newest.ClosedAt))
	if v.after.Newest.No == 0 {
		here = fault.T("没有提交", "no commit")
	}
	var there fault.Text
	switch only := v.lists.onlyEngine; {
	case len(only) > 0:
		rows := uint64(0)
		for _, c := range only {
			rows += c.Rows
		}
		last := only[len(only)-1]
		there = fault.T("有台账不知道的 %d 次提交（%s，最后关闭于 %s，共 %d 个版本）", "has %d commits that it does not know (%s, the last closed at %s, %d versions)", len(only), span(only[0].No, last.No), s.moment(last.At), rows)
	case v.engine.Highest > v.after.Highest:
		there = fault.T("有提交号 %d 的数据，而台账给出的号只到 %d", "holds rows of commit number %d, and it gave numbers up to %d only", v.engine.Highest, v.after.Highest)
	case v.engineRun > v.lastRun:
		there = fault.T("知道第 %d 号运行，而台账只到第 %d 号", "knows run %d, and it knows up to run %d only", v.engineRun, v.lastRun)
	default:
		return nil
	}
	return fault.New(fault.Environment, "stores.ledger_older", fault.T(
		"台账比 ClickHouse 旧：%[1]s 在台账中到%[3]s，ClickHouse %[5]s。继续运行会重复使用这些号，已入库的版本会消失",
		"the ledger is older than ClickHouse: of %[2]s it has %[4]s, and ClickHouse %[6]s. Going on would give these numbers again and hide versions that are stored",
		k.ZH, k.EN, here.ZH, here.EN, there.ZH, there.EN)).
		Do(fault.T("台账多半被换成了较早的副本：有最新的就换回；没有，creditsync repair 从 ClickHouse 找回", "The ledger was probably replaced by an earlier copy: put the latest back; if there is none, creditsync repair brings it back from ClickHouse"))
}

// judgeWarehouse finds out whether the ledger knows of applied commits that ClickHouse does not list.
func (s *Stores) judgeWarehouse(v *sight) *fault.Error {
	only := v.lists.onlyLedger
	if len(only) == 0 {
		return nil
	}
	k := label(v.kind)
	first, last := only[0], only[len(only)-1]
	if v.lists.lackingRows == 0 {
		return fault.New(fault.Environment, "stores.commits_unlisted", fault.T(
			"ClickHouse 的 credit.commits 不全：%[1]s 的 %[3]d 次提交（%[4]s，%[5]s 至 %[6]s）台账中有，清单中没有，数据还在。历史视图看不到这些版本，当前表也可能没有",
			"credit.commits in ClickHouse is not complete: %[3]d commits of %[2]s (%[4]s, %[5]s to %[6]s) are in the ledger and not in the list; their rows are there. The view of the history does not show them, and current may lack them",
			k.ZH, k.EN, len(only), span(first.No, last.No), s.moment(first.ClosedAt), s.moment(last.ClosedAt))).
			Do(fault.T("creditsync repair 从台账补全清单", "creditsync repair completes the list from the ledger"))
	}
	return fault.New(fault.Environment, "stores.warehouse_older", fault.T(
		"ClickHouse 比台账旧：%[1]s 的 %[3]d 次提交（%[4]s，%[5]s 至 %[6]s）台账中有，ClickHouse 中没有，缺 %[7]d 个版本。继续运行会把其中的记录当作新的，用已发布过的版本号再发布一次",
		"ClickHouse is older than the ledger: %[3]d commits of %[2]s (%[4]s, %[5]s to %[6]s) are in the ledger and not in ClickHouse, which lacks %[7]d versions. Going on would take their records for new and publish them again under versions that were published",
		k.ZH, k.EN, len(only), span(first.No, last.No), s.moment(first.ClosedAt), s.moment(last.ClosedAt), v.lists.lackingRows)).
		Do(fault.T("ClickHouse 多半被恢复到了较早的状态：有与台账同一时刻的副本就恢复它；没有，creditsync repair 放弃这些提交，再从来源重读", "ClickHouse was probably put back to an earlier state: restore one of the ledger's moment if there is one; if not, creditsync repair gives these commits up and has the sources read again"))
}

func (s *Stores) judgeVersions(v *sight) *fault.Error {
	if v.engine.ShortCommits == 0 {
		return nil
	}
	k, first := label(v.kind), v.engine.Short[0]
	return fault.New(fault.Environment, "stores.versions_lost", fault.T(
		"ClickHouse 的 credit.%[1]s_versions 与提交清单不符：%[2]s 的 %[4]d 次提交，缺 %[5]d 个版本（提交 %[6]d 应有 %[7]d 行，现有 %[8]d 行）。继续运行会在缺了历史的记录上接着写",
		"credit.%[1]s_versions in ClickHouse is not what the list of commits says: of %[3]s %[4]d commits differ and %[5]d versions are missing (commit %[6]d had %[7]d rows and has %[8]d). Going on would write on over records without their history",
		v.kind.Name, k.ZH, k.EN, v.engine.ShortCommits, v.engine.ShortRows, first.No, first.Rows, first.There)).
		Do(fault.T("丢了数据片段，或恢复得不全：请从备份恢复，再运行 creditsync check", "Parts of the table were lost, or not restored: restore them from a backup, then run creditsync check"))
}

func (s *Stores) judgeQuarantineVersions(v *sight) *fault.Error {
	if v.engine.RefusedRows >= v.engine.RefusedListed || len(v.engine.Missing) > 0 {
		return nil
	}
	k := label(v.kind)
	return fault.New(fault.Environment, "stores.refused_lost", fault.T(
		"ClickHouse 的 credit.quarantine_versions 缺行：%[1]s 应有 %[3]d 行，现有 %[4]d 行。继续运行会把已忽略、已重放的疑问数据当作新的",
		"credit.quarantine_versions in ClickHouse lacks rows: of %[2]s there were %[3]d and are %[4]d. Going on would take refused rows that were dismissed or replayed for new",
		k.ZH, k.EN, v.engine.RefusedListed, v.engine.RefusedRows)).
		Do(fault.T("请从备份恢复，再运行 creditsync check", "Restore it from a backup, then run creditsync check"))
}

// judgeCurrent holds what the diff goes by against the versions. Commits that are closed and not yet rolled forward may be
// in current or not.
func (s *Stores) judgeCurrent(v *sight) *fault.Error {
	least := v.engine.Versions + v.engine.Gaps
	if v.engine.Current >= least && v.engine.Current <= least+v.after.PendingRows {
		return nil
	}
	k := label(v.kind)
	return fault.New(fault.Environment, "stores.current_differs", fault.T(
		"ClickHouse 的 credit.%[1]s_current 与版本不符：%[2]s 已入库 %[4]d 个版本，当前表反映的是 %[5]d 个。继续运行会把已有的记录当作新的再发布一次",
		"credit.%[1]s_current in ClickHouse is not what the versions say: %[4]d versions of %[3]s are stored and it stands for %[5]d. Going on would take known records for new and publish them again",
		v.kind.Name, k.ZH, k.EN, least, v.engine.Current)).
		Do(fault.T("creditsync repair 从版本重建当前表", "creditsync repair makes it again from the versions"))
}

func (s *Stores) judgeQuarantine(v *sight) *fault.Error {
	want, have := v.engine.RefusedVersions, v.engine.Refused
	if want == have || v.after.Pending > 0 && have.Rows >= want.Rows && have.Commits >= want.Commits {
		return nil
	}
	k := label(v.kind)
	return fault.New(fault.Environment, "stores.quarantine_differs", fault.T(
		"ClickHouse 的 credit.quarantine 与其版本不符：%[1]s 应有 %[3]d 行疑问数据，现有 %[4]d 行，或状态不是最后的。继续运行会把已处理的当作新的",
		"credit.quarantine in ClickHouse is not what its versions say: of %[2]s there should be %[3]d refused rows and are %[4]d, or in states that are not their last. Going on would take what was dealt with for new",
		k.ZH, k.EN, want.Rows, have.Rows)).
		Do(fault.T("creditsync repair 从 credit.quarantine_versions 重建", "creditsync repair makes it again from credit.quarantine_versions"))
}

// judgeBus holds what Kafka says against the ledger.
func (s *Stores) judgeBus(v *sight) *fault.Error {
	if v.broker == nil {
		return nil
	}
	if v.broker.Hidden {
		return s.judgeHidden(v)
	}
	told := bus.Position{Seq: v.told.Seq, TopicID: v.told.TopicID, Partitions: v.told.Partitions}
	err := v.broker.Fault(v.kind.Name, s.Ledger.Deployment(), told, v.remembered)
	if err == nil && v.broker.Found && !v.known {
		err = bus.LedgerOlder(v.kind.Name, v.broker.Position)
	}
	f, _ := err.(*fault.Error)
	return f
}

// span is a range of numbers.
func span(first, last uint64) string {
	if first == last {
		return fmt.Sprint(first)
	}
	return fmt.Sprintf("%d–%d", first, last)
}
