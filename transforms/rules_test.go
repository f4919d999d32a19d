package transforms

import (
	"slices"
	"strings"
	"testing"

	"creditsync/schemas"
)

func TestApply_Rules(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("字", 5001)
	person := []string{"subject_type", "自然人", "uscc", "", "id_type", "身份证", "id_no", "360802199001011238"}
	cases := []struct {
		name  string
		cells []string
		want  []string
	}{
		{"nothing wrong", nil, nil},
		{"blank is absent", []string{"subject_name", "　 "}, []string{"subject_name:required"}},
		{"a name of a placeholder is absent", []string{"subject_name", "无"}, []string{"subject_name:required"}},
		{"null is absent", []string{"violation_fact", "<null>"}, []string{"violation_fact:required"}},
		{"NULL is absent", []string{"violation_fact", "NULL"}, []string{"violation_fact:required"}},
		{"free text may be 无", []string{"violation_fact", "无"}, nil},
		{"type unknown", []string{"subject_type", "外星人"}, []string{"subject_type:not_in_code_list"}},
		{"type by number", []string{"subject_type", "1"}, nil},
		{"code of an organisation missing", []string{"uscc", ""}, []string{"uscc:required"}},
		{"code refused is not missing", []string{"uscc", "91360802MA36T00X6N"}, []string{"uscc:check_digit"}},
		{"code too short", []string{"uscc", "91360802MA36T00X6"}, []string{"uscc:bad_format"}},
		{"code is a resident ID", []string{"uscc", "360802199001011238"}, []string{"uscc:bad_format"}},
		{"code folded", []string{"uscc", " ９1360802ma36t00x6m　"}, nil},
		{"placeholder of an individual business", []string{"subject_type", "个体工商户", "uscc", "00000000000000000X"}, nil},
		{"placeholder of an organisation", []string{"uscc", "00000000000000000X"}, []string{"uscc:bad_format"}},
		{"placeholder of an authority", []string{"authority_uscc", "00000000000000000X"}, []string{"authority_uscc:bad_format"}},
		{"organisation code", []string{"org_code", "68092665-8"}, nil},
		{"organisation code wrong", []string{"org_code", "68092665-7"}, []string{"org_code:check_digit"}},
		{"organisation code short", []string{"org_code", "6809266"}, []string{"org_code:bad_format"}},
		{"person", person, nil},
		{"person without number", append(slices.Clone(person), "id_no", "", "id_type", "/"), []string{"id_type:required", "id_no:required"}},
		{"person's number wrong is not missing", append(slices.Clone(person), "id_no", "360802199001011239"), []string{"id_no:check_digit"}},
		{"person with a code", append(slices.Clone(person), "uscc", "92360881MA37QQ1169"), nil},
		{"refused type requires nothing", []string{"subject_type", "x", "uscc", ""}, []string{"subject_type:not_in_code_list"}},
		{"29 February 1900", []string{"legal_rep_id_no", "360803190002291193"}, []string{"legal_rep_id_no:birth_date"}},
		{"15 digits", []string{"legal_rep_id_no", "360802900101123"}, nil},
		{"masked number", []string{"legal_rep_id_no", "3209231969****1513"}, nil},
		{"number too short", []string{"legal_rep_id_no", "36080219900101"}, []string{"legal_rep_id_no:bad_format"}},
		{"passport", []string{"legal_rep_id_type", "护照", "legal_rep_id_no", "E12345678"}, nil},
		{"permit with brackets", []string{"legal_rep_id_type", "港澳通行证", "legal_rep_id_no", "H1234567（8）"}, nil},
		{"passport of four", []string{"legal_rep_id_type", "护照号", "legal_rep_id_no", "E123"}, []string{"legal_rep_id_no:bad_format"}},
		{"passport with text", []string{"legal_rep_id_type", "护照号", "legal_rep_id_no", "护照E1234567"}, []string{"legal_rep_id_no:bad_format"}},
		{"no document type, form decides", []string{"legal_rep_id_type", "", "legal_rep_id_no", "360802199001011239"}, []string{"legal_rep_id_no:check_digit"}},
		{"no document type, other form", []string{"legal_rep_id_type", "", "legal_rep_id_no", "E12345678"}, nil},
		{"no date", []string{"decision_date", "二零二四年"}, []string{"decision_date:not_a_date"}},
		{"day that does not exist", []string{"decision_date", "2023-02-29"}, []string{"decision_date:not_a_date"}},
		{"year nought", []string{"decision_date", "0000-00-00"}, []string{"decision_date:not_a_date"}},
		{"before the republic", []string{"decision_date", "1948-12-31"}, []string{"decision_date:out_of_range"}},
		{"tomorrow", []string{"decision_date", "2024-07-01"}, []string{"decision_date:in_the_future"}},
		{"today", []string{"decision_date", "2024-06-30"}, nil},
		{"date missing", []string{"decision_date", "-"}, []string{"decision_date:required"}},
		{"ends before the decision", []string{"valid_until", "2024-01-02", "publicity_until", "20240102"}, []string{"valid_until:before_decision", "publicity_until:before_decision"}},
		{"end is not compared with what is no date", []string{"decision_date", "x", "valid_until", "2000-01-01"}, []string{"decision_date:not_a_date"}},
		{"without end", []string{"valid_until", "长期", "publicity_until", "9999"}, nil},
		{"no number", []string{"fine_wanyuan", "一点"}, []string{"fine_wanyuan:not_a_number"}},
		{"negative", []string{"fine_wanyuan", "-1"}, []string{"fine_wanyuan:not_a_number"}},
		{"too many digits", []string{"fine_wanyuan", "1234567890123"}, []string{"fine_wanyuan:out_of_range"}},
		{"seven places", []string{"fine_wanyuan", "0.1234567"}, []string{"fine_wanyuan:out_of_range"}},
		{"fine missing", []string{"fine_wanyuan", ""}, []string{"fine_wanyuan:required"}},
		{"fine missing among others", []string{"penalty_category", "警告;罚款", "fine_wanyuan", "无"}, []string{"fine_wanyuan:required"}},
		{"fine refused is not missing", []string{"fine_wanyuan", "约2万"}, []string{"fine_wanyuan:not_a_number"}},
		{"no fine needed", []string{"penalty_category", "警告", "fine_wanyuan", ""}, nil},
		{"confiscated amount missing", []string{"penalty_category", "没收违法所得、没收非法财物", "fine_wanyuan", ""}, []string{"confiscated_wanyuan:required"}},
		{"no category", []string{"penalty_category", " ；、"}, []string{"penalty_category:required"}},
		{"too long", []string{"violation_fact", long, "remark", long}, []string{"violation_fact:too_long", "remark:too_long"}},
		{"as long as allowed", []string{"violation_fact", long[:15000]}, nil},
		{"length counts after folding", []string{"subject_name", " " + strings.Repeat("字", 200) + "　"}, nil},
		{"error value of a formula", []string{"violation_fact", "#N/A", "subject_name", " #REF! ", "decision_no", "#VALUE!", "penalty_category", "#NAME?", "legal_rep_id_no", "#N/A",
			"authority_uscc", "####", "decision_date", "########", "fine_wanyuan", "#DIV/0!"}, []string{"subject_name:error_value", "legal_rep_id_no:error_value", "decision_no:error_value",
			"violation_fact:error_value", "penalty_category:error_value", "fine_wanyuan:error_value", "decision_date:error_value", "authority_uscc:error_value"}},
		{"number without its last digits", []string{"uscc", "3.60802E+17", "legal_rep_id_no", "3.60802199001011E+17", "decision_no", "2.02401E+11", "org_code", "6.8E+11"},
			[]string{"uscc:lost_digits", "org_code:lost_digits", "legal_rep_id_no:lost_digits", "decision_no:lost_digits"}},
		{"looks like neither", []string{"violation_fact", "#1 库房", "remark", "1e5", "decision_no", "12E+12号"}, nil},
		{"document number too long", []string{"decision_no", long[:400]}, []string{"decision_no:too_long"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out := apply(t, options(), with(c.cells...))
			defer out.Release()
			var got []string
			if out.Count.Rejected > 0 {
				got = violations(out, 0)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			total := uint64(0)
			for _, n := range out.Rules {
				total += n
			}
			if total != uint64(len(c.want)) {
				t.Errorf("counted %v, want %d violations", out.Rules, len(c.want))
			}
		})
	}
}

func TestApply_Warnings(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		cells []string
		want  []string
	}{
		{"fine in yuan as wanyuan", []string{"fine_wanyuan", "2000"}, []string{"fine_text_mismatch"}},
		{"fine as the sum of two", []string{"penalty_content", "对单位罚款1000元，对负责人罚款1000元"}, nil},
		{"text without an amount", []string{"penalty_content", "罚款"}, nil},
		{"fine without category", []string{"penalty_category", "警告"}, []string{"fine_without_category"}},
		{"fine of nought without category", []string{"penalty_category", "警告", "fine_wanyuan", "0", "penalty_content", "警告"}, nil},
		{"year of the number", []string{"decision_no", "吉市监处罚〔2023〕12号"}, []string{"docno_year"}},
		{"form of the number", []string{"decision_no", "处罚决定书"}, []string{"docno_form"}},
		{"individual business as an organisation", []string{"uscc", "92360881MA37QQ1169"}, []string{"uscc_type"}},
		{"company as an individual business", []string{"subject_type", "个体户"}, []string{"uscc_type"}},
		{"inner organisation code", []string{"uscc", "91360802MA36T00X6M"}, nil},
		{"unknown category", []string{"penalty_category", "罚款、责令改正"}, []string{"unknown_category"}},
		{"other category says which", []string{"penalty_category", "罚款;其他-责令改正"}, nil},
		{"unknown document", []string{"legal_rep_id_type", "驾驶证"}, []string{"unknown_category"}},
		{"two at once, in order", []string{"decision_no", "〔2023〕", "penalty_category", "罚款,通报"}, []string{"docno_year", "docno_form", "unknown_category"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out := apply(t, options(), with(c.cells...), rightRow())
			defer out.Release()
			if out.Count.Accepted != 2 {
				t.Fatalf("rejected: %v", violations(out, 0))
			}
			got := list(col(out.Accepted, schemas.ColWarnings), 0)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if other := list(col(out.Accepted, schemas.ColWarnings), 1); len(other) > 0 {
				t.Errorf("the row beside it has %q", other)
			}
			if warned := out.Count.Warned > 0; warned != (len(c.want) > 0) || len(out.Warnings) != len(c.want) {
				t.Errorf("counted %d rows, %v", out.Count.Warned, out.Warnings)
			}
		})
	}
}

func TestRules_AreWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range Rules() {
		if r.Name == "" || r.Sentence.ZH == "" || r.Sentence.EN == "" {
			t.Errorf("rule %q lacks a name or a sentence", r.Name)
		}
		if seen[r.Name] {
			t.Errorf("rule %q stands twice", r.Name)
		}
		seen[r.Name] = true
		found, ok := FindRule(r.Name)
		if !ok || found.Name != r.Name {
			t.Errorf("rule %q is not found", r.Name)
		}
		if r.Warning != (ruleNamed(r.Name) >= firstWarning) {
			t.Errorf("rule %q stands among the wrong ones", r.Name)
		}
	}
	for _, k := range schemas.All() {
		for r := noRule + 1; r < firstWarning; r++ {
			for f := range k.Fields {
				if !breaks(k, &k.Fields[f], r) {
					continue
				}
				for _, language := range []string{"zh", "en"} {
					if got := message(k, violation{f, r}, "x", language); got == "" || strings.ContainsAny(got, "{}") {
						t.Errorf("%s of %s.%s reads %q", ruleTable[r].Name, k.Name, k.Fields[f].Name, got)
					}
				}
			}
		}
	}
	if _, ok := FindRule("no_such_rule"); ok {
		t.Error("a rule that is not there was found")
	}
	for _, name := range []string{"ragged_row", "broken_quote", "nul_byte", "cell_too_large", "undecodable", "formula_without_result", "shown_otherwise", "bad_json", "double_key"} {
		if !seen[name] {
			t.Errorf("the connectors' rule %q has no sentence", name)
		}
	}
	if ruleCount-firstWarning > 32 {
		t.Error("more warnings than bits")
	}
}

// breaks reports whether a cell of the field can break the rule.
func breaks(k *schemas.Kind, f *schemas.Field, r rule) bool {
	switch r {
	case ruleNotInCodeList:
		return f.List != nil
	case ruleBeforeDecision:
		return f.NotBefore != ""
	case ruleOneRequired:
		return slices.ContainsFunc(k.AnyOf, func(group []string) bool { return group[0] == f.Name })
	case ruleEndsBeforeStart:
		return otherField(k, f, r) != ""
	}
	return true
}
