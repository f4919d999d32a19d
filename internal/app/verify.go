package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"creditsync/internal/config"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/reconcile"
	"creditsync/internal/warehouse"
	"creditsync/pipelines"
	"creditsync/schemas"
)

// Verify compares sources, tables and topics of the named pipelines and kinds, of all when none is named. It changes nothing:
// what it stages is scratch and cleaned. What differs is in the parts; the error says why nothing could be compared.
func (a *App) Verify(ctx context.Context, w VerifyWish) ([]Verified, error) {
	kinds, compared, err := a.choices(w.Names)
	if err != nil {
		return nil, err
	}
	since, err := reconcile.ParseBound(w.Since, a.Config.Timezone, false)
	if err != nil {
		return nil, err
	}
	runner, err := a.runner(ctx)
	if err != nil {
		return nil, err
	}
	stores, err := a.openStores(ctx)
	if err != nil {
		return nil, err
	}
	var parts []Verified
	for _, k := range kinds {
		some, err := stores.Verify(ctx, k, reconcile.Wish{Examples: w.Examples, Since: since})
		if err != nil {
			return parts, err
		}
		sound := !some[0].Differs() && some[0].Err == nil
		for _, p := range compared {
			if p.Kind == k.Name {
				some = slices.Insert(some, len(some)-1, a.verifySource(ctx, runner, stores.Ledger, stores.Warehouse, p, w.Examples, sound))
			}
		}
		parts = append(parts, some...)
	}
	return parts, ctx.Err()
}

// choices are the kinds and the pipelines that are meant by names of either.
func (a *App) choices(names []string) (kinds []*schemas.Kind, chosen []*config.Pipeline, err error) {
	add := func(p *config.Pipeline) {
		if !slices.Contains(chosen, p) {
			chosen = append(chosen, p)
		}
	}
	addKind := func(name string) {
		if k, ok := schemas.Find(name); ok && !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	for _, name := range names {
		if _, ok := schemas.Find(name); !ok {
			p, err := a.pipeline(name)
			if err != nil {
				return nil, nil, a.unknown(name)
			}
			add(p)
			addKind(p.Kind)
			continue
		}
		addKind(name)
		for i := range a.Config.Pipelines {
			if a.Config.Pipelines[i].Kind == name {
				add(&a.Config.Pipelines[i])
			}
		}
	}
	if len(names) > 0 {
		return kinds, chosen, nil
	}
	for i := range a.Config.Pipelines {
		if a.Config.Pipelines[i].Enabled {
			add(&a.Config.Pipelines[i])
		}
		addKind(a.Config.Pipelines[i].Kind)
	}
	return kinds, chosen, nil
}

// unknown says which names there are.
func (a *App) unknown(name string) error {
	var known []string
	for _, p := range a.Config.Pipelines {
		known = append(known, p.Name)
	}
	for _, k := range schemas.All() {
		known = append(known, k.Name)
	}
	return fault.New(fault.Input, "name.unknown", fault.T("没有名为 %[1]q 的管道或记录类型", "there is no pipeline and no record kind %[1]q", name)).
		Do(fault.T("有：%s", "There are: %s", strings.Join(known, ", ")))
}

// openStores opens the three stores. That Kafka cannot be reached is kept for those who need it.
func (a *App) openStores(ctx context.Context) (*reconcile.Stores, error) {
	l, err := a.ledger(ctx)
	if err != nil {
		return nil, err
	}
	w, err := a.warehouse(ctx)
	if err != nil {
		return nil, err
	}
	s := a.stores(l, w, nil)
	if c, err := a.kafka(ctx); err == nil {
		s.Bus = &c
	} else {
		s.BusErr = err
	}
	return s, nil
}

// verifySource holds a pipeline's source against what is stored of it.
func (a *App) verifySource(ctx context.Context, runner *pipelines.Runner, l *ledger.Ledger, w *warehouse.Warehouse, p *config.Pipeline, examples int, sound bool) Verified {
	out := Verified{Name: "source", Kind: p.Kind, Pipeline: p.Name, What: fault.T("管道 %[1]s 的来源与库中的记录", "the source of pipeline %[1]s against the stored records", p.Name), Unit: fault.T("条记录", "records")}
	if !sound {
		out.Note = fault.T("没有核对：先解决上面的问题", "not compared: settle what is said above first")
		return out
	}
	if a.Step != nil {
		a.Step(out.What)
	}
	road := a.onRoad(p)
	c := runner.Compare(ctx, road, examples)
	if c.RunNo > 0 {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := w.DropStage(last, road.Kind, c.RunNo); err != nil { // the janitor does it again
			a.Log.Warn("drop what was staged to compare", "error", err)
		} else if r, err := l.FindRun(last, c.Run); err == nil {
			_ = l.MarkCleaned(last, r.ID)
		}
	}
	out.Err = c.Err
	if c.State == pipelines.NoInput {
		out.Note = fault.T("来源没有可读的内容", "the source has nothing to read")
	}
	fillSource(&out, c)
	return out
}

func fillSource(out *Verified, c pipelines.Comparison) {
	out.Checked = c.Equal + c.Mismatches.Count() + c.Other
	again := fault.T("来源在上次运行后变过就先运行一次再核对；刚运行过还不同，查看例子", "If the source has changed since the last run, run and verify again; if it has not, look at the examples")
	for _, one := range []struct {
		how   string
		count uint64
		what  fault.Text
	}{
		{pipelines.Missing, c.Missing, fault.T("来源有、库中没有", "in the source and not stored")},
		{pipelines.Different, c.Different, fault.T("两边内容不同", "with other contents")},
		{pipelines.Surplus, c.Surplus, fault.T("库中有、来源已没有", "stored and no longer in the source")},
		{pipelines.Unknown, c.Unknown, fault.T("库中有、来源没有，但可能是认不出的被拒行", "stored and not in the source, unless they are refused rows that cannot be told")},
	} {
		if one.count == 0 || one.how == pipelines.Unknown && one.count <= c.Unkeyed {
			continue // a refused row was delivered: that its record is not found is no difference
		}
		d := reconcile.Difference{Sort: one.how, What: one.what, Count: one.count, Do: again}
		for _, e := range c.Examples {
			if e.How == one.how {
				d.Examples = append(d.Examples, reconcile.Example{RecordID: e.RecordID, Ref: e.Ref, Seq: e.Seq, Commit: e.Seq >> 24, Fields: e.Fields})
			}
		}
		out.Differences = append(out.Differences, d)
	}
	if c.Counts.Rejected > 0 {
		out.Note = fault.T("另有 %[1]d 行被拒（其中 %[2]d 行认不出是哪条记录），它们的记录保持原样，不参与比较", "%[1]d more rows were refused (%[2]d of them could be any record); their records stay as they were and are not compared", c.Counts.Rejected, c.Unkeyed)
	}
}
