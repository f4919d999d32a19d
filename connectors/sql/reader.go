package sql

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"creditsync/connectors"
	"creditsync/connectors/columns"
	"creditsync/connectors/remote"
)

// reader reads the rows of one plan. It implements connectors.Reader.
type reader struct {
	o     Options
	want  connectors.Request
	begin func(context.Context, connectors.Request) (session, error)

	session session
	span    span
	plan    *plan
	from    *point // where the last read stopped
	judge   judge
	build   *columns.Builder
	names   remote.Places

	part   int
	asked  bool // a statement of the part is under way
	left   int  // rows that its page may still have; −1: no pages
	after  []string
	last   []byte  // the key of the row before
	seen   []byte  // the greatest value of the cursor so far
	held   *judged // read already, for the next batch
	rows   int64
	tries  int
	err    error
	cursor []byte
	done   atomic.Int64
}

// errClosed answers a Next after Close.
var errClosed = errors.New("read of a closed reader")

// maxTries is how often a read is begun when the source breaks it off before its first batch was handed out.
const maxTries = 3

// open begins the snapshot and makes the plan.
func (r *reader) open(ctx context.Context) error {
	r.tries++
	var err error
	if r.session, err = r.begin(ctx, r.want); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, r.session.interrupt)
	defer stop()
	if err := r.prepare(ctx); err != nil {
		return r.session.explain(err)
	}
	names := make([]string, len(r.plan.columns))
	for i, c := range r.plan.columns {
		names[i] = c.name
	}
	r.build = columns.New(r.want.Memory, names)
	r.judge = newJudge(r)
	r.names = remote.Places{What: r.o.what(), Key: r.plan.key}
	r.part, r.asked, r.last, r.seen, r.after, r.held, r.rows = 0, false, nil, nil, nil, nil, 0
	return nil
}

// known reports whether a column's name is one that feeds a field.
func (r *reader) known(name string) bool {
	return r.want.Match == nil || r.want.Match([]string{name}) > 0
}

func (r *reader) prepare(ctx context.Context) error {
	var err error
	if r.span, err = r.session.span(ctx); err != nil {
		return err
	}
	shape, err := r.session.shape(ctx)
	if err != nil {
		return err
	}
	if r.plan, err = newPlan(r.o, r.session.dialect(), shape, r.known); err != nil {
		return err
	}
	var b bounds
	if r.plan.cursor >= 0 {
		c := r.plan.columns[r.plan.cursor]
		if r.from, err = r.o.resume(r.want.Cursor, c, r.span); err != nil {
			return err
		}
		if b, err = r.o.bounds(r.from, r.want.Window, c, r.span); err != nil {
			return err
		}
	}
	r.plan.ask(b, r.want.Window)
	return nil
}

// Next implements connectors.Reader.
func (r *reader) Next(ctx context.Context) (*connectors.Batch, error) {
	if r.err != nil {
		return nil, r.err
	}
	b, err := r.next(ctx)
	for r.again(ctx, err) {
		r.end()
		if err = r.open(ctx); err == nil {
			b, err = r.next(ctx)
		}
	}
	if err == io.EOF {
		err = r.finish()
	}
	if err != nil {
		if canceled := ctx.Err(); canceled != nil && err != io.EOF {
			err = canceled
		}
		r.err = err
		r.end()
		return nil, err
	}
	return b, nil
}

// again reports whether the read may be begun anew: nothing of it has been handed out.
func (r *reader) again(ctx context.Context, err error) bool {
	var broken *connectors.Interrupted
	return r.tries < maxTries && r.rows == 0 && errors.As(err, &broken) && ctx.Err() == nil
}

// next is the next batch.
func (r *reader) next(ctx context.Context) (*connectors.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	session := r.session
	stop := context.AfterFunc(ctx, session.interrupt)
	defer stop()
	defer func() { r.done.Store(session.read()) }()
	var refused []connectors.Refused
	before := r.rows
	for r.build.Rows()+len(refused) < connectors.MaxBatchRows {
		one, err := r.judged(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			r.rows = before
			return nil, session.explain(err)
		}
		if one.rule != "" {
			refused = append(refused, remote.Refuse(string(one.ref), one.rule, one.cells))
			continue
		}
		if !r.build.Fits(one.size) {
			r.held = one
			break
		}
		r.build.Add(one.cells, one.ref)
	}
	if r.build.Rows()+len(refused) == 0 {
		return nil, io.EOF
	}
	return r.build.Batch(0, refused), nil
}

// judged is the next row with what is said of it.
func (r *reader) judged(ctx context.Context) (*judged, error) {
	if one := r.held; one != nil {
		r.held = nil
		return one, nil
	}
	cells, err := r.row(ctx)
	if err != nil {
		return nil, err
	}
	r.rows++
	one, err := r.judge.row(cells, &r.names)
	if err != nil {
		return nil, err
	}
	return one, r.follow(one)
}

// row is the next row of all parts and pages.
func (r *reader) row(ctx context.Context) ([][]byte, error) {
	for ; r.part < len(r.plan.parts); r.part, r.after = r.part+1, nil {
		for {
			if !r.asked {
				if err := r.ask(ctx); err != nil {
					return nil, err
				}
			}
			cells, err := r.session.next()
			if err == nil {
				r.left--
				return cells, nil
			}
			r.asked = false
			if err != io.EOF {
				return nil, err
			}
			if r.o.Page == 0 || r.left > 0 || r.want.Rows > 0 {
				break // the part's last page
			}
		}
		if r.want.Rows > 0 && r.rows >= int64(r.want.Rows) {
			return nil, io.EOF
		}
	}
	return nil, io.EOF
}

// ask sends the statement of the next page.
func (r *reader) ask(ctx context.Context) error {
	limit := r.o.Page
	if r.want.Rows > 0 {
		limit = r.want.Rows
	}
	r.left = limit
	if err := r.session.start(ctx, r.plan.statement(r.part, r.after, limit)); err != nil {
		return err
	}
	r.asked = true
	return nil
}

// follow keeps what the place of a row says: where the next page begins, where the next read does, and that the key is one.
func (r *reader) follow(one *judged) error {
	by := r.plan.parts[r.part].by
	if len(r.plan.key) > 0 {
		same, null := r.sameKey(one.cells)
		if null && r.o.Page > 0 {
			return pageKey(r.o)
		}
		if same {
			o := r.o
			o.Key = nil
			for _, k := range r.plan.key {
				o.Key = append(o.Key, r.plan.columns[k].name)
			}
			return keyTwice(o, string(one.ref))
		}
	}
	if r.o.Page > 0 {
		r.after = r.after[:0]
		for _, c := range by {
			r.after = append(r.after, string(one.cells[c]))
		}
	}
	if c := r.plan.cursor; c >= 0 && !r.plan.parts[r.part].absent {
		if r.seen = append(r.seen[:0], one.cells[c]...); len(r.seen) > longCursor {
			return cursorValue(r.o, string(one.ref))
		}
	}
	return nil
}

// longCursor bounds what a cursor may be.
const longCursor = 1000

// sameKey reports whether the row has the key of the one before it, and remembers its own.
func (r *reader) sameKey(cells [][]byte) (same, null bool) {
	n := 0
	same = r.last != nil
	for _, k := range r.plan.key {
		c := cells[k]
		null = null || c == nil
		end := n + len(c)
		if same && (end >= len(r.last) || string(r.last[n:end]) != string(c) || r.last[end] != 0) {
			same = false
		}
		n = end + 1
	}
	if same && n == len(r.last) {
		return true, null
	}
	r.last = r.last[:0]
	for _, k := range r.plan.key {
		r.last = append(append(r.last, cells[k]...), 0)
	}
	return false, null
}

// finish is what is left to say after the last row.
func (r *reader) finish() error {
	if err := r.judge.enough(r.rows); err != nil {
		return err
	}
	if r.rows == 0 && r.o.Cursor == "" && !r.o.AllowEmpty {
		return emptyTable(r.o)
	}
	if r.plan.cursor < 0 {
		return io.EOF
	}
	var seen *point
	if r.seen != nil {
		p, err := r.span.point(r.plan.columns[r.plan.cursor].kind, string(r.seen))
		if err != nil {
			return cursorValue(r.o, r.o.what())
		}
		seen = &p
	}
	next, err := r.span.settle(r.from, seen)
	if err != nil {
		return err
	}
	if next != nil {
		r.cursor = r.o.mark(*next).encode()
	}
	return io.EOF
}

// Inputs implements connectors.Reader: the table or query is the one input.
func (r *reader) Inputs() []connectors.Input {
	return []connectors.Input{{Name: r.o.what(), Size: -1}}
}

// Read implements connectors.Reader: in bytes as they came over the wire. How many there will be is not known.
func (r *reader) Read() (done, size int64) { return r.done.Load(), -1 }

// Cursor implements connectors.Reader.
func (r *reader) Cursor() []byte { return r.cursor }

// Close implements connectors.Reader.
func (r *reader) Close() error {
	if r.err == nil {
		r.err = errClosed
	}
	r.end()
	return nil
}

// end frees what the read holds. It may be called twice.
func (r *reader) end() {
	if r.session != nil {
		r.session.close()
		r.session = nil
	}
	if r.build != nil {
		r.build.Release()
	}
}

// goodbye is how long telling a server to give up may take.
const goodbye = 2 * time.Second
