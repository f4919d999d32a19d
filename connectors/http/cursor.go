package http

import (
	"encoding/json"
	"math/big"
	"strings"
	"time"

	"creditsync/connectors"
	"creditsync/connectors/jsonrows"
	"creditsync/connectors/remote"
)

// mark is a cursor as the ledger keeps it: where the last read stopped, and of what it is the place.
type mark struct {
	Version int    `json:"v"`
	Source  string `json:"source"` // host and path
	Column  string `json:"column"` // "": the clock of the read
	Kind    string `json:"kind"`   // time or number
	Value   string `json:"value"`
}

// point is one value of a cursor: a time, or a number.
type point struct {
	time   time.Time
	number *big.Rat
}

const (
	kindTime   = "time"
	kindNumber = "number"
)

// numbers reports whether the cursor is a number.
func (o Options) numbers() bool { return o.Since != nil && o.Since.Format == formatNumber }

func (o Options) mark(p point) mark {
	m := mark{Version: 1, Source: o.about(), Column: o.Cursor, Kind: kindTime, Value: p.time.UTC().Format(time.RFC3339Nano)}
	if p.number != nil {
		m.Kind, m.Value = kindNumber, exact(p.number)
	}
	return m
}

// exact is a number with all of its digits, of which it has finitely many.
func exact(r *big.Rat) string {
	digits, whole := r.FloatPrec()
	if !whole {
		digits = 40
	}
	return r.FloatString(digits)
}

// encode is what the ledger stores.
func (m mark) encode() []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // texts and a number
	}
	return b
}

// resume is the point that a stored cursor names, if it is one of this source and column.
func (o Options) resume(stored []byte) (*point, error) {
	var was mark
	if err := json.Unmarshal(stored, &was); err != nil || was.Version != 1 {
		return nil, cursorBroken()
	}
	now := o.mark(point{})
	if o.numbers() {
		now.Kind = kindNumber
	}
	for _, part := range []struct{ was, now string }{{was.Source, now.Source}, {was.Column, now.Column}, {was.Kind, now.Kind}} {
		if part.was != part.now {
			return nil, cursorOfAnother(part.was, part.now)
		}
	}
	if o.numbers() {
		n, ok := number(was.Value)
		if !ok {
			return nil, cursorBroken()
		}
		return &point{number: n}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, was.Value)
	if err != nil {
		return nil, cursorBroken()
	}
	return &point{time: t}, nil
}

// number reads a number as JSON and operators write it, without an exponent that takes a page to write out.
func number(s string) (*big.Rat, bool) {
	if s == "" || len(s) > 100 || strings.ContainsAny(s, "/eExXpPbo_ ") {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// asked reads a value as an operator writes it.
func (o Options) asked(text string, zone *time.Location) (*point, error) {
	if o.numbers() {
		n, ok := number(strings.TrimSpace(text))
		if !ok {
			return nil, windowValue(o, text)
		}
		return &point{number: n}, nil
	}
	t, err := remote.ParseTime(strings.TrimSpace(text), zone)
	if err != nil {
		return nil, windowValue(o, text)
	}
	return &point{time: t}, nil
}

// less orders points of one kind.
func (p point) less(q point) bool {
	if p.number != nil {
		return p.number.Cmp(q.number) < 0
	}
	return p.time.Before(q.time)
}

// back is the point that lies the lag before p.
func (o Options) back(p point) point {
	d, n := DefaultLag, int64(DefaultLagNumber)
	if o.Lag != "" {
		d, n, _ = remote.ParseLag(o.Lag) // Validate saw to it
	}
	if p.number != nil {
		return point{number: new(big.Rat).Sub(p.number, new(big.Rat).SetInt64(n))}
	}
	return point{time: p.time.Add(-d)}
}

// write is a point as the API wants it.
func (o Options) write(b *Bound, p point, zone *time.Location) string {
	if p.number != nil {
		return exact(p.number)
	}
	f, _ := parseFormat(b.Format) // Validate saw to it
	return f.write(p.time.In(zone))
}

// span is what a read asks for.
type span struct {
	from, low, high *point // where the last read stopped; what is asked for
}

// span of a read from the point where the last one stopped, or of a window of it.
func (o Options) span(want connectors.Request, zone *time.Location, now time.Time) (s span, err error) {
	switch w := want.Window; {
	case want.Cursor != nil:
		if s.from, err = o.resume(want.Cursor); err != nil {
			return s, err
		}
		low := o.back(*s.from)
		s.low = &low
	case w.Since != "":
		if s.low, err = o.asked(w.Since, zone); err != nil {
			return s, err
		}
	case o.Begin != "" && w.Whole():
		if s.low, err = o.asked(o.Begin, zone); err != nil {
			return s, err
		}
	}
	if text := want.Window.Until; text != "" {
		if o.Until == nil {
			return s, noUntil()
		}
		if s.high, err = o.asked(text, zone); err != nil {
			return s, err
		}
		if s.low != nil && !s.low.less(*s.high) {
			return s, windowEmpty(want.Window)
		}
	} else if o.Until != nil && !o.numbers() {
		s.high = &point{time: now}
	}
	return s, nil
}

// params are the parameters that ask for a span.
func (o Options) spanParams(s span, zone *time.Location) []param {
	var out []param
	if s.low != nil {
		out = append(out, param{name: o.Since.Param, value: o.write(o.Since, *s.low, zone)})
	}
	if s.high != nil {
		out = append(out, param{name: o.Until.Param, value: o.write(o.Until, *s.high, zone)})
	}
	return out
}

// latest is the greatest value of the cursor's column so far; a nil one looks at nothing.
type latest struct {
	o      Options
	path   []string
	format timeFormat
	zone   *time.Location
	most   *point
}

func newLatest(o Options, zone *time.Location) *latest {
	if o.Cursor == "" {
		return nil
	}
	f, _ := parseFormat(o.Since.Format) // Validate saw to it
	return &latest{o: o, path: split(o.Cursor), format: f, zone: zone}
}

// look looks at a row. One without a value is read whenever the API gives it, and says nothing of where to go on.
func (l *latest) look(row []byte, no int64) error {
	if l == nil {
		return nil
	}
	text := string(jsonrows.Text(jsonrows.Value(row, l.path...)))
	if text == "" {
		return nil
	}
	var p point
	if l.o.numbers() {
		n, ok := number(text)
		if !ok {
			return cursorValue(l.o, no)
		}
		p.number = n
	} else {
		t, err := l.format.read(text, l.zone)
		if err != nil {
			if t, err = remote.ParseTime(text, l.zone); err != nil {
				return cursorValue(l.o, no)
			}
		}
		p.time = t
	}
	if l.most == nil || l.most.less(p) {
		l.most = &p
	}
	return nil
}

// settle is where the next read goes on: at the greatest value that was seen, or at the time of this read where the API has
// no such column; never beyond the clock, and never before where this one began.
func (o Options) settle(from *point, seen *latest, clock time.Time) *point {
	var next *point
	switch {
	case o.Since == nil:
		return nil
	case seen == nil:
		next = &point{time: clock}
	case seen.most != nil:
		next = seen.most
		if next.number == nil && next.time.After(clock) {
			next = &point{time: clock}
		}
	}
	if next == nil || from != nil && next.less(*from) {
		return from
	}
	return next
}
