package schemas

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Page is the documentation page of a kind, in Markdown, Chinese first and English beside it: what each field is called,
// holds and must have, which columns are stored of it, what identifies a record, which code lists and layouts there are.
// It is derived from the declaration alone; docs/reference/kinds holds it.
func Page(k *Kind) string {
	p := &page{kind: k}
	p.line("# %s（`%s`）", k.Title, k.Name)
	p.line("")
	p.line("%s. %s：%s", sentence(k.English), "依据 / follows", k.Standard)
	p.line("")
	p.line("声明的版本 / version of the declaration：%d", k.Version)
	if k.PersonDisclosure != "" {
		p.line("")
		p.line("自然人的记录，公开范围不超过**%s**。A record about a natural person goes no further than that.", disclosureWords(k.PersonDisclosure))
	}
	p.fields()
	p.mixed()
	p.key()
	p.lists()
	p.refusals()
	p.warnings()
	p.terms()
	p.layouts()
	p.columns()
	return p.text.String()
}

// page is a page while it is being written.
type page struct {
	kind *Kind
	text strings.Builder
}

func (p *page) line(format string, args ...any) {
	fmt.Fprintf(&p.text, format, args...)
	p.text.WriteByte('\n')
}

func (p *page) head(text string) { p.line("\n## %s\n", text) }

// fields are what a source may deliver.
func (p *page) fields() {
	p.head("字段 / Fields")
	p.line("| # | 字段 field | 名称 title | 标准代码 code | 类型 type | 必填 required | 最长 length | 公开范围 disclosure |")
	p.line("| --- | --- | --- | --- | --- | --- | --- | --- |")
	for i := range p.kind.Fields {
		f := &p.kind.Fields[i]
		length := "–"
		if f.Max > 0 {
			length = strconv.Itoa(f.Max)
		}
		p.line("| %d | `%s` | %s<br>%s | %s | %s | %s | %s | %s |", i+1, f.Name, f.Title, f.English, code(f.Code), typeWords(f), p.required(f), length, disclosureWords(f.Disclosure))
	}
	p.head("表头写法 / Header spellings")
	p.line("字段名、标准代码、名称和下列写法都能自动对应，全角半角、空格和大小写不论；其他表头写在管道的 `map` 中。")
	p.line("A header that is the field's name, code, title or one of these maps by itself, whatever its width, spaces and case; others are named in the pipeline's `map`.\n")
	for _, f := range p.kind.Fields {
		if len(f.Spellings) > 0 {
			p.line("- `%s`：%s", f.Name, strings.Join(f.Spellings, "、"))
		}
	}
}

// required says when a field must have a value, and what its day must keep to.
func (p *page) required(f *Field) string {
	var parts []string
	if f.Required {
		parts = append(parts, "必填 always")
	}
	for _, c := range f.RequiredIf {
		if len(c.In) > 0 {
			parts = append(parts, fmt.Sprintf("`%s` 为 is %s", c.Field, strings.Join(c.In, " / ")))
		} else {
			parts = append(parts, fmt.Sprintf("`%s` 含 contains %s", c.Field, strings.Join(c.Has, " / ")))
		}
	}
	for _, group := range p.kind.AnyOf {
		if contains(group, f.Name) {
			parts = append(parts, fmt.Sprintf("%s 至少一项 one of them", codes(group)))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "–")
	}
	if f.NotFuture {
		parts = append(parts, "不晚于今天 not after today")
	}
	if f.NotBefore != "" {
		parts = append(parts, fmt.Sprintf("不早于 not before `%s`", f.NotBefore))
	}
	return strings.Join(parts, "<br>")
}

// key says what identifies a record and whom it is about.
func (p *page) key() {
	s := p.kind.Subject
	p.head("记录的标识 / What identifies a record")
	p.line("记录标识由下列各项按顺序算出，算前先规范化。The record id is computed over these, in this order, after they were normalised:\n")
	for i, part := range p.kind.Key {
		switch part.Form {
		case SubjectNo:
			p.line("%d. 主体：`%s` 为%s时取 `%s`，否则取 %s 中第一个有值的，都没有时取 `%s`。The subject: of a natural person the name, of others the first code that is there, else the name.",
				i+1, s.Type, s.Person, s.Name, codes(s.Codes), s.Name)
		case FirstOf:
			p.line("%d. %s 中第一个有值的，连同字段名 / the first of these that is there, with its name", i+1, codes(part.Fields))
		case DocumentNo:
			p.line("%d. `%s`，序号前的零不计 / without the leading zeros of its running number", i+1, part.Field)
		default:
			p.line("%d. `%s`", i+1, part.Field)
		}
	}
}

// lists are the code lists, each once.
func (p *page) lists() {
	seen := map[string]bool{}
	for _, f := range p.kind.Fields {
		if f.List == nil || seen[f.List.Name] {
			continue
		}
		if len(seen) == 0 {
			p.head("代码集 / Code lists")
		}
		seen[f.List.Name] = true
		p.line("### %s\n", f.List.Name)
		if f.List.Open {
			p.line("开放：其他值保留原样并提示，“%s-…”也可以。Open: another value is kept as written, with a warning.\n", f.List.Other)
		} else {
			p.line("封闭：其他值拒收。Closed: another value is refused.\n")
		}
		p.values(f.List)
		p.line("")
	}
}

func (p *page) values(l *List) {
	grouped := slices.ContainsFunc(l.Values, func(v Value) bool { return v.Group != "" })
	if grouped {
		p.line("| 值 value | 类别 group | 版本 edition | 同义写法 synonyms |")
		p.line("| --- | --- | --- | --- |")
	} else {
		p.line("| 值 value | 版本 edition | 同义写法 synonyms |")
		p.line("| --- | --- | --- |")
	}
	if slices.ContainsFunc(l.Values, func(v Value) bool { return v.Generation != "" }) {
		defer p.line("\n各版本的值不论日期都收，并按来源所用的版本原样保存：存的值说明用的是哪一版。Values of each edition are taken whatever the date, and kept in the edition's own words: what is stored says which one the source used.")
	}
	for _, v := range l.Values {
		text := v.Text
		if grouped {
			text += " | " + dash(strings.Join(strings.Fields(v.Group), "；"))
		}
		p.line("| %s | %s | %s |", text, dash(v.Generation), dash(strings.Join(v.Synonyms, "；")))
	}
}

// columns are what is stored, with the Arrow type in which it is staged.
func (p *page) columns() {
	p.head("入库的列 / Stored columns")
	p.line("个人证件号码存三列：掩码、盲索引、密文；含身份证号的文本存掩码，原文在 `%s` 中。A personal identifier is stored masked, as a blind index and as a cipher; a text that holds a resident ID is masked, its clear form is sealed in `%s`.\n", ColTextCipher, ColTextCipher)
	p.line("| 列 column | Arrow | 可为空值 null |")
	p.line("| --- | --- | --- |")
	for _, c := range p.kind.Columns() {
		null := "否 no"
		if c.Part == Whole && c.Field != nil && c.Field.Nullable() {
			null = "是 yes"
		}
		p.line("| `%s` | %s | %s |", c.Name, c.ArrowType(), null)
	}
}
