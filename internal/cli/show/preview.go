package show

import "creditsync/internal/app"

// Preview shows what the first rows of a source would become: inputs, columns, rows one under the other, refused rows.
func (p Printer) Preview(v app.Preview) []byte {
	g := p.page()
	g.line("%s  %s", g.paint(bold, v.Pipeline), g.paint(faint, v.Kind))
	if len(v.Inputs) == 0 {
		g.line("%s", g.paint(yellow, g.say("来源里没有可读的内容。", "there is nothing to read in the source.")))
		return g.Bytes()
	}
	g.heading(g.say("来源", "Inputs"))
	for i, in := range v.Inputs {
		g.line("  %s", plain(in))
		if i < len(v.Notes) && v.Notes[i] != "" {
			g.line("    %s", g.paint(faint, plain(v.Notes[i])))
		}
	}
	g.bindings(v)
	g.previewRows(v)
	if len(v.Rejects) > 0 {
		g.heading(g.sayf("被拒的行（%d）", "Refused rows (%d)", len(v.Rejects)))
		for _, r := range v.Rejects {
			g.line("  %s", plain(r.Ref))
			g.violations(r.Violations, "    ")
		}
	}
	g.blank()
	c := v.Counts
	g.line("%s", g.sayf("看了 %s 行：接收 %s，被拒 %s，有提示 %s。什么都没有写入。",
		"%s rows looked at: %s accepted, %s refused, %s with hints. Nothing was written.", count(c.Read), count(c.Accepted), count(c.Rejected), count(c.Warnings)))
	return g.Bytes()
}

func (g *page) heading(s string) {
	g.blank()
	g.line("%s", g.paint(bold, s))
}

// bindings says which column feeds which field, and which fields and columns are left over.
func (g *page) bindings(v app.Preview) {
	g.heading(g.say("字段 ← 来源的列", "Field ← source column"))
	bound := map[string]bool{}
	t := table{}
	for _, b := range v.Bound {
		bound[b.Field] = true
		t.add(b.Field, b.Title, "← "+plain(b.Column))
	}
	t.write(g, "  ")
	var without []string
	for _, f := range v.Fields {
		if !bound[f.Name] {
			without = append(without, f.Name+g.say("（", " (")+f.Title+g.say("）", ")"))
		}
	}
	if len(without) > 0 {
		g.prose("", "  ", g.say("没有对应列的字段：", "fields without a column: ")+g.join(without))
	}
	if len(v.Unmapped) > 0 {
		names := make([]string, len(v.Unmapped))
		for i, u := range v.Unmapped {
			names[i] = plain(u)
		}
		g.prose(yellow, "  ", g.say("没有用到的列：", "columns that feed no field: ")+g.join(names))
		g.line("  %s", g.say("要使用它们，在配置里写 map: {字段: 列名}", "to use them, write map: {field: column} in the configuration"))
	}
}

// previewRows stands each row's values one under the other: 30 columns fit no terminal.
func (g *page) previewRows(v app.Preview) {
	for n, row := range v.Rows {
		g.heading(g.sayf("第 %d 行", "Row %d", n+1))
		t := table{}
		for i, value := range row {
			if i < len(v.Fields) && value != "" {
				t.add(v.Fields[i].Title, plain(value))
			}
		}
		t.write(g, "  ")
		if n < len(v.Warnings) {
			g.warnings(v.Warnings[n])
		}
	}
}

// violations says why a row was refused.
func (g *page) violations(list []app.Violation, indent string) {
	t := table{}
	for _, x := range list {
		t.add(g.paint(red, x.Rule), plain(x.Message))
	}
	t.write(g, indent)
}

// PreviewJSON is the document of `preview --json`. Values that are absent are left out of a row.
func (p Printer) PreviewJSON(v app.Preview) []byte {
	type binding struct {
		Field  string `json:"field"`
		Title  string `json:"title"`
		Column string `json:"column"`
	}
	type row struct {
		Values   object   `json:"values"`
		Warnings []string `json:"warnings"`
	}
	d := struct {
		Pipeline string     `json:"pipeline"`
		Kind     string     `json:"kind"`
		Inputs   []string   `json:"inputs"`
		Bound    []binding  `json:"bound"`
		Unmapped []string   `json:"unmapped"`
		Read     uint64     `json:"read"`
		Accepted uint64     `json:"accepted"`
		Rejected uint64     `json:"rejected"`
		Rows     []row      `json:"rows"`
		Rejects  []rejected `json:"rejects"`
	}{Pipeline: v.Pipeline, Kind: v.Kind, Inputs: list(v.Inputs), Bound: []binding{}, Unmapped: list(v.Unmapped),
		Read: v.Counts.Read, Accepted: v.Counts.Accepted, Rejected: v.Counts.Rejected, Rows: []row{}, Rejects: p.rejects(v.Rejects)}
	for _, b := range v.Bound {
		d.Bound = append(d.Bound, binding(b))
	}
	for n, values := range v.Rows {
		r := row{Values: object{}, Warnings: []string{}}
		for i, text := range values {
			if i < len(v.Fields) && text != "" {
				r.Values = append(r.Values, member{v.Fields[i].Name, text})
			}
		}
		if n < len(v.Warnings) {
			r.Warnings = list(v.Warnings[n])
		}
		d.Rows = append(d.Rows, r)
	}
	return encode(d)
}
