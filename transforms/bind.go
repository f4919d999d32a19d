package transforms

import (
	"fmt"
	"slices"
	"strings"

	"creditsync/schemas"
	"creditsync/transforms/fold"
	"creditsync/transforms/personid"
)

// Rules of a BindError.
const (
	BindUnknown = "unknown_column" // the mapping names a column that the source does not have
	BindDoubled = "doubled_column" // two columns name the same field
	BindMissing = "missing_column" // a required field has no column
	BindUnit    = "unit_differs"   // a column's header names another unit than its field has
)

// BindError says that the headers of a source do not fit the kind: nothing of it can be read. A person has to change the
// source or the mapping.
type BindError struct {
	Rule string
	// Columns are the columns in question; of BindUnknown and BindMissing all columns that there are.
	Columns []string
	// Fields are the names of the fields in question, in the kind's order.
	Fields   []string
	Sentence Sentence
}

// BindRules are the rules of BindError with what each says to the person who has to act, in the order of the reference
// page. In the sentences {column} is a header, {field} a field's title, {unit} the unit that the header names and {limit}
// the field's own.
func BindRules() []Rule {
	return []Rule{
		{Name: BindUnknown, Sentence: Sentence{
			"映射（map）中的列“{column}”在数据源中不存在；数据源有这些列：…", "the mapping names columns that the source does not have: {column}; it has: …"}},
		{Name: BindDoubled, Sentence: Sentence{
			"列“{column}”、“{column}”都对应“{field}”；请在 map 中写明用哪一列", "the columns {column}, {column} all name the field {field}; say under map which one it is"}},
		{Name: BindUnit, Sentence: Sentence{
			"列“{column}”的单位是{unit}，字段“{field}”的单位是{limit}：请在来源改为{limit}，或改列名并在数值后写明单位（如 2000元）",
			"the column {column} is in {unit}, the field {field} in {limit}: change it to {limit} at the source, or rename the column and write the unit behind each number (such as 2000元)"}},
		{Name: BindMissing, Sentence: Sentence{
			"数据源缺少必填的列“{field}”；如列名不同，请在 map 中写明", "the source lacks required columns: {field}; where they have other names, say so under map"}},
	}
}

// Error is the English sentence.
func (e *BindError) Error() string { return e.Sentence.EN }

// binding says which source column holds which field.
type binding struct {
	column   []int // by field: the source column, −1 for none
	fieldOf  []int // by source column: the first field it holds, −1 for none
	mixed    []int // by place in the kind's Mixed: the source column, −1 for none
	receipt  int   // the source column of receipts, −1 for none
	defaults []fieldDefault
	headers  []string
	shown    []string // the headers as people may see them
}

// fieldDefault gives field the value where the row has when; −1 for every row.
type fieldDefault struct {
	field, when int
	value       string
}

// bind finds the columns of the kind's fields among headers. The explicit mapping wins; then a field's own names; then
// what a header says in brackets after a number (行政相对人代码_7（税务登记号）: the numbers differ between editions, the
// bracketed text does not); then the headers of the kind's other generations.
func bind(kind *schemas.Kind, names *names, mapping map[string]string, receipt string, headers []string) (*binding, error) {
	b := &binding{column: filled(len(kind.Fields)), fieldOf: filled(len(headers)), mixed: filled(len(kind.Mixed)), receipt: -1, headers: headers}
	keys := make([]string, len(headers))
	for i, h := range headers {
		b.shown = append(b.shown, maskHeader(h))
		keys[i] = fold.Header(h)
		if receipt != "" && keys[i] == fold.Header(receipt) {
			b.receipt = i
		}
	}
	if err := b.mapped(kind, mapping, keys); err != nil {
		return nil, err
	}
	layouts := names.applying(keys)
	if err := b.named(kind, names, keys, layouts); err != nil {
		return nil, err
	}
	if err := b.mix(kind, names, keys); err != nil {
		return nil, err
	}
	b.layout(kind, keys, layouts)
	if err := b.units(kind, names, keys); err != nil {
		return nil, err
	}
	return b, b.missing(kind)
}

// mapped binds what the configuration maps. One column may be mapped to several fields; it then binds to no other.
func (b *binding) mapped(kind *schemas.Kind, mapping map[string]string, keys []string) error {
	var unknown, fields []string
	for i := range kind.Fields {
		name := kind.Fields[i].Name
		header, ok := mapping[name]
		if !ok {
			continue
		}
		found := find(b.headers, header)
		if len(found) == 0 {
			found = find(keys, fold.Header(header))
		}
		switch len(found) {
		case 0:
			unknown, fields = append(unknown, header), append(fields, name)
		case 1:
			b.column[i] = found[0]
			if b.fieldOf[found[0]] < 0 {
				b.fieldOf[found[0]] = i
			}
		default:
			return doubled(kind, b.shown, i, found)
		}
	}
	if unknown == nil {
		return nil
	}
	return &BindError{Rule: BindUnknown, Columns: b.shown, Fields: fields, Sentence: Sentence{
		ZH: fmt.Sprintf("映射（map）中的列%s在数据源中不存在；数据源有这些列：%s", quoted(unknown), strings.Join(b.shown, "、")),
		EN: fmt.Sprintf("the mapping names columns that the source does not have: %s; it has: %s", strings.Join(unknown, ", "), strings.Join(b.shown, ", ")),
	}}
}

// named binds columns by what their headers say, tier by tier. Two columns of one tier for one field are an error; a
// column of a later tier yields.
func (b *binding) named(kind *schemas.Kind, names *names, keys []string, layouts []int) error {
	for tier := range tierCount {
		taken := make([][]int, len(kind.Fields))
		for c, key := range keys {
			if b.fieldOf[c] >= 0 || c == b.receipt {
				continue
			}
			f := names.field(tier, key, layouts)
			if f < 0 || b.column[f] >= 0 {
				continue
			}
			taken[f] = append(taken[f], c)
		}
		for f, columns := range taken {
			if len(columns) > 1 {
				return doubled(kind, b.shown, f, columns)
			}
			if len(columns) == 1 {
				b.column[f], b.fieldOf[columns[0]] = columns[0], f
			}
		}
	}
	return nil
}

// layout takes the defaults of the layouts that apply, for fields without a column; of several the first one counts.
func (b *binding) layout(kind *schemas.Kind, keys []string, layouts []int) {
	for _, at := range layouts {
		l := &kind.Layouts[at]
		used := len(l.Marks) > 0
		for header, name := range l.Headers {
			key := fold.Header(header)
			for c, f := range b.fieldOf {
				used = used || f >= 0 && keys[c] == key && kind.Fields[f].Name == name
			}
		}
		if !used {
			continue
		}
		for _, d := range l.Defaults {
			field, when := indexOf(kind, d.Field), indexOf(kind, d.When)
			if b.column[field] < 0 && (d.When == "" || b.column[when] >= 0) && !b.hasDefault(field) {
				b.defaults = append(b.defaults, fieldDefault{field, when, d.Value})
			}
		}
	}
}

// missing reports the required fields without a column, and the groups of which no field has one.
func (b *binding) missing(kind *schemas.Kind) error {
	var fields, titles, names []string
	for i := range kind.Fields {
		f := &kind.Fields[i]
		if !f.Required || b.column[i] >= 0 || b.hasDefault(i) {
			continue
		}
		fields, titles = append(fields, f.Name), append(titles, f.Title)
		names = append(names, f.Name+" ("+f.Title+")")
	}
	for _, group := range kind.AnyOf {
		if slices.ContainsFunc(group, func(name string) bool { return b.column[indexOf(kind, name)] >= 0 }) {
			continue
		}
		fields = append(fields, group...)
		titles = append(titles, strings.Join(titlesOf(kind, group, true), "”或“"))
		names = append(names, strings.Join(group, " or "))
	}
	if fields == nil {
		return nil
	}
	return &BindError{Rule: BindMissing, Columns: b.shown, Fields: fields, Sentence: Sentence{
		ZH: fmt.Sprintf("数据源缺少必填的列%s；如列名不同，请在 map 中写明", quoted(titles)),
		EN: fmt.Sprintf("the source lacks required columns: %s; where they have other names, say so under map", strings.Join(names, ", ")),
	}}
}

func (b *binding) hasDefault(field int) bool {
	for _, d := range b.defaults {
		if d.field == field {
			return true
		}
	}
	return false
}

func doubled(kind *schemas.Kind, headers []string, field int, columns []int) *BindError {
	var list []string
	for _, c := range columns {
		list = append(list, headers[c])
	}
	f := &kind.Fields[field]
	return &BindError{Rule: BindDoubled, Columns: list, Fields: []string{f.Name}, Sentence: Sentence{
		ZH: fmt.Sprintf("列%s都对应“%s”；请在 map 中写明用哪一列", quoted(list), f.Title),
		EN: fmt.Sprintf("the columns %s all name the field %s; say under map which one it is", strings.Join(list, ", "), f.Name),
	}}
}

// maskHeader is a header without what looks like an ID: where a file has no header line, its first row may pass for one.
func maskHeader(h string) string {
	out, at := "", 0
	personid.LooksLike([]byte(h), func(from, to int) {
		out, at = out+h[at:from]+strings.Repeat("*", to-from), to
	})
	return out + h[at:]
}

func quoted(list []string) string { return "“" + strings.Join(list, "”、“") + "”" }

func find(list []string, one string) []int {
	var at []int
	for i, s := range list {
		if s == one {
			at = append(at, i)
		}
	}
	return at
}

func filled(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = -1
	}
	return list
}

// indexOf is the place of a field in its kind; −1 where there is none.
func indexOf(kind *schemas.Kind, name string) int {
	for i := range kind.Fields {
		if kind.Fields[i].Name == name {
			return i
		}
	}
	return -1
}
