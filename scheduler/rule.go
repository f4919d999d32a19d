package scheduler

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Rule is when a pipeline runs: an expression in a zone, perhaps on working days only. It is immutable.
type Rule struct {
	text     string
	wall     cron.Schedule // of wall-clock times, written as if they were UTC
	zone     *time.Location
	elapsed  bool
	calendar *Calendar
}

// NewRule reads a cron expression for a zone. With a calendar, only ticks on its working days count; nil is every day.
// Errors are those of Check.
func NewRule(expr string, zone *time.Location, workdays *Calendar) (*Rule, error) {
	wall, err := parse(expr)
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(expr)
	r := &Rule{text: strings.Join(fields, " ") + " " + zone.String(), wall: wall, zone: zone, calendar: workdays}
	if workdays != nil {
		r.text += " " + workdays.Name
	}
	// As in other crons: who writes a star for the hour means "all the time", who writes an hour means that time of day.
	r.elapsed = fields[0] == "@hourly" || len(fields) == fieldCount && (fields[1][0] == '*' || fields[1][0] == '?')
	return r, nil
}

// String is the expression with its zone and calendar: two rules that print the same have the same ticks. The days of the
// calendar are not in it, so that a new year's holidays are no new rule.
func (r *Rule) String() string { return r.text }

// maxDays is how many days in a row without work Next looks beyond before it gives up.
const maxDays = 1000

// Next is the first tick after t, in the rule's zone; zero where there is none within some years.
//
// Where clocks are set forward or back, a rule with an hour keeps to the wall clock: a time that is skipped comes at the
// moment after the gap, a time that comes twice counts the first time. A rule with a star for the hour keeps to elapsed
// time: what is skipped is skipped, and both of two equal hours have their ticks.
func (r *Rule) Next(after time.Time) time.Time {
	t := r.next(after)
	for range maxDays {
		if t.IsZero() || r.calendar == nil {
			return t
		}
		y, m, d := t.In(r.zone).Date()
		if work, _ := r.calendar.Workday(y, m, d); work {
			return t
		}
		t = r.next(time.Date(y, m, d+1, 0, 0, 0, 0, r.zone).Add(-time.Nanosecond))
	}
	return time.Time{}
}

func (r *Rule) next(after time.Time) time.Time {
	if r.elapsed {
		return r.nextElapsed(after)
	}
	w := asWall(after.In(r.zone))
	for {
		w = r.wall.Next(w)
		if w.IsZero() {
			return time.Time{}
		}
		// Not after it: the second of two equal hours, in which nothing comes.
		if t := instant(w, r.zone); t.After(after) {
			return t
		}
	}
}

// nextElapsed looks for the next tick in one stretch of constant offset after the other.
func (r *Rule) nextElapsed(after time.Time) time.Time {
	t := after.In(r.zone)
	wall := asWall(t)
	for {
		_, offset := t.Zone()
		_, end := t.ZoneBounds()
		w := r.wall.Next(wall)
		if w.IsZero() {
			return time.Time{}
		}
		at := w.Add(-time.Duration(offset) * time.Second)
		if end.IsZero() || at.Before(end) {
			return at.In(r.zone)
		}
		t = end
		wall = asWall(t).Add(-time.Nanosecond) // the first moment of the next stretch counts
	}
}

// asWall writes the wall-clock time of t as if it were UTC.
func asWall(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.Add(time.Duration(offset) * time.Second).UTC()
}

// instant is when the clocks of a zone show the wall-clock time w: the first time where they do so twice, the moment
// after the gap where they never do.
func instant(w time.Time, zone *time.Location) time.Time {
	near := time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), 0, zone)
	start, end := near.ZoneBounds()
	around := []time.Time{near} // and a moment in each stretch beside it
	if !start.IsZero() {
		around = append(around, start.Add(-time.Nanosecond))
	}
	if !end.IsZero() {
		around = append(around, end)
	}
	var first time.Time
	for _, one := range around {
		_, offset := one.In(zone).Zone()
		t := w.Add(-time.Duration(offset) * time.Second).In(zone)
		if asWall(t).Equal(w) && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for _, bound := range []time.Time{start, end} {
		if b := bound.In(zone); first.IsZero() && asWall(b.Add(-time.Nanosecond)).Before(w) && asWall(b).After(w) {
			return b
		}
	}
	return first
}
