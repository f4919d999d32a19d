package app

import (
	"log/slog"
	"sync"
	"time"

	"creditsync/internal/config"
	"creditsync/internal/fault"
	"creditsync/internal/reconcile"
	"creditsync/pipelines"
)

// Options is what the process hands in.
type Options struct {
	Config *config.Config
	Log    *slog.Logger
	Now    func() time.Time
	// Executable is the path of this program, for the engine and the broker that it starts.
	Executable string
	Getenv     func(string) string
	// Version is that of this program, Program how people call it, with the configuration that they name.
	Version, Program string
	// Progress is told how far runs have read; nil for nobody.
	Progress func(pipelines.Progress)
	// Notice is told what people should know at once, such as that keys were made; nil for nobody.
	Notice func(fault.Text)
	// Step is told, now and then, what a long command is doing; nil for nobody.
	Step func(fault.Text)
}

// App is the program put together from one configuration. Its methods open what they need and leave it open until Close.
type App struct {
	Options
	open    opened
	mending bool // a repair is at work: what is missing is made, not complained of
	marked  bool // the repair has recognised a ClickHouse without a mark
	stop    sync.Once
	at      func(step string) // see stopper
}

// New puts the program together; it touches nothing.
func New(o Options) *App { return &App{Options: o} }

// RunResult is how one pipeline's run went, with what became of its messages.
type RunResult struct {
	pipelines.Report
	// Published are the messages of this run's commits that are acknowledged; Relayed those of older backlog.
	Published, Relayed uint64
	// Waiting are messages of this run that could not be published yet; PublishErr says why.
	Waiting        uint64
	PublishSeconds float64
	PublishErr     error
}

// Finding is one thing that check tried.
type Finding struct {
	What   fault.Text // "ClickHouse 127.0.0.1:8123"
	Detail fault.Text // what was found when all is well
	Err    error
}

// Preview is what the first rows of a pipeline's source would become.
type Preview struct {
	Pipeline, Kind string
	Inputs         []string
	Notes          []string // on how each input is read, in the configured language; "" for none
	// Bound says which source column feeds which field; Unmapped are source columns that feed none.
	Bound    []Binding
	Unmapped []string
	Fields   []FieldTitle
	// Rows hold the accepted rows' values in the order of Fields, as text; personal identifiers masked.
	Rows     [][]string
	Warnings [][]string // rule names per accepted row
	Rejects  []Rejected
	Counts   pipelines.Counts
}

// Binding is one field, with its title in the configured language, and the source column that feeds it.
type Binding struct{ Field, Title, Column string }

// FieldTitle is a field's name with its title in the configured language.
type FieldTitle struct{ Name, Title string }

// Rejected is a refused row as people see it.
type Rejected struct {
	Receipt    string // 回执号
	Kind       string
	Pipeline   string
	Ref        string
	Authority  string
	State      string // open, resolved, replayed or dismissed
	Seen       uint32
	FirstRun   uint64
	LastRun    uint64
	ChangedAt  time.Time
	RecordID   string // "" where it cannot be computed
	Violations []Violation
	Cells      []Cell // the row as read, masked
}

// Cell is one cell of a row as it was read.
type Cell struct{ Header, Text string }

// Violation is one reason why a row was refused. Title is that of the field in the configured language.
type Violation struct{ Field, Title, Rule, Message string }

// Record is every version of a record and every message that told of it.
type Record struct {
	Kind, ID string
	Versions []Version
	Messages []Message
	// MessagesErr says why the messages could not be read.
	MessagesErr error
}

// Version is one committed version of a record.
type Version struct {
	Seq        uint64
	Version    uint32
	Op, Status string
	RunNo      uint64
	CommitNo   uint64
	Pipeline   string
	SourceRef  string
	IngestedAt time.Time
	Changed    []string
	Warnings   []string
	Values     []Value // present values only, personal identifiers masked
}

// Value is one field's value as text, with the field's title in the configured language.
type Value struct{ Field, Title, Text string }

// Message is one message on a topic.
type Message struct {
	Topic     string
	Partition int
	Offset    int64
	ID        string // ce_id
	Seq       uint64
	Op        string // upsert, delete or forget
	At        time.Time
}

// RunRow is one run of the history.
type RunRow struct {
	RunNo                   uint64
	Run, Pipeline, Kind     string
	Mode, State             string
	Started                 time.Time
	Finished                time.Time // zero while it runs
	Counts                  pipelines.Counts
	Published               uint64
	Seconds                 float64
	ErrorCode, Error, Holds string // Holds names the process of an open run
	// Reverts is the number of the run that a revert undid, or tried to; Reason says why it was asked for.
	Reverts uint64
	Reason  string
}

// QuarantineFilter picks refused rows. Empty fields pick all.
type QuarantineFilter struct {
	Pipeline, Rule, Authority, State string
	Receipts                         []string // 回执号 or its beginning
	Limit                            int
}

// Exported is one file that was written for an authority.
type Exported struct {
	Path, Authority string
	Rows            int
}

// RevertWish is what an operator asks of a revert.
type RevertWish struct {
	Run    string // number, or the beginning of the UUID
	Reason string // kept in the audit
	// Partly reverts the records that nobody changed since, and leaves the others alone, instead of refusing all.
	Partly bool
	DryRun bool
}

// Reverted is how the revert of a run went. Its counts are of the records as they are now: deleted are those that the run had
// brought, inserted those that it had removed, updated those that have their former content again; unchanged are those that
// were as before already, superseded those left alone because others changed them since.
type Reverted struct {
	RunResult
	// Of is the run that was undone; By are the runs that changed its records again since.
	Of RunRow
	By []TouchedBy
}

// TouchedBy is a run with how many records of the run to be reverted it was the last to change.
type TouchedBy struct {
	RunRow
	Records uint64
}

// VerifyWish says what is verified: pipelines and kinds by name, all when there are none.
type VerifyWish struct {
	Names    []string
	Examples int    // of each difference, at most
	Since    string // a seq or a date: leaves older messages out
}

// What verify finds: one part for each two sides that were compared.
type (
	Verified   = reconcile.Part
	Difference = reconcile.Difference
	Differing  = reconcile.Example
)
