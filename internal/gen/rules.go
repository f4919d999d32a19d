package main

import (
	"fmt"
	"strings"

	"creditsync/schemas"
	"creditsync/transforms"
)

// rulesPage lists every rule with what it says to the clerk whose row it hit.
func rulesPage() string {
	var b strings.Builder
	b.WriteString("# 规则 / Rules\n\n")
	b.WriteString("规则的名称不变，可以用来筛选（`creditsync quarantine ls --rule NAME`）。句中 `{field}` 是字段的名称，`{value}` 是可以显示的值，`{expected}` 是正确的样子，`{limit}` 是上限或单位，`{other}` 是另一个字段，`{fields}` 是至少填一项的几个字段，`{when}` 是何时必填。\n")
	b.WriteString("Names are stable. In the sentences {field} is the field's title, {value} the cell where it may be shown, {expected} what would be right, {limit} a bound or unit, {other} a second field, {fields} those of which one is required, {when} the condition under which a field is required.\n")
	list := transforms.Rules()
	for _, part := range []struct {
		head    string
		warning bool
	}{
		{"拒收：整行进入疑问数据，列出全部原因 / Refused: the row goes to quarantine with all its reasons", false},
		{"提示：照常入库，记录带上规则名称 / Warned: the row is loaded and carries the rule's name", true},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n| 规则 rule | 对填报人说的话 | the same in English |\n| --- | --- | --- |\n", part.head)
		for _, r := range list {
			if r.Warning == part.warning {
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.Name, cell(r.Sentence.ZH), cell(r.Sentence.EN))
			}
		}
	}
	b.WriteString("\n## 表头不合：整个输入不读，运行以 `columns.规则` 结束 / Headers that do not fit: nothing of the input is read, the run ends with `columns.RULE`\n\n句中 `{column}` 是表头，`{field}` 是字段的名称，`{unit}` 是表头所说的单位，`{limit}` 是字段的单位。\nIn the sentences {column} is a header, {field} a field, {unit} the unit that the header names, {limit} the field's own.\n\n| 规则 rule | 对运维人员说的话 | the same in English |\n| --- | --- | --- |\n")
	for _, r := range transforms.BindRules() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.Name, cell(r.Sentence.ZH), cell(r.Sentence.EN))
	}
	b.WriteString("\n## 哪种记录用哪些提示 / Which kinds warn of what\n\n")
	for _, k := range schemas.All() {
		var names []string
		for _, w := range k.Warnings {
			names = append(names, "`"+w.Rule+"`")
		}
		fmt.Fprintf(&b, "- [%s](kinds/%s.md)：%s\n", k.Title, k.Name, strings.Join(names, "、"))
	}
	return b.String()
}

// cell is a text as a cell of a Markdown table holds it.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", "<br>").Replace(strings.TrimSpace(text))
}
