package transforms

import (
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"creditsync/schemas"
	"creditsync/transforms/fold"
)

// violation is a rule that a row breaks; field is −1 where it is the row as a whole.
type violation struct {
	field int
	rule  rule
}

// reject is a refused row on its way into the record of rejects.
type reject struct {
	place     uint64
	ref       string
	id        [16]byte // of the record, zero where it cannot be told
	authority string
	cells     []Cell
	masked    []Cell
	found     []violation
	quote     func(field int) string // the cell of a field, for the message
}

// rejects builds the record of the refused rows, those that are rows first.
func (b *batch) rejects(out *Output) (arrow.Record, error) {
	to := array.NewRecordBuilder(b.t.opt.Alloc, b.t.refuse)
	defer to.Release()
	personal := b.personalColumns()
	refs := newSource(b.in.Refs)
	for i := range b.rows {
		if b.bad[i] {
			r := b.rejectOf(i, personal)
			r.ref = string(refs.at(i))
			b.refuse(to, out, &r)
		}
	}
	for i := range b.in.Refused {
		r := b.refusedRow(&b.in.Refused[i], b.place(b.rows+i), personal)
		b.refuse(to, out, &r)
	}
	record := to.NewRecord()
	cols := record.Columns()
	defer record.Release()
	return checked(b.t.refuse, cols, int(record.NumRows()))
}

// personalColumns are the classes of the personal numbers that the source's columns hold; "" for none.
func (b *batch) personalColumns() []string {
	classes := make([]string, len(b.bound.headers))
	for f, c := range b.bound.column {
		if class := b.cols[f].field.Personal; c >= 0 && class != "" {
			classes[c] = class
		}
	}
	return classes
}

// rejectOf is row i with everything that is wrong with it.
func (b *batch) rejectOf(i int, personal []string) reject {
	r := reject{place: b.place(i), id: b.ids[i], authority: b.authority(i)}
	for c := range b.sources {
		if c == b.bound.receipt {
			continue
		}
		text := string(b.sources[c].raw(i))
		r.cells = append(r.cells, Cell{b.bound.headers[c], text})
		r.masked = append(r.masked, Cell{b.bound.headers[c], b.maskCell(personal[c], text)})
	}
	for f := range b.cols {
		if rule := b.cols[f].state[i].rule(); rule != noRule {
			r.found = append(r.found, violation{f, rule})
		}
	}
	r.quote = func(f int) string {
		if src := b.cols[f].src; src != nil {
			return b.quote(src.raw(i))
		}
		return ""
	}
	return r
}

// refusedRow is a row that could not be read as one. Its cells are told by their position; so where there are more or fewer
// than headers, nothing is said of whose row it is.
func (b *batch) refusedRow(in *RefusedRow, place uint64, personal []string) reject {
	found := ruleNamed(in.Rule)
	if found == noRule || found >= firstWarning {
		found = ruleUnreadable
	}
	r := reject{place: place, ref: in.Ref, found: []violation{{-1, found}}}
	for c, text := range in.Cells {
		header, class := "", ""
		if c < len(personal) {
			header, class = b.bound.headers[c], personal[c]
		}
		if c == b.bound.receipt {
			continue
		}
		r.cells = append(r.cells, Cell{header, text})
		r.masked = append(r.masked, Cell{header, b.maskCell(class, text)})
	}
	if len(in.Cells) != len(b.bound.headers) {
		return r
	}
	for _, name := range authorityFields {
		if f := indexOf(b.t.opt.Kind, name); f >= 0 && b.bound.column[f] >= 0 && r.authority == "" {
			v := fold.Name(nil, []byte(in.Cells[b.bound.column[f]]))
			if !fold.IsNull(v) && !fold.IsPlaceholder(v) && !b.t.plans[f].tooLong(v) {
				r.authority = string(b.maskLooks(v))
			}
		}
	}
	return r
}

// authorityFields are the fields that say whose business a refused row is, the first one that can be read.
var authorityFields = [...]string{"authority_name", "source_unit_name"}

// authority is whose business row i is; "" where that cannot be read.
func (b *batch) authority(i int) string {
	for _, name := range authorityFields {
		if f := indexOf(b.t.opt.Kind, name); f >= 0 && b.cols[f].state[i] == good {
			return string(b.maskLooks(b.cols[f].clear(i)))
		}
	}
	return ""
}

// maskCell is a cell as people may see it: in a personal column wholly masked, elsewhere what looks like an ID.
func (b *batch) maskCell(class, text string) string {
	v := []byte(text)
	if class == "" {
		return string(b.maskLooks(v))
	}
	if v := fold.Trim(v); fold.IsNull(v) || fold.IsPlaceholder(v) {
		return text
	}
	return string(b.t.opt.Protect.Mask(class, v, nil))
}

// refuse appends a reject to the record.
func (b *batch) refuse(to *array.RecordBuilder, out *Output, r *reject) {
	raw := appendCells(nil, r.cells)
	id := b.t.opt.Protect.RejectID(b.t.opt.Kind.Name, appendViolations(slices.Clone(raw), b.t.opt.Kind, r.found))
	out.RejectsCheck ^= check8(id) ^ r.place*placeFactor
	ref := []byte(r.ref)
	if masked := b.maskIDs(ref); masked != nil {
		ref = masked
	}
	to.Field(0).(*array.Uint64Builder).Append(b.t.opt.RunNo)
	to.Field(1).(*array.Uint64Builder).Append(r.place)
	to.Field(2).(*array.FixedSizeBinaryBuilder).Append(id[:])
	to.Field(3).(*array.FixedSizeBinaryBuilder).Append(r.id[:])
	to.Field(4).(*array.StringBuilder).Append(string(ref))
	to.Field(5).(*array.StringBuilder).Append(r.authority)
	to.Field(6).(*array.StringBuilder).Append(string(appendCells(nil, r.masked)))
	to.Field(7).(*array.BinaryBuilder).Append(b.t.seals.raw(raw, nil, nil))
	var fields, rules, messages []string
	for _, v := range r.found {
		name, value := "", ""
		if v.field >= 0 {
			name, value = b.t.opt.Kind.Fields[v.field].Name, r.quote(v.field)
		}
		rule := &ruleTable[v.rule]
		out.Rules[rule.Name]++
		fields, rules = append(fields, name), append(rules, rule.Name)
		messages = append(messages, message(b.t.opt.Kind, v, value, b.t.opt.Language))
	}
	appendList(to.Field(8), fields)
	appendList(to.Field(9), rules)
	appendList(to.Field(10), messages)
}

// appendViolations appends the (field, rule) pairs in order of field and rule: with the cells before them they are what
// identifies a refused row.
func appendViolations(dst []byte, k *schemas.Kind, found []violation) []byte {
	var pairs []Cell
	for _, v := range found {
		name := ""
		if v.field >= 0 {
			name = k.Fields[v.field].Name
		}
		pairs = append(pairs, Cell{name, ruleTable[v.rule].Name})
	}
	slices.SortFunc(pairs, func(a, b Cell) int {
		if c := strings.Compare(a.Header, b.Header); c != 0 {
			return c
		}
		return strings.Compare(a.Text, b.Text)
	})
	return appendCells(dst, pairs)
}

func appendList(to array.Builder, values []string) {
	list := to.(*array.ListBuilder)
	list.Append(true)
	for _, v := range values {
		list.ValueBuilder().(*array.StringBuilder).Append(v)
	}
}
