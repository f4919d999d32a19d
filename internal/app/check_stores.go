package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/process"
	"creditsync/internal/vault"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// checkStores holds ledger, ClickHouse, Kafka and keys against each other, once there is a ledger. It starts the embedded
// engine and broker of a deployment that has run before, as a run would, and writes nothing to any of them.
func (a *App) checkStores(ctx context.Context) []Finding {
	f := Finding{What: fault.T("台账、ClickHouse、Kafka 相互对照", "ledger, ClickHouse and Kafka, held against each other")}
	l, err := a.glance(ctx)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.Detail = fault.T("还没有台账，首次运行时建立", "no ledger yet, made by the first run")
		f.Err = a.orphaned(ctx)
		return []Finding{f}
	case fault.CodeOf(err) == "ledger.older":
		f.Detail = fault.T("台账由较早版本的程序写成，下次运行升级后再对照", "the ledger was written by an earlier program; they are compared once a run has brought it up to date")
		return []Finding{f}
	case err != nil:
		f.Err = err
		return []Finding{f}
	}
	defer l.Close()
	if busy, by := a.occupied(); busy {
		f.Detail = fault.T("正被占用（%s），这次没有对照", "in use by %s, not compared now", by)
		return []Finding{f}
	}
	return a.compareStores(ctx, l, f)
}

// glance opens the ledger to be read, as it is.
func (a *App) glance(ctx context.Context) (*ledger.Ledger, error) {
	self, err := process.Own()
	if err != nil {
		return nil, err
	}
	return ledger.Open(ctx, a.Config.Ledger.SQLite, ledger.Options{Now: a.Now, Self: holder(self), Alive: alive, Location: a.Config.Timezone, ReadOnly: true})
}

// orphaned says that there is a ClickHouse of a deployment though there is no ledger. One that cannot be asked is none: that it
// cannot be reached is said elsewhere.
func (a *App) orphaned(ctx context.Context) error {
	if busy, _ := a.occupied(); busy {
		return nil
	}
	w, err := a.openExisting(ctx)
	if err != nil {
		return nil
	}
	defer w.Close()
	mark, err := w.Mark(ctx, markDeployment)
	if err != nil || mark == "" {
		return nil
	}
	return withoutLedger(mark, fault.T("没有台账 %[2]s，而 ClickHouse 属于部署 %[1]s", "there is no ledger %[2]s, and ClickHouse belongs to deployment %[1]s", mark, a.Config.Ledger.SQLite))
}

// occupied tells whether the embedded engine or broker belongs to a run that is under way: it ends with that run, so nobody
// else may use it.
func (a *App) occupied() (busy bool, by string) {
	for _, one := range []struct {
		embedded bool
		lock     string
	}{{a.Config.Warehouse.Embedded != nil, a.engineLock()}, {a.Config.Bus.Embedded != nil, a.brokerLock()}} {
		owner, held, err := process.ReadOwner(one.lock)
		if one.embedded && err == nil && held && owner.Alive() && strings.HasSuffix(owner.What, ofARun) {
			return true, fmt.Sprintf("%s, process %d", owner.What, owner.PID)
		}
	}
	return false, ""
}

func (a *App) compareStores(ctx context.Context, l *ledger.Ledger, f Finding) []Finding {
	w, err := a.openExisting(ctx)
	if err != nil {
		f.Err = err
		return []Finding{f}
	}
	defer w.Close()
	mark, err := w.Mark(ctx, markDeployment)
	if err == nil {
		err = a.belong(ctx, l, w, mark)
	}
	if err == nil {
		err = a.sameKeys(ctx, l, w)
	}
	if err == nil {
		err = w.Sound(ctx)
	}
	if err != nil {
		f.Err = err
		return []Finding{f}
	}
	kafka, err := a.existingKafka(ctx)
	stores := a.stores(l, w, kafka)
	stores.BusGone = errors.Is(err, fs.ErrNotExist)
	found, busErr, err := stores.Examine(ctx, schemas.All())
	if err != nil {
		f.Err = err
		return []Finding{f}
	}
	var list []Finding
	for _, d := range found {
		list = append(list, Finding{What: f.What, Err: d.Fault})
	}
	if len(list) > 0 {
		return list
	}
	f.Detail = fault.T("一致", "they agree")
	if kafka == nil || busErr != nil {
		f.Detail = fault.T("台账与 ClickHouse 一致；Kafka 连接不上，没有对照", "ledger and ClickHouse agree; Kafka cannot be reached and was not asked")
	}
	return []Finding{f}
}

// openExisting connects to a ClickHouse that is there, starting the embedded engine where its folder is.
func (a *App) openExisting(ctx context.Context) (*warehouse.Warehouse, error) {
	if a.Config.Warehouse.Embedded != nil {
		if _, err := os.Stat(a.engineDir()); errors.Is(err, fs.ErrNotExist) {
			return nil, strangers(fault.T("台账已有，ClickHouse 的文件夹 %s 却不在", "there is a ledger and no folder of ClickHouse at %s", a.engineDir()))
		}
	}
	a.open.mu.Lock()
	defer a.open.mu.Unlock()
	url, err := a.engineURL(ctx)
	if err != nil {
		return nil, err
	}
	w, err := openWarehouse(url, a.Config)
	if err != nil {
		return nil, err
	}
	if err := w.Ping(ctx); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// existingKafka is Kafka where it is configured, or where the embedded broker has a folder.
func (a *App) existingKafka(ctx context.Context) (*bus.Config, error) {
	if a.Config.Bus.Embedded != nil {
		if _, err := os.Stat(a.brokerDir()); err != nil {
			return nil, err
		}
	}
	c, err := a.kafka(ctx)
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// sameKeys refuses keys that are not those that the stores were written with.
func (a *App) sameKeys(ctx context.Context, l *ledger.Ledger, w *warehouse.Warehouse) error {
	inLedger, known, err := l.Meta(ctx, markKeys)
	if err != nil {
		return err
	}
	inStore, err := w.Mark(ctx, markKeys)
	if err != nil || !known && inStore == "" {
		return err
	}
	v, _, err := vault.Open(a.Config.Keys.File, vault.Options{Now: a.Now})
	if err != nil {
		return err
	}
	return a.ours(v.Fingerprint(), inLedger, inStore)
}

// ours refuses the keys of that fingerprint unless the stores were written with them, or with none.
func (a *App) ours(mine, inLedger, inStore string) error {
	if (inLedger == "" || inLedger == mine) && (inStore == "" || inStore == mine) {
		return nil
	}
	return fault.New(fault.Input, "keys.other", fault.T("密钥文件 %s 不是写入这些库时所用的密钥。用别的密钥运行，每条记录都会变成新的，已加密的内容打不开", "the keys in %s are not those that these stores were written with. With other keys every record would become a new one, and what was encrypted could not be opened", a.Config.Keys.File)).
		Do(fault.T("请放回原来的密钥文件。", "Put the right key file back."))
}
