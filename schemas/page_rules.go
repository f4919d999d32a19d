package schemas

import (
	"fmt"
	"strconv"
	"strings"
)

// mixed are the columns that hold numbers of persons and codes of organisations.
func (p *page) mixed() {
	for i, m := range p.kind.Mixed {
		if i == 0 {
			p.head("个人证件与机构代码合在一列 / Numbers of persons and codes of organisations in one column")
		}
		p.line("表头 header：%s。自然人的取作 `%s`；其他的按长度取作 %s。", strings.Join(m.Headers, "、"), m.Person, codes(m.Codes))
		p.line("A natural person's is `%s`, another's is by its length one of %s.", m.Person, codes(m.Codes))
	}
}

// refusals are the checks across fields that refuse a row.
func (p *page) refusals() {
	if len(p.kind.Refusals) == 0 {
		return
	}
	p.head("跨字段的拒收规则 / Refusals across fields")
	p.line("各规则的含义见 [rules.md](../rules.md)。What each says is in [rules.md](../rules.md).\n")
	for _, w := range p.kind.Refusals {
		p.line("- `%s`：%s", w.Rule, codes(w.Fields))
	}
}

// warnings are the checks that inform.
func (p *page) warnings() {
	if len(p.kind.Warnings) == 0 {
		return
	}
	p.head("提示 / Warnings")
	p.line("只提示，不拒收；各规则的含义见 [rules.md](../rules.md)。They inform and never refuse; what each says is in [rules.md](../rules.md).\n")
	for _, w := range p.kind.Warnings {
		p.line("- `%s`：%s", w.Rule, codes(w.Fields))
	}
}

// terms are the lengths that checks compare with.
func (p *page) terms() {
	if len(p.kind.Terms) == 0 {
		return
	}
	p.head("期限 / Terms")
	p.line("只用于提示。For warnings only.\n")
	p.line("| 措施 measure | 起始 since | 月数 months | 依据 basis |")
	p.line("| --- | --- | --- | --- |")
	for _, t := range p.kind.Terms {
		months := strconv.Itoa(t.Max)
		if t.Min != t.Max {
			months = fmt.Sprintf("%d–%d", t.Min, t.Max)
		}
		p.line("| %s | %s | %s | %s |", dash(t.Value), t.Since, months, t.Basis)
	}
}

// layouts are the generations beside the present one, in the order of the fields that their headers name.
func (p *page) layouts() {
	if len(p.kind.Layouts) == 0 {
		return
	}
	p.head("其他版式 / Other layouts")
	for _, l := range p.kind.Layouts {
		p.line("### %s\n", l.Name)
		if len(l.Marks) > 0 {
			p.line("- 有下列表头之一时适用 / applies where one of these headers is there：%s", strings.Join(l.Marks, "、"))
		}
		for _, f := range p.kind.Fields {
			var headers []string
			for h, name := range l.Headers {
				if name == f.Name {
					headers = append(headers, h)
				}
			}
			if len(headers) > 0 {
				p.line("- %s → `%s`", strings.Join(sorted(headers), "、"), f.Name)
			}
		}
		for _, d := range l.Defaults {
			if d.When == "" {
				p.line("- 没有 `%[1]s` 时，`%[1]s` 取 `%[2]s` / where there is no `%[1]s`, it is `%[2]s`", d.Field, d.Value)
				continue
			}
			p.line("- 有 `%[1]s` 而无 `%[2]s` 时，`%[2]s` 取 `%[3]s` / where `%[1]s` is there and `%[2]s` is not, it is `%[3]s`", d.When, d.Field, d.Value)
		}
	}
}
