package bus

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"
)

// seqBits is how many bits of a sequence number count the rows of one commit; the commit's number stands above them.
const seqBits = 24

// Commit is one closed commit of a kind as the ledger recorded it.
type Commit struct {
	Kind     string
	No       uint64 // counts up within a kind; numbers may be missing
	Rows     uint64 // versions that it holds, to be published or not
	Notify   uint64 // those to be published
	Checksum uint64 // sum of row_check over its versions, modulo 2^64
	Run      string // the run's UUID
	Pipeline string
}

// end is a sequence number that no row of the commit exceeds and every row of a later commit does. A position there says
// that the whole commit is published.
func (c Commit) end() uint64 { return c.No<<seqBits | (1<<seqBits - 1) }

// Position is how far a kind is published.
type Position struct {
	// Seq is the sequence number of the last version that is published or skipped; every lower one is too.
	Seq        uint64
	TopicID    string // of the kind's topic when it was made; "" where the broker gives none
	Partitions int    // of the kind's topic
	// Run is the run of the commit that Seq is in: it tells that commit from another one that a ledger put back to an older
	// state gave the same number. "" where it is not known.
	Run string
}

// at is the position without what only the brokers remember of it.
func (p Position) at() Position {
	p.Run = ""
	return p
}

// Commit is the number of the commit that the position is in; 0 before the first.
func (p Position) Commit() uint64 { return p.Seq >> seqBits }

// Told is the newest commit that is published whole, and how many rows of the next one are published too.
func (p Position) Told() (whole, rows uint64) {
	whole = p.lastWhole()
	if p.Seq>>seqBits > whole {
		rows = p.Seq & (1<<seqBits - 1)
	}
	return whole, rows
}

// Covers reports whether the whole commit of that number is published.
func (p Position) Covers(commit uint64) bool { return p.Seq >= Commit{No: commit}.end() }

// lastWhole is the number of the newest commit that is published entirely, or of one before it.
func (p Position) lastWhole() uint64 {
	no := p.Seq >> seqBits
	if p.Covers(no) || no == 0 {
		return no
	}
	return no - 1
}

// Outbox is where committed versions are read: the ledger says which commits are closed, the warehouse holds their rows.
// A relay calls it from one goroutine at a time.
type Outbox interface {
	// Committed returns closed commits of the kind whose number exceeds after, by number, at most limit. No commit with
	// a lower number than one returned may be closed later. The relay calls it at the start of each round and until
	// it returns none.
	Committed(ctx context.Context, kind string, after uint64, limit int) ([]Commit, error)
	// Read returns all versions of the commit in the order of seq, to be published or not. It is called again with
	// the same commit after an error or a restart and then yields the same rows. Cancelling ctx ends the stream with an
	// error.
	Read(ctx context.Context, c Commit) (Rows, error)
	// Verify counts the commit's versions and sums their row_check as Read would find them, without carrying them here.
	Verify(ctx context.Context, c Commit) (rows, checksum uint64, err error)
}

// Rows are the versions of one commit.
type Rows interface {
	// Next returns a record with at least the columns of schemas.Kind.MessageArrow, io.EOF after the last one. The record
	// belongs to the caller, who releases it.
	Next() (arrow.Record, error)
	// Close gives the stream up; it may be called before the end.
	Close()
}

// Lease is what the ledger remembers of a kind's relay on behalf of who holds its lease. Whether the lease is still held
// is said by the context that the relay runs under.
type Lease interface {
	// Position returns the newest position that Remember stored, false if there is none.
	Position(ctx context.Context, kind string) (Position, bool, error)
	// Remember stores a position that is committed on Kafka. It never goes back. It fails when the lease is lost.
	Remember(ctx context.Context, p Position) error
}
