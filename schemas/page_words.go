package schemas

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// typeWords says what a field holds, in both languages.
func typeWords(f *Field) string {
	words := map[Type]string{
		Text: "文本 text", Name: "名称 name", Code: "代码 code", Document: "文号 document number", Date: "日期 date",
		Money: "金额 amount", Count: "整数 whole number", Choice: "单选 one of", Choices: "多选 any of",
	}[f.Type]
	switch f.Format {
	case USCC:
		words += "<br>GB 32100"
	case OrgCode:
		words += "<br>GB 11714"
	case PersonNo:
		words += "<br>GB 11643（身份证 resident ID）"
	}
	if f.TypeField != "" {
		words += "<br>种类见 kind in `" + f.TypeField + "`"
	}
	if f.List != nil {
		words += "<br>" + f.List.Name
	}
	if f.Unit != "" {
		words += "<br>" + f.Unit
	}
	if f.Personal != "" {
		words += "<br>**个人信息 personal**：" + f.Personal
	}
	return words
}

// disclosureWords is the level of disclosure in both languages.
func disclosureWords(d Disclosure) string {
	return map[Disclosure]string{Public: "社会公开 public", Shared: "政务共享 shared", Authorised: "授权查询 authorised"}[d]
}

// sentence is a text with a capital letter in front.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func code(s string) string {
	if s == "" {
		return "–"
	}
	return "`" + s + "`"
}

func codes(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = code(n)
	}
	return strings.Join(out, "、")
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}
