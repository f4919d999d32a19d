// Package schemas says what a record is. A record kind is data in one place: its fields with their Chinese titles and
// standard codes, what is required, the code lists, the natural key, what is personal, what may be disclosed. The Arrow
// schema, the ClickHouse tables, the JSON Schema of the messages, the validation, the documentation page and the test
// data are all derived from that one value.
//
// It imports nothing of this project and does nothing at run time. How a cell becomes a value is in package transforms;
// what the tables look like is in internal/warehouse.
package schemas

import "fmt"

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
	// Authority are the fields that say whose business a refused row is, the one to prefer first.
	Authority []string
	// Warnings are the checks across fields that inform and never reject, by rule name.
	Warnings []Warning
	// Layouts are the generations in which sources deliver the kind, beside the fields' own titles and codes.
	Layouts []Layout
}

// Type is what a field holds, and with it how its text is folded, checked and stored.
type Type string

// The types of fields, with the form in which a value is stored.
const (
	Text     Type = "text"     // free text, trimmed: String
	Name     Type = "name"     // a name: trimmed, brackets folded to full width: String
	Code     Type = "code"     // an identifier: trimmed, NFKC, upper case: String
	Document Type = "document" // a document number (文号, 案号): brackets of the year folded to 〔〕: String
	Date     Type = "date"     // a day: Date32
	Money    Type = "money"    // an amount in the field's Unit: Decimal(18,6) of 万元, Decimal(18,2) of 元
	Count    Type = "count"    // a whole number from 0 (an age, months): Int32
	Choice   Type = "choice"   // one value of a code list: LowCardinality(String)
	Choices  Type = "choices"  // several values of a code list: Array(LowCardinality(String))
)

// Format is the standard that a code's characters follow.
type Format string

// The formats of codes.
const (
	NoFormat Format = ""
	USCC     Format = "uscc"      // 统一社会信用代码, GB 32100-2015
	OrgCode  Format = "org_code"  // 组织机构代码, GB 11714-1997
	PersonNo Format = "person_no" // 证件号码; a resident ID by GB 11643-1999 when its type field says so
)

// Disclosure is who may see a field (公开范围).
type Disclosure string

// The levels of disclosure.
const (
	Public     Disclosure = "public"     // 社会公开
	Shared     Disclosure = "shared"     // 政务共享
	Authorised Disclosure = "authorised" // 授权查询
)

// Field is one column of a kind.
type Field struct {
	Name      string
	Title     string // the Chinese title of the standard
	English   string
	Code      string   // the standard's column code (CF_WSH); "" where there is none
	Spellings []string // other headers under which sources deliver it
	Type      Type
	Format    Format
	// TypeField names the field that says what document a PersonNo is of.
	TypeField string
	// Max is the longest value in characters that the standard allows; 0 for no limit.
	Max  int
	List *List
	Unit string // of an amount: TenThousandYuan or Yuan; of a count what may stand behind it (岁)
	// Repeats tells the store that few distinct values occur (LowCardinality).
	Repeats bool
	// Personal is the class of a personal identifier, "" for none. Such a field is stored as three columns: masked, blind
	// index and cipher.
	Personal   string
	Disclosure Disclosure
	Required   bool
	RequiredIf []Condition
	// NotFuture refuses a day after today; NotBefore names the date that this one may not precede.
	NotFuture bool
	NotBefore string
}

// Units of amounts. Both are exact to one 分.
const (
	TenThousandYuan = "万元"
	Yuan            = "元"
)

// Scale is how many decimal places an amount of the field has.
func (f *Field) Scale() int32 {
	if f.Unit == Yuan {
		return 2
	}
	return 6
}

// Classes of personal identifiers.
const (
	// PersonalNumber is a resident ID (居民身份证), passport or other personal document number.
	PersonalNumber = "resident_id"
)

// Condition holds where Field is one of In (a Choice) or contains one that starts with any of Has (Choices).
type Condition struct {
	Field string
	In    []string
	Has   []string
}

// List is a code list (代码集).
type List struct {
	Name   string
	Values []Value
	// Open lists inform of an unknown value instead of refusing it, and accept the Other prefix (其他-…).
	Open  bool
	Other string
}

// Value is one entry of a code list.
type Value struct {
	Text string
	// Generation is the edition of the standard that the value belongs to ("2018", "2021"); "" for all.
	Generation string
	// Synonyms are spellings that mean the same.
	Synonyms []string
}

// KeyForm is how a field takes part in the natural key.
type KeyForm string

// The forms of key parts.
const (
	Plain      KeyForm = "plain"       // the normalised value
	DocumentNo KeyForm = "document_no" // a document number without the leading zeros of its running number
	SubjectNo  KeyForm = "subject"     // the kind's Subject: code, or name
)

// KeyPart is one part of the natural key. A record's identity is computed over the parts in their order.
type KeyPart struct {
	Field string // "" for SubjectNo
	Form  KeyForm
}

// Subject says which fields name whom the record is about (行政相对人).
type Subject struct {
	Type  string   // field of the subject's type
	Name  string   // field of its name
	USCC  string   // field of its 统一社会信用代码
	Codes []string // fields of its codes, the one to prefer first
	// Person is the value of Type whose subject is a natural person: identified by name, never by its document number.
	Person string
}

// Warning is a check across fields that informs and never rejects.
type Warning struct {
	Rule   string
	Fields []string
}

// Layout is one generation in which a kind is delivered: its own headers and defaults.
type Layout struct {
	Name string
	// Headers maps a header of this generation to a field name.
	Headers map[string]string
	// Defaults are values of fields that this generation does not have, set where a row has the field named by When.
	Defaults []Default
}

// Default is the value of Field where the layout delivers a value in When.
type Default struct{ Field, Value, When string }

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

// Validate reports what is wrong with the declaration; a kind with an error is a programmer's mistake, found by a test.
func (k *Kind) Validate() error {
	seen := map[string]bool{}
	for _, f := range k.Fields {
		switch {
		case seen[f.Name]:
			return fmt.Errorf("kind %s: field %s stands twice", k.Name, f.Name)
		case f.Title == "" || f.English == "":
			return fmt.Errorf("kind %s: field %s has no title", k.Name, f.Name)
		case (f.Type == Choice || f.Type == Choices) && f.List == nil:
			return fmt.Errorf("kind %s: field %s has no code list", k.Name, f.Name)
		case f.Type == Money && f.Unit != TenThousandYuan && f.Unit != Yuan:
			return fmt.Errorf("kind %s: field %s has the unit %q, which amounts are not in", k.Name, f.Name, f.Unit)
		case f.Disclosure == "":
			return fmt.Errorf("kind %s: field %s has no disclosure level", k.Name, f.Name)
		}
		seen[f.Name] = true
	}
	refs := []string{k.Subject.Type, k.Subject.Name, k.Subject.USCC}
	refs = append(refs, k.Subject.Codes...)
	for _, p := range k.Key {
		if p.Form != SubjectNo {
			refs = append(refs, p.Field)
		}
	}
	for _, f := range k.Fields {
		for _, c := range f.RequiredIf {
			refs = append(refs, c.Field)
		}
		if f.NotBefore != "" {
			refs = append(refs, f.NotBefore)
		}
		if f.TypeField != "" {
			refs = append(refs, f.TypeField)
		}
	}
	refs = append(refs, k.Authority...)
	for _, w := range k.Warnings {
		refs = append(refs, w.Fields...)
	}
	for _, r := range refs {
		if !seen[r] {
			return fmt.Errorf("kind %s names a field %q that it does not have", k.Name, r)
		}
	}
	switch {
	case len(k.Key) == 0:
		return fmt.Errorf("kind %s has no natural key", k.Name)
	case len(k.Authority) == 0:
		return fmt.Errorf("kind %s does not say whose business a refused row is", k.Name)
	}
	return nil
}

// All are the kinds that this program carries.
func All() []*Kind { return []*Kind{AdminPenalty()} }

// Find returns the kind of a name.
func Find(name string) (*Kind, bool) {
	for _, k := range All() {
		if k.Name == name {
			return k, true
		}
	}
	return nil, false
}
