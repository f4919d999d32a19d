package file

import (
	"bytes"
	"context"

	"creditsync/connectors"
)

// giveUp makes a refused record of the one in hand, which is too much to be kept, and passes over the rest of it chunk by
// chunk. What had been read of it up to there is its cells.
func (r *rows) giveUp(ctx context.Context, rule string) (record, error) {
	rec := record{place: r.place, line: r.line, rule: rule}
	inHand := r.buf[r.pos:]
	s := &r.scan
	openLine := r.line + s.breaks
	quoted := s.at < len(inHand) && inHand[s.at] == '"'
	cut := s.at
	if rule == connectors.RuleCellTooLarge {
		lo := s.at
		if quoted {
			lo++
		}
		cut = min(len(inHand), lo+connectors.MaxCell)
		s.cells = append(s.cells, span{Lo: int32(lo), Hi: int32(cut)})
	}
	rec.bytes = bytes.Clone(inHand[:cut])
	s.untangle(rec.bytes)
	rec.cells = s.cells

	w := waste{delim: s.delim, state: atCell, giant: rule == connectors.RuleCellTooLarge && quoted}
	r.pos += s.at
	for {
		used, done := w.eat(r.buf[r.pos:])
		r.pos += used
		if w.torn {
			return record{}, unclosedQuote(r.name, openLine)
		}
		if done {
			break
		}
		if r.eof {
			if w.state == inQuotes {
				return record{}, unclosedQuote(r.name, openLine)
			}
			break
		}
		if err := r.more(ctx); err != nil {
			return record{}, err
		}
	}
	r.line += 1 + s.breaks + w.breaks
	return rec, nil
}

type wasteState int

const (
	atCell    wasteState = iota // a cell begins
	inCell                      // in unquoted text
	inQuotes                    // in quoted text
	atQuote                     // after a quote in quoted text: doubled, or the end
	atReturn                    // after a CR that ended the record
	inTheText                   // after a CR in quoted text
)

// waste passes over a record without keeping anything of it, in pieces cut anywhere.
type waste struct {
	delim  byte
	state  wasteState
	breaks int  // line breaks in quotes
	giant  bool // the first cell is the one over connectors.MaxCell, and quoted
	torn   bool // and text follows its closing quote
}

// eat passes over b up to the end of the record.
func (w *waste) eat(b []byte) (n int, done bool) {
	for n < len(b) {
		c := b[n]
		switch w.state {
		case atCell:
			w.state = inCell
			if c == '"' {
				w.state = inQuotes
				n++
			}
		case inCell:
			k := bytes.IndexAny(b[n:], "\r\n"+string(rune(w.delim)))
			if k < 0 {
				return len(b), false
			}
			n += k + 1
			switch b[n-1] {
			case w.delim:
				w.state = atCell
			case '\n':
				return n, true
			default:
				w.state = atReturn
			}
		case inTheText:
			w.state = inQuotes
			if c == '\n' { // CR LF is one
				n++
			}
		case inQuotes:
			n++
			switch c {
			case '"':
				w.state = atQuote
			case '\n':
				w.breaks++
			case '\r':
				w.breaks++
				w.state = inTheText
			}
		case atQuote:
			switch {
			case c == '"':
				w.state = inQuotes
				n++
			case w.giant && c != w.delim && c != '\r' && c != '\n':
				w.torn = true
				return n, true
			default:
				w.giant, w.state = false, inCell
			}
		case atReturn:
			if c == '\n' {
				n++
			}
			return n, true
		}
	}
	return n, false
}
