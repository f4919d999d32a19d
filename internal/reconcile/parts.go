package reconcile

import (
	"context"
	"slices"
	"strings"

	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// Unreadable reads every part of the tables of some kinds, and says which are damaged or set aside. It takes as long as
// reading everything does; it is for a repair. What it finds comes before anything that Examine finds: that asks the tables.
func (s *Stores) Unreadable(ctx context.Context, kinds []*schemas.Kind) (found []Damage, err error) {
	aside, err := s.Warehouse.Detached(ctx)
	if err != nil {
		return nil, err
	}
	names := []string{"commits", "runs", "quarantine", "quarantine_versions"}
	for _, k := range kinds {
		names = append(names, k.Name+"_versions", k.Name+"_current", k.Name+"_live")
	}
	s.step(fault.T("逐个检查数据片段", "reading the parts of all tables"))
	damaged, err := s.Warehouse.Damaged(ctx, names...)
	if err != nil {
		return nil, err
	}
	for _, one := range []struct {
		code  string
		parts []warehouse.Part
	}{{"warehouse.detached", aside}, {"warehouse.damaged", damaged}} {
		for _, name := range names {
			parts := slices.DeleteFunc(slices.Clone(one.parts), func(p warehouse.Part) bool { return p.Table != name })
			if len(parts) > 0 {
				found = append(found, Damage{Kind: kindOf(kinds, name), Fault: unreadable(one.code, name, parts), parts: parts})
			}
		}
	}
	return found, nil
}

// kindOf is the kind that a table is of; of a table that all share, the first.
func kindOf(kinds []*schemas.Kind, table string) *schemas.Kind {
	for _, k := range kinds {
		if strings.HasPrefix(table, k.Name+"_") {
			return k
		}
	}
	return kinds[0]
}

func unreadable(code, table string, parts []warehouse.Part) *fault.Error {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.Name
	}
	list := strings.Join(names, ", ")
	what := fault.T("credit.%[1]s 的数据片段 %[2]s 被分离，其中的行读不到", "parts of credit.%[1]s are set aside and their rows are not read: %[2]s", table, list)
	if code == "warehouse.damaged" {
		what = fault.T("credit.%[1]s 的数据片段 %[2]s 已损坏", "parts of credit.%[1]s are damaged: %[2]s", table, list)
	}
	return fault.New(fault.Environment, code, what)
}

// planAttach puts back what somebody has detached. What the engine itself has set aside is not whole.
func (s *Stores) planAttach(m *Mending) {
	for _, p := range m.Damage.parts {
		if p.Why != "" {
			m.Needs = fault.T("ClickHouse 自己分离了 %[1]s（%[2]s）：它不完整。从备份恢复这张表，或者确认其中没有需要的行后 ALTER TABLE … DROP DETACHED PART",
				"ClickHouse itself has set %[1]s aside (%[2]s): it is not whole. Restore the table from a backup, or ALTER TABLE … DROP DETACHED PART when nothing in it is needed", p.Name, p.Why)
			return
		}
	}
	m.Will = fault.T("把分离的片段挂回", "attach the parts again")
	parts := m.Damage.parts
	m.do = func(ctx context.Context) error {
		for _, p := range parts {
			if err := s.Warehouse.Attach(ctx, p); err != nil {
				return err
			}
		}
		return nil
	}
}

// planDamaged is about parts that cannot be read. What can be made again is emptied first; versions are copied back.
func (s *Stores) planDamaged(ctx context.Context, m *Mending) {
	k, table := m.Damage.Kind, m.Damage.parts[0].Table
	switch table {
	case k.Name + "_versions":
		s.planVersions(ctx, m)
	case k.Name + "_current", k.Name + "_live":
		m.Will = fault.T("从版本重建 credit.%[1]s_current 和 credit.%[1]s_live", "make credit.%[1]s_current and credit.%[1]s_live again from the versions", k.Name)
		m.do = func(ctx context.Context) error { return s.rebuild(ctx, k) }
	case "commits", "quarantine", "runs":
		m.Will = fault.T("清空 credit.%[1]s，再从台账或 credit.quarantine_versions 重建", "empty credit.%[1]s, which is made again from the ledger or from credit.quarantine_versions", table)
		m.do = func(ctx context.Context) error { return s.Warehouse.Empty(ctx, table) }
	default:
		m.Needs = fault.T("别处没有这些行：从备份恢复 credit.%[1]s，见 docs/howto/restore.md", "nothing else holds these rows: restore credit.%[1]s from a backup, see docs/howto/restore.md", table)
	}
}

// Differing compares what follows from the versions with them, row by row, as Verify does, and says what a repair can make
// again: rows may differ although their numbers do not.
func (s *Stores) Differing(ctx context.Context, kinds []*schemas.Kind) (found []Damage, err error) {
	for _, k := range kinds {
		tip, err := s.Ledger.Tip(ctx, k.Name)
		if err != nil {
			return nil, err
		}
		if tip.Closed == 0 {
			continue
		}
		for _, one := range []struct {
			code string
			hold func(context.Context, *schemas.Kind, Wish) Part
		}{{"stores.current_differs", s.verifyCurrent}, {"stores.current_differs", s.verifyLive}, {"stores.quarantine_differs", s.verifyQuarantine}} {
			p := one.hold(ctx, k, Wish{Examples: 1})
			if p.Err != nil {
				return nil, p.Err
			}
			if p.Differs() {
				found = append(found, Damage{Kind: k, Fault: fault.New(fault.Environment, one.code, fault.T("%[1]s：有行不同", "%[2]s: rows differ", p.What.ZH, p.What.EN))})
				break // one after the other: the next may follow from it
			}
		}
	}
	return found, ctx.Err()
}

// rebuild makes what follows from the versions again.
func (s *Stores) rebuild(ctx context.Context, k *schemas.Kind) error {
	return s.locked(ctx, k, func(ctx context.Context, _ *ledger.Run, _ *ledger.KindLock) error {
		if err := s.Warehouse.RebuildCurrent(ctx, k); err != nil {
			return err
		}
		if err := s.Warehouse.CountGaps(ctx, k); err != nil {
			return err
		}
		return s.Warehouse.RebuildLive(ctx, k)
	})
}

// planVersions copies lost versions back from the analysts' copy, which holds the last one of each record, where that makes
// every commit what it was.
func (s *Stores) planVersions(ctx context.Context, m *Mending) {
	k, damaged := m.Damage.Kind, m.Damage.parts
	lost, held, err := s.Warehouse.Recoverable(ctx, k, damaged)
	if err != nil || held < lost {
		m.Needs = fault.T("丢了 %[1]d 个版本，credit.%[3]s_live 中只有其中 %[2]d 个，其余只有备份中有：从备份恢复 credit.%[3]s_versions，见 docs/howto/restore.md",
			"%[1]d versions are lost, credit.%[3]s_live holds %[2]d of them, and the others are in a backup only: restore credit.%[3]s_versions, see docs/howto/restore.md", lost, held, k.Name)
		return
	}
	m.Will = fault.T("从 credit.%[2]s_live 抄回丢失的 %[1]d 个版本，并与台账的校验和核对", "copy the %[1]d versions that are lost back from credit.%[2]s_live and hold them against the ledger's checksums", lost, k.Name)
	m.do = func(ctx context.Context) error {
		return s.locked(ctx, k, func(ctx context.Context, _ *ledger.Run, _ *ledger.KindLock) error {
			if err := s.Warehouse.Recover(ctx, k, damaged); err != nil {
				return err
			}
			p := Part{}
			commits, err := s.committed(ctx, k.Name)
			if err == nil {
				err = s.verifyEach(ctx, k, Wish{Examples: 1}, commits, &p)
			}
			if err != nil || !p.Differs() {
				return err
			}
			return fault.New(fault.Environment, "repair.unproven", fault.T("抄回的版本与台账的校验和不符", "the versions that were copied back are not what the ledger closed")).
				Do(fault.T("从备份恢复 ClickHouse", "Restore ClickHouse from a backup"))
		})
	}
}
