package transforms

import (
	"bytes"
	"slices"

	"creditsync/schemas"
	"creditsync/transforms/fold"
	"creditsync/transforms/personid"
)

// shortestDocument is the least that a personal document number has, in bytes.
const shortestDocument = 5

// readPerson reads a column of personal document numbers. Those of resident identity cards follow GB 11643; what a number
// is of stands in another field, which was read before.
func (b *batch) readPerson(c *column) {
	if c.src == nil {
		return
	}
	types := &b.cols[c.plan.typeField]
	for i := range b.rows {
		raw := c.src.raw(i)
		if len(raw) == 0 {
			c.text.set(i, b.rows, nil)
			continue
		}
		v := fold.Code(b.foldTo[:0], raw)
		if fold.IsNull(v) || fold.IsPlaceholder(v) {
			c.text.set(i, b.rows, nil)
			continue
		}
		class, r := personid.Unknown, damaged(v)
		switch {
		case r != noRule:
		case c.plan.tooLong(v):
			r = ruleTooLong
		default:
			class, r = b.personNo(types, i, v)
		}
		if r != noRule {
			b.violate(c, i, r)
			c.text.keep(nil)
			continue
		}
		c.state[i], c.class[i] = good, class
		c.text.set(i, b.rows, v)
		b.sum[i] += c.plan.hash(v)
	}
}

// personNo judges a folded number by the type of document that row i names. Where that type was refused nothing more can
// be said of the number than that it is not a resident ID.
func (b *batch) personNo(types *column, i int, v []byte) (personid.Class, rule) {
	class, reason := personid.Check(v, b.today)
	known := types.state[i] == good || types.state[i] == absent
	documentType := string(types.clear(i))
	switch {
	case class == personid.Masked && reason == personid.OK:
		return class, noRule
	case known && documentType == schemas.ResidentID, documentType == "" && (class == personid.Resident15 || class == personid.Resident18):
		return class, personRule(reason)
	case !isDocumentNo(v, listed(types.plan.field.List, documentType)):
		return personid.Unknown, ruleBadFormat
	}
	return personid.Unknown, noRule
}

// listed reports whether a type of document is one of the list's own values: what else there is (其他-军官证) may be written
// in characters.
func listed(l *schemas.List, documentType string) bool {
	return slices.ContainsFunc(l.Values, func(v schemas.Value) bool { return v.Text == documentType })
}

func personRule(reason personid.Reason) rule {
	switch reason {
	case personid.OK:
		return noRule
	case personid.CheckDigit:
		return ruleCheckDigit
	case personid.BirthDate:
		return ruleBirthDate
	}
	return ruleBadFormat
}

// isDocumentNo reports that v may be the number of a document: long enough, with a digit in it and, for passports and
// permits, of letters, digits, brackets and hyphens only; an officer's card has characters (军字第0000000号).
func isDocumentNo(v []byte, plain bool) bool {
	if len(v) < shortestDocument || !bytes.ContainsAny(v, "0123456789") {
		return false
	}
	for _, c := range v {
		if plain && c-'0' > 9 && c-'A' > 25 && c != '(' && c != ')' && c != '-' {
			return false
		}
	}
	return true
}
