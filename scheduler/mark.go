package scheduler

import (
	"context"
	"time"
)

// Mark is what is remembered of one pipeline. Times are kept to the millisecond; zero means never.
type Mark struct {
	// Rule is the Rule that the mark was made with, as text; "" without one. Another rule begins anew, without a backfill.
	Rule string
	// Since is when the pipeline was first seen here: the silence of one that never ran counts from then.
	Since time.Time
	// Seen is the last tick that was seen to, by a run or by the decision not to run.
	Seen time.Time
	// Next is the next tick, for people.
	Next time.Time
	// Trying is the tick of an attempt that has begun and has not ended well; zero: none.
	Trying time.Time
	// Attempts are those that Trying has had and that count against Job.Retries.
	Attempts int
	// Turns counts every attempt that ever began, so that each is taken once: it only goes up.
	Turns uint64
	// Retry is when the next attempt is due.
	Retry time.Time
	// Skipped are the ticks that came while the last run still went, SkippedAt is the last of them.
	Skipped   uint64
	SkippedAt time.Time
	// Missed are the ticks that passed while nothing ran and that were not caught up, as far as they were counted: one for
	// each time that some were passed over. MissedAt is the last of them.
	Missed   uint64
	MissedAt time.Time
}

// Store keeps the marks beyond the life of the process. The scheduler is its only writer as a rule; Take holds even
// where it is not. Its methods may be called at once from several goroutines; an error changes nothing and is tried again.
type Store interface {
	// Marks are all marks, by pipeline. It is called once. Where the attempt that a mark tells of did end well, although
	// nobody came to say so, Trying is zero.
	Marks(ctx context.Context) (map[string]Mark, error)
	// Take stores m for an attempt that is about to begin, in one step with the check that nobody else has begun it: taken is
	// false, and nothing is stored, unless m.Turns is higher than the stored one.
	Take(ctx context.Context, pipeline string, m Mark) (taken bool, err error)
	// Put stores marks, but for those whose Turns is lower than the stored one.
	Put(ctx context.Context, marks map[string]Mark) error
	// Forget removes the marks of pipelines that are switched off, so that they begin anew without a backfill.
	Forget(ctx context.Context, pipelines []string) error
}
