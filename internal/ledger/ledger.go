package ledger

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // registers the driver
)

// DefaultLeaseTTL is how long a lease lasts without being renewed where Options say nothing: on another host a dead
// process blocks its pipeline that long.
const DefaultLeaseTTL = 30 * time.Second

// busyTimeout is how long one transaction waits for that of another process. They take milliseconds.
const busyTimeout = "15000"

// Options say how a Ledger acts.
type Options struct {
	// Now is the clock. Required.
	Now func() time.Time
	// Self is this process. Required.
	Self Holder
	// Alive tells whether a process of this host still runs. Where it is nil, only expiry frees a lease.
	Alive func(Holder) bool
	// LeaseTTL is how long a lease lasts without being renewed; 0 means DefaultLeaseTTL.
	LeaseTTL time.Duration
	// Location is that of the times in messages; nil means UTC.
	Location *time.Location
	// ReadOnly opens a ledger that is there, as it is: nothing is made, nothing is brought up to date, nothing can be written.
	ReadOnly bool
}

// Ledger is one open ledger file. It is safe for concurrent use, and so are several of one file, in one process or many.
type Ledger struct {
	path       string
	o          Options
	writer     *sql.DB // one connection; see write
	reader     *sql.DB
	deployment string
}

// Open opens the ledger at path and makes it where there is none (mode 0600; its folder must exist). It brings an older
// file up to date. Two processes may do so at once.
//
// Errors are faults. Environment: the file is damaged ("ledger.corrupt"), its disk is full or broken ("ledger.full",
// "ledger.io"), others keep it locked ("ledger.locked"). Input: it was written by a newer program ("ledger.newer") or is
// something else ("ledger.foreign").
func Open(ctx context.Context, path string, o Options) (*Ledger, error) {
	if o.Now == nil || o.Self.Host == "" {
		return nil, errors.New("ledger: Options.Now and Options.Self are required")
	}
	if o.LeaseTTL <= 0 {
		o.LeaseTTL = DefaultLeaseTTL
	}
	if o.Location == nil {
		o.Location = time.UTC
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, broken(path, err)
	}
	if err := o.provide(path); err != nil {
		return nil, broken(path, err)
	}
	l := &Ledger{path: path, o: o}
	if err := l.connect(); err != nil {
		return nil, broken(path, err)
	}
	if err := l.prepare(ctx); err != nil {
		_ = l.Close() // what is wrong was said
		return nil, err
	}
	return l, nil
}

// provide sees that there is a file to open.
func (o Options) provide(path string) error {
	if o.ReadOnly {
		_, err := os.Stat(path)
		return err
	}
	return createFile(path)
}

func (l *Ledger) connect() error {
	common := []string{"busy_timeout(" + busyTimeout + ")", "synchronous(FULL)", "foreign_keys(1)"}
	writer := url.Values{"_pragma": common}
	if l.o.ReadOnly {
		writer.Set("_query_only", "1")
	}
	reader := url.Values{"_pragma": common, "_query_only": {"1"}}
	file := (&url.URL{Scheme: "file", Path: l.path}).String()
	var err error
	if l.writer, err = sql.Open("sqlite", file+"?"+writer.Encode()); err != nil {
		return err
	}
	l.writer.SetMaxOpenConns(1)
	if l.reader, err = sql.Open("sqlite", file+"?"+reader.Encode()); err != nil {
		return err
	}
	l.reader.SetMaxOpenConns(4)
	return nil
}

// Close closes the file. Leases stay as they are: stop what keeps them first, and finish the runs.
func (l *Ledger) Close() error {
	if err := errors.Join(l.reader.Close(), l.writer.Close()); err != nil {
		return broken(l.path, err)
	}
	return nil
}

// Deployment is the id of this ledger, a UUID made with it. ClickHouse and Kafka hold the same one; whoever starts up
// compares them.
func (l *Ledger) Deployment() string { return l.deployment }

// now is the time as the file can hold it.
func (l *Ledger) now() time.Time { return l.o.Now().UTC().Truncate(time.Millisecond) }

func ms(t time.Time) int64 { return t.UnixMilli() }

func fromMS(n int64) time.Time { return time.UnixMilli(n).UTC() }

// fromNull is the zero time where the column is null.
func fromNull(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return fromMS(n.Int64)
}

// toNull is null for the zero time.
func toNull(t time.Time) sql.NullInt64 { return sql.NullInt64{Int64: ms(t), Valid: !t.IsZero()} }
