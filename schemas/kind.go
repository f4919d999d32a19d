// Package schemas says what a record is. A record kind is data in one place: its fields with their Chinese titles and
// standard codes, what is required, the code lists, the natural key, what is personal, what may be disclosed. The Arrow
// schema, the ClickHouse tables, the JSON Schema of the messages, the validation, the documentation page and the test
// data are all derived from that one value.
//
// It imports nothing of this project and does nothing at run time. How a cell becomes a value is in package transforms;
// what the tables look like is in internal/warehouse.
package schemas

// Kind is one kind of record, such as an administrative penalty. Kinds are values built by functions of this package
// and never change while the program runs.
type Kind struct {
	Name     string // the English identifier that tables, topics and configurations use
	Title    string // the Chinese official name
	English  string
	Version  int    // of this declaration; part of the messages' schema address
	Standard string // the text that it follows, with its number
	// Ordinal is the kind's own partition of the relay's position topic. It is given once and never used again.
	Ordinal int
	Fields  []Field
	Key     []KeyPart
	Subject Subject
	// PersonDisclosure is the widest level at which a record about a natural person may be shown, whatever its fields say;
	// "" where the fields' own levels hold for persons too.
	PersonDisclosure Disclosure
	// Authority are the fields that say whose business a refused row is, the one to prefer first.
	Authority []string
	// AnyOf are groups of fields of which every record has at least one (多选一). A field begins at most one group.
	AnyOf [][]string
	// Refusals are the checks across fields that refuse a row, Warnings those that inform and never refuse.
	Refusals, Warnings []Check
	// Terms are the lengths that law gives to what the kind is about; a check compares with them.
	Terms []Term
	// Layouts are the generations in which sources deliver the kind, beside the fields' own titles and codes.
	Layouts []Layout
	// Mixed are the columns of sources in which persons' document numbers and organisations' codes stand together.
	Mixed []Mixed
}

// Subject says which fields name whom the record is about (行政相对人, 当事人).
type Subject struct {
	Type  string   // field of the subject's type
	Name  string   // field of its name
	USCC  string   // field of its 统一社会信用代码
	Codes []string // fields of its codes, the one to prefer first
	// Person is the value of Type whose subject is a natural person: identified by name, never by its document number.
	Person string
}

// Check is a check across fields, by the name of its rule. Which fields in which order it looks at is said with the rule
// in package transforms; a refusal is told of the first one.
type Check struct {
	Rule   string
	Fields []string
}

// Term is the length that law gives to a measure decided on Since or later, until the next Term of the same Value.
type Term struct {
	Value    string // of the code list that the check looks at; "" for any
	Since    string // ISO 8601
	Min, Max int    // in months
	Basis    string // the law
}

// Field returns the field of a name.
func (k *Kind) Field(name string) (*Field, bool) {
	for i := range k.Fields {
		if k.Fields[i].Name == name {
			return &k.Fields[i], true
		}
	}
	return nil, false
}

// Names are the names of the fields in order.
func (k *Kind) Names() []string {
	names := make([]string, len(k.Fields))
	for i, f := range k.Fields {
		names[i] = f.Name
	}
	return names
}

// All are the kinds that this program carries, in the order of their ordinals.
func All() []*Kind {
	return []*Kind{AdminPenalty(), CourtJudgment(), JudgmentDefaulter(), DisciplinaryAction(), ProcurementBlacklist(), BiddingBlacklist()}
}

// Find returns the kind of a name.
func Find(name string) (*Kind, bool) {
	for _, k := range All() {
		if k.Name == name {
			return k, true
		}
	}
	return nil, false
}
