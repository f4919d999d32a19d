package scheduler

import "time"

// maxAhead is how far in the future a tick can be that was seen to: the clock was put back by as much. Beyond it, the
// clock was wrong when the tick was taken, and waiting for that time to come again would silence the pipeline.
const maxAhead = 7 * 24 * time.Hour

// lastTicks are the latest ticks after after and up to upTo, at most n, in their order. Its work depends on n, not on how
// long ago after is.
func lastTicks(r *Rule, after, upTo time.Time, n int) []time.Time {
	if r == nil || !upTo.After(after) {
		return nil
	}
	for window := time.Hour; ; window *= 4 {
		from := upTo.Add(-window)
		whole := !from.After(after) || window < 0
		if whole {
			from = after
		}
		var ticks []time.Time
		for t := r.Next(from); !t.IsZero() && !t.After(upTo); t = r.Next(t) {
			if ticks = append(ticks, t); len(ticks) > 2*n {
				ticks = append(ticks[:0], ticks[len(ticks)-n:]...)
			}
		}
		if whole || len(ticks) >= n {
			return ticks[max(0, len(ticks)-n):]
		}
	}
}

// choice is what is to be done about a pipeline that does not run.
type choice struct {
	run    time.Time // the tick to run; zero: none
	retry  bool      // it is one more attempt of what was tried
	passed time.Time // ticks up to here are passed over; zero: none
}

// choose decides what is due now. awaited says that the tick was seen in time and has waited since, so that it is not
// missed however long that took.
func (j *Job) choose(m Mark, now time.Time, awaited bool) choice {
	n := 1
	if j.CatchUp == All {
		n = max(1, j.Max)
	}
	retry := !m.Trying.IsZero()
	if retry && (j.CatchUp == All || len(lastTicks(j.Rule, m.Seen, now, 1)) == 0) {
		if m.Retry.After(now) {
			return choice{}
		}
		return choice{run: m.Trying, retry: true}
	}
	ticks := lastTicks(j.Rule, m.Seen, now, n)
	if len(ticks) == 0 {
		return choice{}
	}
	if last := ticks[len(ticks)-1]; j.CatchUp == None && !awaited && now.Sub(last) > Grace {
		return choice{passed: last}
	}
	return choice{run: ticks[0]}
}

// wake is when to look at a pipeline that does not run.
func (j *Job) wake(m Mark) time.Time {
	next := j.next(m.Seen)
	if !m.Trying.IsZero() && (next.IsZero() || m.Retry.Before(next) || j.CatchUp == All) {
		return m.Retry
	}
	return next
}

// next is the first tick after t; zero: none.
func (j *Job) next(t time.Time) time.Time {
	if j.Rule == nil {
		return time.Time{}
	}
	return j.Rule.Next(t)
}
