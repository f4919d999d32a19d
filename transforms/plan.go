package transforms

import (
	"fmt"

	"creditsync/schemas"
	"creditsync/transforms/docno"
	"creditsync/transforms/fold"
	"creditsync/transforms/orgcode"
	"creditsync/transforms/uscc"
)

// fieldPlan is how one field of a kind is read, worked out once.
type fieldPlan struct {
	field *schemas.Field
	hash  func(value []byte) uint64
	fold  func(dst, b []byte) []byte
	// placeholders: 无, dashes and the like mean that there is nothing. In free text they may be the answer.
	placeholders bool
	// findIDs: resident IDs may hide in the value. Where a format says what every character is, none can.
	findIDs bool
	// format checks a folded code and returns it as it is stored; nil where there is no format.
	format func(b *batch, v []byte) ([]byte, rule)
	list   *codeList
	// typeField is the field that says what document a PersonNo is of; −1 for none.
	typeField int
	// seal hides a personal number; nil for the other fields.
	seal    func(clear []byte, index *[32]byte, dst []byte) []byte
	sealAll SealAll
	read    func(b *batch, c *column)
}

// newPlans works out how the fields are read, and in which order: what another one depends on comes first, and before all
// the type of the subject.
func newPlans(o *Options) (plans []fieldPlan, order []int, err error) {
	k := o.Kind
	plans = make([]fieldPlan, len(k.Fields))
	var late []int
	first := indexOf(k, k.Subject.Type)
	order = append(order, first)
	for i := range k.Fields {
		f := &k.Fields[i]
		p := &plans[i]
		p.field, p.hash, p.placeholders, p.typeField = f, o.Protect.Hash(f.Name), f.Type != schemas.Text, -1
		if f.Personal != "" {
			p.seal, p.sealAll = o.Protect.Seal(f.Personal, k.Name, f.Name), o.Protect.SealAll(f.Personal, k.Name, f.Name)
		}
		if err := p.reader(k); err != nil {
			return nil, nil, err
		}
		switch {
		case i == first:
		case f.Format == schemas.PersonNo:
			late = append(late, i)
		default:
			order = append(order, i)
		}
	}
	return plans, append(order, late...), nil
}

// reader chooses the reader of the field's type.
func (p *fieldPlan) reader(k *schemas.Kind) error {
	f := p.field
	p.read = (*batch).readText
	switch f.Type {
	case schemas.Text:
		p.fold, p.findIDs = textFold, true
	case schemas.Name:
		p.fold, p.findIDs = fold.Name, true
	case schemas.Document:
		p.fold, p.findIDs = docno.Fold, true
	case schemas.Code:
		return p.code(k)
	case schemas.Date:
		p.read = (*batch).readDate
	case schemas.Money:
		p.read = (*batch).readMoney
	case schemas.Count:
		p.read = (*batch).readCount
	case schemas.Choice, schemas.Choices:
		p.list, p.read = newCodeList(f.List), (*batch).readChoices
	default:
		return fmt.Errorf("transforms: kind %s: field %s has the unknown type %q", k.Name, f.Name, f.Type)
	}
	if (f.Personal != "") != (f.Format == schemas.PersonNo) {
		return fmt.Errorf("transforms: kind %s: field %s: only document numbers of persons are personal", k.Name, f.Name)
	}
	return nil
}

// code chooses how a code is checked.
func (p *fieldPlan) code(k *schemas.Kind) error {
	f := p.field
	p.fold = fold.Code
	switch f.Format {
	case schemas.NoFormat:
		p.findIDs = true
	case schemas.USCC:
		p.format = usccFormat
		if f.Name != k.Subject.USCC {
			p.format = usccOfBody
		}
	case schemas.OrgCode:
		p.format = orgCodeFormat
	case schemas.PersonNo:
		p.typeField, p.read = indexOf(k, f.TypeField), (*batch).readPerson
		if p.typeField < 0 || k.Fields[p.typeField].Type != schemas.Choice {
			return fmt.Errorf("transforms: kind %s: field %s has no choice that says what document it is of", k.Name, f.Name)
		}
	default:
		return fmt.Errorf("transforms: kind %s: field %s has the unknown format %q", k.Name, f.Name, f.Format)
	}
	if (f.Personal != "") != (f.Format == schemas.PersonNo) {
		return fmt.Errorf("transforms: kind %s: field %s: only document numbers of persons are personal", k.Name, f.Name)
	}
	return nil
}

func textFold(_, b []byte) []byte { return fold.Text(b) }

// usccFormat checks a 统一社会信用代码 by GB 32100. The placeholder of a business without one passes; whether its subject
// may have it is judged with the subject's type. A number that is a resident ID by its birth date and both its checks is
// taken for the ID that somebody put into the wrong column.
func usccFormat(_ *batch, v []byte) ([]byte, rule) {
	if uscc.Absent(v) {
		return v, noRule
	}
	switch uscc.Check(v) {
	case uscc.OK:
		if uscc.LooksLikePersonID(v) {
			return v, ruleBadFormat
		}
		return v, noRule
	case uscc.CheckDigit:
		return v, ruleCheckDigit
	}
	return v, ruleBadFormat
}

// usccOfBody is usccFormat for an authority, which always has a code.
func usccOfBody(b *batch, v []byte) ([]byte, rule) {
	if uscc.Absent(v) {
		return v, ruleBadFormat
	}
	return usccFormat(b, v)
}

func isBlankUSCC(v []byte) bool { return uscc.Absent(v) }

// orgCodeFormat checks a 组织机构代码 by GB 11714 and drops its hyphen.
func orgCodeFormat(b *batch, v []byte) ([]byte, rule) {
	switch orgcode.Check(v) {
	case orgcode.OK:
		return orgcode.Fold(b.codeTo[:0], v), noRule
	case orgcode.CheckDigit:
		return v, ruleCheckDigit
	}
	return v, ruleBadFormat
}
