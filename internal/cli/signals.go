package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"creditsync/internal/fault"
)

// patience is how long a command may take to end after the first signal.
const patience = 10 * time.Second

// untilSignal returns a context that ends at SIGINT or SIGTERM. A second signal, or a command that has not ended after
// patience, ends the process at once: what was not committed is nobody's, so nothing is broken by it. The returned
// function stops listening and waits for the listener.
func (p *program) untilSignal() (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	over, listened := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(listened)
		select {
		case <-over:
			return
		case <-signals:
		}
		p.err.Write(p.toStderr().Notice(fault.T("正在收尾，最多 10 秒；再按一次 Ctrl-C 立即退出。", "Ending, within 10 seconds; Ctrl-C once more ends at once.")))
		cancel()
		late := time.NewTimer(patience)
		defer late.Stop()
		select {
		case <-over:
			return
		case <-signals:
		case <-late.C:
		}
		p.err.show(nil)
		p.err.Write(p.toStderr().Notice(fault.T("立即退出：没有提交的都不算数，下次运行会接着做。", "Ended at once: what was not committed does not count, and the next run goes on.")))
		os.Exit(int(fault.Run))
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(over)
		<-listened
		cancel()
	}
}
