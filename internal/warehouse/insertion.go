package warehouse

import (
	"bufio"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
)

// insertion is one INSERT statement whose rows are sent as they are made. It begins with its first rows, and writes large
// parts: a part of a durable table costs its fsyncs.
type insertion struct {
	w     *Warehouse
	ctx   context.Context
	doing string
	into  string
	body  *rowStream    // nil before the first rows
	done  chan struct{} // closed when the statement has ended, with err
	err   error
}

// newInsertion prepares a statement that writes versions of the scope's commit.
func (w *Warehouse) newInsertion(ctx context.Context, s Scope) *insertion {
	return &insertion{w: w, ctx: ctx, doing: "write the versions of " + s.Kind.Name, into: table(s.Kind, "versions")}
}

// write sends a batch; all have one schema.
func (i *insertion) write(rows arrow.Record) error {
	if i.body == nil {
		i.start(rows.Schema())
	}
	rows.Retain()
	select {
	case i.body.rows <- rows:
		return nil
	case <-i.done:
		rows.Release()
		return io.ErrClosedPipe
	}
}

func (i *insertion) start(schema *arrow.Schema) {
	i.body, i.done = &rowStream{schema: schema, rows: make(chan arrow.Record)}, make(chan struct{})
	// No token: a commit's number is tried once, and what a statement that broke off left is never looked at.
	ctx := clickhouse.Context(i.ctx, clickhouse.WithSettings(clickhouse.Settings{"insert_deduplicate": 0}))
	go func() {
		defer close(i.done)
		i.err = i.w.conn.InsertFormat(ctx, "ArrowStream", "INSERT INTO "+i.into+" ("+names(schema)+")", i.body)
		i.body.stop(io.ErrClosedPipe)
	}()
}

// close ends the statement, and waits until the engine has acknowledged it; after a failure it breaks the statement off.
// The engine's error explains one that write has met.
func (i *insertion) close(failed error) error {
	if i.body == nil {
		return failed
	}
	i.body.end(failed)
	<-i.done
	if i.err != nil && (failed == nil || errors.Is(failed, io.ErrClosedPipe)) {
		return i.w.classed(i.doing, i.err)
	}
	return failed
}

// rowStream is a request's body: the batches that come through rows, as an Arrow stream. The HTTP client lets it write to the
// connection itself (io.WriterTo), so that a batch is copied once, into the socket, and in large pieces.
type rowStream struct {
	schema *arrow.Schema
	rows   chan arrow.Record
	failed error // why the stream breaks off; set before rows is closed

	once sync.Once
	pipe *io.PipeReader // of a client that wants to read
}

// streamPiece is the least that goes into a socket at once, but for the end.
const streamPiece = 128 << 10

// WriteTo implements io.WriterTo.
func (b *rowStream) WriteTo(to io.Writer) (int64, error) {
	count := &counter{to: to}
	pieces := bufio.NewWriterSize(count, streamPiece)
	out := ipc.NewWriter(pieces, ipc.WithSchema(b.schema))
	for rows := range b.rows {
		err := out.Write(rows)
		rows.Release()
		if err != nil {
			return count.n, err
		}
	}
	if b.failed != nil {
		return count.n, b.failed
	}
	return count.n, errors.Join(out.Close(), pieces.Flush())
}

// Read implements io.Reader, for a client that does not know io.WriterTo.
func (b *rowStream) Read(p []byte) (int, error) {
	b.once.Do(func() {
		from, to := io.Pipe()
		b.pipe = from
		go func() {
			_, err := b.WriteTo(to)
			to.CloseWithError(err)
		}()
	})
	return b.pipe.Read(p)
}

// end says that no rows come any more; an error breaks the stream off.
func (b *rowStream) end(failed error) {
	b.failed = failed
	close(b.rows)
}

// stop ends a WriteTo that a client's Read has begun and that nobody reads any more.
func (b *rowStream) stop(err error) {
	b.once.Do(func() {})
	if b.pipe != nil {
		b.pipe.CloseWithError(err)
	}
}

// counter counts what is written.
type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}
