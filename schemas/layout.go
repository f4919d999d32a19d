package schemas

// Layout is one generation in which a kind is delivered, or one system's table: its own headers and defaults.
type Layout struct {
	Name string
	// Marks are headers that only this layout has. Where there are some, the layout applies when the source has one of
	// them; else it applies when one of Headers names its field.
	Marks []string
	// Headers maps a header of this layout to a field name. A header may mean another field in another layout that has
	// marks; of several layouts that apply the first one counts.
	Headers map[string]string
	// Defaults are values of fields that this layout does not have.
	Defaults []Default
}

// Default is the value of Field in every row of the layout, or in those that have a value in When.
type Default struct{ Field, Value, When string }

// Mixed is a column in which sources deliver what belongs to several fields, by whose row it is: 身份证号码/组织机构代码.
type Mixed struct {
	Headers []string
	// Person is the field of the cells in rows about natural persons.
	Person string
	// Codes are the fields of the other cells: a 统一社会信用代码 has 18 characters, an 组织机构代码 9, and what has
	// neither belongs to the field without a format.
	Codes []string
}
