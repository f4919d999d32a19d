package schemas

import (
	"strings"
	"time"
)

// settle changes a row that one of the kind's checks would refuse or warn of.
func (s *sampler) settle() {
	for _, c := range s.kind.Refusals {
		s.calm(c)
	}
	for _, c := range s.kind.Warnings {
		s.calm(c)
	}
}

// calm makes the row such that a check has nothing to say of it. What a sample writes by itself keeps the other rules:
// all of a row's days lie on the same day or later than the one that they are held against.
func (s *sampler) calm(c Check) {
	switch c.Rule {
	case "no_code":
		if s.values[c.Fields[0]] != s.kind.Subject.Person && s.allEmpty(c.Fields[1:]) {
			f, _ := s.kind.Field(c.Fields[1])
			s.values[c.Fields[1]] = s.code(f)
		}
	case "unknown_region":
		if s.values[c.Fields[0]] != "" {
			s.values[c.Fields[0]] = "360802"
		}
	case "case_type_differs":
		s.pickGroup(c.Fields[1], "民")
	case "performance_differs":
		s.values[c.Fields[1]], s.values[c.Fields[2]] = "暂无", "暂无"
	case "ends_before_start", "ban_length":
		first, last := c.Fields[1], c.Fields[0]
		if c.Rule == "ban_length" {
			first, last = last, first
		}
		s.lasting(first, last, s.term(""))
	case "period_length":
		s.lasting(c.Fields[1], c.Fields[2], s.term(s.values[c.Fields[0]]))
	case "action_class_differs":
		if groups := strings.Fields(s.groupOf(c.Fields[1])); len(groups) > 0 {
			s.values[c.Fields[0]] = groups[0]
		}
	case "action_subject":
		s.sanction(c.Fields[0], c.Fields[1])
	}
}

func (s *sampler) allEmpty(fields []string) bool {
	for _, name := range fields {
		if s.values[name] != "" {
			return false
		}
	}
	return true
}

// pickGroup gives a field that has a value the first one of a group.
func (s *sampler) pickGroup(field, group string) {
	f, _ := s.kind.Field(field)
	for _, v := range f.List.Values {
		if s.values[field] != "" && v.Group == group {
			s.values[field] = v.Text
			return
		}
	}
}

// groupOf is the group of a field's value.
func (s *sampler) groupOf(field string) string {
	f, _ := s.kind.Field(field)
	for _, v := range f.List.Values {
		if v.Text == s.values[field] {
			return v.Group
		}
	}
	return ""
}

// sanction gives the row one action that its subject can have, and the class that it is of.
func (s *sampler) sanction(subject, actions string) {
	f, _ := s.kind.Field(actions)
	for {
		v := f.List.Values[s.rng.IntN(len(f.List.Values))]
		ofBody := strings.Contains(v.Group, Accountability)
		if person := s.values[subject] == s.kind.Subject.Person; person != ofBody {
			s.values[actions] = v.Text
			break
		}
	}
	for _, c := range s.kind.Warnings {
		if c.Rule == "action_class_differs" || c.Rule == "period_length" {
			s.calm(c)
		}
	}
}

// term is how many months a measure lasts; a year where no law says it.
func (s *sampler) term(value string) int {
	for _, t := range s.kind.Terms {
		if t.Value == value {
			return max(t.Min, 1)
		}
	}
	return 12
}

// lasting makes a period so many months long where it has both ends.
func (s *sampler) lasting(first, last string, months int) {
	from, err := time.Parse(time.DateOnly, s.values[first])
	if err == nil && s.values[last] != "" {
		s.values[last] = from.AddDate(0, months, 0).Format(time.DateOnly)
	}
}
