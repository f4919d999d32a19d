package transforms

import "strings"

// About says what the rule is about without a row at hand, in the language "zh" or "en": the clauses of its sentence up to
// the first that needs one.
func (r Rule) About(lang string) string {
	s, ends := r.Sentence.In(lang), ",;:"
	if lang == "zh" {
		s = strings.NewReplacer("“{field}”", "有一栏", "{fields}", "几栏中", "“{other}”", "另一栏", "{field}", "有一栏", "{other}", "另一栏", "{value}", "", "{when}", "").Replace(s)
		ends = "，；" // what stands before a colon leads in what comes after it
	} else {
		s = strings.NewReplacer("{field}", "a field", "{fields}", "several fields", "{other}", "another field", "{value}", "", "{when}", "").Replace(s)
	}
	for {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			return s
		}
		end := strings.LastIndexAny(s[:open], ends)
		if end < 0 {
			return ""
		}
		s = s[:end]
	}
}
