package schemas

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// Names of the columns that every stage batch carries before the kind's own.
const (
	ColRun         = "run_no"       // uint64: number of the run that staged the row
	ColPlace       = "place"        // uint64: batch number << 32 | row number, the order of the source
	ColRecordID    = "record_id"    // fixed_size_binary[16]: identity of the record
	ColContentHash = "content_hash" // uint64: keyed hash of the normalised clear values
	ColSourceRef   = "source_ref"   // utf8: where the row stands in the source
	ColWarnings    = "warnings"     // list<utf8>: rules that inform
	ColTextCipher  = "text_cipher"  // binary: the clear texts of a row whose free text holds a personal ID; empty for most
)

// Suffixes of the columns that a personal identifier has beside its masked form.
const (
	IndexSuffix  = "_index"  // fixed_size_binary[16]: keyed blind index, for joining; zero where the value is absent
	CipherSuffix = "_cipher" // binary: the sealed value; empty where it is absent
)

// HashVersion is the number of the present normalisation: raised when a fold changes what an unchanged source means.
const HashVersion = 1

// Column is one stored column of a kind: a field, or a part of a personal one.
type Column struct {
	Name  string
	Field *Field // the field it belongs to; nil for the text cipher
	Part  Part
}

// Part is which of a field's columns it is.
type Part uint8

// The parts of a field.
const (
	Whole  Part = iota // the value itself, masked if it is personal
	Index              // the blind index
	Cipher             // the sealed value
)

// Columns are the stored columns of the kind in order: every field, personal ones followed by their index and cipher,
// and the sealed texts last.
func (k *Kind) Columns() []Column {
	var cols []Column
	for i := range k.Fields {
		f := &k.Fields[i]
		cols = append(cols, Column{Name: f.Name, Field: f, Part: Whole})
		if f.Personal != "" {
			cols = append(cols, Column{Name: f.Name + IndexSuffix, Field: f, Part: Index}, Column{Name: f.Name + CipherSuffix, Field: f, Part: Cipher})
		}
	}
	return append(cols, Column{Name: ColTextCipher, Part: Cipher})
}

// Nullable reports whether absence of the field's value is stored as null. Texts and codes are never null: absent is
// empty. A day, an amount or a count that every record must have is not null either.
func (f *Field) Nullable() bool {
	return (f.Type == Date || f.Type == Money || f.Type == Count) && !f.Required
}

// ArrowType is the type of the column in a staged batch.
func (c Column) ArrowType() arrow.DataType {
	switch {
	case c.Part == Index:
		return &arrow.FixedSizeBinaryType{ByteWidth: 16}
	case c.Part == Cipher:
		return arrow.BinaryTypes.Binary
	}
	switch c.Field.Type {
	case Date:
		return arrow.FixedWidthTypes.Date32
	case Money:
		return &arrow.Decimal128Type{Precision: 18, Scale: c.Field.Scale()}
	case Count:
		return arrow.PrimitiveTypes.Int32
	case Choices:
		return arrow.ListOfField(arrow.Field{Name: "item", Type: arrow.BinaryTypes.String})
	}
	return arrow.BinaryTypes.String
}

// Arrow is the schema of a batch of accepted rows as it is staged: the run's columns, then the kind's. A batch equals it
// in names, types, scales and nullability, because ClickHouse coerces what differs without a word.
func (k *Kind) Arrow() *arrow.Schema {
	fields := []arrow.Field{
		{Name: ColRun, Type: arrow.PrimitiveTypes.Uint64},
		{Name: ColPlace, Type: arrow.PrimitiveTypes.Uint64},
		{Name: ColRecordID, Type: &arrow.FixedSizeBinaryType{ByteWidth: 16}},
		{Name: ColContentHash, Type: arrow.PrimitiveTypes.Uint64},
		{Name: ColSourceRef, Type: arrow.BinaryTypes.String},
		{Name: ColWarnings, Type: arrow.ListOfField(arrow.Field{Name: "item", Type: arrow.BinaryTypes.String})},
	}
	for _, c := range k.Columns() {
		null := c.Part == Whole && c.Field != nil && c.Field.Nullable()
		fields = append(fields, arrow.Field{Name: c.Name, Type: c.ArrowType(), Nullable: null})
	}
	return arrow.NewSchema(fields, nil)
}

// Keys are the columns of accepted rows that the diff looks at: run, place, record id, content hash. The caller releases
// them; the other columns may go before.
func Keys(rows arrow.Record) (arrow.Record, error) {
	var fields []arrow.Field
	var cols []arrow.Array
	for _, name := range [...]string{ColRun, ColPlace, ColRecordID, ColContentHash} {
		at := rows.Schema().FieldIndices(name)
		if len(at) != 1 {
			return nil, fmt.Errorf("rows have no column %s", name)
		}
		fields, cols = append(fields, rows.Schema().Field(at[0])), append(cols, rows.Column(at[0]))
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), cols, rows.NumRows()), nil
}

// RejectArrow is the schema of a batch of refused rows as it is staged, the same for all kinds.
func RejectArrow() *arrow.Schema {
	item := func(name string) arrow.Field {
		return arrow.Field{Name: name, Type: arrow.ListOfField(arrow.Field{Name: "item", Type: arrow.BinaryTypes.String})}
	}
	return arrow.NewSchema([]arrow.Field{
		{Name: ColRun, Type: arrow.PrimitiveTypes.Uint64},
		{Name: ColPlace, Type: arrow.PrimitiveTypes.Uint64},
		// reject_id identifies the row as read together with its violations.
		{Name: "reject_id", Type: &arrow.FixedSizeBinaryType{ByteWidth: 16}},
		// record_id is the identity of the record that the row would have been, zero where it cannot be computed.
		{Name: ColRecordID, Type: &arrow.FixedSizeBinaryType{ByteWidth: 16}},
		{Name: ColSourceRef, Type: arrow.BinaryTypes.String},
		{Name: "authority", Type: arrow.BinaryTypes.String},
		{Name: "raw_masked", Type: arrow.BinaryTypes.String},
		{Name: "raw_cipher", Type: arrow.BinaryTypes.Binary},
		item("fields"), item("rules"), item("messages"),
	}, nil)
}

// MessageArrow is the schema in which the relay reads committed versions: who and what, then the kind's columns. Columns
// are found by name.
func (k *Kind) MessageArrow() *arrow.Schema {
	fields := []arrow.Field{
		{Name: "seq", Type: arrow.PrimitiveTypes.Uint64},       // commit number << 24 | number in the commit
		{Name: "row_check", Type: arrow.PrimitiveTypes.Uint64}, // summed over a commit, it equals the checksum that closed it
		{Name: ColRecordID, Type: &arrow.FixedSizeBinaryType{ByteWidth: 16}},
		{Name: "version", Type: arrow.PrimitiveTypes.Uint32},
		{Name: "op", Type: arrow.BinaryTypes.String},     // upsert, delete or forget
		{Name: "status", Type: arrow.BinaryTypes.String}, // active, suspended, repaired, withdrawn or expired
		{Name: "notify", Type: arrow.PrimitiveTypes.Uint8},
		{Name: "pipeline", Type: arrow.BinaryTypes.String},
		{Name: ColSourceRef, Type: arrow.BinaryTypes.String},
		{Name: "ingested_ms", Type: arrow.PrimitiveTypes.Int64}, // Unix milliseconds
		{Name: "changed", Type: arrow.ListOfField(arrow.Field{Name: "item", Type: arrow.BinaryTypes.String})},
	}
	for _, c := range k.Columns() {
		if c.Part == Index {
			continue
		}
		fields = append(fields, arrow.Field{Name: c.Name, Type: c.ArrowType(), Nullable: true})
	}
	return arrow.NewSchema(fields, nil)
}
