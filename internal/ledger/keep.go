package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// keep renews a lease three times in its time until stop is called, ctx ends or the lease is lost; one that was just taken
// has a third of its time until the first renewal, which a short run never comes to. The context it returns
// ends with ErrFenced as its cause when another took the lease, or when it could not be renewed until it expired: its
// holder must stop working then, although the fence would hold it back anyway. stop may be called twice.
func (l *Ledger) keep(ctx context.Context, le lease) (kept context.Context, stop func()) {
	kept, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(l.o.LeaseTTL / 3)
		defer ticker.Stop()
		until := le.expires
		if until.Sub(l.now()) > l.o.LeaseTTL/2 && !tick(kept, ticker) {
			return
		}
		for {
			next, err := l.renew(kept, le)
			switch {
			case kept.Err() != nil:
				return
			case err == nil:
				until = next
			case errors.Is(err, ErrFenced):
				cancel(err)
				return
			case !l.now().Before(until):
				cancel(fmt.Errorf("%w: it could not be renewed until it expired: %w", ErrFenced, err))
				return
			}
			if !tick(kept, ticker) {
				return
			}
		}
	}()
	return kept, func() {
		cancel(context.Canceled)
		<-done
	}
}

// tick waits for the next tick; false means that ctx ended first.
func tick(ctx context.Context, ticker *time.Ticker) bool {
	select {
	case <-ctx.Done():
		return false
	case <-ticker.C:
		return true
	}
}
