package reconcile

import (
	"context"

	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// rowsAtOnce is how many versions one statement adds up by commit, so that its memory is bounded.
const rowsAtOnce = 4 << 20

// verifyCommits holds versions, quarantine versions and the list of commits against what the ledger closed, commit by commit.
func (s *Stores) verifyCommits(ctx context.Context, k *schemas.Kind, w Wish) Part {
	p := Part{Name: "commits", What: fault.T("版本（credit.%[1]s_versions）与台账各次提交的校验和", "versions (credit.%[1]s_versions) against the checksums of the ledger's commits", k.Name), Unit: fault.T("个版本", "versions")}
	s.step(p.What)
	commits, err := s.committed(ctx, k.Name)
	if err == nil {
		err = s.verifyEach(ctx, k, w, commits, &p)
	}
	if err == nil {
		err = s.verifyList(ctx, k, w, commits, &p)
	}
	if err == nil {
		var n uint64
		var ids []string
		if n, ids, err = s.Warehouse.Broken(ctx, k, w.Examples); err == nil {
			p.find("numbering", n, fault.T("版本号重复或次序颠倒的记录", "records whose versions are doubled or out of order"), named(ids), fault.T("从备份恢复；请报告此缺陷", "Restore a backup, and report it as a defect"))
		}
	}
	p.Err = err
	return p
}

func named(ids []string) (list []Example) {
	for _, id := range ids {
		list = append(list, Example{RecordID: id})
	}
	return list
}

// verifyEach compares the sums of each commit, several commits at a time.
func (s *Stores) verifyEach(ctx context.Context, k *schemas.Kind, w Wish, commits []ledger.Commit, p *Part) error {
	bad, refused := sorted{limit: w.Examples}, sorted{limit: w.Examples}
	var loose uint64
	for len(commits) > 0 {
		n, rows := 0, uint64(0)
		for n < len(commits) && (n == 0 || rows+commits[n].Rows <= rowsAtOnce) {
			rows += commits[n].Rows
			n++
		}
		some := commits[:n]
		commits = commits[n:]
		sums, err := s.Warehouse.SumCommits(ctx, k, some[0].No, some[n-1].No)
		if err != nil {
			return err
		}
		there := byNumber(sums)
		quarantined, err := s.Warehouse.SumRefusals(ctx, k, some[0].No, some[n-1].No)
		if err != nil {
			return err
		}
		refusedThere := byNumber(quarantined)
		for _, c := range some {
			p.Checked += c.Rows
			if got := there[c.No]; got.Rows != c.Rows || got.Records != c.Rows || got.Numbers != c.Rows || got.Notify != c.Notify || got.Checksum != c.Checksum {
				sum := equal(c.Checksum, got.Checksum)
				bad.add(Example{Commit: c.No, Detail: fault.T("应有 %[1]d 行（发布 %[2]d），现有 %[3]d 行（发布 %[4]d）、%[5]d 条记录，校验和%[6]s", "%[1]d rows (%[2]d told) were closed, there are %[3]d (%[4]d) of %[5]d records, checksum %[7]s",
					c.Rows, c.Notify, got.Rows, got.Notify, got.Records, sum.ZH, sum.EN)})
			}
			if got := refusedThere[c.No]; got.Rows != c.QuarantineRows || got.Records != c.QuarantineRows || got.Checksum != c.QuarantineChecksum {
				refused.add(Example{Commit: c.No, Detail: fault.T("应有 %d 行疑问数据，现有 %d 行", "%d refused rows were closed, there are %d", c.QuarantineRows, got.Rows)})
			}
			delete(there, c.No)
		}
		for _, rest := range there {
			loose += rest.Rows
		}
	}
	do := fault.T("请从备份恢复", "restore a backup")
	p.find("versions", bad.n, fault.T("与台账不符的提交", "commits that are not what the ledger closed"), bad.list, do)
	p.find("refused", refused.n, fault.T("疑问数据与台账不符的提交", "commits whose refused rows are not what the ledger closed"), refused.list, do)
	if loose > 0 {
		p.Note = fault.T("另有 %d 行属于没有提交的编号：无人读取，会被清理", "%d more rows carry numbers that were not committed: nobody reads them, they are cleaned up", loose)
	}
	return nil
}

func equal(a, b uint64) fault.Text {
	if a == b {
		return fault.T("相同", "equal")
	}
	return fault.T("不同", "different")
}

// sorted counts differences and keeps the first few.
type sorted struct {
	limit int
	n     uint64
	list  []Example
}

func (l *sorted) add(e Example) {
	if l.n++; len(l.list) < l.limit {
		l.list = append(l.list, e)
	}
}

func byNumber(list []warehouse.CommitSum) map[uint64]warehouse.CommitSum {
	out := make(map[uint64]warehouse.CommitSum, len(list))
	for _, c := range list {
		out[c.No] = c
	}
	return out
}

// verifyList holds the list of commits that analysts go by against the ledger.
func (s *Stores) verifyList(ctx context.Context, k *schemas.Kind, w Wish, commits []ledger.Commit, p *Part) error {
	listed, err := s.Warehouse.Commits(ctx, k, 0)
	if err != nil {
		return err
	}
	there := make(map[uint64]warehouse.Closed, len(listed))
	for _, c := range listed {
		there[c.No] = c
	}
	off := sorted{limit: w.Examples}
	for _, c := range commits {
		got, ok := there[c.No]
		delete(there, c.No)
		switch {
		case !ok && c.State == ledger.CommitApplied:
			off.add(Example{Commit: c.No, Detail: fault.T("清单中没有", "not in the list")})
		case ok && !same(c, got):
			off.add(Example{Commit: c.No, Detail: fault.T("清单中的行数、校验和或运行不同", "rows, checksum or run differ in the list")})
		}
	}
	for no := range there {
		off.add(Example{Commit: no, Detail: fault.T("台账中没有", "not in the ledger")})
	}
	p.find("list", off.n, fault.T("credit.commits 与台账不符的提交", "commits that credit.commits does not have as the ledger does"), off.list, fault.T("creditsync repair", "creditsync repair"))
	return nil
}

func (s *Stores) verifyCurrent(ctx context.Context, k *schemas.Kind, w Wish) Part {
	p := Part{Name: "current", What: fault.T("当前表（credit.%[1]s_current）与版本", "current records (credit.%[1]s_current) against the versions", k.Name), Unit: fault.T("条记录", "records")}
	return s.held(ctx, &p, func() (warehouse.Held, error) { return s.Warehouse.HoldCurrent(ctx, k, w.Examples) })
}

func (s *Stores) verifyLive(ctx context.Context, k *schemas.Kind, w Wish) Part {
	p := Part{Name: "live", What: fault.T("分析用副本（credit.%[1]s_live）与版本", "the analysts' copy (credit.%[1]s_live) against the versions", k.Name), Unit: fault.T("条记录", "records")}
	return s.held(ctx, &p, func() (warehouse.Held, error) { return s.Warehouse.HoldLive(ctx, k, w.Examples) })
}

func (s *Stores) verifyQuarantine(ctx context.Context, k *schemas.Kind, w Wish) Part {
	p := Part{Name: "quarantine", What: fault.T("疑问数据（credit.quarantine）与其版本", "refused rows (credit.quarantine) against their versions"), Unit: fault.T("行疑问数据", "refused rows")}
	return s.held(ctx, &p, func() (warehouse.Held, error) { return s.Warehouse.HoldQuarantine(ctx, k, w.Examples) })
}

func (s *Stores) held(_ context.Context, p *Part, look func() (warehouse.Held, error)) Part {
	s.step(p.What)
	h, err := look()
	p.Checked, p.Err = h.Checked, err
	p.find("missing", h.Missing, fault.T("缺少", "missing"), heldExamples(h, func(e warehouse.HeldExample) bool { return e.Have == 0 }), mend())
	p.find("surplus", h.Surplus, fault.T("多余（没有提交过的版本）", "there without a committed version"), heldExamples(h, func(e warehouse.HeldExample) bool { return e.Want == 0 }), mend())
	p.find("different", h.Different, fault.T("不是最后的版本，或内容不同", "not the last version, or with other contents"), heldExamples(h, func(e warehouse.HeldExample) bool { return e.Want != 0 && e.Have != 0 }), mend())
	return *p
}

func heldExamples(h warehouse.Held, of func(warehouse.HeldExample) bool) (list []Example) {
	for _, e := range h.Examples {
		if of(e) {
			list = append(list, Example{RecordID: e.ID, Detail: fault.T("应为 %d，现为 %d", "should be %d, is %d", e.Want, e.Have)})
		}
	}
	return list
}
