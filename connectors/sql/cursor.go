package sql

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"creditsync/connectors"
	"creditsync/connectors/remote"
	"creditsync/internal/fault"
)

// mark is a cursor as the ledger keeps it: where the last read stopped, and of what it is the place.
type mark struct {
	Version int    `json:"v"`
	Source  string `json:"source"` // the server and database, or the file
	What    string `json:"what"`   // the table, or a digest of the query
	Column  string `json:"column"`
	Kind    string `json:"kind"`
	Value   string `json:"value"` // see point.text
}

// kindNames are the names of kinds in a mark.
func kindNames() map[kind]string {
	return map[kind]string{words: "text", number: "number", moment: "moment", clock: "clock", day: "day", other: "text"}
}

// mark is the mark of a read of o that stopped at p.
func (o Options) mark(p point) mark {
	m := mark{Version: 1, Column: o.Cursor, Kind: kindNames()[p.kind], Value: p.text, Source: o.Engine + "://" + o.address() + "/" + o.Database, What: o.Table}
	if o.Engine == engineSQLite {
		m.Source = engineSQLite + ":" + o.File
	}
	if o.Engine == engineMariaDB {
		m.Source = strings.Replace(m.Source, engineMariaDB, engineMySQL, 1) // two names of one protocol
	}
	if o.Query != "" {
		sum := sha256.Sum256([]byte(strings.Join(strings.Fields(o.Query), " ")))
		m.What = "query " + hex.EncodeToString(sum[:8])
	}
	return m
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
func (o Options) resume(stored []byte, c column, span span) (*point, error) {
	if stored == nil {
		return nil, nil
	}
	var was mark
	if err := json.Unmarshal(stored, &was); err != nil || was.Version != 1 {
		return nil, cursorBroken()
	}
	now := o.mark(point{kind: c.kind})
	for _, part := range []struct{ was, now string }{{was.Source, now.Source}, {was.What, now.What}, {was.Column, now.Column}, {was.Kind, now.Kind}} {
		if part.was != part.now {
			return nil, cursorOfAnother(part.was, part.now)
		}
	}
	p, err := span.point(c.kind, was.Value)
	if err != nil {
		return nil, cursorBroken()
	}
	return &p, nil
}

// bounds are what is read of the cursor's range: from low on, before high; nil is open.
type bounds struct{ low, high *point }

// bounds of a read from the point where the last one stopped, or of a window of it.
func (o Options) bounds(from *point, w connectors.Window, c column, span span) (b bounds, err error) {
	if from != nil {
		low, err := o.back(*from, span)
		return bounds{low: &low}, err
	}
	for _, side := range []struct {
		text string
		to   **point
	}{{w.Since, &b.low}, {w.Until, &b.high}} {
		if side.text == "" {
			continue
		}
		p, err := span.asked(c.kind, side.text)
		if err != nil {
			return b, windowValue(side.text, c)
		}
		*side.to = &p
	}
	if b.low != nil && b.high != nil && b.low.compare(*b.high) >= 0 {
		return b, windowEmpty(w)
	}
	return b, nil
}

// back is the point that lies the lag before p.
func (o Options) back(p point, span span) (point, error) {
	d, n := DefaultLag, int64(DefaultLagNumber)
	if o.Lag != "" {
		var err error
		if d, n, err = remote.ParseLag(o.Lag); err != nil {
			return p, err
		}
	}
	timed := p.timed()
	switch {
	case p.kind == number && o.Lag != "" && n < 0:
		return p, lagUnit(o, fault.T("整数", "a whole number"))
	case p.kind == number:
		return p.minus(n), nil
	case timed && o.Lag != "" && n > 0:
		return p, lagUnit(o, fault.T("时长，如 10m", "a duration such as 10m"))
	case timed && n == 0 && o.Lag != "":
		return p, nil
	case timed:
		return span.at(p, p.time.Add(-d)), nil
	case o.Lag != "" && (n > 0 || d > 0 && n < 0):
		return p, lagOfText(o)
	}
	return p, nil
}

// settle is where the next read goes on: at the last value that was seen, but never beyond the source's own clock, and
// never before where this one began.
func (s span) settle(from *point, seen *point) (*point, error) {
	if seen == nil {
		return from, nil
	}
	p := *seen
	if now := s.at(p, s.now); p.timed() && p.time.After(now.time) {
		p = now
	}
	if from != nil && from.compare(p) > 0 {
		return from, nil
	}
	return &p, nil
}
