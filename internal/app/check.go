package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"creditsync/connectors"
	"creditsync/internal/bus"
	"creditsync/internal/config"
	"creditsync/internal/engine"
	"creditsync/internal/fault"
	"creditsync/internal/process"
	"creditsync/pipelines"
	"creditsync/transforms"
)

// Check tries everything that the configuration names and writes nothing: no store is made. The embedded engine and broker
// are started only where there is a deployment whose stores can be held against each other.
func (a *App) Check(ctx context.Context) []Finding {
	list := []Finding{a.checkDataDir(), a.checkKeys(), a.checkWarehouse(ctx), a.checkBus(ctx)}
	list = append(list, a.checkStores(ctx)...)
	for i := range a.Config.Pipelines {
		list = append(list, a.checkSource(ctx, &a.Config.Pipelines[i]))
	}
	return list
}

func (a *App) checkDataDir() Finding {
	f := Finding{What: fault.T("数据目录 %s", "data directory %s", a.Config.DataDir)}
	dir := a.Config.DataDir
	for {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			f.Err = fault.New(fault.Input, "data_dir.file", fault.T("%s 不是目录", "%s is not a directory", dir))
			return f
		}
		if err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		f.Err = fault.New(fault.Environment, "data_dir.unwritable", fault.T("%s 不可写", "%s cannot be written", dir)).Because(err).Do(fault.Disk(err))
		return f
	}
	if dir == a.Config.DataDir {
		f.Detail = fault.T("可写", "writable")
	} else {
		f.Detail = fault.T("尚未建立，首次运行时建立", "not there yet, made by the first run")
	}
	return f
}

func (a *App) checkKeys() Finding {
	f := Finding{What: fault.T("密钥 %s", "keys %s", a.Config.Keys.File), Detail: fault.T("可用", "usable")}
	if _, err := os.Stat(a.Config.Keys.File); os.IsNotExist(err) {
		if _, err := os.Stat(a.Config.Ledger.SQLite); err == nil {
			f.Err = fault.New(fault.Input, "keys.missing", fault.T("台账已有，密钥文件却不在", "there is a ledger and no key file")).
				Do(fault.T("请放回原来的密钥文件。", "Put the key file back."))
			return f
		}
		f.Detail = fault.T("尚未生成，首次运行时生成", "not there yet, made by the first run")
		return f
	}
	f.Err = unix.Access(a.Config.Keys.File, unix.R_OK)
	return f
}

func (a *App) checkWarehouse(ctx context.Context) Finding {
	if e := a.Config.Warehouse.Embedded; e != nil {
		f := Finding{What: fault.T("内置 ClickHouse", "the embedded ClickHouse")}
		library, err := engine.FindLibrary(e.Library, a.Getenv, a.Executable)
		if err != nil {
			f.Err = err
			return f
		}
		owner, held, err := process.ReadOwner(a.engineLock())
		if err != nil || !held || !owner.Alive() {
			f.Detail = fault.T("未启动，运行时自动启动（%s）", "not up, started when needed (%s)", library)
			return f
		}
		f.Detail = fault.T("已启动：%s", "up: %s", owner.Addresses["http"])
		f.Err = ping(ctx, "http://"+owner.Addresses["http"], a.Config)
		return f
	}
	u := a.Config.Warehouse.ClickHouse.URL
	return Finding{What: fault.T("ClickHouse %s", "ClickHouse %s", u), Detail: fault.T("可连接", "reachable"), Err: ping(ctx, u.Reveal(), a.Config)}
}

// ping tries a ClickHouse and looks for parts that it set aside.
func ping(ctx context.Context, url string, c *config.Config) error {
	w, err := openWarehouse(url, c)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.Ping(ctx); err != nil {
		return err
	}
	return w.Sound(ctx)
}

func (a *App) checkBus(ctx context.Context) Finding {
	if a.Config.Bus.Embedded != nil {
		f := Finding{What: fault.T("内置 Kafka", "the embedded Kafka broker")}
		owner, held, err := process.ReadOwner(a.brokerLock())
		if err != nil || !held || !owner.Alive() {
			f.Detail = fault.T("未启动，运行时自动启动", "not up, started when needed")
			return f
		}
		f.Detail = fault.T("已启动：%s", "up: %s", owner.Addresses["kafka"])
		f.Err = bus.Probe(ctx, bus.Config{Brokers: []string{owner.Addresses["kafka"]}, Embedded: true})
		return f
	}
	f := Finding{What: fault.T("Kafka %v", "Kafka %v", a.Config.Bus.Kafka.Brokers), Detail: fault.T("可连接", "reachable")}
	kafka, err := a.kafka(ctx)
	if err == nil {
		err = bus.Probe(ctx, kafka)
	}
	f.Err = err
	return f
}

// checkSource tries a pipeline's source and holds its headers against the kind.
func (a *App) checkSource(ctx context.Context, p *config.Pipeline) Finding {
	f := Finding{What: fault.T("管道 %s", "pipeline %s", p.Name)}
	if f.Err = p.Source.Check(ctx); f.Err != nil {
		return f
	}
	kind := a.onRoad(p).Kind
	in, err := p.Source.Open(ctx, connectors.Request{Match: transforms.Match(kind, p.Map), Receipt: pipelines.ReceiptHeader, Undecodable: p.ErrorBudget.Share, Zone: a.Config.Timezone, Rows: 1})
	if err != nil {
		f.Err = err
		return f
	}
	defer in.Close()
	n := len(in.Inputs())
	if n == 0 {
		f.Detail = fault.T("没有可读的内容", "nothing to read")
		return f
	}
	batch, err := in.Next(ctx)
	if errors.Is(err, io.EOF) {
		f.Detail = fault.T("可连接，没有行", "reachable, no rows")
		return f
	}
	if err != nil {
		f.Err = err
		return f
	}
	defer batch.Release()
	headers := make([]string, batch.Rows.NumCols())
	for i := range headers {
		headers[i] = batch.Rows.ColumnName(i)
	}
	fold, err := a.previewer(kind, p.Map)
	if err == nil {
		err = fold.Bind(headers)
	}
	if err != nil {
		f.Err = pipelines.Unfit(in.Inputs()[0].Name, err)
		return f
	}
	f.Detail = fault.T("%[1]d 个输入，%[2]d 列", "%[1]d inputs, %[2]d columns", n, len(headers))
	for _, one := range in.Inputs() {
		if one.Note.EN != "" {
			f.Detail.ZH += "；" + one.Name + "：" + one.Note.ZH
			f.Detail.EN += "; " + one.Name + ": " + one.Note.EN
		}
	}
	if extra := fold.Unmapped(headers); len(extra) > 0 {
		f.Detail.ZH += fmt.Sprintf("，未用到的列：%v", extra)
		f.Detail.EN += fmt.Sprintf(", columns not used: %v", extra)
	}
	return f
}
