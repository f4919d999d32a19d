package cli

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// output is stdout. Once its reader has gone (| head), what is written goes nowhere and is no error; what else goes
// wrong is kept for the exit status.
type output struct {
	w    io.Writer
	gone bool
	err  error
}

// Write never fails.
func (o *output) Write(b []byte) (int, error) {
	if o.gone || o.err != nil {
		return len(b), nil
	}
	_, err := o.w.Write(b)
	switch {
	case errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe):
		o.gone = true
	case err != nil:
		o.err = err
	}
	return len(b), nil
}

// ignoreBrokenPipes keeps a reader of stdout that has gone from killing the process in the middle of a run. The signal
// is caught, not ignored: children would inherit that. The returned function undoes it.
func ignoreBrokenPipes() func() {
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	return func() { signal.Stop(broken) }
}

// console is stderr: what is written to it stands above the progress bars while there are any.
type console struct {
	mu   sync.Mutex
	w    io.Writer
	bars io.Writer // nil while there are none
}

// Write writes above the bars. It is safe for concurrent use.
func (c *console) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bars != nil {
		if n, err := c.bars.Write(b); err == nil {
			return n, nil
		}
	}
	return c.w.Write(b)
}

// show sets the bars; nil for none.
func (c *console) show(bars io.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bars = bars
}
