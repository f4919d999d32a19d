package transforms

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// Input is one batch of a source. Apply neither keeps nor releases it, but what Apply returns may share its buffers.
type Input struct {
	// BatchNo is the number of the batch in the run; with the row's number it makes its place.
	BatchNo uint32
	// Rows has one utf8 column per source column, named by the source's headers; nulls are allowed.
	Rows arrow.Record
	// Refs says where each row stands in the source, as long as Rows.
	Refs *array.String
	// Refused are the rows of the batch that could not be read as rows.
	Refused []RefusedRow
}

// RefusedRow is a row that is not a row. Rule is one of those that rules.go lists for connectors.
type RefusedRow struct {
	Ref, Rule string
	Cells     []string // what could be read of it
}

// Output is what became of one batch.
type Output struct {
	// Accepted has exactly the schema Kind.Arrow(), Rejects exactly schemas.RejectArrow(). Both are there also when they
	// have no rows. They belong to the caller, who ends them with Release.
	Accepted, Rejects arrow.Record
	// AcceptedCheck is the XOR over the accepted rows of (content_hash XOR place·0x9E3779B97F4A7C15 mod 2^64), RejectsCheck
	// that over the refused ones with the first 8 bytes of reject_id, little endian, in the place of content_hash.
	AcceptedCheck, RejectsCheck uint64
	Count                       Count
	// Warnings counts the accepted rows by warning, Rules the violations of refused ones by rule.
	Warnings, Rules map[string]uint64
	// Receipts are the rows that name a receipt, in order.
	Receipts []Receipt
}

// Count counts rows. Read = Accepted + Rejected, always (I3).
type Count struct {
	Read, Accepted, Rejected uint64
	// Unkeyed are the refused rows whose record cannot be told.
	Unkeyed uint64
	// Warned are the accepted rows with at least one warning.
	Warned uint64
}

// Receipt is a row that corrects the refused row of that number.
type Receipt struct {
	Place    uint64
	Number   string
	Accepted bool
}

// Release frees both records.
func (o *Output) Release() {
	o.Accepted.Release()
	o.Rejects.Release()
}
