package app

import (
	"context"
	"fmt"

	"creditsync/internal/fault"
	"creditsync/internal/reconcile"
	"creditsync/schemas"
)

// RepairWish says what is repaired and what the operator has decided.
type RepairWish struct {
	Names  []string         // kinds and pipelines; all when there are none
	Choice reconcile.Choice // about messages that are gone
	DryRun bool
	Adopt  string // the deployment that a new ledger is to become the one of
}

// What an operator may decide about messages that are gone from their topic.
const (
	Retell   = reconcile.Retell
	NoRetell = reconcile.NoRetell
)

// Mended is one damage and what became of it.
type Mended struct {
	Kind, Code string
	What       fault.Text
	Will       fault.Text // what is done about it; empty where nothing can be
	Needs      fault.Text // what must be decided or done first
	Done       bool
	Err        error
}

// Repairing is what a repair found and did.
type Repairing struct {
	Steps []Mended
	// Left are damages that are still there at the end.
	Left []Mended
	// Parts are what was compared at the end, of the kinds that were touched.
	Parts []Verified
}

// rounds is how often a repair looks again: mending one damage may show the next.
const rounds = 8

// Repair mends what can be mended of the stores. agree is shown what will be done next and says whether to do it. What is left
// and what was compared at the end is in the result; the error says why nothing could be tried.
func (a *App) Repair(ctx context.Context, w RepairWish, agree func([]Mended) bool) (Repairing, error) {
	var out Repairing
	kinds, _, err := a.choices(w.Names)
	if err != nil {
		return out, err
	}
	a.mending = true
	defer func() { a.mending = false }()
	if w.Adopt != "" {
		if err := a.takeOver(ctx, w.Adopt); err != nil {
			return out, err
		}
	}
	s, err := a.openStores(ctx)
	if err != nil {
		return out, err
	}
	if a.marked {
		out.Steps = append(out.Steps, Mended{
			Code: "stores.unmarked", Done: true, What: fault.T("ClickHouse 丢了部署标记（credit.meta）", "ClickHouse had lost its mark (credit.meta)"),
			Will: fault.T("核对最新的提交后补上标记", "mark it again after comparing the newest commits"),
		})
	}
	whole := false
	for range rounds {
		found, err := examine(ctx, s, kinds, &whole)
		if err != nil {
			return out, err
		}
		plan := s.Plan(ctx, found, w.Choice)
		out.Left = nil
		var next []reconcile.Mending
		var shown []Mended
		for _, m := range plan {
			one := Mended{Kind: m.Damage.Kind.Name, Code: m.Damage.Code(), What: m.Damage.Fault.What, Will: m.Will, Needs: m.Needs}
			out.Left = append(out.Left, one)
			if m.Possible() {
				next, shown = append(next, m), append(shown, one)
			}
		}
		if len(next) == 0 {
			break
		}
		if w.DryRun || !agree(shown) {
			return out, nil
		}
		// One at a time: what comes later may be gone with what comes first.
		step := shown[0]
		step.Err = next[0].Do(ctx)
		step.Done = step.Err == nil
		out.Steps = append(out.Steps, step)
		if step.Err != nil {
			return out, nil
		}
		if err := a.audit(ctx, "repair.done", step.Kind, fmt.Sprintf("%s: %s", step.Code, step.Will.EN)); err != nil {
			return out, err
		}
	}
	out.Parts, err = a.verifyTouched(ctx, s, kinds, out.Steps)
	return out, err
}

// examine looks for parts that cannot be read until there are none, then for what else is wrong, and
// at last for rows that differ although their numbers do not.
func examine(ctx context.Context, s *reconcile.Stores, kinds []*schemas.Kind, whole *bool) ([]reconcile.Damage, error) {
	if !*whole {
		found, err := s.Unreadable(ctx, kinds)
		if err != nil || len(found) > 0 {
			return found, err
		}
		*whole = true
	}
	found, _, err := s.Examine(ctx, kinds)
	if err != nil || len(found) > 0 {
		return found, err
	}
	return s.Differing(ctx, kinds)
}

// verifyTouched compares what was mended.
func (a *App) verifyTouched(ctx context.Context, s *reconcile.Stores, kinds []*schemas.Kind, steps []Mended) (all []Verified, err error) {
	touched := map[string]bool{}
	for _, m := range steps {
		touched[m.Kind] = true
	}
	for _, k := range kinds {
		if !touched[k.Name] {
			continue
		}
		parts, err := s.Verify(ctx, k, reconcile.Wish{Examples: 5})
		if err != nil {
			return all, err
		}
		all = append(all, parts...)
	}
	return all, nil
}

// takeOver makes a new ledger that of the deployment whose ClickHouse is there, if the keys are that deployment's.
func (a *App) takeOver(ctx context.Context, deployment string) error {
	l, err := a.ledger(ctx)
	if err != nil || l.Deployment() == deployment {
		return err
	}
	w, err := a.openExisting(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	mark, err := w.Mark(ctx, markDeployment)
	if err != nil {
		return err
	}
	if mark != deployment {
		return fault.New(fault.Input, "repair.adopt", fault.T("ClickHouse 属于部署 %[1]q，不是 %[2]q", "ClickHouse belongs to deployment %[1]q, not %[2]q", mark, deployment))
	}
	if err := a.sameKeys(ctx, l, w); err != nil {
		return err
	}
	return l.Adopt(ctx, deployment)
}
