package transforms

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"creditsync/schemas"
)

func bindNames(t *testing.T, mapping map[string]string, headers ...string) (map[string]string, error) {
	t.Helper()
	o := options()
	o.Map = mapping
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return tr.Columns(headers)
}

func titles(without ...string) []string {
	var out []string
	for _, f := range schemas.AdminPenalty().Fields {
		if !slices.Contains(without, f.Name) {
			out = append(out, f.Title)
		}
	}
	return out
}

func TestBind_ByTitleCodeAndName(t *testing.T) {
	t.Parallel()
	k := schemas.AdminPenalty()
	for name, of := range map[string]func(f *schemas.Field) string{
		"title": func(f *schemas.Field) string { return f.Title },
		"code":  func(f *schemas.Field) string { return strings.ToLower(f.Code) },
		"name":  func(f *schemas.Field) string { return f.Name },
		"odd":   func(f *schemas.Field) string { return "\ufeff * " + strings.ReplaceAll(f.Title, "（", "(") + " " },
	} {
		var headers []string
		want := map[string]string{}
		for i := range k.Fields {
			h := of(&k.Fields[i])
			headers, want[k.Fields[i].Name] = append(headers, h), h
		}
		got, err := bindNames(t, nil, headers...)
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("%s: got %v (%v), want %v", name, got, err, want)
		}
		if n := Match(k, nil)(headers); n != len(headers) {
			t.Errorf("%s: Match counts %d of %d", name, n, len(headers))
		}
	}
}

func TestBind_BracketedTextDecides(t *testing.T) {
	t.Parallel()
	headers := append(titles("registration_no", "org_code", "tax_no"),
		"行政相对人代码_2（组织机构代码）", "行政相对人代码_3(工商登记码)", "行政相对人代码_9【税务登记号】")
	got, err := bindNames(t, nil, headers...)
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{"org_code": headers[len(headers)-3], "registration_no": headers[len(headers)-2], "tax_no": headers[len(headers)-1]} {
		if got[field] != want {
			t.Errorf("%s is bound to %q, want %q", field, got[field], want)
		}
	}
	if n := Match(schemas.AdminPenalty(), nil)([]string{"行政相对人代码_9（税务登记号）", "代码_9（其他）", "罚款金额（元）"}); n != 1 {
		t.Errorf("Match counts %d, want 1", n)
	}
}

func TestBind_Errors(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		mapping map[string]string
		headers []string
		rule    string
		fields  []string
	}{
		{"missing", nil, titles("uscc", "decision_no", "authority_name"), BindMissing, []string{"decision_no", "authority_name"}},
		{"doubled", nil, append(titles(), "处罚文号"), BindDoubled, []string{"decision_no"}},
		{"the same header twice", nil, append(titles(), "处罚机关"), BindDoubled, []string{"authority_name"}},
		{"mapped to nothing", map[string]string{"remark": "说明", "tax_no": "税号"}, titles(), BindUnknown, []string{"tax_no", "remark"}},
		{"mapped to two", map[string]string{"remark": "说明"}, append(titles(), "说明", "说明"), BindDoubled, []string{"remark"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := bindNames(t, c.mapping, c.headers...)
			var e *BindError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a BindError", err)
			}
			if e.Rule != c.rule || !slices.Equal(e.Fields, c.fields) {
				t.Errorf("got %s of %v, want %s of %v", e.Rule, e.Fields, c.rule, c.fields)
			}
			if e.Sentence.ZH == "" || e.Error() != e.Sentence.EN || len(e.Columns) == 0 {
				t.Errorf("%+v says too little", e)
			}
		})
	}
}

func TestBind_MapWins(t *testing.T) {
	t.Parallel()
	headers := append(titles(), "处罚文号", "证照号", "回执号")
	mapping := map[string]string{"decision_no": "处罚文号", "license_revoked": "证照号", "source_unit_name": "处罚机关", "authority_name": "处罚机关"}
	got, err := bindNames(t, mapping, headers...)
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range mapping {
		if got[field] != want {
			t.Errorf("%s is bound to %q, want %q", field, got[field], want)
		}
	}
	o := options()
	o.Map = mapping
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"行政处罚决定书文号", "暂扣或吊销证照名称及编号", "数据来源单位"}
	if got := tr.Unmapped(headers); !slices.Equal(got, want) {
		t.Errorf("unmapped %q, want %q", got, want)
	}
	if n := Match(o.Kind, map[string]string{"remark": "奇怪的列"})([]string{"奇怪的列", "x"}); n != 1 {
		t.Errorf("Match counts %d mapped columns, want 1", n)
	}
}

func TestBind_MappedColumnBindsToNothingElse(t *testing.T) {
	t.Parallel()
	got, err := bindNames(t, map[string]string{"legal_rep_id_no": "身份证号"}, append(titles("id_no", "legal_rep_id_no"), "身份证号")...)
	if err != nil {
		t.Fatal(err)
	}
	if got["legal_rep_id_no"] != "身份证号" || got["id_no"] != "" {
		t.Errorf("got %v", got)
	}
}

// The headers of 2015 do not have what the standard of 2018 added; the mapping says where that comes from.
func TestApply_LayoutOf2015(t *testing.T) {
	t.Parallel()
	o := options()
	o.Map = map[string]string{"subject_type": "类别", "authority_uscc": "机关代码", "source_unit_name": "来源", "source_unit_uscc": "来源代码"}
	headers := []string{"CF_WSH", "CF_CFMC", "CF_CFLB1", "CF_SY", "CF_YJ", "CF_XDR_MC", "CF_XDR_SFZ", "CF_JG", "CF_JDRQ", "CF_XZJG", "CF_JZRQ", "类别", "机关代码", "来源", "来源代码"}
	row := func(kind, id string) []string {
		return []string{"吉市监处罚〔2016〕1号", "无照经营", "警告", "事由", "依据", "测试甲", id, "给予警告", "2016-01-02", "吉安市市场监督管理局", "2017-01-02", kind, "11360800014567892P", "吉安市市场监督管理局", "11360800014567892P"}
	}
	out := applyTable(t, o, headers, [][]string{row("自然人", "360802199001011238"), row("自然人", "E12345678"), row("自然人", "")})
	defer out.Release()
	if out.Count.Accepted != 1 {
		t.Fatalf("accepted %d, want 1; %v", out.Count.Accepted, out.Rules)
	}
	if got := text(out.Accepted, "id_type", 0); got != schemas.ResidentID {
		t.Errorf("id_type is %q, want %q", got, schemas.ResidentID)
	}
	if got := violations(out, 0); !slices.Equal(got, []string{"id_no:bad_format"}) {
		t.Errorf("a passport under the header of resident IDs: %v", got)
	}
	if got := violations(out, 1); !slices.Equal(got, []string{"id_type:required", "id_no:required"}) {
		t.Errorf("no number: %v", got)
	}
}

func TestNew_Refuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(o *Options){
		"no kind":               func(o *Options) { o.Kind = nil },
		"no day":                func(o *Options) { o.Today = nil },
		"no mask":               func(o *Options) { o.Protect.Mask = nil },
		"unknown field":         func(o *Options) { o.Map = map[string]string{"no_such_field": "x"} },
		"key may be absent":     func(o *Options) { f, _ := o.Kind.Field("decision_no"); f.Required = false },
		"header of two fields":  func(o *Options) { f, _ := o.Kind.Field("remark"); f.Spellings = []string{"处罚机关"} },
		"unknown type":          func(o *Options) { f, _ := o.Kind.Field("remark"); f.Type = "blob" },
		"unknown format":        func(o *Options) { f, _ := o.Kind.Field("tax_no"); f.Format = "x" },
		"personal text":         func(o *Options) { f, _ := o.Kind.Field("remark"); f.Personal = schemas.PersonalNumber },
		"document without type": func(o *Options) { f, _ := o.Kind.Field("id_no"); f.TypeField = "remark" },
		"condition on a text":   func(o *Options) { f, _ := o.Kind.Field("uscc"); f.RequiredIf[0].Field = "remark" },
		"before a text":         func(o *Options) { f, _ := o.Kind.Field("valid_until"); f.NotBefore = "remark" },
		"subject without name":  func(o *Options) { o.Kind.Subject.Name = "remark" },
		"unknown warning":       func(o *Options) { o.Kind.Warnings[0].Rule = "x" },
		"warning of other type": func(o *Options) { o.Kind.Warnings[0].Fields[0] = "uscc" },
		"layout of no field":    func(o *Options) { o.Kind.Layouts[0].Headers["x"] = "y" },
		"default of a text":     func(o *Options) { o.Kind.Layouts[0].Defaults[0].Field = "remark" },
	} {
		o := options()
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: New accepts it", name)
		}
	}
}

// Where a file has no header line, a row of it may pass for one: errors must not show the IDs in it.
func TestBind_ErrorShowsNoID(t *testing.T) {
	t.Parallel()
	_, err := bindNames(t, nil, "法人", "测试甲360802199001011239")
	if err == nil || strings.Contains(err.Error(), "360802199001011239") {
		t.Errorf("got %v", err)
	}
	var e *BindError
	if !errors.As(err, &e) || strings.Contains(strings.Join(e.Columns, " ")+e.Sentence.ZH, "360802199001011239") {
		t.Errorf("got %+v", e)
	}
}
