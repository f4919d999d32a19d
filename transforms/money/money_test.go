package money_test

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"creditsync/transforms/money"
)

func parse(s string) string {
	v, reason := money.Parse([]byte(s))
	if reason != money.OK {
		if v != 0 {
			return "not zero"
		}
		return [...]string{"", "not a number", "negative", "out of range"}[reason]
	}
	return string(money.AppendDecimal(nil, v))
}

func TestParse(t *testing.T) {
	t.Parallel()
	for want, ins := range map[string][]string{
		"0.200000": {"0.2", "0.20", ".2", "00.2", "0.200000", "0.2000000000000", "0.2万元", "0.2万", "2000元", "2000.00元", "2,000元", "2，000元", "2 000元", "２０００元", "２，０００．００元",
			"￥2000元", "¥2000元", "RMB2000元", "rmb 2000元", "人民币2000元", "人民币￥2000元整", "2000 元", " 2000元 ", "　2000元\u00a0", "2000元整", "2000圆",
			"贰仟元整", "贰仟元", "两千元", "二千元", "二千元正", "二〇〇〇元", "二○○○元", "0.00002亿元", "人民币贰仟元整", "贰仟圆整", "零点二", "〇点二万元"},
		"0.000000":     {"0", "0.0", "0.00", "000", "0元", "零", "零元", "零元整", "0万元", "0.0000000000"},
		"1.200000":     {"1.2", "壹万贰仟元整", "一万二千元", "一万二千", "12000元", "12,000.00元", "1.2万元", "一点二万", "一点二", "壹万贰仟圆正"},
		"3.500000":     {"三万五千元", "叁万伍仟元整", "三万五千", "3.5", "35000元"},
		"15.000000":    {"十五万元", "十五万", "15", "15万", "150,000元", "壹拾伍万元整", "十五"},
		"20.000000":    {"二十", "二十万", "贰拾万元整", "20", "二十万元"},
		"123.456789":   {"一百二十三万四千五百六十七元八角九分", "1234567.89元", "1,234,567.89元", "123.456789", "123.456789万元", "1 234 567.89元", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"},
		"3.050000":     {"三万零五百元", "三万五百元", "30500元"},
		"3.000500":     {"三万零五元", "30005元"},
		"10005.000000": {"一亿零五万元", "10005"},
		"12000.000000": {"一亿二千万元", "1.2亿元", "1.2亿", "12,000", "12 000", "一亿二千万"},
		"100000000.000000": {
			"一万亿元", "10000亿", "壹万亿元整",
		},
		"0.100500":    {"一千零五元", "1005元"},
		"0.105000":    {"一千零五十元", "一千五十元"},
		"0.001250":    {"十二元五角", "十二元五角整", "12.5元"},
		"0.001005":    {"十元零五分", "10.05元", "十元〇五分"},
		"0.001055":    {"十元五角五分", "十元零五角五分"},
		"0.000050":    {"五角", "0.5元"},
		"0.000001":    {"0.01元", "一分", "0.000001"},
		"2000.000000": {"￥2000", "2000", "RMB 2000", "两千", "二〇〇〇", "2,000"},
		"200.000000":  {"二〇〇万元", "200", "二百"},
		"999999999999.999999": {
			"999999999999.999999", "999,999,999,999.999999", "9999999999999999.99元",
		},
		"not a number": {"", " ", "一点", "约2万", "2000余元", "-", "--", "1e5", "1E5", "1,00", "1,000,00", "1,0000", "0,200", "1234,567", ",123", "1,,234", "1,234,", "1,234 567", "1 23", "5.", ".", "..5", "1.2.3", "1.2,345",
			"+5", "2000元5", "2000元元", "元", "万元", "万", "亿", "2000美元", "2千元", "3万5千元", "2000元以上", "2000-3000元", "NaN", "Inf", "0x10", "1_000", "(2000)", "2000元/次", "%", "5%", "二三万元", "三五元", "三万五", "一百五", "一百五元", "十十", "一十二百", "百", "千元", "一万万元", "一亿亿",
			"一千零五百元", "零五元", "一百零元", "三万零", "三万零元", "一点元", "点五", "五点", "十元五", "十元零", "十五角", "一万点五", "壹万贰仟元整元", "〇〇五", "二三", "二三千元", "几万元", "若干", "人民币", "￥", "￥￥5", "人民币人民币5", "无", "2000元\x00", "\xff", "２０００円",
			strings.Repeat("一", 80)},
		"negative":     {"-5", "-0.2", "￥-5", "-￥5", "－５元", "−2,000元", "-贰仟元", "-0"},
		"out of range": {"1000000000000", "0.1234567", "0.30000000000000004", "2000.555元", "10000000000000000元", "99999999999999999999", "100000000亿", strings.Repeat("9", 100), "0.00000001", "0." + strings.Repeat("0", 50) + "1"},
	} {
		for _, in := range ins {
			if got := parse(in); got != want {
				t.Errorf("Parse(%q): got %q, want %q", in, got, want)
			}
		}
	}
}

func TestFindYuan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", ""}, {"罚款", ""}, {"罚款2000元", "0.200000"}, {"罚款人民币0.2万元", "0.200000"}, {"罚款贰仟元整", "0.200000"}, {"1.警告；2.罚款人民币2,000.00元，上缴国库。", "0.200000"},
		{"罚款金额：2000元", "0.200000"}, {"处罚款（大写）贰仟元整（￥2000.00元）", "0.200000"}, {"处2000元罚款", "0.200000"}, {"处以人民币贰仟元整的罚款", "0.200000"}, {"并处 2000 元 罚款", "0.200000"},
		{"罚款2000元，没收违法所得500元", "0.200000"}, {"罚款2000元，罚款壹万元整", "0.200000 1.000000"}, {"罚款一千二百元五角", "0.120050"}, {"罚款1000元一次", "0.100000"},
		{"处二千元以上一万元以下罚款", ""}, {"罚款2000元以上", ""}, {"罚款2000至3000元", ""}, {"罚款约2000元", ""}, {"罚款2000", ""}, {"违法所得2000元，罚款", ""}, {"缴纳了2000元罚款", ""},
		{"罚款２０００元", "0.200000"}, {"罚款", ""}, {"罚款2000余元", ""}, {"罚款\xff元", ""}, {"罚款共计1.5亿元", "15000.000000"},
	} {
		var got []string
		money.FindYuan([]byte(c.in), func(v money.Amount) { got = append(got, string(money.AppendDecimal(nil, v))) })
		if strings.Join(got, " ") != c.want {
			t.Errorf("FindYuan(%q): got %v, want %q", c.in, got, c.want)
		}
	}
}

// A column of 元 takes a bare number for yuan; a unit that is written holds in either column.
func TestParseYuan(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0.2": "0.20", "2000": "2000.00", "2,000.5": "2000.50", "123456.78": "123456.78", "2000元": "2000.00", "0.2万元": "2000.00", "0.2万": "2000.00", "￥2000": "2000.00",
		"贰仟元整": "2000.00", "二十": "20.00", "二十万": "200000.00", "一点五": "1.50", "一点五万": "15000.00", "十二元五角": "12.50", "9999999999999999.99": "9999999999999999.99",
		"0": "0.00", "0.001": "out of range", "10000000000000000": "out of range", "一点五五五": "out of range", "": "not a number", "约2万": "not a number", "-5": "negative",
	} {
		v, reason := money.ParseYuan([]byte(in))
		got := string(money.AppendYuan(nil, v))
		if reason != money.OK {
			got = [...]string{"", "not a number", "negative", "out of range"}[reason]
		}
		if got != want {
			t.Errorf("ParseYuan(%q): got %q, want %q", in, got, want)
		}
	}
}

// Whatever is accepted with a unit means the same in both columns, and without one a ten-thousandth.
func TestParseYuan_AgreesWithParse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := fmt.Sprintf("%d.%02d", rapid.IntRange(0, 1e9).Draw(t, "whole"), rapid.IntRange(0, 99).Draw(t, "fen"))
		wan, reason := money.Parse([]byte(number + "元"))
		yuan, other := money.ParseYuan([]byte(number + "元"))
		bare, third := money.ParseYuan([]byte(number))
		if wan != yuan || wan != bare || reason != money.OK || other != money.OK || third != money.OK {
			t.Fatalf("%s元: got %d, %d and bare %d", number, wan, yuan, bare)
		}
		if got := string(money.AppendYuan(nil, bare)); got != number {
			t.Fatalf("AppendYuan: got %q, want %q", got, number)
		}
	})
}

var decimal = regexp.MustCompile(`^(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?$`)

// slowParse reads digits with a unit by a regular expression and rational numbers.
func slowParse(s string) string {
	by := big.NewRat(1, 1)
	switch {
	case strings.HasSuffix(s, "亿元"):
		by, s = big.NewRat(10000, 1), strings.TrimSuffix(s, "亿元")
	case strings.HasSuffix(s, "万元"):
		s = strings.TrimSuffix(s, "万元")
	case strings.HasSuffix(s, "元"):
		by, s = big.NewRat(1, 10000), strings.TrimSuffix(s, "元")
	}
	if s == "" || !decimal.MatchString(s) || strings.Contains(s, ",") && s[0] == '0' {
		return "not a number"
	}
	v, _ := new(big.Rat).SetString(strings.ReplaceAll(s, ",", ""))
	v.Mul(v, by)
	scaled := new(big.Rat).Mul(v, big.NewRat(1_000_000, 1))
	if !scaled.IsInt() || scaled.Cmp(big.NewRat(money.Max, 1)) > 0 {
		return "out of range"
	}
	return v.FloatString(6)
}

func TestParse_AgreesWithReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9]{0,14}(,[0-9]{2,4}){0,3}(\.[0-9]{0,8}0{0,3})?`).Draw(t, "number") +
			rapid.SampledFrom([]string{"", "元", "万元", "亿元"}).Draw(t, "unit")
		if got, want := parse(s), slowParse(s); got != want {
			t.Fatalf("Parse(%q): got %q, want %q", s, got, want)
		}
	})
}

// numeral writes n yuan by the rules that every accountant knows.
func numeral(n int64, digits, units []rune) string {
	section := func(n int64) string {
		s, gap := "", false
		for i, u := range []int64{1000, 100, 10, 1} {
			d := n / u % 10
			if d == 0 {
				gap = s != ""
				continue
			}
			if gap {
				s, gap = s+string(digits[0]), false
			}
			s += string(digits[d])
			if u > 1 {
				s += string(units[i])
			}
		}
		return s
	}
	s := ""
	for _, part := range []struct {
		by   int64
		unit string
	}{{1e8, "亿"}, {1e4, "万"}, {1, ""}} {
		sec := n / part.by % 10000
		if sec == 0 {
			continue
		}
		if s != "" && (sec < 1000 || n/part.by/10000%10 == 0) {
			s += string(digits[0])
		}
		s += section(sec) + part.unit
	}
	return s
}

func TestParse_ReadsEveryNumeral(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Int64Range(1, 1e12-1), rapid.Int64Range(1, 99999), rapid.Custom(func(t *rapid.T) int64 {
			return rapid.Int64Range(1, 9999).Draw(t, "high")*1e8 + rapid.Int64Range(0, 20).Draw(t, "low")
		})).Draw(t, "n")
		for _, s := range []string{
			numeral(n, []rune("零一二三四五六七八九"), []rune("千百十")) + "元",
			"人民币" + numeral(n, []rune("零壹贰叁肆伍陆柒捌玖"), []rune("仟佰拾")) + "元整",
		} {
			v, reason := money.Parse([]byte(s))
			if v != n*100 || reason != money.OK {
				t.Fatalf("Parse(%q): got %d, reason %d; want %d", s, v, reason, n*100)
			}
		}
	})
}

func FuzzParse_AcceptedAmountParsesAgain(f *testing.F) {
	for _, s := range []string{"0.2", "2,000.50元", "壹万贰仟元整", "十二元五角", "人民币￥2000元整", "一万亿元", "1 234 567", "二〇〇万"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		money.FindYuan(b, func(v money.Amount) {
			if v < 0 || v > money.Max {
				t.Errorf("FindYuan(%q): got %d", b, v)
			}
		})
		v, reason := money.Parse(b)
		if reason != money.OK {
			return
		}
		if v < 0 || v > money.Max {
			t.Errorf("Parse(%q): got %d", b, v)
		}
		if again, reason := money.Parse(money.AppendDecimal(nil, v)); again != v || reason != money.OK {
			t.Errorf("Parse(%q) = %d, read again: got %d, reason %d", b, v, again, reason)
		}
	})
}

func ExampleParse() {
	for _, s := range []string{"0.2", "2,000元", "贰仟元整", "二十", "约2万"} {
		v, reason := money.Parse([]byte(s))
		fmt.Printf("%s %v\n", money.AppendDecimal(nil, v), reason == money.OK)
	}
	// Output:
	// 0.200000 true
	// 0.200000 true
	// 0.200000 true
	// 20.000000 true
	// 0.000000 false
}

func ExampleFindYuan() {
	money.FindYuan([]byte("责令改正，并处罚款人民币贰仟元整"), func(v money.Amount) { fmt.Printf("%s\n", money.AppendDecimal(nil, v)) })
	// Output: 0.200000
}

func BenchmarkParse(b *testing.B) {
	for name, s := range map[string]string{"plain": "0.200000", "yuan": "2,000.00元", "numeral": "壹万贰仟元整"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			in := []byte(s)
			for b.Loop() {
				if _, reason := money.Parse(in); reason != money.OK {
					b.Fatal(reason)
				}
			}
		})
	}
}

func BenchmarkFindYuan(b *testing.B) {
	b.ReportAllocs()
	in, found := []byte("依据《中华人民共和国食品安全法》第一百二十四条，责令改正，并处罚款人民币2000元。"), 0
	for b.Loop() {
		money.FindYuan(in, func(money.Amount) { found++ })
	}
}

func TestParse_DoesNotAllocate(t *testing.T) {
	ins := [][]byte{[]byte("0.2"), []byte("2,000.00元"), []byte("壹万贰仟元整"), []byte("约2万")}
	var found []money.Amount
	found = slices.Grow(found, 1)
	got := testing.AllocsPerRun(100, func() {
		for _, in := range ins {
			money.Parse(in)
		}
		money.FindYuan([]byte("处以贰仟元的罚款"), func(v money.Amount) { found = append(found[:0], v) })
	})
	if got != 0 {
		t.Errorf("allocations: got %v, want 0", got)
	}
}
