package scheduler

import "time"

// Clock is the time that the scheduler lives in.
type Clock struct {
	// Now is the wall clock. It may be set back and forth.
	Now func() time.Time
	// After returns a channel that is sent to once d has passed, and what ends the waiting before.
	After func(d time.Duration) (elapsed <-chan time.Time, stop func())
}

// WallClock is a clock over now whose timers are the runtime's.
func WallClock(now func() time.Time) Clock {
	return Clock{Now: now, After: func(d time.Duration) (<-chan time.Time, func()) {
		t := time.NewTimer(d)
		return t.C, func() { t.Stop() }
	}}
}

// now is the wall clock without the monotonic reading: the time that people see, which may have been set.
func (c Clock) now() time.Time { return c.Now().Round(0).Truncate(time.Millisecond) }
