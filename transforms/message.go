package transforms

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"creditsync/schemas"
	"creditsync/transforms/fold"
)

// maxQuote is how many characters of a cell a message shows at most.
const maxQuote = 20

// quote is a cell as a message may show it: "" where it is long or holds what cannot be printed.
func (b *batch) quote(raw []byte) string {
	v := b.maskLooks(fold.Trim(raw))
	if utf8.RuneCount(v) > maxQuote {
		return ""
	}
	s := string(v)
	if strings.ContainsFunc(s, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }) {
		return ""
	}
	return s
}

// message is the sentence of a violation. value is shown only for days, amounts and code lists: a text, a name or a code may
// hold what nobody should read here.
func message(k *schemas.Kind, v violation, value, language string) string {
	sentence := ruleTable[v.rule].Sentence.In(language)
	if v.field < 0 {
		return sentence
	}
	f, zh := &k.Fields[v.field], language == "zh"
	return fill(sentence, func(place string) string {
		switch place {
		case "field":
			return title(f, zh)
		case "value":
			return shownValue(f, value, zh)
		case "limit":
			if v.rule == ruleTooLong {
				return strconv.Itoa(f.Max)
			}
			return f.Unit
		case "expected":
			return expected(f, v.rule).In(language)
		case "other":
			return title(&k.Fields[indexOf(k, otherField(k, f, v.rule))], zh)
		case "fields":
			return oneOf(k, f, zh)
		case "when":
			return when(k, f, zh)
		}
		panic("transforms: rule " + ruleTable[v.rule].Name + " has an unknown place " + place)
	})
}

// fill puts words into the places of a sentence, which are names in braces.
func fill(sentence string, word func(place string) string) string {
	var out strings.Builder
	out.Grow(2 * len(sentence))
	for {
		before, rest, found := strings.Cut(sentence, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		place, after, _ := strings.Cut(rest, "}")
		out.WriteString(word(place))
		sentence = after
	}
}

// shownValue is a cell in a sentence about it.
func shownValue(f *schemas.Field, value string, zh bool) string {
	switch f.Type {
	case schemas.Date, schemas.Money, schemas.Count, schemas.Choice:
	default:
		return ""
	}
	switch {
	case value == "":
		return ""
	case zh:
		return "的值“" + value + "”"
	}
	return " (" + value + ")"
}

// otherField is the field that one is held against: the day that it may not precede, or the second one of a check.
func otherField(k *schemas.Kind, f *schemas.Field, r rule) string {
	if r == ruleBeforeDecision {
		return f.NotBefore
	}
	for _, c := range k.Refusals {
		if c.Rule == ruleTable[r].Name && c.Fields[0] == f.Name {
			return c.Fields[1]
		}
	}
	return ""
}

// oneOf are the titles of the group that a field begins.
func oneOf(k *schemas.Kind, f *schemas.Field, zh bool) string {
	for _, group := range k.AnyOf {
		if titles := titlesOf(k, group, zh); group[0] != f.Name {
			continue
		} else if zh {
			return "“" + strings.Join(titles, "”、“") + "”"
		} else {
			return strings.Join(titles, ", ")
		}
	}
	return ""
}

func titlesOf(k *schemas.Kind, names []string, zh bool) []string {
	titles := make([]string, len(names))
	for i, name := range names {
		titles[i] = title(&k.Fields[indexOf(k, name)], zh)
	}
	return titles
}

func title(f *schemas.Field, zh bool) string {
	if zh {
		return f.Title
	}
	return f.English
}

// expected says what would be right.
func expected(f *schemas.Field, r rule) Sentence {
	switch {
	case r == ruleNotInCodeList:
		var values []string
		for _, v := range f.List.Values {
			values = append(values, v.Text)
		}
		return Sentence{"“" + strings.Join(values, "”、“") + "”", strings.Join(values, ", ")}
	case r == ruleOutOfRange && f.Type == schemas.Date:
		return Sentence{"应在 1949-01-01 或以后", "it must not lie before 1949-01-01"}
	case r == ruleOutOfRange && f.Type == schemas.Count:
		return Sentence{"最多 10 位数字", "it has more than 10 digits"}
	case r == ruleOutOfRange:
		places := int(f.Scale())
		return Sentence{fmt.Sprintf("单位为%s，整数部分最多 %d 位，小数部分最多 %d 位", f.Unit, 18-places, places),
			fmt.Sprintf("in %s at most %d digits before the point and %d behind it", f.Unit, 18-places, places)}
	case r == ruleCheckDigit && f.Format == schemas.PersonNo:
		return Sentence{"身份证", "the identity card"}
	case r == ruleCheckDigit:
		return Sentence{"证照", "the certificate"}
	}
	switch f.Format {
	case schemas.USCC:
		return Sentence{"18 位数字和大写字母（不含 I、O、S、V、Z），不能填身份证号", "18 digits and capital letters without I, O, S, V and Z, and no resident ID"}
	case schemas.OrgCode:
		return Sentence{"8 位数字或大写字母加 1 位校验码", "8 digits or capital letters and a check character"}
	case schemas.PersonNo:
		return Sentence{"18 位居民身份证号码（或原 15 位号码）；其他证件为 5 至 64 位字母、数字，并写明证件类型", "18 characters of a resident ID, or its former 15 digits; other documents have 5 to 64 letters and digits, and their type is named"}
	}
	return Sentence{}
}

// when says under which condition a field is required; "" where it always is.
func when(k *schemas.Kind, f *schemas.Field, zh bool) string {
	if f.Required || len(f.RequiredIf) == 0 {
		return ""
	}
	var conds []string
	for _, c := range f.RequiredIf {
		on := &k.Fields[indexOf(k, c.Field)]
		switch {
		case zh && len(c.In) > 0:
			conds = append(conds, "“"+on.Title+"”为“"+strings.Join(c.In, "”或“")+"”")
		case zh:
			conds = append(conds, "“"+on.Title+"”含“"+strings.Join(c.Has, "”或“")+"”")
		case len(c.In) > 0:
			conds = append(conds, on.English+" is "+strings.Join(c.In, " or "))
		default:
			conds = append(conds, on.English+" contains "+strings.Join(c.Has, " or "))
		}
	}
	if zh {
		return strings.Join(conds, "或") + "时，"
	}
	return " where " + strings.Join(conds, " or ")
}
