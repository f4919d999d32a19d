package app

import (
	"context"
	"os"

	"creditsync/internal/config"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/process"
	"creditsync/internal/spool"
	"creditsync/internal/vault"
	"creditsync/internal/warehouse"
	"creditsync/pipelines"
	"creditsync/schemas"
)

// Names of the marks that tie the stores of one deployment together.
const (
	markDeployment = "deployment"
	markKeys       = "keys"
)

// ledger opens the ledger.
func (a *App) ledger(ctx context.Context) (*ledger.Ledger, error) {
	a.open.mu.Lock()
	defer a.open.mu.Unlock()
	if a.open.ledger != nil {
		return a.open.ledger, nil
	}
	if err := a.makeDataDir(); err != nil {
		return nil, err
	}
	self, err := process.Own()
	if err != nil {
		return nil, err
	}
	l, err := ledger.Open(ctx, a.Config.Ledger.SQLite, ledger.Options{
		Now: a.Now, Self: holder(self), Alive: alive, Location: a.Config.Timezone, LeaseTTL: leaseTTL(a.Getenv),
	})
	if err != nil {
		return nil, err
	}
	a.open.ledger = l
	return l, nil
}

// holder is a process as the ledger writes it down.
func holder(p process.Identity) ledger.Holder {
	return ledger.Holder{Host: p.Host, PID: p.PID, Started: p.Started, Birth: p.Birth, What: "creditsync"}
}

func alive(h ledger.Holder) bool {
	return process.Identity{Host: h.Host, PID: h.PID, Birth: h.Birth}.Alive()
}

func (a *App) makeDataDir() error {
	if err := os.MkdirAll(a.Config.DataDir, 0o700); err != nil {
		return fault.New(fault.Environment, "data_dir.unwritable", fault.T("建不了数据目录 %s", "the data directory %s cannot be made", a.Config.DataDir)).Because(err).Do(fault.Disk(err))
	}
	return nil
}

// warehouse connects to ClickHouse, starting the embedded engine where none is up; within serve, which keeps it up, it only
// hands it over.
func (a *App) warehouse(ctx context.Context) (*warehouse.Warehouse, error) {
	l, err := a.ledger(ctx)
	if err != nil {
		return nil, err
	}
	a.open.mu.Lock()
	defer a.open.mu.Unlock()
	if a.open.warehouse != nil {
		return a.open.warehouse, nil
	}
	if a.open.server != nil {
		return nil, errStarting("engine")
	}
	url, err := a.engineURL(ctx)
	if err != nil {
		return nil, err
	}
	if a.open.warehouse, err = a.store(ctx, l, url); err != nil {
		return nil, err
	}
	return a.open.warehouse, nil
}

// store opens the ClickHouse at url, creates what is missing, and proves that it belongs to the ledger.
func (a *App) store(ctx context.Context, l *ledger.Ledger, url string) (*warehouse.Warehouse, error) {
	w, err := openWarehouse(url, a.Config)
	if err != nil {
		return nil, err
	}
	if err := a.settle(ctx, l, w); err != nil {
		w.Close()
		return nil, err
	}
	for _, k := range schemas.All() {
		last, err := l.MaxCommit(ctx, k.Name)
		if err == nil && last == 0 || a.mending {
			continue // a kind that nothing feeds has no copy to look at; a repair looks for itself
		}
		var n uint64
		if err == nil {
			n, err = w.MendLive(ctx, k)
		}
		if err != nil {
			w.Close()
			return nil, err
		}
		if n > 0 {
			a.Log.Warn("the analysts' copy lagged and was mended", "kind", k.Name, "records", n)
		}
	}
	return w, nil
}

// openWarehouse prepares the connection to the ClickHouse at url.
func openWarehouse(url string, c *config.Config) (*warehouse.Warehouse, error) {
	o := warehouse.Options{URL: url, Timezone: c.Timezone.String()}
	if ch := c.Warehouse.ClickHouse; ch != nil {
		var err error
		if o.TLS, err = tlsOf(ch.TLS); err != nil {
			return nil, err
		}
	}
	return warehouse.Open(o)
}

// settle ties ClickHouse to the ledger by the deployment's id and makes the tables that are missing. Nothing is written to a
// store that is another's, or that has lost what runs go by.
func (a *App) settle(ctx context.Context, l *ledger.Ledger, w *warehouse.Warehouse) error {
	if err := w.Ping(ctx); err != nil {
		return err
	}
	mark, err := w.Mark(ctx, markDeployment)
	if err != nil {
		return err
	}
	if err := a.belong(ctx, l, w, mark); err != nil {
		return err
	}
	if err := a.complete(ctx, l, w); err != nil {
		return err
	}
	if err := w.Migrate(ctx, schemas.All()); err != nil {
		return err
	}
	if err := w.Sound(ctx); err != nil && !a.mending {
		return err
	}
	if mark != "" {
		return nil
	}
	return w.SetMeta(ctx, markDeployment, l.Deployment())
}

// belong refuses a ClickHouse that is not the ledger's.
func (a *App) belong(ctx context.Context, l *ledger.Ledger, w *warehouse.Warehouse, mark string) error {
	if mark == l.Deployment() {
		return nil
	}
	var mine uint64
	for _, k := range schemas.All() {
		last, err := l.MaxCommit(ctx, k.Name)
		if err != nil {
			return err
		}
		mine += last
	}
	listed, err := w.Has(ctx, "commits")
	switch {
	case err != nil:
		return err
	case mark != "" && mine == 0:
		return withoutLedger(mark, fault.T("台账 %[3]s 是新的（部署 %[2]s，没有提交），而 ClickHouse 属于部署 %[1]s", "the ledger %[3]s is a new one (deployment %[2]s, no commits), and ClickHouse belongs to deployment %[1]s", mark, l.Deployment(), a.Config.Ledger.SQLite))
	case mark != "":
		return strangers(fault.T("ClickHouse 属于部署 %[1]s，台账属于 %[2]s", "ClickHouse belongs to deployment %[1]s, the ledger to %[2]s", mark, l.Deployment()))
	case mine == 0:
		return nil // the first start
	case listed && a.mending:
		return a.recognise(ctx, l, w)
	case listed:
		return fault.New(fault.Environment, "stores.unmarked", fault.T("ClickHouse 丢了部署标记（credit.meta），无法确认它属于这套部署 %s", "ClickHouse has lost its mark (credit.meta): that it belongs to this deployment, %s, is not certain", l.Deployment())).
			Do(fault.T("确认没有连错 ClickHouse；creditsync repair 核对提交清单后补上标记", "See that this is the right ClickHouse; creditsync repair marks it again after comparing the commits"))
	}
	return strangers(fault.T("台账已有提交，ClickHouse 却是空的", "the ledger has commits and ClickHouse is empty"))
}

// recognise accepts a ClickHouse without a mark whose newest commits are the ledger's own: a run's id is given once.
func (a *App) recognise(ctx context.Context, l *ledger.Ledger, w *warehouse.Warehouse) error {
	for _, k := range schemas.All() {
		t, err := w.Tip(ctx, k)
		if err != nil {
			return err
		}
		if t.Newest.No == 0 {
			continue
		}
		list, err := l.Committed(ctx, k.Name, t.Newest.No-1, 1)
		if err != nil {
			return err
		}
		if len(list) == 0 || list[0].No != t.Newest.No || list[0].Run.String() != t.Newest.Run {
			return strangers(fault.T("ClickHouse 没有部署标记，它的提交也不是这本台账的", "ClickHouse has no mark, and its commits are not this ledger's"))
		}
	}
	a.marked = true
	return nil
}

func strangers(what fault.Text) error {
	return fault.New(fault.Input, "stores.strangers", what).
		Do(fault.T("请把同一套部署的数据目录、ClickHouse 和台账放在一起，或从同一时刻的备份恢复。", "Bring the data directory, ClickHouse and the ledger of one deployment together, or restore all from one backup."))
}

// withoutLedger is the fault where the ledger of the deployment that ClickHouse belongs to is not there.
func withoutLedger(mark string, what fault.Text) error {
	return fault.New(fault.Input, "stores.strangers", what).
		Do(fault.T("台账丢了就放回它的副本（先移开新的 ledger.db 及其 -wal、-shm）；没有副本，creditsync repair --adopt %[1]s 从 ClickHouse 重建。如果 ClickHouse 配错了，改 warehouse。",
			"If the ledger was lost, put its copy back (after moving the new ledger.db, -wal and -shm away); without one, creditsync repair --adopt %[1]s makes it again from ClickHouse. If this is the wrong ClickHouse, change warehouse.", mark))
}

// keys opens the vault, making the keys before the first write anywhere. Missing or other keys beside stores that have
// been written with keys are never replaced.
func (a *App) keys(ctx context.Context) (*vault.Vault, error) {
	l, err := a.ledger(ctx)
	if err != nil {
		return nil, err
	}
	w, err := a.warehouse(ctx)
	if err != nil {
		return nil, err
	}
	a.open.mu.Lock()
	defer a.open.mu.Unlock()
	if a.open.vault != nil {
		return a.open.vault, nil
	}
	inLedger, known, err := l.Meta(ctx, markKeys)
	if err != nil {
		return nil, err
	}
	inStore, err := w.Meta(ctx, markKeys)
	if err != nil {
		return nil, err
	}
	v, created, err := vault.Open(a.Config.Keys.File, vault.Options{MayCreate: !known && inStore == "", Now: a.Now})
	if err != nil {
		return nil, err
	}
	if created {
		a.notice(fault.T("已生成密钥 %s：请立即备份。丢失后，已加密的个人信息无法恢复。", "Keys were made in %s: back them up now. Without them what was encrypted cannot be read again.", a.Config.Keys.File))
	}
	if err := a.ours(v.Fingerprint(), inLedger, inStore); err != nil {
		return nil, err
	}
	if _, err := l.SetMetaOnce(ctx, markKeys, v.Fingerprint()); err != nil {
		return nil, err
	}
	if inStore == "" {
		if err := w.SetMeta(ctx, markKeys, v.Fingerprint()); err != nil {
			return nil, err
		}
	}
	a.open.vault = v
	return v, nil
}

// runner is package pipelines with everything that it declares.
func (a *App) runner(ctx context.Context) (*pipelines.Runner, error) {
	l, err := a.ledger(ctx)
	if err != nil {
		return nil, err
	}
	w, err := a.warehouse(ctx)
	if err != nil {
		return nil, err
	}
	v, err := a.keys(ctx)
	if err != nil {
		return nil, err
	}
	return &pipelines.Runner{
		Ledger: books{Ledger: l, language: a.Config.Language}, Warehouse: store{w}, Spool: func() (pipelines.Spool, error) { return spool.New(a.Config.DataDir) }, Protect: protection(v), Original: originals(ctx, w, v),
		Now: a.Now, Zone: a.Config.Timezone, Language: string(a.Config.Language), Log: a.Log, Progress: a.Progress, At: a.stopper(), SliceRows: a.open.sliceRows,
	}, nil
}
