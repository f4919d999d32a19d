package transforms

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"creditsync/schemas"
	"creditsync/transforms/fold"
)

func TestBind_UnitOfTheHeaderDiffers(t *testing.T) {
	t.Parallel()
	const zh, en = "列“罚款金额（元）”的单位是元，字段“罚款金额（万元）”的单位是万元：请在来源改为万元，或改列名并在数值后写明单位（如 2000元）",
		"the column 罚款金额（元） is in 元, the field fine_wanyuan in 万元: change it to 万元 at the source, or rename the column and write the unit behind each number (such as 2000元)"
	for name, mapping := range map[string]map[string]string{"by itself": nil, "mapped": {"fine_wanyuan": "罚款金额（元）"}} {
		_, err := bindNames(t, mapping, append(titles("fine_wanyuan"), "罚款金额（元）")...)
		var e *BindError
		if !errors.As(err, &e) || e.Rule != BindUnit {
			t.Errorf("%s: got %v, want %s", name, err, BindUnit)
			continue
		}
		if e.Sentence.ZH != zh || e.Sentence.EN != en {
			t.Errorf("%s: got\n%s\n%s\nwant\n%s\n%s", name, e.Sentence.ZH, e.Sentence.EN, zh, en)
		}
		if !slices.Equal(e.Columns, []string{"罚款金额（元）"}) || !slices.Equal(e.Fields, []string{"fine_wanyuan"}) {
			t.Errorf("%s: got columns %q of %q", name, e.Columns, e.Fields)
		}
	}
}

func TestBind_UnitsOfHeaders(t *testing.T) {
	t.Parallel()
	// What a header says of its unit, "" where it agrees with 万元 or says nothing.
	for header, want := range map[string]string{
		"罚款金额（元）": "元", "罚款金额(元)": "元", "罚款金额【元】": "元", "罚款金额（亿元）": "亿元", "罚款金额（美元）": "美元", "罚款金额（万美元）": "万美元",
		"罚款金额（单位：元）": "元", "罚款金额（单位:千元）": "千元", "罚款金额（人民币元）": "人民币元", "罚款金额（RMB）": "rmb", "罚款金额（人民币）": "人民币",
		"罚款金额元": "元", "罚款金额_元": "元", "罚款金额／元": "元", "罚款金额 元": "元", "罚款金额：百元": "百元", "罚款金额（百万）": "百万", "fine_yuan": "yuan",
		"Fine (USD)": "usd", "罚款（元）金额": "元", "罚款金额（以元为单位）": "以元为单位", "罚款金额（分）": "分", "罚款金额（元/万元）": "元", "罚款（10000美元）": "10000美元",
		"罚款金额（万元）": "", "罚款金额万元": "", "罚款金额（单位：万元）": "", "罚款金额（人民币，万元）": "", "罚款金额（币种：人民币；单位：万元）": "", "罚款金额（十千元）": "",
		"罚款数额": "", "罚款数额（元）": "元", "罚款金额（万）": "", "fine_wanyuan": "", "罚款金额（10000元）": "", "罚款金额": "", "罚款金额（含税）": "", "罚款金额部分": "", "CF_NR_FK": "", "罚款金额（第1次）": "", "罚款板块": "",
	} {
		_, err := bindNames(t, map[string]string{"fine_wanyuan": header}, append(titles("fine_wanyuan"), header)...)
		var e *BindError
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: got %v, want it bound", header, err)
		case want != "" && (!errors.As(err, &e) || e.Rule != BindUnit || !strings.Contains(e.Sentence.ZH, "的单位是"+want+"，")):
			t.Errorf("%s: got %v, want the unit %s refused", header, err, want)
		}
	}
}

func TestBind_UnitsOfSeveralColumns(t *testing.T) {
	t.Parallel()
	headers := append(titles("fine_wanyuan", "confiscated_wanyuan"), "罚款金额（元）", "没收金额（美元）")
	_, err := bindNames(t, nil, headers...)
	var e *BindError
	if !errors.As(err, &e) || !slices.Equal(e.Fields, []string{"fine_wanyuan", "confiscated_wanyuan"}) {
		t.Fatalf("got %v, want both fields", err)
	}
	if want := "的单位是万元：请在来源改为万元"; !strings.HasSuffix(e.Sentence.ZH, want) {
		t.Errorf("got %s, which advises more than %q", e.Sentence.ZH, want)
	}

	// Beside the column that the field has, one in another unit is only a column that is not carried over.
	headers = append(titles(), "罚款金额（元）", "没收金额_元", "备注（元）")
	got, err := bindNames(t, nil, headers...)
	if err != nil || got["fine_wanyuan"] != "罚款金额（万元）" {
		t.Errorf("got %v (%v)", got, err)
	}
}

// No name that a kind declares for a field says another unit than the field's.
func TestUnits_OfDeclaredNames(t *testing.T) {
	t.Parallel()
	for _, k := range schemas.All() {
		for _, f := range k.Fields {
			own, ok := parseUnit(f.Unit)
			if f.Type != schemas.Money {
				continue
			}
			if !ok {
				t.Errorf("%s: the unit %q is none that headers are held against", f.Name, f.Unit)
			}
			for _, h := range append([]string{f.Name, f.Code, f.Title}, f.Spellings...) {
				said, _ := unitsIn(fold.Header(h))
				if slices.ContainsFunc(said, func(u namedUnit) bool { return u.amount != own }) {
					t.Errorf("%s: the header %s says %v", f.Name, h, said)
				}
			}
		}
	}
}

func FuzzUnitsIn(f *testing.F) {
	for _, h := range []string{"罚款金额（元）", "((", "元)", "10k10k10k元", "亿亿亿亿元", "(人民币,¥)", "单位", "_", "\xff元"} {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, h string) {
		key := fold.Header(h)
		said, rest := unitsIn(key)
		if len(rest) > len(key) {
			t.Errorf("%q: the rest %q is longer", key, rest)
		}
		for _, u := range said {
			if u.words == "" || u.fen <= 0 {
				t.Errorf("%q: unit %+v", key, u)
			}
		}
	})
}
