package native

import (
	"bufio"
	"context"
	"errors"
	"io"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"creditsync/internal/engine"
)

// errCancel is the end of a query that its client has cancelled: no error for the client.
var errCancel = errors.New("the client has cancelled the query")

// errGone is the end of a query whose client has gone.
var errGone = errors.New("the client has gone")

// query reads a query packet and answers it; false: the connection ends.
func (c *conn) query(ctx context.Context) bool {
	q, err := c.wire.query(c.out.revision)
	defer c.wire.end()
	if err != nil {
		return c.tell(err)
	}
	in := newBlocks(c, q.compressed)
	defer in.close()
	// Tables that the client sends along come before the empty block; then the statement may run.
	external, err := in.external()
	if err != nil {
		return c.tell(err)
	}
	c.out.begin(q.compressed, q.method)
	if external {
		err = engine.Refuse(notImplemented, "The embedded engine takes no external tables over the native protocol: create a temporary table and insert into it, or send them over HTTP.")
	} else {
		err = c.run(ctx, q.Query, in)
	}
	switch {
	case err == nil, errors.Is(err, errCancel):
		return c.out.endOfStream() == nil
	case errors.Is(err, errGone), isLost(err):
		return false
	}
	_ = c.tell(err)
	return !in.broken && in.drain() == nil
}

// run waits for a place and runs one statement.
func (c *conn) run(ctx context.Context, q engine.Query, in *blocks) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := c.watch(cancel)
	defer func() { watch.stop() }()
	queue, done := context.WithTimeoutCause(ctx, queueTime, engine.Refuse(tooMany, "Too many simultaneous queries: no place became free."))
	defer done()
	release, err := c.server.engine.AcquireGuest(queue)
	if err != nil {
		return err
	}
	defer release()
	plan, err := c.talk.Plan(q)
	if err != nil {
		return err
	}
	defer plan.Close()
	if plan.Wants {
		watch.stop() // from here on the blocks are read, and whatever comes between them
		return c.insert(ctx, plan, in)
	}
	return c.answer(ctx, plan)
}

// answer runs a statement that takes no data and sends what it puts out.
func (c *conn) answer(ctx context.Context, plan *engine.Plan) error {
	if len(plan.Columns) > 0 {
		if err := c.out.header(plan.Columns); err != nil {
			return errors.Join(errGone, err)
		}
	}
	blocks := uint64(0)
	w := plan.Blocks(c.out, func(begins bool) error {
		if begins {
			blocks++
		}
		return c.out.around(begins)
	})
	stop := c.tellProgress(plan)
	result, err := plan.Run(ctx, func(part engine.Part, native []byte) error {
		if err := c.out.blocks(w, part, native); err != nil {
			return errors.Join(errGone, err)
		}
		return nil
	})
	stop()
	if err != nil {
		return err
	}
	now := engine.Progress{Rows: result.ReadRows, Bytes: result.ReadBytes, Elapsed: result.Elapsed}
	if blocks > 0 || len(plan.Columns) > 0 {
		err = errors.Join(c.out.profile(result, blocks), c.out.progress(now, *result), c.out.header(nil))
	} else {
		err = c.out.progress(now, *result)
	}
	if err != nil {
		return errors.Join(errGone, err)
	}
	return nil
}

// tellProgress sends progress packets until stop is called, so that a client knows that its query lives.
func (c *conn) tellProgress(plan *engine.Plan) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(progressGap)
		defer tick.Stop()
		for {
			select {
			case <-end:
				return
			case <-tick.C:
				if c.out.progress(plan.Progress(), engine.Result{}) != nil {
					return // whoever writes next is told
				}
			}
		}
	}()
	return func() { close(end); <-ended }
}

// insert asks for the data of an INSERT and hands it over.
func (c *conn) insert(ctx context.Context, plan *engine.Plan, in *blocks) error {
	if err := c.out.header(plan.Columns); err != nil {
		return errors.Join(errGone, err)
	}
	in.open = true
	insertion, err := plan.Insert()
	if err != nil {
		return err
	}
	to := &sink{to: insertion}
	for columns := uint64(1); columns > 0 && to.err == nil; {
		if columns, _, err = in.next(to); err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			insertion.Cancel()
			return err
		}
		if columns > 0 {
			if err := c.out.noEvents(); err != nil {
				insertion.Cancel()
				return errors.Join(errGone, err)
			}
		}
	}
	_ = to.flush() // Finish says what was wrong
	result, err := insertion.Finish()
	if err != nil {
		return err
	}
	if err := errors.Join(c.out.noEvents(), c.out.progress(engine.Progress{Elapsed: result.Elapsed}, *result)); err != nil {
		return errors.Join(errGone, err)
	}
	return nil
}

// sink collects what goes to the engine in pieces of a fair size. After an error it drops everything, so that a block is
// read to its end all the same.
type sink struct {
	to     io.Writer
	buffer []byte
	err    error
}

// sinkSize is how much is collected.
const sinkSize = 256 << 10

// Write never fails; err says what did.
func (s *sink) Write(p []byte) (int, error) {
	if s.err == nil {
		if s.buffer = append(s.buffer, p...); len(s.buffer) >= sinkSize {
			s.err = s.flush()
		}
	}
	return len(p), nil
}

func (s *sink) flush() error {
	if s.err == nil && len(s.buffer) > 0 {
		_, s.err = s.to.Write(s.buffer)
		s.buffer = s.buffer[:0]
	}
	return s.err
}

// watching looks for the client's Cancel, or its end, while a statement runs.
type watching struct {
	c    *conn
	done chan struct{}
	over bool
}

// watch cancels with errCancel or errGone. It reads nothing but a Cancel.
func (c *conn) watch(cancel context.CancelCauseFunc) *watching {
	w := &watching{c: c, done: make(chan struct{})}
	c.reads.each = false
	_ = c.net.SetReadDeadline(time.Time{})
	go func() {
		defer close(w.done)
		b, err := c.in.Peek(1)
		var timed interface{ Timeout() bool }
		switch {
		case err == nil && proto.ClientCode(b[0]) == proto.ClientCodeCancel:
			_, _ = c.in.Discard(1) // it is buffered
			cancel(errCancel)
		case err == nil: // the next packet; it waits
		case errors.As(err, &timed) && timed.Timeout(): // stop
		default:
			cancel(errGone)
		}
	}()
	return w
}

// stop ends the watching; afterwards the connection can be read again.
func (w *watching) stop() {
	if w.over {
		return
	}
	w.over = true
	_ = w.c.net.SetReadDeadline(time.Unix(1, 0))
	<-w.done
	w.c.patiently()
}

// blocks reads a query's blocks of data.
type blocks struct {
	c      *conn
	frames *engine.Frames
	from   *bufio.Reader
	reader *engine.BlockReader
	open   bool // blocks of an insert are still to come
	broken bool // what comes cannot be understood any more
}

func newBlocks(c *conn, compressed bool) *blocks {
	b := &blocks{c: c, from: c.in}
	if compressed {
		b.frames = engine.NewFrames(c.in)
		b.from = bufio.NewReaderSize(b.frames, 16<<10)
	}
	b.reader = engine.NewBlockReader(b.from, uint64(c.out.revision))
	return b
}

func (b *blocks) close() {
	if b.frames != nil {
		b.frames.Close()
	}
}

// external reads up to the empty block and reports whether there was another before it.
func (b *blocks) external() (any bool, err error) {
	for n := 0; ; n++ {
		columns, name, err := b.next(io.Discard)
		if err != nil || columns == 0 && name == "" {
			return any, err
		}
		if any = true; n > maxExternal {
			return any, &errPacket{"There are too many external tables."}
		}
	}
}

// next reads one block, into to; 0 columns: the last.
func (b *blocks) next(to io.Writer) (columns uint64, table string, err error) {
	c := b.c
	code := proto.ClientCodePing
	for code == proto.ClientCodePing {
		one, err := c.in.ReadByte()
		if err != nil {
			return 0, "", b.spoilt(err)
		}
		code = proto.ClientCode(one)
	}
	switch code {
	case proto.ClientCodeData:
	case proto.ClientCodeCancel:
		b.open = false
		return 0, "", errCancel
	default:
		return 0, "", b.spoilt(&errPacket{"Unexpected packet from client: Data was expected."})
	}
	c.wire.begin(maxText)
	if table = c.wire.text("The table's name", maxText); c.wire.err != nil {
		return 0, "", b.spoilt(c.wire.err)
	}
	if columns, _, err = b.reader.Next(to); err != nil {
		return 0, "", b.spoilt(err)
	}
	if b.frames != nil && (b.from.Buffered() > 0 || b.frames.Left() > 0) {
		return 0, "", b.spoilt(&errPacket{"There is more in a compressed block than the block of data."})
	}
	if columns == 0 {
		b.open = false
	}
	return columns, table, nil
}

// spoilt remembers that what comes cannot be understood any more.
func (b *blocks) spoilt(err error) error {
	b.broken = true
	return err
}

// drain reads what the client still sends of an insert that has failed.
func (b *blocks) drain() error {
	for b.open {
		if _, _, err := b.next(io.Discard); err != nil && !errors.Is(err, errCancel) {
			return err
		}
	}
	return nil
}
