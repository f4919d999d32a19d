package schemas

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// Sample makes n rows of test data for a kind from its declaration alone: a header of the fields' titles, and rows that
// keep every rule of the declaration, conditional ones and check characters included. The same seed gives the same rows.
// No two rows have one key. Whom and what they name is invented.
//
// It is not believable data: e2e/generator writes that, with other formulas, for tests that must not share code with us.
func Sample(k *Kind, seed uint64, n int) (header []string, rows [][]string) {
	for _, f := range k.Fields {
		header = append(header, f.Title)
	}
	rng := rand.New(rand.NewPCG(seed, 0x9E3779B97F4A7C15))
	for i := range n {
		s := sampler{kind: k, rng: rng, no: i + 1, day: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rng.IntN(1800)), values: map[string]string{}}
		rows = append(rows, s.row())
	}
	return header, rows
}

// sampler makes one row.
type sampler struct {
	kind   *Kind
	rng    *rand.Rand
	no     int       // of the row, from 1
	day    time.Time // of the record's events that lie in the past
	values map[string]string
}

func (s *sampler) row() []string {
	row := make([]string, len(s.kind.Fields))
	for i := range s.kind.Fields {
		s.value(&s.kind.Fields[i])
	}
	s.settle()
	for i := range s.kind.Fields {
		row[i] = s.values[s.kind.Fields[i].Name]
	}
	return row
}

// value is the value of a field; other fields that it depends on are decided first. A conditional field has one exactly
// where its condition holds, so that no warning about a value in the wrong place is due.
func (s *sampler) value(f *Field) string {
	if v, known := s.values[f.Name]; known {
		return v
	}
	s.values[f.Name] = "" // ends a circle of dependences
	v := ""
	if s.wanted(f) {
		v = s.make(f)
	}
	s.values[f.Name] = v
	return v
}

func (s *sampler) of(name string) string {
	f, _ := s.kind.Field(name) // Validate has proved that it is there
	return s.value(f)
}

// wanted decides whether the row has the field.
func (s *sampler) wanted(f *Field) bool {
	subject := s.kind.Subject
	switch number := s.numberOf(f); {
	case f.Required || s.begins(f):
		return true
	case number != nil: // the type of a document stands where its number does
		return s.value(number) != ""
	case len(f.RequiredIf) > 0:
		for _, c := range f.RequiredIf {
			if c.holds(s.of(c.Field)) {
				return true
			}
		}
		return false
	case s.of(subject.Type) == subject.Person && contains(subject.Codes, f.Name), s.of(subject.Type) != subject.Person && s.ofPerson(f):
		return false
	}
	return s.rng.IntN(2) == 0
}

// ofPerson reports whether the field is for natural persons alone, since organisations' codes stand in its place.
func (s *sampler) ofPerson(f *Field) bool {
	for _, m := range s.kind.Mixed {
		if m.Person == f.Name {
			return true
		}
	}
	return false
}

// begins reports whether the field is the first one of a group of which a record needs one.
func (s *sampler) begins(f *Field) bool {
	for _, group := range s.kind.AnyOf {
		if group[0] == f.Name {
			return true
		}
	}
	return false
}

// numberOf is the field whose document type f is; nil for none.
func (s *sampler) numberOf(f *Field) *Field {
	for i := range s.kind.Fields {
		if s.kind.Fields[i].TypeField == f.Name {
			return &s.kind.Fields[i]
		}
	}
	return nil
}

// holds reports whether a value, written as Sample writes it, fulfils the condition.
func (c Condition) holds(value string) bool {
	if contains(c.In, value) {
		return true
	}
	for _, one := range strings.Split(value, listSeparator) {
		for _, has := range c.Has {
			if strings.HasPrefix(one, has) {
				return true
			}
		}
	}
	return false
}

// listSeparator stands between the values of Choices in a source's cell.
const listSeparator = "；"

// make is a value of the field's type.
func (s *sampler) make(f *Field) string {
	switch f.Type {
	case Date:
		return s.date(f).Format(time.DateOnly)
	case Money:
		if f.Unit == Yuan {
			return fmt.Sprintf("%d.%02d", s.rng.IntN(1_000_000), s.rng.IntN(100))
		}
		return fmt.Sprintf("%d.%06d", s.rng.IntN(100), 1+s.rng.IntN(999_999))
	case Count:
		return strconv.Itoa(s.rng.IntN(100))
	case Choice:
		if s.numberOf(f) != nil {
			return ResidentID
		}
		return f.List.Values[s.rng.IntN(len(f.List.Values))].Text
	case Choices:
		first := s.rng.IntN(len(f.List.Values))
		v := f.List.Values[first].Text
		if s.rng.IntN(2) == 0 {
			v += listSeparator + f.List.Values[(first+1)%len(f.List.Values)].Text
		}
		return v
	case Document:
		if f.Format == CaseNo {
			return fmt.Sprintf("（%d）赣0802民初%d号", s.day.Year(), s.no)
		}
		return fmt.Sprintf("例市监处罚〔%d〕%d号", s.day.Year(), s.no)
	case Name:
		return s.name(f)
	case Code:
		return s.code(f)
	}
	return clip(fmt.Sprintf("%s示例第%d号", f.Title, s.no), f.Max)
}

// date is the row's day, or a later one for a date that may not precede another.
func (s *sampler) date(f *Field) time.Time {
	if f.NotBefore == "" {
		return s.day
	}
	if from, err := time.Parse(time.DateOnly, s.of(f.NotBefore)); err == nil {
		return from.AddDate(0, 1+s.rng.IntN(36), 0)
	}
	return s.day
}

// name is that of a person or of an organisation, as the subject's type asks for.
func (s *sampler) name(f *Field) string {
	subject := s.kind.Subject
	person := f.Name == subject.Name && s.of(subject.Type) == subject.Person
	if person || f.Max > 0 && f.Max < 100 {
		return "拟" + string([]rune("甲乙丙丁戊己庚辛壬癸")[s.rng.IntN(10)]) + string([]rune("一二三四五六七八九")[s.rng.IntN(9)])
	}
	return fmt.Sprintf("样例第%d号（拟）有限公司", s.rng.IntN(10_000))
}

// clip keeps at most limit characters; 0 for no limit.
func clip(s string, limit int) string {
	if r := []rune(s); limit > 0 && len(r) > limit {
		return string(r[:limit])
	}
	return s
}

func contains(list []string, s string) bool {
	for _, one := range list {
		if one == s {
			return true
		}
	}
	return false
}
