package file

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"creditsync/connectors"
	"creditsync/connectors/jsonrows"
	"creditsync/connectors/window"
	"creditsync/internal/fault"
)

// jsonText is a file of JSON Lines or with an array of objects. It implements content.
type jsonText struct {
	form       textForm
	path       []string // of keys to the array
	shape      *jsonrows.Shape
	answers    bool
	mayBeEmpty bool
}

func (j *jsonText) columns() []string { return j.shape.Names() }
func (j *jsonText) receipt() bool     { return j.answers }
func (j *jsonText) note() fault.Text  { return fault.Text{} }

func (j *jsonText) empty(name string) error {
	if j.mayBeEmpty {
		return nil
	}
	return noRecords(name)
}

// records cuts the text into its records.
func (j *jsonText) records(from io.Reader) *jsonrows.Records {
	w := window.New(from, jsonrows.MaxRecord)
	if j.form == formLines {
		return jsonrows.Lines(w)
	}
	return jsonrows.Array(w, j.path)
}

// json reads a whole text for its columns: a key may come up in the last record for the first time. An array that is not
// whole is found on the way.
func (l *look) json(ctx context.Context, o origin, form textForm, head []byte) (content, error) {
	j := &jsonText{form: form, shape: &jsonrows.Shape{}, mayBeEmpty: l.s.o.AllowEmpty}
	if l.s.o.Records != "" {
		j.path = strings.Split(l.s.o.Records, ".")
	}
	st, err := o.stream(nil)
	if err != nil {
		return nil, err
	}
	defer st.close()
	feed := startFeed(newText(o.name, st, l.s.enc), st.stored.unchanged)
	defer feed.close()
	if err := j.learn(ctx, o.name, j.records(&fed{feed: feed, ctx: ctx}), head); err != nil {
		return nil, err
	}
	names := j.shape.Names()
	if want := strings.TrimSpace(l.want.Receipt); want != "" {
		j.answers = slices.Contains(names, want)
	}
	if len(names) > 0 && l.want.Match != nil && l.want.Match(names) == 0 {
		return nil, noKnownKeys(o.name, names)
	}
	return j, nil
}

// learn passes over the records for their keys.
func (j *jsonText) learn(ctx context.Context, name string, records *jsonrows.Records, head []byte) error {
	rows, good := 0, 0
	var first *jsonrows.Syntax // that is wrong with a line
	for {
		rec, err := records.Next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return jsonFault(name, err, head)
		}
		if rows++; rec.Rule != "" {
			continue
		}
		var bad *jsonrows.Syntax
		switch err := j.shape.Learn(rec.JSON); {
		case errors.As(err, &bad):
			if bad = records.Here(rec, bad); j.form != formLines {
				return jsonFault(name, bad, head)
			}
			if first == nil {
				first = bad
			}
		case err != nil:
			return tooManyKeys(name)
		default:
			good++
		}
	}
	switch {
	case rows == 0 && !j.mayBeEmpty:
		return noRecords(name)
	case good == 0 && first != nil:
		return noLines(name, first)
	}
	return nil
}

// open implements content.
func (j *jsonText) open(ctx context.Context, in *input, enc charset) (rowSource, error) {
	st, err := in.stream(in.meter)
	if err != nil {
		return nil, err
	}
	r := &jsonFileRows{text: j, name: in.name, stream: st, feed: startFeed(newText(in.name, st, enc), st.stored.unchanged)}
	r.fed = &fed{feed: r.feed, ctx: ctx}
	r.records = j.records(r.fed)
	r.place, r.suffix = in.name+":", ""
	if j.form != formLines {
		r.place, r.suffix = in.name+"[", "]"
	}
	return r, nil
}

// jsonFileRows are the rows of a file of JSON.
type jsonFileRows struct {
	text          *jsonText
	name          string
	stream        *stream
	feed          *feed
	fed           *fed
	records       *jsonrows.Records
	row           jsonrows.Row
	cells         []span
	place, suffix string
}

// next implements rowSource. An object without values is passed over as a blank line is.
func (r *jsonFileRows) next(ctx context.Context) (record, error) {
	r.fed.ctx = ctx
	for {
		one, err := r.records.Next(ctx)
		if err != nil {
			if err != io.EOF {
				err = jsonFault(r.name, err, nil)
			}
			return record{}, err
		}
		rec, err := r.record(one)
		if err != nil || rec.rule != "" || len(bytes.TrimSpace(rec.bytes)) > 0 {
			return rec, err
		}
	}
}

// record flattens one record.
func (r *jsonFileRows) record(one jsonrows.Record) (record, error) {
	rec := record{place: r.place, line: one.No, suffix: r.suffix, rule: one.Rule}
	if one.Rule != "" {
		return rec, nil
	}
	r.cells = r.cells[:0]
	var bad *jsonrows.Syntax
	switch err := r.text.shape.Row(one.JSON, &r.row); {
	case errors.As(err, &bad) && r.text.form == formLines:
		r.cells = append(r.cells, span{Lo: 0, Hi: int32(len(one.JSON))})
		rec.rule, rec.bytes, rec.cells = connectors.RuleBadJSON, one.JSON, r.cells
		return rec, nil
	case err != nil: // it was read to its end when its keys were learned
		return rec, changed(r.name)
	}
	for _, c := range r.row.Cells {
		r.cells = append(r.cells, span{Lo: c.Lo, Hi: c.Hi})
	}
	rec.bytes, rec.rule, rec.cells = r.row.Text, r.row.Rule, r.cells
	return rec, nil
}

func (r *jsonFileRows) close() {
	r.feed.close()
	r.stream.close()
}

// fed reads a feed as a stream. The context is that of the call on whose behalf it reads.
type fed struct {
	feed *feed
	ctx  context.Context
	have chunk
	rest []byte
}

// Read implements io.Reader.
func (f *fed) Read(p []byte) (int, error) {
	for len(f.rest) == 0 {
		if f.have.err != nil {
			return 0, f.have.err
		}
		if f.have.buf != nil {
			f.feed.recycle(f.have.buf)
			f.have.buf = nil
		}
		c, err := f.feed.next(f.ctx)
		if err != nil {
			return 0, err
		}
		f.have, f.rest = c, c.buf[headroom:c.end]
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// jsonFault names the file in an error of its records.
func jsonFault(name string, err error, head []byte) error {
	var bad *jsonrows.Syntax
	var path *jsonrows.NoPath
	switch {
	case errors.As(err, &bad):
		return brokenJSON(name, bad)
	case errors.As(err, &path):
		return noArray(name, path, head)
	}
	return err
}

func arraysIn(head []byte) []string { return jsonrows.Arrays(head) }
