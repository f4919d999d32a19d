package transforms

import (
	"creditsync/schemas"
	"creditsync/transforms/fold"
	"creditsync/transforms/personid"
)

// Bounds in characters of a personal document number that is not a resident ID (passports, permits).
const (
	shortestDocument = 5
	longestDocument  = 64
)

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
		class, r := b.personNo(string(types.clear(i)), v)
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

// personNo judges a folded number of a document of a type; the type is "" where the row does not say it.
func (b *batch) personNo(documentType string, v []byte) (personid.Class, rule) {
	class, reason := personid.Check(v, b.today)
	switch {
	case class == personid.Masked && reason == personid.OK:
		return class, noRule
	case documentType == schemas.ResidentID, documentType == "" && (class == personid.Resident15 || class == personid.Resident18):
		return class, personRule(reason)
	case !isDocumentNo(v):
		return personid.Unknown, ruleBadFormat
	}
	return personid.Unknown, noRule
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

// isDocumentNo reports that v is made as numbers of passports and permits are: letters, digits, brackets and hyphens.
func isDocumentNo(v []byte) bool {
	if len(v) < shortestDocument || len(v) > longestDocument {
		return false
	}
	for _, c := range v {
		if c-'0' > 9 && c-'A' > 25 && c != '(' && c != ')' && c != '-' {
			return false
		}
	}
	return true
}
