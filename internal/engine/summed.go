package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// Part says what rows of an answer are.
type Part uint8

// The parts of an answer, in the order in which they come.
const (
	Rows     Part = iota
	Totals        // one row, of WITH TOTALS
	Extremes      // two rows, of the setting extremes
)

// maxSummed is how many bytes an answer with totals or extremes may have as JSON: libchdb gives it whole.
const maxSummed = 64 << 20

// summedPiece is about how much JSON is made blocks of at once.
const summedPiece = 4 << 20

// summedAnswer is an answer in format JSONCompact. A Native result of libchdb's has neither totals nor extremes; this has.
type summedAnswer struct {
	Data     []json.RawMessage
	Totals   json.RawMessage
	Extremes *struct{ Min, Max json.RawMessage }
}

// runSummed runs a statement with totals or extremes once, as JSON, and lets the engine make Native blocks of that by the
// columns' types, which are known.
func (p *Plan) runSummed(ctx context.Context, each func(Part, []byte) error) (*Result, error) {
	s, q := p.conversation.session, p.q
	var a summedAnswer
	r, err := s.Exec(ctx, q.text, "JSONCompact", q.params, func(out []byte) error {
		if len(out) > maxSummed {
			return refuse(notImplemented, fmt.Sprintf("An answer with totals or extremes may have %d MiB over the native protocol: use LIMIT, or HTTP.", maxSummed>>20))
		}
		if json.Unmarshal(out, &a) != nil { // libchdb writes the totals before the beginning when there are no rows
			return refuse(notImplemented, "An answer with totals and without rows cannot be sent over the native protocol: leave WITH TOTALS out.")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for from := 0; from < len(a.Data); {
		to, size := from, 0
		for ; to < len(a.Data) && size < summedPiece; to++ {
			size += len(a.Data[to])
		}
		if err := p.blocksOf(a.Data[from:to], Rows, each); err != nil {
			return nil, err
		}
		from = to
	}
	if len(a.Totals) > 0 {
		err = p.blocksOf([]json.RawMessage{a.Totals}, Totals, each)
	}
	if err == nil && a.Extremes != nil {
		err = p.blocksOf([]json.RawMessage{a.Extremes.Min, a.Extremes.Max}, Extremes, each)
	}
	return r, err
}

// blocksOf hands out rows, each a JSON array, as Native blocks.
func (p *Plan) blocksOf(rows []json.RawMessage, part Part, each func(Part, []byte) error) error {
	var text strings.Builder
	for _, row := range rows {
		text.Write(row)
		text.WriteByte('\n')
	}
	sql := "SELECT * FROM format('JSONCompactEachRow', " + QuoteString(structure(p.Columns)) + ", " + QuoteString(text.String()) + ") SETTINGS max_query_size = " + fmt.Sprint(4*maxSummed)
	_, err := p.conversation.session.execute(sql, "Native", nil, func(native []byte) error { return each(part, native) })
	return err
}

// structure is how columns are written for table functions.
func structure(columns []Column) string {
	var b strings.Builder
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(QuoteName(c.Name) + " " + c.Type)
	}
	return b.String()
}
