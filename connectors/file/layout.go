package file

import (
	"context"

	"creditsync/connectors"
	"creditsync/internal/fault"
)

// layout is how a text's table is written. It implements content.
type layout struct {
	delim   byte
	names   []string // of the columns, unique
	named   int      // columns up to the last one that the header names: a row has at least so many cells
	width   int      // cells of the header line, those without a name included: a row has at most so many
	start   int      // length of the text before the first data row
	line    int      // on which that row stands
	answers bool     // a receipt column is among them
	header  int      // the line of the header
	// mayBeEmpty: a file without data rows is not an error. One of blanks alone has no names either.
	mayBeEmpty bool
}

func (l *layout) columns() []string { return l.names }
func (l *layout) receipt() bool     { return l.answers }
func (l *layout) note() fault.Text  { return fault.Text{} }

func (l *layout) empty(name string) error {
	if l.mayBeEmpty {
		return nil
	}
	return onlyHeader(name, l.header)
}

// open implements content.
func (l *layout) open(ctx context.Context, in *input, enc charset) (rowSource, error) {
	st, err := in.stream(in.meter)
	if err != nil {
		return nil, err
	}
	t := &textRows{layout: l, stream: st, feed: startFeed(newText(in.name, st, enc), st.stored.unchanged)}
	t.lines = &rows{name: in.name, place: in.name + ":", feed: t.feed, scan: scanner{delim: l.delim}}
	if err := t.lines.skipTo(ctx, l.start, l.line); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// textRows are the rows of a text with separators.
type textRows struct {
	layout *layout
	stream *stream
	feed   *feed
	lines  *rows
}

// next is the next row, judged by its number of cells too.
func (t *textRows) next(ctx context.Context) (record, error) {
	rec, err := t.lines.next(ctx)
	if err != nil {
		return rec, err
	}
	l := t.layout
	if n := len(rec.cells); rec.rule == "" && n != len(l.names) && (n < l.named || n > l.width || !blankFrom(rec, len(l.names))) {
		rec.rule = connectors.RuleRagged
	}
	return rec, nil
}

// blankFrom reports whether the cells from number i on are blank.
func blankFrom(rec record, i int) bool {
	return i >= len(rec.cells) || blankRecord(record{bytes: rec.bytes, cells: rec.cells[i:]})
}

func (t *textRows) close() {
	t.feed.close()
	t.stream.close()
}
