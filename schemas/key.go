package schemas

// KeyForm is how a field takes part in the natural key.
type KeyForm string

// The forms of key parts.
const (
	Plain      KeyForm = "plain"       // the normalised value
	DocumentNo KeyForm = "document_no" // a document number without the leading zeros of its running number
	SubjectNo  KeyForm = "subject"     // the kind's Subject: code, or name
	// FirstOf is the first of several fields that has a value, with the field's name. One group of AnyOf names the same
	// fields, so that there always is one.
	FirstOf KeyForm = "first_of"
)

// KeyPart is one part of the natural key. A record's identity is computed over the parts in their order.
type KeyPart struct {
	Field  string   // "" for SubjectNo and FirstOf
	Fields []string // of FirstOf
	Form   KeyForm
}
