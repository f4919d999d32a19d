package transforms

import (
	"fmt"
	"slices"
	"strings"

	"creditsync/schemas"
	"creditsync/transforms/fold"
)

// amount is a unit of money: so many 分 of the renminbi, or one of another currency.
type amount struct {
	fen     int64
	foreign string // the currency; "" for the renminbi
}

// namedUnit is a unit with the words of the header that name it.
type namedUnit struct {
	words string
	amount
}

// units reports the columns whose headers say another unit of money than the field they are for: a bare number is taken
// in the field's unit, so such a column would be wrong by a factor, silently. It looks at the columns that are bound,
// by whatever way, and at those that only their unit keeps from naming a field that has no other column.
func (b *binding) units(kind *schemas.Kind, names *names, keys []string) error {
	var columns, fields, units, says, en []string
	foreign := false
	for f := range kind.Fields {
		field := &kind.Fields[f]
		own, ok := parseUnit(field.Unit)
		if field.Type != schemas.Money || !ok {
			continue
		}
		for c, key := range keys {
			said, rest := unitsIn(key)
			candidate := b.column[f] < 0 && b.fieldOf[c] < 0 && c != b.receipt && rest != "" && names.bare[rest] == field.Name
			other := slices.IndexFunc(said, func(u namedUnit) bool { return u.amount != own })
			if other < 0 || b.column[f] != c && !candidate {
				continue
			}
			columns, fields = append(columns, b.shown[c]), append(fields, field.Name)
			says = append(says, fmt.Sprintf("列“%s”的单位是%s，字段“%s”的单位是%s", b.shown[c], said[other].words, field.Title, field.Unit))
			en = append(en, fmt.Sprintf("the column %s is in %s, the field %s in %s", b.shown[c], said[other].words, field.Name, field.Unit))
			if !slices.Contains(units, field.Unit) {
				units = append(units, field.Unit)
			}
			foreign = foreign || said[other].foreign != ""
		}
	}
	if columns == nil {
		return nil
	}
	unit := strings.Join(units, "、")
	e := &BindError{Rule: BindUnit, Columns: columns, Fields: fields, Sentence: Sentence{
		ZH: strings.Join(says, "；") + "：请在来源改为" + unit,
		EN: strings.Join(en, "; ") + ": change it to " + unit + " at the source",
	}}
	if !foreign { // nobody converts another currency
		e.Sentence.ZH += "，或改列名并在数值后写明单位（如 2000元）"
		e.Sentence.EN += ", or rename the column and write the unit behind each number (such as 2000元)"
	}
	return e
}

// bareNames are the names of the money fields without their units: folded header → field.
func bareNames(kind *schemas.Kind) map[string]string {
	bare := map[string]string{}
	for i := range kind.Fields {
		f := &kind.Fields[i]
		if f.Type != schemas.Money {
			continue
		}
		for _, h := range append([]string{f.Name, f.Code, f.Title}, f.Spellings...) {
			if _, rest := unitsIn(fold.Header(h)); rest != "" {
				bare[rest] = f.Name
			}
		}
	}
	return bare
}

// unitsIn are the units of money that a folded header names, in brackets anywhere or behind its last word, and the header
// without them: of 罚款金额(元), 罚款金额(单位:元), 罚款金额_元 and 罚款金额元 that is 元 and 罚款金额.
func unitsIn(key string) (said []namedUnit, rest string) {
	for {
		before, tail, open := strings.Cut(key, "(")
		inner, after, closed := strings.Cut(tail, ")")
		if !open || !closed {
			rest += key
			break
		}
		found := false
		for _, words := range strings.FieldsFunc(inner, func(r rune) bool { return strings.ContainsRune(",:;、/|(_", r) }) {
			if a, ok := parseUnit(words); ok {
				said, found = append(said, namedUnit{words, a}), true
			}
		}
		if rest, key = rest+before, after; !found {
			rest += "(" + inner + ")"
		}
	}
	if words, a, ok := suffixUnit(rest); ok {
		said, rest = append(said, namedUnit{words, a}), strings.TrimSuffix(rest, words)
	}
	if slices.ContainsFunc(said, func(u namedUnit) bool { return !onlyCurrency(u) }) {
		said = slices.DeleteFunc(said, onlyCurrency) // 人民币 beside 万元 says nothing more
	}
	return said, strings.TrimRight(strings.TrimSuffix(strings.TrimRight(rest, "_/:,"), "单位"), "_/:,")
}

func onlyCurrency(u namedUnit) bool { return slices.Contains(renminbiNames(), u.words) }

// renminbiNames are the names of the currency, in folded headers.
func renminbiNames() []string { return []string{"人民币", "rmb", "cny", "¥"} }

// longestUnit bounds the words of a unit, in characters.
const longestUnit = 12

// suffixUnit is the unit at the end of a header, the longest that can be read: 万元 and not 元. One in Latin letters
// counts behind a separator only, and 万, 块, 角 or 分 not at all, with which other words end.
func suffixUnit(key string) (words string, a amount, ok bool) {
	starts := make([]int, 0, len(key))
	for i := range key {
		starts = append(starts, i)
	}
	for _, at := range starts[max(0, len(starts)-longestUnit):] {
		words = key[at:]
		if words[0] < 0x80 && at > 0 && !strings.ContainsRune("_/:,", rune(key[at-1])) {
			continue
		}
		if a, ok = parseUnit(words); ok && !slices.Contains([]string{"块", "角", "分"}, words) && strings.Trim(words, "百千万亿") != "" {
			return words, a, true
		}
	}
	return "", amount{}, false
}

// parseUnit reads words that are a unit of money and nothing else: 元, 万元, 百万, 人民币万元, 以元为单位, usd. 人民币 by
// itself is 元, as nobody says it of ten thousands.
func parseUnit(words string) (amount, bool) {
	for _, w := range []string{"计量单位", "金额单位", "单位", "以", "按"} {
		words = strings.TrimPrefix(words, w)
	}
	for _, w := range []string{"为单位", "计算", "计"} {
		words = strings.TrimSuffix(words, w)
	}
	ours := false
	for _, w := range renminbiNames() {
		if before, after, ok := strings.Cut(words, w); ok && (before == "" || after == "") {
			words, ours = before+after, true
		}
	}
	scale, scaled := int64(1), words
	for factor, rest := leading(words); factor > 0; factor, rest = leading(words) {
		if scale > 1e12 {
			return amount{}, false
		}
		scale, words = scale*factor, rest
	}
	if words == "" && (ours || strings.ContainsAny(scaled, "千万亿")) {
		return amount{fen: 100 * scale}, true
	}
	if fen := renminbi(words); fen > 0 {
		return amount{fen: fen * scale}, true
	}
	if name := foreignCurrency(words); name != "" && !ours {
		return amount{foreign: name, fen: scale}, true
	}
	return amount{}, false
}

// leading is the factor that words begin with, and the rest of them; 0 for none.
func leading(words string) (int64, string) {
	for _, f := range []struct {
		word   string
		factor int64
	}{{"十", 10}, {"百", 100}, {"千", 1000}, {"万", 1e4}, {"亿", 1e8}, {"wan", 1e4}, {"10000", 1e4}, {"1000", 1000}, {"10k", 1e4}, {"k", 1000}} {
		if rest, ok := strings.CutPrefix(words, f.word); ok {
			return f.factor, rest
		}
	}
	return 0, words
}

// renminbi is the value of a word in 分; 0 where it is none.
func renminbi(word string) int64 {
	switch word {
	case "元", "圆", "块", "块钱", "元整", "yuan":
		return 100
	case "角":
		return 10
	case "分":
		return 1
	}
	return 0
}

// foreignCurrency is one name for each other currency that departments write; "" where word is none.
func foreignCurrency(word string) string {
	switch word {
	case "美元", "美金", "美圆", "usd", "us$", "$":
		return "usd"
	case "欧元", "eur", "€":
		return "eur"
	case "港元", "港币", "hkd":
		return "hkd"
	case "澳门元", "澳门币", "mop":
		return "mop"
	case "新台币", "台币", "twd":
		return "twd"
	case "日元", "日圆", "jpy":
		return "jpy"
	case "英镑", "gbp", "£":
		return "gbp"
	case "澳元", "加元", "新加坡元", "新元", "韩元", "卢布", "法郎", "瑞士法郎", "泰铢", "外币":
		return word
	}
	return ""
}
