package app

import (
	"time"

	"creditsync/internal/fault"
)

// goingAway is how long a child that does not answer may take to be gone.
const goingAway = 500 * time.Millisecond

// embeddedTrouble is err with what is known of the engine and the broker that are part of this deployment: which folder's
// disk is full, and what a process that has ended by itself said last.
func (a *App) embeddedTrouble(err error) error {
	switch fault.CodeOf(err) {
	case "kafka.storage":
		if a.Config.Bus.Embedded == nil {
			return err
		}
		return fault.New(fault.Environment, "kafka.storage", fault.T("内置 Kafka 的目录 %s 所在磁盘已满", "the disk of the embedded Kafka broker's folder %s is full", a.brokerDir())).Because(err).
			Do(fault.T("请腾出空间后再次运行；数据已入库，未发布的消息届时补发。", "Make room and run again: the data is applied, and the messages that wait are told then."))
	case "warehouse.code_243", "warehouse.code_701":
		if a.Config.Warehouse.Embedded == nil {
			return err
		}
		return fault.New(fault.Environment, fault.CodeOf(err), fault.T("内置 ClickHouse 的目录 %s 所在磁盘已满", "the disk of the embedded ClickHouse's folder %s is full", a.engineDir())).Because(err).
			Do(fault.T("请腾出空间后再次运行；没有提交的内容没有生效，已提交的内容没有丢失。", "Make room and run again: what was not committed has taken no effect, and what was committed is kept."))
	case "kafka.unreachable", "warehouse.unreachable":
		if ended := a.childEnded(); ended != nil {
			return ended
		}
	}
	return err
}

// childEnded says which engine or broker that was started here has ended by itself; nil for none.
func (a *App) childEnded() error {
	a.open.mu.Lock()
	children := a.open.children
	a.open.mu.Unlock()
	limit := time.NewTimer(goingAway)
	defer limit.Stop()
	tick := time.NewTicker(goingAway / 20)
	defer tick.Stop()
	for {
		for _, child := range children {
			if err := child.Ended(); err != nil {
				return err
			}
		}
		select {
		case <-limit.C:
			return nil
		case <-tick.C:
		}
	}
}
