package file

import (
	"bytes"
	"context"
	"io"

	"creditsync/connectors"
)

// maxRecord bounds what is kept of a record, so that a batch with it stays near its own bound.
const maxRecord = connectors.MaxBatchBytes / 2

// rows cuts a feed into records and counts lines. Memory is bounded whatever the file holds.
type rows struct {
	name     string
	place    string // of its rows, up to their line
	feed     *feed
	scan     scanner
	buf      []byte // what of the text is in hand
	pos      int    // where in buf the next record starts
	backing  []byte // the chunk's buffer that buf lies in; nil when it lies in spill
	spill    []byte // a record that does not fit before the next chunk
	doubtful bool
	eof      bool
	line     int
}

// skipTo passes over the first bytes of the text, which the header was found in, to the line after it.
func (r *rows) skipTo(ctx context.Context, start, line int) error {
	r.line = line
	for start > 0 {
		if r.pos == len(r.buf) {
			if r.eof {
				return changed(r.name)
			}
			if err := r.more(ctx); err != nil {
				return err
			}
		}
		n := min(start, len(r.buf)-r.pos)
		r.pos, start = r.pos+n, start-n
	}
	return nil
}

// next is the next record that is not blank, or io.EOF.
func (r *rows) next(ctx context.Context) (record, error) {
	for {
		r.scan.reset()
		if r.pos == len(r.buf) {
			if r.eof {
				return record{}, io.EOF
			}
			if err := r.more(ctx); err != nil {
				return record{}, err
			}
			continue
		}
		n, ok := r.scan.scan(r.buf[r.pos:], r.eof)
		for !ok {
			if rule := r.tooMuch(); rule != "" {
				return r.giveUp(ctx, rule)
			}
			if r.eof {
				return record{}, unclosedQuote(r.name, r.line+r.scan.breaks)
			}
			if err := r.more(ctx); err != nil {
				return record{}, err
			}
			n, ok = r.scan.scan(r.buf[r.pos:], r.eof)
		}
		rec := record{bytes: r.buf[r.pos : r.pos+n], place: r.place, line: r.line} // with its line break
		r.pos += n
		r.line += 1 + r.scan.breaks
		r.scan.untangle(rec.bytes)
		rec.cells = r.scan.cells
		if first := rec.cells[0]; blankCell(rec.bytes[first.Lo:first.Hi]) && blankRecord(rec) {
			continue
		}
		rec.rule = r.judge(rec)
		return rec, nil
	}
}

// judge finds what speaks against a record, whatever its header is.
func (r *rows) judge(rec record) string {
	if r.doubtful {
		if bytes.Contains(rec.bytes, []byte(replacement)) {
			return connectors.RuleUndecodable
		}
		if bytes.IndexByte(rec.bytes, 0) >= 0 {
			return connectors.RuleNUL
		}
	}
	if len(rec.bytes) > connectors.MaxCell {
		for _, c := range rec.cells {
			if c.Hi-c.Lo > connectors.MaxCell {
				return connectors.RuleCellTooLarge
			}
		}
	}
	if r.scan.torn {
		return connectors.RuleQuote
	}
	return ""
}

// more appends the next chunk to what is left in hand. The bytes of the record in hand keep their order, not their place.
func (r *rows) more(ctx context.Context) error {
	c, err := r.feed.next(ctx)
	if err != nil {
		return err
	}
	if c.err != nil && c.err != io.EOF {
		return c.err
	}
	r.eof = c.err == io.EOF
	tail := r.buf[r.pos:]
	old := r.backing
	if len(tail) <= headroom {
		at := headroom - len(tail)
		copy(c.buf[at:], tail)
		r.buf, r.pos, r.backing = c.buf[:c.end], at, c.buf
		if cap(r.spill) > 4*chunkSize {
			r.spill = nil // a giant row has passed
		}
	} else {
		r.spill = append(r.spill[:0], tail...) // tail may lie in spill itself: it only moves to the front
		r.spill = append(r.spill, c.buf[headroom:c.end]...)
		r.buf, r.pos, r.backing = r.spill, 0, nil
		r.feed.recycle(c.buf)
	}
	r.doubtful = c.doubtful || r.doubtful && len(tail) > 0
	if old != nil {
		r.feed.recycle(old)
	}
	return nil
}

// tooMuch tells why the record in hand, which is not complete, is not waited for.
func (r *rows) tooMuch() string {
	inHand := len(r.buf) - r.pos
	switch {
	case r.scan.wide:
		return connectors.RuleRagged
	case inHand-r.scan.at > 2*connectors.MaxCell+2 || inHand > maxRecord: // twice: all of it may be doubled quotes
		return connectors.RuleCellTooLarge
	}
	return ""
}

// blankRecord reports whether no cell has anything in it.
func blankRecord(rec record) bool {
	for _, c := range rec.cells {
		if !blankCell(rec.bytes[c.Lo:c.Hi]) {
			return false
		}
	}
	return true
}

func blankCell(b []byte) bool {
	return len(b) == 0 || (b[0] == ' ' || b[0] == '\t' || b[0] == 0xE3) && len(bytes.TrimSpace(b)) == 0
}
