package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"creditsync/internal/fault"
)

// Libchdb takes a write that the disk has refused for one that was done: where ClickHouse raises an error, its
// WriteBufferFromFileDescriptor goes on. So a full disk would lose rows that were acknowledged, and a merge that fails would
// replace good parts by a broken one. It counts such writes, though. The count is asked for before a statement that writes is
// acknowledged and once a second besides; at the first one the engine's process acknowledges nothing more, puts aside what
// was not written whole, and ends. What the broken part of a merge was made of is still there then: old parts are kept for
// minutes.

// watchEvery is how often the count of refused writes is asked for when nobody writes.
const watchEvery = time.Second

// slowAnswer is after how long an answer that only reads is held back until the count is asked for: it may have used files.
const slowAnswer = 100 * time.Millisecond

// failure is what is known of writes that the disk has refused.
type failure struct {
	once  sync.Once
	met   chan struct{} // closed at the first one, and when the engine hangs
	hung  bool          // which of them it was; read behind met
	mu    sync.Mutex
	clean time.Time // when there was none for the last time
}

// refused asks the engine how many writes the disk has refused since it was opened.
func (e *Engine) refused() (uint64, error) {
	asked := time.Now()
	out, err := e.command("SELECT sum(value) FROM system.events WHERE event = 'WriteBufferFromFileDescriptorWriteFailed'")
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(out, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("count the refused writes: %w", err)
	}
	e.failure.mu.Lock()
	defer e.failure.mu.Unlock()
	if n == 0 && asked.After(e.failure.clean) {
		e.failure.clean = asked
	}
	return n, nil
}

// written is asked before a statement is acknowledged: an error means that it may not be.
func (e *Engine) written() error {
	n, err := e.refused()
	if err != nil {
		return err
	}
	if n == 0 {
		return nil
	}
	e.failure.once.Do(func() { close(e.failure.met) })
	code, why := cannotWrite, "the disk has refused a write"
	if free, err := e.room.free(); err == nil && free < e.room.keep {
		code, why = notEnoughSpace, "the disk is full"
	}
	return refuse(code, "Nothing is acknowledged any more, because "+why+" ("+e.room.dir+"). The engine ends.")
}

// hangAfter is how many times in a row the engine may not have answered the last question yet. It is counted and not timed, so
// that a process that was stopped, or a machine that slept, is not taken for one that hangs.
const hangAfter = 120

// watch looks for refused writes of nobody's statement, as those of a merge, until ctx ends, and notices an engine that
// answers no more: then the process has to end, for whoever supervises it to start another.
func (e *Engine) watch(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var answer chan struct{} // closed by the answer that is waited for
	for silent := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-e.failure.met:
			return
		case <-answer:
			answer, silent = nil, 0
		case <-tick.C:
			if silent++; answer != nil {
				if silent >= hangAfter {
					e.failure.hangs()
					return
				}
				continue
			}
			answer = make(chan struct{})
			go func(answer chan struct{}) {
				_ = e.written() // who asks next is told; the process ends on failure.met
				close(answer)
			}(answer)
		}
	}
}

// hangs says that the engine answers no more.
func (f *failure) hangs() {
	f.once.Do(func() { f.hung = true; close(f.met) })
}

// errHangs is what people are told then.
func (e *Engine) errHangs() error {
	return fault.New(fault.Environment, "engine.hangs", fault.T("内置 ClickHouse（%[1]s）不再应答，已停止", "the embedded ClickHouse of %[1]s answers no more and has stopped", e.room.dir)).
		Do(fault.T("请重新启动或再次运行；serve 会自动重启它。已确认的内容没有丢失。", "Start again or run again; serve starts it again by itself. Nothing that was acknowledged is lost.")).Again()
}

// surrender puts aside what was not written whole. The process must end without closing the engine after it: closing would
// clear away old parts. It returns what people are told.
func (e *Engine) surrender() error {
	_ = os.Remove(e.reserve) // room for what follows
	aside, err := e.putAside()
	mended, bad := e.definitions.mend()
	if err == nil {
		err = bad
	}
	f := fault.New(fault.Environment, "engine.write_refused", fault.T("磁盘（%[1]s）拒绝写入：内置 ClickHouse 没有确认这次写入，并已停止", "the disk refused a write in %[1]s: the embedded ClickHouse has not acknowledged it and has stopped", e.room.dir)).
		Do(fault.T("请腾出磁盘空间或检查磁盘，然后重新启动或再次运行；已确认的内容没有丢失。", "Make room on the disk, or see what is wrong with it, then start again or run again; nothing that was acknowledged is lost."))
	switch {
	case err != nil:
		return f.Because(fmt.Errorf("put aside %q, mended %q: %w", aside, mended, err))
	case len(aside)+len(mended) > 0:
		return f.Because(fmt.Errorf("put aside %q, mended %q", aside, mended))
	}
	return f
}

// putAside moves the parts that came since the last time when no write had failed, and that are not whole, out of the
// engine's sight. Acknowledged parts are whole.
func (e *Engine) putAside() (aside []string, err error) {
	if _, err := e.command("SYSTEM STOP MERGES"); err != nil {
		return nil, err
	}
	e.failure.mu.Lock()
	since := e.failure.clean.Add(-2 * time.Second)
	e.failure.mu.Unlock()
	list, err := e.command(fmt.Sprintf("SELECT database, table, name, path FROM system.parts WHERE active AND modification_time >= toDateTime(%d) FORMAT TSVRaw", since.Unix()))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(list) {
		part := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(part) != 4 {
			continue
		}
		sound, err := e.command(fmt.Sprintf("CHECK TABLE %s.%s PART %s FORMAT TSVRaw SETTINGS check_query_single_value_result = 1", QuoteName(part[0]), QuoteName(part[1]), QuoteString(part[2])))
		if err == nil && sound == "1" {
			continue
		}
		to := filepath.Join(e.aside, fmt.Sprintf("%s.%s.%s.%d", part[0], part[1], part[2], time.Now().UnixNano()))
		if err := os.MkdirAll(e.aside, 0o700); err != nil {
			return aside, err
		}
		if err := os.Rename(part[3], to); err != nil {
			return aside, err
		}
		aside = append(aside, part[0]+"."+part[1]+"/"+part[2])
	}
	return aside, nil
}
