// Package connectors says what a source system is: something that can be read from beginning to end as batches of text
// columns. It knows no record kinds; what a column means is decided in package transforms.
//
// Each protocol has a folder of its own beside this file, package all lists them, and package connectorstest holds the
// clauses that every one of them must pass.
package connectors

import (
	"context"
	"time"

	"creditsync/internal/fault"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Bounds of one batch, so that its insert is one block and one part: all or nothing.
const (
	MaxBatchRows  = 16_384
	MaxBatchBytes = 16 << 20
	// MaxCell is the longest cell, in bytes as decoded to UTF-8, that is a value; a longer one refuses its row.
	MaxCell = 1 << 20
)

// Source is one configured source system. Building one has no side effects.
type Source interface {
	// Open starts one read. It finds out what there is to read (Inputs) and opens it, so that what can be known to be
	// wrong is known before the first row. It is called once a run; several runs of different pipelines may do so at
	// once. A cancelled context ends it with the context's error. Nothing to read is not an error: Inputs is empty and
	// the first Next returns io.EOF. Errors are fault errors: Input for what a person must mend in the source or the
	// configuration, Environment for what cannot be reached, Run for a source that broke while it was read.
	Open(ctx context.Context, want Request) (Reader, error)
	// Check tries the source without reading its rows: the folder is there, the server answers, the table exists.
	Check(ctx context.Context) error
}

// Request says how the caller wants to read.
type Request struct {
	// Match counts how many of the cells of a line are the names of known columns. A source without a declared header
	// takes as header the first of its leading lines with the most matches; none with a match means that there is no
	// header. It may be called with any cells, trimmed, and does not keep them. nil counts the cells that are not empty.
	Match func(cells []string) int
	// Receipt is the header of the column that marks a file of corrected rows ("回执号"); see Input.Receipt.
	Receipt string
	// Undecodable is the share of rows with bytes outside the encoding above which the read fails instead of refusing
	// those rows one by one. 0 fails at the first one.
	Undecodable float64
	// Cursor is where the last committed read stopped, as Reader.Cursor returned it; nil at the beginning. A cursor of
	// another source, or of another column of it, is refused in words.
	Cursor []byte
	// Window restricts an incremental read to a part of the cursor's range; Cursor is nil then.
	Window Window
	// Zone is where times without a zone live, and the one that times with a zone are rendered in; nil is UTC.
	Zone *time.Location
	// Rows is how many rows the caller will look at; a source that can asks for no more. 0 is all of them.
	Rows int
	// Memory is where the batches are allocated; nil: the connector's own choice. Every batch that was returned goes back
	// to it when it is released, everything else when the reader is closed.
	Memory memory.Allocator
}

// Window is a part of the range of a cursor: values from Since on, before Until, as an operator writes them: a date, a time
// or a number, whatever the cursor is made of. "" is open.
type Window struct{ Since, Until string }

// Whole reports whether nothing is left out.
func (w Window) Whole() bool { return w == Window{} }

// Reader is one read of a source, from beginning to end. It is used by one goroutine.
type Reader interface {
	// Next returns the next batch, in source order, or io.EOF after the last one. The caller owns the batch and releases
	// it, before or after Close. After an error other than io.EOF the read is broken as a whole: what it returned before
	// must not be applied, and every further call returns an error. After io.EOF every further call returns it again.
	// A cancelled context ends it promptly with the context's error.
	Next(ctx context.Context) (*Batch, error)
	// Inputs are the things that are read, in the order in which they are read. It is complete after Open.
	Inputs() []Input
	// Read is how many bytes of Size have been read so far; safe to call while Next runs.
	Read() (done, size int64)
	// Cursor is where this read stopped, valid after io.EOF; nil for a source without cursors.
	Cursor() []byte
	// Close ends the read at any time and frees what it holds. It may be called twice.
	Close() error
}

// Input is one thing that is read: a file, a table, a URL.
type Input struct {
	// Name is relative to the configuration file and the same from run to run: what vanishes from a snapshot is told by it.
	Name string
	// Size in bytes as stored; −1 where that is not known.
	Size int64
	// Receipt is true for an input with a receipt column: corrected rows that a department sent back. Such an input is
	// applied as append whatever the pipeline's mode, and its absence tomorrow means nothing.
	Receipt bool
	// Note says what a person should know of how it is read, such as which sheets of a workbook; empty for nothing.
	Note fault.Text
}

// Batch is a bounded piece of one input.
type Batch struct {
	// Input is the index in Reader.Inputs that the rows come from. A batch never spans two inputs.
	Input int
	// Rows holds one utf8 column per source column, named as the source spells its header, with the text as decoded to
	// UTF-8 and otherwise untouched. A null is a cell that the source does not have; a CSV has none. All batches of one
	// input share one schema value. At most MaxBatchRows rows and about MaxBatchBytes bytes.
	Rows arrow.Record
	// Refs says where each row stands in the source ("inbox/a.csv:12"); unique per row, as long as Rows.
	Refs *array.String
	// Refused are the rows, between and after those of Rows, that could not be read as rows. A batch may have nothing else;
	// its Rows has no rows then. Rows and Refused together are at most MaxBatchRows.
	Refused []Refused
}

// Release frees the batch.
func (b *Batch) Release() {
	if b.Rows != nil {
		b.Rows.Release()
	}
	if b.Refs != nil {
		b.Refs.Release()
	}
}

// Refused is a row that is not a row. Rule is one of the Rule constants.
type Refused struct {
	Ref   string
	Rule  string
	Cells []string // what could be read of it, as the header has it or shorter or longer; at most MaxCell bytes in all
}

// Rules under which a source refuses a row. Their sentences stand with all others in package transforms.
const (
	RuleRagged       = "ragged_row"     // more or fewer cells than the header
	RuleNUL          = "nul_byte"       // a NUL byte in a cell
	RuleCellTooLarge = "cell_too_large" // a cell over MaxCell
	RuleUndecodable  = "undecodable"    // bytes that the encoding does not have
	RuleQuote        = "broken_quote"   // a quoted cell runs over a line break and on after its closing quote: two rows in one
	RuleNoResult     = "formula_without_result"
	RuleShownAsOther = "shown_otherwise" // a number whose format shows something else: thousands, say
	RuleBadJSON      = "bad_json"        // a line that is not one JSON object
	RuleDoubleKey    = "double_key"      // a JSON object that names a column twice
)

// Interrupted is the error of a read that its source broke off although nothing is wrong with either: starting over at
// once, from the beginning and as a new run, is likely to succeed.
type Interrupted struct{ Err error }

func (e *Interrupted) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Interrupted) Unwrap() error { return e.Err }
