package sql

import (
	"context"

	"creditsync/connectors"
)

// Source is one table or query of a database.
type Source struct{ o Options }

var _ connectors.Source = (*Source)(nil)

// New makes a source; its error is that of Options.Validate. Nothing is connected to.
func New(o Options) (*Source, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return &Source{o: o}, nil
}

// session is one read-only connection inside one consistent snapshot. It is used by one goroutine, but for interrupt.
type session interface {
	dialect() dialect
	// shape describes the table or query. Privileges are asked for, too.
	shape(ctx context.Context) (shape, error)
	// span is the clock of the source.
	span(ctx context.Context) (span, error)
	// start asks for rows.
	start(ctx context.Context, statement string) error
	// next is the next row's cells, as bytes that are good until the next call; a nil one is NULL. io.EOF after the last.
	next() ([][]byte, error)
	// suspect reports whether the cells of the row may be anything but sound UTF-8 texts.
	suspect() bool
	// explain makes a fault of an error of the session's own methods.
	explain(err error) error
	// interrupt ends whatever waits for the server; any goroutine may call it.
	interrupt()
	// read is how many bytes have come.
	read() int64
	// close ends the session, also in the middle of rows: the server is told to give up what it does.
	close()
}

// begin connects and begins the snapshot.
func (s *Source) begin(ctx context.Context, want connectors.Request) (session, error) {
	switch s.o.Engine {
	case enginePostgres:
		return beginPostgres(ctx, s.o, want.Zone)
	case engineSQLite:
		return beginSQLite(ctx, s.o, want.Zone)
	}
	return beginMySQL(ctx, s.o, want.Zone)
}

// Check implements connectors.Source: it signs in, and asks for the table's or query's columns, the key and the cursor.
func (s *Source) Check(ctx context.Context) error {
	r, err := s.Open(ctx, connectors.Request{Match: func([]string) int { return 0 }})
	if err != nil {
		return err
	}
	return r.Close()
}

// Open implements connectors.Source: it connects, begins the snapshot and finds out what there is to read. No row is asked
// for yet.
func (s *Source) Open(ctx context.Context, want connectors.Request) (connectors.Reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.o.Cursor == "" && (want.Cursor != nil || !want.Window.Whole()) {
		return nil, cursorUnused()
	}
	r := &reader{o: s.o, want: want, begin: s.begin}
	if err := r.open(ctx); err != nil {
		r.end()
		if canceled := ctx.Err(); canceled != nil {
			return nil, canceled
		}
		return nil, err
	}
	return r, nil
}
