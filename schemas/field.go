package schemas

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

// Format is the standard that the characters of a code or a document number follow.
type Format string

// The formats of codes and document numbers.
const (
	NoFormat Format = ""
	USCC     Format = "uscc"      // 统一社会信用代码, GB 32100-2015
	OrgCode  Format = "org_code"  // 组织机构代码, GB 11714-1997
	PersonNo Format = "person_no" // 证件号码; a resident ID by GB 11643-1999 when its type field says so
	CaseNo   Format = "case_no"   // 案号 of a court, 法〔2015〕137号; forms vary, so nothing is refused for it
)

// Disclosure is who may see a field (公开范围).
type Disclosure string

// The levels of disclosure, the widest first.
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
	// Group is the class of values that a check tells apart (政务处分, 党纪处分); "" where none does.
	Group string
	// Synonyms are spellings that mean the same.
	Synonyms []string
}
