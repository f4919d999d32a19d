package app

import (
	"context"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"creditsync/internal/bus"
)

// EnvDieAt names the step of a run at which the process kills itself, as in "closed" or "batch staged:3" for the third
// time it is reached. Only tests set it: it shows that a process may end at any line.
const EnvDieAt = "CREDITSYNC_TEST_DIE_AT"

// EnvStopAt names, in the same way, the step at which the process stops itself until it gets SIGCONT: time for a test to
// do something to the engine or the broker at exactly that moment.
const EnvStopAt = "CREDITSYNC_TEST_STOP_AT"

// EnvLease is how long leases last, as in "3s". Only tests set it, so that they need not wait half a minute for the end of one.
const EnvLease = "CREDITSYNC_TEST_LEASE"

// leaseTTL is how long leases last; 0 leaves it to the ledger.
func leaseTTL(getenv func(string) string) time.Duration {
	ttl, err := time.ParseDuration(getenv(EnvLease))
	if err != nil {
		return 0
	}
	return ttl
}

// stopping returns what is told the steps of a run; nil unless a test wants the process to end or to stop at one of them.
func (a *App) stopping() func(string) {
	die, stop := arrival(a.Getenv(EnvDieAt)), arrival(a.Getenv(EnvStopAt))
	if die == nil && stop == nil {
		return nil
	}
	return func(step string) {
		if die != nil && die(step) {
			_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
			select {} // until the signal has arrived
		}
		if stop != nil && stop(step) {
			a.still(halt)
		}
	}
}

// halt stops the process. The signal is for the thread that sends it: any other would have to be scheduled first, and this
// one would go on meanwhile.
func halt() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_ = unix.Tgkill(unix.Getpid(), unix.Gettid(), unix.SIGSTOP)
}

// still does something while this process writes nothing to the ledger: one that stops itself must not keep it locked.
func (a *App) still(do func()) {
	a.open.mu.Lock()
	l := a.open.ledger
	a.open.mu.Unlock()
	if l == nil || l.Quietly(context.Background(), do) != nil {
		do()
	}
}

// arrival returns what says whether a step is the one that is meant, for the time that is meant; nil for none.
func arrival(at string) func(string) bool {
	want, count, _ := strings.Cut(at, ":")
	if want == "" {
		return nil
	}
	nth, err := strconv.ParseInt(count, 10, 64)
	if err != nil {
		nth = 1
	}
	var seen atomic.Int64
	return func(step string) bool { return step == want && seen.Add(1) == nth }
}

// stopper is what is told the steps of everything that this process runs: it counts them together.
func (a *App) stopper() func(string) {
	a.stop.Do(func() { a.at = a.stopping() })
	return a.at
}

// steps returns what reports named steps outside package pipelines.
func (a *App) steps() func(string) {
	told := a.stopper()
	return func(step string) {
		a.Log.Debug("step", "name", step)
		if told != nil {
			told(step)
		}
	}
}

// steppedOutbox reports when the relay begins to read a commit: it has fenced its predecessors and knows its position.
type steppedOutbox struct {
	bus.Outbox
	at func(string)
}

func (o steppedOutbox) Read(ctx context.Context, c bus.Commit) (bus.Rows, error) {
	o.at("relay reads")
	return o.Outbox.Read(ctx, c)
}

// relayStep reports the points of a transaction: "relay fenced", "relay produced" and so on. What the ledger is told of,
// steppedLease reports.
func relayStep(at func(string)) func(string) error {
	return func(point string) error {
		if point != "noted" {
			at("relay " + point)
		}
		return nil
	}
}

// steppedLease reports when a transaction is committed that the ledger does not know of yet, and when it does.
type steppedLease struct {
	bus.Lease
	at func(string)
}

func (l steppedLease) Remember(ctx context.Context, p bus.Position) error {
	l.at("told")
	err := l.Lease.Remember(ctx, p)
	l.at("noted")
	return err
}
