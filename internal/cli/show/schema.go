package show

import (
	"strconv"
	"strings"

	"creditsync/schemas"
)

// Kinds is the table of record kinds.
func (p Printer) Kinds(kinds []*schemas.Kind) []byte {
	g := p.page()
	t := table{head: []string{g.say("名称", "name"), g.say("中文名", "title"), g.say("版本", "version"), g.say("字段", "fields"), g.say("依据", "standard")}, align: []align{left, left, right, right}}
	for _, k := range kinds {
		t.add(k.Name, k.Title, strconv.Itoa(k.Version), strconv.Itoa(len(k.Fields)), k.Standard)
	}
	t.write(g, "")
	g.blank()
	g.suggest("", "看字段：", "to see its fields: ", "schema "+kinds[0].Name)
	return g.Bytes()
}

// Fields documents a kind: every field with its names, type, rules and who may see it.
func (p Printer) Fields(k *schemas.Kind) []byte {
	g := p.page()
	g.line("%s  %s  %s", g.paint(bold, k.Name), k.Title, k.Standard)
	g.blank()
	t := table{head: []string{g.say("字段", "field"), g.say("标准代码", "code"), g.say("类型", "type"), g.say("长度", "length"), g.say("必填", "required"), g.say("公开", "disclosure"), g.say("名称", "title")}, align: []align{left, left, left, right}}
	for i := range k.Fields {
		f := &k.Fields[i]
		t.add(f.Name, f.Code, g.fieldType(f), length(f), g.required(f), g.disclosure(f), g.fieldTitle(f))
	}
	t.write(g, "")
	g.blank()
	var key []string
	for _, part := range k.Key {
		if part.Form == schemas.SubjectNo {
			key = append(key, g.say("主体（代码，没有则名称；自然人为姓名）", "the subject (its code, else its name; of a person the name)"))
			continue
		}
		if part.Form == schemas.FirstOf {
			key = append(key, strings.Join(part.Fields, "|"))
			continue
		}
		key = append(key, part.Field)
	}
	g.prose("", "", g.say("认定同一条记录的键：", "natural key: ")+g.join(key))
	return g.Bytes()
}

func (g *page) fieldTitle(f *schemas.Field) string { return g.say(f.Title, f.Title+"  "+f.English) }

func (g *page) fieldType(f *schemas.Field) string {
	s := string(f.Type)
	switch {
	case f.Format != schemas.NoFormat:
		s += "/" + string(f.Format)
	case f.Unit != "":
		s += "/" + f.Unit
	}
	if f.Personal != "" {
		s += g.say(" 加密", " sealed")
	}
	return s
}

func length(f *schemas.Field) string {
	if f.Max == 0 {
		return ""
	}
	return strconv.Itoa(f.Max)
}

// required says when a field must be filled in.
func (g *page) required(f *schemas.Field) string {
	switch {
	case f.Required:
		return g.say("是", "yes")
	case len(f.RequiredIf) == 0:
		return ""
	}
	var when []string
	for _, c := range f.RequiredIf {
		when = append(when, c.Field+"="+strings.Join(append(append([]string(nil), c.In...), c.Has...), "|"))
	}
	return strings.Join(when, " ")
}

func (g *page) disclosure(f *schemas.Field) string {
	switch f.Disclosure {
	case schemas.Public:
		return g.say("社会公开", "public")
	case schemas.Shared:
		return g.say("政务共享", "shared")
	}
	return g.say("授权查询", "authorised")
}

// Arrow lists the columns of a staged batch of the kind.
func (p Printer) Arrow(k *schemas.Kind) []byte {
	g := p.page()
	t := table{}
	for _, f := range k.Arrow().Fields() {
		null := "not null"
		if f.Nullable {
			null = "nullable"
		}
		t.add(f.Name, f.Type.String(), null)
	}
	t.write(g, "")
	return g.Bytes()
}

// Statements writes SQL as a script.
func Statements(list []string) []byte {
	var b strings.Builder
	for i, s := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strings.TrimRight(s, "; \n") + ";\n")
	}
	return []byte(b.String())
}
