package pipelines

import (
	"context"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"creditsync/schemas"
)

// Run is a run that holds its pipeline's lease.
type Run struct {
	ID string // UUID
	No uint64 // counted over all pipelines
	// Hold is the ledger's own, with the lease's fence: every write of the ledger asks for it.
	Hold any
}

// Lock is the right to commit to a kind.
type Lock struct {
	Kind string
	Hold any // the ledger's own, with the lock's fence
}

// Closing is what closes a commit.
type Closing struct {
	Commit                   uint64
	Counts                   Counts
	Rows, Notify, Checksum   uint64
	Quarantine, QuarantineOf uint64 // rows and checksum of the quarantine
	// Last is true for the last commit of a run: with it the cursor and the list of inputs move (I1), unless they Stay.
	Last, Stay bool
	Cursor     []byte
	Inputs     []string
}

// Commit is a closed commit as the ledger knows it.
type Commit struct {
	Kind, Run, Pipeline    string
	No, RunNo              uint64
	Rows, Notify, Checksum uint64
	Quarantine             uint64
	QuarantineOf           uint64 // checksum of the quarantine rows
	Counts                 Counts
	ClosedAt               time.Time
	// Last is true for the last commit of a run; Cursor and Inputs are what it moved the pipeline's to.
	Last   bool
	Cursor []byte
	Inputs []string
}

// Ledger says what is committed. It is the only place that does.
type Ledger interface {
	// Begin takes the pipeline's lease; a live holder is a fault of class Run that names it. The note stands beside the run.
	Begin(ctx context.Context, pipeline, kind, mode, note string) (Run, error)
	// Keep renews the lease until stop is called; the context ends when it is lost.
	Keep(ctx context.Context, run Run) (kept context.Context, stop func())
	// Finish stores how the run ended and frees the lease.
	Finish(ctx context.Context, run Run, rep Report) error
	// Lock waits for the right to commit to the run's kind and abandons what an earlier holder left open.
	Lock(ctx context.Context, run Run) (Lock, error)
	KeepLock(ctx context.Context, lock Lock) (kept context.Context, stop func())
	Unlock(ctx context.Context, lock Lock) error
	// Open opens commit 1 + max(all numbers given, atLeast).
	Open(ctx context.Context, run Run, lock Lock, atLeast uint64) (uint64, error)
	// Close is the commit point: one transaction, refused unless both fences are mine and nothing later is closed.
	Close(ctx context.Context, run Run, lock Lock, c Closing) error
	Abandon(ctx context.Context, run Run, lock Lock, commit uint64) error
	// Unapplied are the closed commits that current lacks, NotLive the applied ones that the analysts' copy lacks.
	Unapplied(ctx context.Context, kind string) ([]Commit, error)
	NotLive(ctx context.Context, kind string) ([]Commit, error)
	MarkApplied(ctx context.Context, kind string, commit uint64) error
	MarkLive(ctx context.Context, kind string, commit uint64) error
	// Cursor and Inputs are those of the pipeline's last done run.
	Cursor(ctx context.Context, pipeline string) ([]byte, error)
	Inputs(ctx context.Context, pipeline string) ([]string, error)
}

// Tally is what a stage holds: rows, and the XOR of their hashes mixed with their places.
type Tally struct{ Rows, Check uint64 }

// Scope is what one commit is about. See internal/warehouse.
type Scope struct {
	Kind     *schemas.Kind
	Pipeline string
	Run      uint64
	Commit   uint64
	Snapshot bool
	Withhold bool
	Lower    []string
	Slice    int
	Slices   int
	At       time.Time
	Act      *Act // what is done to committed records; nil where the stage decides
}

// Changes is what a diff found.
type Changes struct {
	Inserted, Updated, Deleted, Unchanged, Superseded, Withheld uint64
	// Rows is how many versions are to be written, Notify how many of them are told, Checksum the sum of their hashes.
	Rows, Notify, Checksum uint64
	// Detail is the store's own and handed back to it.
	Detail any
}

// Verdict is what a commit does to the quarantine beside storing what the run refused.
type Verdict struct {
	Resolve                       bool
	Answered, Dismissed, Replayed []string
	Undone                        []uint64 // commits whose word on the rows of reverted records is taken back
}

// Spool keeps a run's accepted rows while the warehouse has only their keys: until the diff has said which are written.
type Spool interface {
	// Put keeps the rows of a batch, which is put once.
	Put(batch uint32, rows arrow.Record) error
	// Get returns the rows of a batch, which the caller releases; nil where it has none.
	Get(batch uint32) (arrow.Record, error)
	// Batches is one more than the number of the last batch that has rows.
	Batches() uint32
	Close() error
}

// Warehouse keeps the rows. Everything it is told may be told again.
type Warehouse interface {
	// Stage stages keys (see schemas.Keys), all of them or none.
	Stage(ctx context.Context, k *schemas.Kind, token string, keys []arrow.Record) error
	StageRejects(ctx context.Context, token string, rows arrow.Record) error
	Staged(ctx context.Context, k *schemas.Kind, run uint64) (Tally, error)
	StagedRejects(ctx context.Context, run uint64) (Tally, error)
	LastCommit(ctx context.Context, k *schemas.Kind) (uint64, error)
	// Size is how many rows a diff has to look at; Absent how many it would delete; Owned how many the pipeline has.
	Size(ctx context.Context, s Scope) (uint64, error)
	Absent(ctx context.Context, s Scope) (uint64, error)
	Owned(ctx context.Context, k *schemas.Kind, pipeline string) (uint64, error)
	// Touched are the records of a run to be reverted that others have changed since.
	Touched(ctx context.Context, s Scope) ([]Touched, error)
	Diff(ctx context.Context, s Scope) (Changes, error)
	// Mismatches counts what a diff would change, with up to so many examples of each sort, and writes nothing that counts.
	Mismatches(ctx context.Context, s Scope, rows Spool, examples int) (Mismatches, error)
	// Write writes the versions; the rows of new and changed records come from rows.
	Write(ctx context.Context, s Scope, c Changes, rows Spool) error
	Verify(ctx context.Context, s Scope, c Changes) error
	WriteQuarantine(ctx context.Context, s Scope, v Verdict) (rows, checksum uint64, err error)
	Forward(ctx context.Context, k *schemas.Kind, c Commit) error
	Live(ctx context.Context, k *schemas.Kind, c Commit) error
}
