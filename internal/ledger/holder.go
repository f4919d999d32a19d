package ledger

import (
	"fmt"
	"time"

	"creditsync/internal/fault"
)

// Holder is a process that holds a lease.
type Holder struct {
	Host    string    // its host, and in a container its process namespace: where PID means something
	PID     int       // its process id there
	Started time.Time // when the process started
	Birth   string    // tells it from any other process that had its PID, also after the clock was set; "" where unknown
	What    string    // the command that people know it by: "run", "serve"
}

// String names the process for people: "run, process 4711 on node-1".
func (h Holder) String() string { return fmt.Sprintf("%s, process %d on %s", h.What, h.PID, h.Host) }

// Held says who holds a lease.
type Held struct {
	Holder  Holder
	Since   time.Time // when it was taken
	Expires time.Time // when others may take it unless it is renewed
}

// Busy is the error where somebody who lives holds what is asked for. It wraps a fault of class Run with code
// "pipeline.busy", "kind.busy" or "relay.busy".
type Busy struct {
	Held
	scope, name string
	err         *fault.Error
}

// Error is the fault's sentence.
func (b *Busy) Error() string { return b.err.Error() }

// Unwrap returns the fault.
func (b *Busy) Unwrap() error { return b.err }

func (l *Ledger) busy(scope, name string, h Held) *Busy {
	ends := h.Expires
	if latest := l.now().Add(l.o.LeaseTTL); ends.After(latest) {
		ends = latest // see shorten
	}
	since := h.Since.In(l.o.Location).Format("2006-01-02 15:04:05 -07:00")
	args := []any{name, since, h.Holder.Host, h.Holder.PID, h.Holder.What}
	var what fault.Text
	switch scope {
	case scopePipeline:
		what = fault.T("流水线 %s 已在运行：自 %s 起，由主机 %s 上的进程 %d（%s）执行",
			"pipeline %s is already running since %s, by host %s process %d (%s)", args...)
	case scopeKind:
		what = fault.T("记录类型 %s 正在提交：自 %s 起，由主机 %s 上的进程 %d（%s）占用",
			"records of kind %s are being committed since %s, by host %s process %d (%s)", args...)
	default:
		what = fault.T("记录类型 %s 的消息正在转发：自 %s 起，由主机 %s 上的进程 %d（%s）执行",
			"messages of kind %s are being relayed since %s, by host %s process %d (%s)", args...)
	}
	e := fault.New(fault.Run, scope+".busy", what).Again().
		Do(fault.T("请等它结束；如果该进程已不存在，最迟 %[2]s 之后可以重试（%[1]s）", "wait until it ends; if that process is gone, try again after %[2]s at the latest (%[1]s)",
			l.o.LeaseTTL, ends.In(l.o.Location).Format("15:04:05")))
	return &Busy{h, scope, name, e}
}
