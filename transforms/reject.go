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

// rawCell is a cell as it was read.
type rawCell struct {
	header string // as people may see it
	text   []byte
	class  string // of the personal number that the column holds, "" for none
	code   bool   // a right code of an organisation, which is public
}

// reject is a refused row on its way into the record of rejects.
type reject struct {
	place     uint64
	ref       []byte
	id        [16]byte // of the record, zero where it cannot be told
	authority []byte
	cells     []rawCell
	found     []violation
	quote     func(field int) string // the cell of a field, for the message
}

// rejects builds the record of the refused rows, those that are rows first.
func (b *batch) rejects(out *Output) (arrow.Record, error) {
	to := array.NewRecordBuilder(b.t.opt.Alloc, b.t.refuse)
	defer to.Release()
	to.Reserve(int(out.Count.Rejected))
	personal := b.personalColumns()
	refs := newSource(b.in.Refs)
	for i := range b.rows {
		if b.bad[i] {
			r := b.rejectOf(i, personal)
			r.ref = refs.at(i)
			b.refuse(to, out, &r)
		}
	}
	for i := range b.in.Refused {
		r := b.refusedRow(&b.in.Refused[i], b.place(b.rows+i), personal)
		b.refuse(to, out, &r)
	}
	record := to.NewRecord()
	defer record.Release()
	return checked(b.t.refuse, record.Columns(), int(record.NumRows()))
}

// personalColumns are the classes of the personal numbers that the source's columns hold; "" for none.
func (b *batch) personalColumns() []string {
	classes := make([]string, len(b.bound.headers))
	for f, c := range b.bound.column {
		if class := b.cols[f].field.Personal; c >= 0 && class != "" {
			classes[c] = class
		}
	}
	for at, c := range b.bound.mixed {
		if c >= 0 {
			f, _ := b.t.opt.Kind.Field(b.t.opt.Kind.Mixed[at].Person)
			classes[c] = f.Personal
		}
	}
	return classes
}

// rejectOf is row i with everything that is wrong with it.
func (b *batch) rejectOf(i int, personal []string) reject {
	r := reject{place: b.place(i), id: b.ids[i], authority: b.authority(i), cells: b.cells[:0], found: b.found[:0]}
	for c := range b.sources {
		if c != b.bound.receipt {
			r.cells = append(r.cells, rawCell{b.bound.shown[c], b.sources[c].raw(i), b.classOf(c, i, personal[c]), b.isCode(c, i)})
		}
	}
	b.cells = r.cells
	for f := range b.cols {
		if rule := b.cols[f].state[i].rule(); rule != noRule {
			r.found = append(r.found, violation{f, rule})
		}
	}
	b.found = r.found
	r.quote = func(f int) string {
		if src := b.cols[f].src; src != nil {
			return b.quote(src.raw(i))
		}
		return ""
	}
	return r
}

// isCode reports that cell i of a source column was found to be the right code of an organisation. Its digits look like
// an ID, and a clerk has to see it.
func (b *batch) isCode(column, i int) bool {
	if !b.isMixed(column) {
		f := b.bound.fieldOf[column]
		return f >= 0 && b.isGoodCode(f, i)
	}
	for f, c := range b.bound.column {
		if c == column && b.isGoodCode(f, i) {
			return true
		}
	}
	return false
}

func (b *batch) isGoodCode(f, i int) bool {
	format := b.cols[f].field.Format
	return b.cols[f].state[i] == good && (format == schemas.USCC || format == schemas.OrgCode)
}

// refusedRow is a row that could not be read as one. Its cells are told by their position; so where there are more or fewer
// than headers, nothing is said of whose row it is.
func (b *batch) refusedRow(in *RefusedRow, place uint64, personal []string) reject {
	found := ruleNamed(in.Rule)
	if found == noRule || found >= firstWarning {
		found = ruleUnreadable
	}
	r := reject{place: place, ref: []byte(in.Ref), found: []violation{{-1, found}}}
	for c, text := range in.Cells {
		header, class := "", ""
		if c < len(personal) {
			header, class = b.bound.shown[c], personal[c]
		}
		if c != b.bound.receipt {
			r.cells = append(r.cells, rawCell{header: header, text: []byte(text), class: class})
		}
	}
	if len(in.Cells) != len(b.bound.headers) {
		return r
	}
	for _, name := range b.t.opt.Kind.Authority {
		if f := indexOf(b.t.opt.Kind, name); f >= 0 && b.bound.column[f] >= 0 && r.authority == nil {
			v := fold.Name(nil, []byte(in.Cells[b.bound.column[f]]))
			if !fold.IsNull(v) && !fold.IsPlaceholder(v) && !b.t.plans[f].tooLong(v) {
				r.authority = b.maskLooks(v)
			}
		}
	}
	return r
}

// authority is whose business row i is, from the first of the kind's fields for it that can be read; empty where none can.
func (b *batch) authority(i int) []byte {
	for _, name := range b.t.opt.Kind.Authority {
		if f := indexOf(b.t.opt.Kind, name); f >= 0 && b.cols[f].state[i] == good {
			return b.maskLooks(b.cols[f].clear(i))
		}
	}
	return nil
}

// maskCell is a cell as people may see it: in a personal column wholly masked, elsewhere what looks like an ID.
func (b *batch) maskCell(class string, text []byte) []byte {
	if class == "" {
		return b.maskLooks(text)
	}
	v := fold.Trim(text)
	if fold.IsNull(v) || fold.IsPlaceholder(v) {
		return text
	}
	b.mask = b.t.opt.Protect.Mask(class, v, b.mask[:0])
	return b.mask
}

// refuse appends a reject to the record.
func (b *batch) refuse(to *array.RecordBuilder, out *Output, r *reject) {
	b.raw = appendCells(b.raw[:0], r.cells, func(c *rawCell) []byte { return c.text })
	b.show = appendCells(b.show[:0], r.cells, func(c *rawCell) []byte {
		if c.code {
			return c.text
		}
		return b.maskCell(c.class, c.text)
	})
	b.seal = b.t.seals.raw(b.raw, &b.full, b.seal[:0])
	b.raw = appendViolations(b.raw, b.t.opt.Kind, r.found)
	id := b.t.opt.Protect.RejectID(b.t.opt.Kind.Name, b.raw)
	out.RejectsCheck ^= check8(id) ^ r.place*placeFactor
	if masked := b.maskIDs(r.ref); masked != nil {
		r.ref = masked
	}
	to.Field(0).(*array.Uint64Builder).Append(b.t.opt.RunNo)
	to.Field(1).(*array.Uint64Builder).Append(r.place)
	to.Field(2).(*array.FixedSizeBinaryBuilder).Append(id[:])
	to.Field(3).(*array.FixedSizeBinaryBuilder).Append(r.id[:])
	to.Field(4).(*array.StringBuilder).BinaryBuilder.Append(r.ref)
	to.Field(5).(*array.StringBuilder).BinaryBuilder.Append(r.authority)
	to.Field(6).(*array.StringBuilder).BinaryBuilder.Append(b.show)
	to.Field(7).(*array.BinaryBuilder).Append(b.seal)
	fields, rules, messages := listIn(to.Field(8)), listIn(to.Field(9)), listIn(to.Field(10))
	for _, v := range r.found {
		name, value := "", ""
		if v.field >= 0 {
			name, value = b.t.opt.Kind.Fields[v.field].Name, r.quote(v.field)
		}
		rule := &ruleTable[v.rule]
		out.Rules[rule.Name]++
		fields.Append(name)
		rules.Append(rule.Name)
		messages.Append(message(b.t.opt.Kind, v, value, b.t.opt.Language))
	}
}

// appendViolations appends the (field, rule) pairs in order of field and rule: with the cells before them they are what
// identifies a refused row.
func appendViolations(dst []byte, k *schemas.Kind, found []violation) []byte {
	name := func(v violation) string {
		if v.field < 0 {
			return ""
		}
		return k.Fields[v.field].Name
	}
	found = slices.Clone(found)
	slices.SortFunc(found, func(a, b violation) int {
		if c := strings.Compare(name(a), name(b)); c != 0 {
			return c
		}
		return strings.Compare(ruleTable[a.rule].Name, ruleTable[b.rule].Name)
	})
	for i, v := range found {
		dst = appendPair(dst, i == 0, name(v), ruleTable[v.rule].Name)
	}
	return append(dst, ']')
}

// listIn begins a list in a column of lists.
func listIn(to array.Builder) *array.StringBuilder {
	list := to.(*array.ListBuilder)
	list.Append(true)
	return list.ValueBuilder().(*array.StringBuilder)
}
