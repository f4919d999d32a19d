package sql

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"

	"creditsync/connectors/remote"
)

// point is one value of a cursor.
type point struct {
	kind kind
	// text is the value as it is stored and asked for: a time with a zone in UTC, everything else as the database has it.
	text string
	// time is what a time says; zero for a number, and for a text that is no time in one of textLayouts.
	time   time.Time
	layout string // of a text that is a time
}

// span is what points are measured by: the zone of times without one, and the source's clock.
type span struct {
	zone *time.Location
	now  time.Time
}

// layouts of points.
const (
	momentLayout = "2006-01-02T15:04:05.999999999Z07:00"
	clockLayout  = "2006-01-02 15:04:05.999999999"
	dayLayout    = "2006-01-02"
)

// textLayouts are the forms in which times are kept as text; in each, later is greater.
func textLayouts() []string {
	return []string{clockLayout, "2006-01-02T15:04:05.999999999", dayLayout, "20060102150405", "20060102", "2006/01/02 15:04:05", "2006/01/02", "2006-01-02 15:04", momentLayout}
}

// momentLayouts are those of times with a zone as PostgreSQL writes them. Before 1901 zones have seconds.
func momentLayouts() []string {
	return []string{momentLayout, "2006-01-02 15:04:05.999999999Z07", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999Z07:00:00"}
}

var numberSyntax = regexp.MustCompile(`^-?[0-9]{1,400}(\.[0-9]{1,400})?$`)

// timed reports whether p can be told on a clock.
func (p point) timed() bool { return !p.time.IsZero() }

// point reads a value as the database wrote it, or as it was stored.
func (s span) point(k kind, text string) (point, error) {
	p := point{kind: k, text: text}
	switch k {
	case number:
		if !numberSyntax.MatchString(text) {
			return p, fmt.Errorf("%q is no number", text)
		}
		return p, nil
	case moment, clock, day:
		if text == "infinity" { // after everything: what the clock says now counts
			return point{kind: k, text: text, time: s.now.Add(time.Hour)}, nil
		}
		layouts := momentLayouts()
		if k != moment {
			layouts = []string{clockLayout, dayLayout}
		}
		for _, l := range layouts {
			if t, err := time.ParseInLocation(l, text, s.zone); err == nil {
				return s.at(p, t), nil
			}
		}
		return p, fmt.Errorf("%q is no time", text)
	}
	for _, l := range textLayouts() {
		if t, err := time.ParseInLocation(l, text, s.zone); err == nil && t.Format(l) == text {
			p.time, p.layout = t, l
			break
		}
	}
	return p, nil
}

// at is the point of p's kind at that time.
func (s span) at(p point, t time.Time) point {
	p.time = t
	switch p.kind {
	case moment:
		p.text = t.UTC().Format(momentLayout)
	case clock:
		p.text = t.In(s.zone).Format(clockLayout)
	case day:
		p.text = t.In(s.zone).Format(dayLayout)
	default:
		p.text = t.In(s.zone).Format(p.layout)
	}
	return p
}

// asked reads a value as an operator writes it.
func (s span) asked(k kind, text string) (point, error) {
	text = strings.TrimSpace(text)
	if k != moment && k != clock && k != day {
		return s.point(k, text)
	}
	t, err := remote.ParseTime(text, s.zone)
	if err != nil {
		return point{}, err
	}
	return s.at(point{kind: k}, t), nil
}

// minus is the point that lies n before a number.
func (p point) minus(n int64) point {
	r, ok := new(big.Rat).SetString(p.text)
	if !ok {
		return p
	}
	r.Sub(r, new(big.Rat).SetInt64(n))
	_, fraction, _ := strings.Cut(p.text, ".")
	p.text = r.FloatString(len(fraction))
	return p
}

// compare orders points of one kind as the database does.
func (p point) compare(q point) int {
	switch {
	case p.kind == number:
		a, _ := new(big.Rat).SetString(p.text)
		b, _ := new(big.Rat).SetString(q.text)
		if a != nil && b != nil {
			return a.Cmp(b)
		}
	case p.kind != words && p.kind != other && p.timed() && q.timed():
		return p.time.Compare(q.time)
	}
	return strings.Compare(p.text, q.text)
}
