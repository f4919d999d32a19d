package warehouse

import (
	"context"
	"errors"
	"io"

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

	out  *ipc.Writer
	body *io.PipeWriter
	done chan error
}

// newInsertion prepares a statement that writes versions of the scope's commit.
func (w *Warehouse) newInsertion(ctx context.Context, s Scope) *insertion {
	return &insertion{w: w, ctx: ctx, doing: "write the versions of " + s.Kind.Name, into: table(s.Kind, "versions")}
}

// write sends a batch; all have one schema.
func (i *insertion) write(rows arrow.Record) error {
	if i.out == nil {
		i.start(rows.Schema())
	}
	return i.out.Write(rows)
}

func (i *insertion) start(schema *arrow.Schema) {
	from, to := io.Pipe()
	i.body, i.done = to, make(chan error, 1)
	i.out = ipc.NewWriter(to, ipc.WithSchema(schema))
	// No token: a commit's number is tried once, and what a statement that broke off left is never looked at.
	ctx := clickhouse.Context(i.ctx, clickhouse.WithSettings(clickhouse.Settings{"insert_deduplicate": 0}))
	go func() {
		err := i.w.conn.InsertFormat(ctx, "ArrowStream", "INSERT INTO "+i.into+" ("+names(schema)+")", from)
		from.CloseWithError(errors.Join(err, io.ErrClosedPipe)) // whoever still writes must not wait for ever
		i.done <- err
	}()
}

// close ends the statement, and waits until the engine has acknowledged it; after a failure it breaks the statement off.
// The engine's error explains one that write has met.
func (i *insertion) close(failed error) error {
	if i.out == nil {
		return failed
	}
	if failed == nil {
		failed = i.out.Close()
	}
	_ = i.body.CloseWithError(failed) // nil ends the body as it should end
	if err := <-i.done; err != nil && (failed == nil || errors.Is(failed, io.ErrClosedPipe)) {
		return i.w.classed(i.doing, err)
	}
	return failed
}
