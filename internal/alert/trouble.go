package alert

import (
	"slices"
	"time"
)

// The problems that a pipeline can have.
const (
	Failed  = "failed"  // its newest run failed, and is not tried again
	Budget  = "budget"  // its newest run was stopped by the error budget
	Overdue = "overdue" // it is silent longer than expected
)

// Trouble is one problem of one pipeline, as it is written down. Zero times are never.
type Trouble struct {
	Pipeline, Problem string
	ID                string // the same while the trouble lasts
	Since             time.Time
	Code, Detail, Run string
	Told              time.Time // when the receiver took it
	Over              time.Time // when it ended
	Tries             int       // of what is to be told now
	Retry             time.Time // not before
}

func (t Trouble) same(o Trouble) bool { return t.Pipeline == o.Pipeline && t.Problem == o.Problem }

// Reconcile holds what is wrong now against what is written down: put is to be written, remove to be forgotten. id makes a
// new id.
func Reconcile(written, wrong []Trouble, now time.Time, id func() string) (put, remove []Trouble) {
	for _, w := range wrong {
		i := slices.IndexFunc(written, w.same)
		switch {
		case i < 0:
			w.ID = id()
			put = append(put, w)
		case !written[i].Over.IsZero(): // it is back before anybody heard that it was over
			again := written[i]
			again.Over, again.Tries, again.Retry = time.Time{}, 0, time.Time{}
			put = append(put, again)
		}
	}
	for _, old := range written {
		switch {
		case slices.ContainsFunc(wrong, old.same):
		case old.Told.IsZero():
			remove = append(remove, old) // nobody has heard of it
		case old.Over.IsZero():
			old.Over, old.Tries, old.Retry = now, 0, time.Time{}
			put = append(put, old)
		}
	}
	return put, remove
}

// Due are those that are to be told now, troubles first.
func Due(written []Trouble, now time.Time) []Trouble {
	var list []Trouble
	for _, over := range []bool{false, true} {
		for _, t := range written {
			untold := t.Told.IsZero() || !t.Over.IsZero()
			if untold && !t.Over.IsZero() == over && !t.Retry.After(now) {
				list = append(list, t)
			}
		}
	}
	return list
}

const (
	firstWait = 10 * time.Second
	maxWait   = time.Hour
)

// Settle is what is to be written after an attempt to tell: err is why the receiver did not take it.
func Settle(tried []Trouble, err error, now time.Time) (put, remove []Trouble) {
	for _, t := range tried {
		switch {
		case err != nil:
			t.Tries++
			t.Retry = now.Add(min(maxWait, firstWait<<min(t.Tries-1, 10)))
			put = append(put, t)
		case t.Over.IsZero():
			t.Told, t.Tries, t.Retry = now, 0, time.Time{}
			put = append(put, t)
		default:
			remove = append(remove, t)
		}
	}
	return put, remove
}
