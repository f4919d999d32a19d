package scheduler

import (
	"context"
	"errors"
	"time"

	"creditsync/internal/fault"
)

// CatchUp is what becomes of ticks that were missed, because nothing ran or the clock was put forward.
type CatchUp int

// The ways of catching up.
const (
	Latest CatchUp = iota // one run, for the latest of them
	All                   // one run for each of the latest Job.Max, in their order
	None                  // no run
)

// Overlap is what becomes of a tick that comes while the last run of its pipeline still goes.
type Overlap int

// The ways of overlap.
const (
	Skip  Overlap = iota // it is passed over and counted
	Queue                // one run follows when the last has ended; with All, one for each
)

// Grace is how late a tick may be seen and is not missed: a restart within it misses nothing.
const Grace = time.Minute

// Job is a pipeline that is to run. Its Name is distinct.
type Job struct {
	Name string
	// Rule is nil for a pipeline that runs on demand only: it has a mark and never a tick.
	Rule    *Rule
	CatchUp CatchUp
	Max     int // with All; 0 means 1
	Overlap Overlap
	// Retries is how many attempts may follow the first one of a tick.
	Retries int
	// Wait is the time before the first of them; it doubles each time, up to an hour.
	Wait time.Duration
	// Run runs the pipeline. It is called by one goroutine at a time, with a context that ends when the scheduler cannot wait
	// any longer; it must return soon then. ErrBusy says that somebody else runs the pipeline. A panic is an error of this run.
	Run func(ctx context.Context, turn Turn) error
}

// Turn is one attempt to run a tick.
type Turn struct {
	Tick    time.Time // the scheduled time
	Attempt int       // counted from 1
}

// ErrBusy is for Job.Run to return, wrapped or not, when somebody else runs the pipeline: a tick that came while its last
// run still goes.
var ErrBusy = errors.New("another process runs the pipeline")

// MaxWait bounds the time between attempts.
const MaxWait = time.Hour

// busyWait is how often a queued tick asks whether the other process has ended its run.
const busyWait = 10 * time.Second

// Retryable reports whether another attempt may mend an error by itself: one of the environment, or one that says so. The
// input stays wrong until a person has changed it.
func Retryable(err error) bool {
	again, _ := fault.Retryable(err)
	switch fault.ClassOf(err) {
	case fault.Environment:
		return true
	case fault.Input, fault.None:
		return false
	}
	return again
}

// pause is how long to wait after the attempt-th attempt, which ended with err.
func (j *Job) pause(attempt int, err error) time.Duration {
	wait := j.Wait
	for i := 1; i < attempt && wait < MaxWait; i++ {
		wait *= 2
	}
	_, after := fault.Retryable(err)
	return max(min(wait, MaxWait), after)
}
