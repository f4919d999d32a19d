package fold_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"creditsync/transforms/fold"
)

func TestTrim(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", ""}, {" ", ""}, {"\u3000", ""}, {"a", "a"}, {" a b\t\r\n", "a b"},
		{"\ufeff吉安\u3000\u00a0", "吉安"}, {"\u200b\u200e\u2060吉\u200c", "吉"},
		{"\u202a12\u202c", "12"}, {"\u2003a\u202f\u2028\u205f", "a"}, {"\u0085a\u00ad", "a"},
		{"〇", "〇"}, {"、a、", "、a、"}, {"\xe3\x80", "\xe3\x80"}, {"\x80 ", "\x80"},
	} {
		if got := string(fold.Trim([]byte(c.in))); got != c.want {
			t.Errorf("Trim(%q): got %q, want %q", c.in, got, c.want)
		}
		if got := string(fold.Text([]byte(c.in))); got != c.want {
			t.Errorf("Text(%q): got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"91360802MA36T00X6M", "91360802MA36T00X6M"},
		{" 91360802ma36t00x6m\t", "91360802MA36T00X6M"},
		{"９１３６０８０２ＭＡ３６Ｔ００Ｘ６Ｍ", "91360802MA36T00X6M"},
		{"\u3000913608 02MA36\u00a0T00X6M\u200b", "91360802MA36T00X6M"},
		{"01456789－2", "01456789-2"}, {"36080219900101123ｘ", "36080219900101123X"},
		{"3209231969＊＊＊＊1513", "3209231969****1513"},
		{"", ""}, {"\u3000", ""}, {"赣b12345", "赣B12345"},
	} {
		if got := string(fold.Code(nil, []byte(c.in))); got != c.want {
			t.Errorf("Code(%q): got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"吉安市市场监督管理局", "吉安市市场监督管理局"},
		{" 吉安 市\u3000市场监督管理局\r\n", "吉安市市场监督管理局"},
		{"庐陵食品(吉安)有限公司", "庐陵食品（吉安）有限公司"},
		{"庐陵食品〈吉安〉有限公司", "庐陵食品（吉安）有限公司"},
		{"庐陵食品﹙吉安﹚有限公司", "庐陵食品（吉安）有限公司"},
		{"庐陵食品 (吉安) 有限公司", "庐陵食品（吉安）有限公司"},
		{"John   Smith", "John Smith"}, {"John\u00a0Smith", "John Smith"}, {"Jo\u200bhn", "John"},
		{"John Smith", "John Smith"}, {"ＫＴＶ２号店", "KTV2号店"}, {"吉安 KTV", "吉安KTV"},
		{"ABC (China) Co., Ltd", "ABC（China）Co., Ltd"}, {"阿卜杜拉·买买提", "阿卜杜拉·买买提"},
		{"José  García", "José García"}, {"䶮", "䶮"}, {"𠮷野家", "𠮷野家"}, {"", ""},
		{"ａｂc", "abc"}, {"甲＆乙", "甲＆乙"}, {"A (b", "A（b"},
	} {
		if got := string(fold.Name(nil, []byte(c.in))); got != c.want {
			t.Errorf("Name(%q): got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestBrackets(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a (b)": "a （b）", "（甲）": "（甲）", "〈甲〉 ": "（甲） ", "甲": "甲", "\xff(": "\xff（",
	} {
		if got := string(fold.Brackets(nil, []byte(in))); got != want {
			t.Errorf("Brackets(%q): got %q, want %q", in, got, want)
		}
	}
}

func TestIsNull(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "NULL", "null", "Null", `\N`, "None", "none", "nil", "NIL", "N/A", "n/a"} {
		if !fold.IsNull([]byte(s)) {
			t.Errorf("IsNull(%q): got false", s)
		}
	}
	for _, s := range []string{"无", "-", "0", `\n`, "nul", "nullx", "暂无", "na"} {
		if fold.IsNull([]byte(s)) {
			t.Errorf("IsNull(%q): got true", s)
		}
	}
	for _, s := range []string{"无", "暂无", "-", "--", "—", "——", "/", "空", "－"} {
		if !fold.IsPlaceholder([]byte(s)) {
			t.Errorf("IsPlaceholder(%q): got false", s)
		}
	}
	for _, s := range []string{"", "无证", "0", "-1", "空气", "null"} {
		if fold.IsPlaceholder([]byte(s)) {
			t.Errorf("IsPlaceholder(%q): got true", s)
		}
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	const uscc = "行政相对人代码_1(统一社会信用代码)"
	for _, c := range []struct{ in, want string }{
		{"行政相对人代码_1 (统一社会信用代码)", uscc}, {"行政相对人代码-1（统一社会信用代码）", uscc},
		{"行政相对人代码＿1（统一社会信用代码）", uscc}, {"行政相对人代码—１【统一社会信用代码】", uscc},
		{"\ufeff*行政相对人代码_1(统一社会信用代码)*", uscc}, {"\"行政相对人代码_1〔统一社会信用代码〕\"", uscc},
		{"CF_WSH", "cf_wsh"}, {"cf-wsh", "cf_wsh"}, {"ＣＦ＿ＷＳＨ ", "cf_wsh"},
		{"罚款金额（万元）", "罚款金额(万元)"}, {"罚款金额 (万元)*", "罚款金额(万元)"}, {"罚款金额［万元］", "罚款金额(万元)"},
		{"“处罚决定日期”＊", "处罚决定日期"}, {"处罚\n决定日期", "处罚决定日期"}, {"", ""}, {"*", ""},
	} {
		if got := fold.Header(c.in); got != c.want {
			t.Errorf("Header(%q): got %q, want %q", c.in, got, c.want)
		}
	}
	if fold.Header("行政相对人代码_2(工商注册号)") == fold.Header("行政相对人代码_3(工商注册号)") {
		t.Error("Header: the number of a code was lost")
	}
}

// The folds leave b alone: its bytes belong to the batch that was read.
func TestFoldsDoNotWriteToInput(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := []byte(dirty().Draw(t, "in"))
		b := bytes.Clone(in)
		scratch := make([]byte, 0, 64)
		fold.Code(scratch, b)
		fold.Name(scratch, b)
		fold.Brackets(scratch, b)
		if !bytes.Equal(b, in) {
			t.Fatalf("input changed: %q to %q", in, b)
		}
	})
}

// dirty draws what cells hold: Han, Latin, digits, brackets, blanks of all kinds.
func dirty() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.SampledFrom([]rune(
		"吉安市局甲龘〇09azAZ０９ａＺ()（）〈〉﹙﹚[]-—_*/·，、 \t\n\u3000\u00a0\u200b\ufeff\u2003\u00adé\u0301ͅ①")), 0, 24, -1)
}

var (
	invisible = regexp.MustCompile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
	blanks    = regexp.MustCompile("[ \t\n\v\f\r\u0085\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
)

// slowCode says in library calls what Code does.
func slowCode(s string) string {
	for {
		next := invisible.ReplaceAllString(blanks.ReplaceAllString(norm.NFKC.String(s), ""), "")
		next = strings.Map(func(r rune) rune {
			if 'a' <= r && r <= 'z' {
				return r - 32
			}
			return r
		}, next)
		if next == s {
			return s
		}
		s = next
	}
}

// slowName says in regular expressions what Name does.
func slowName(s string) string {
	s = invisible.ReplaceAllString(s, "")
	s = strings.Trim(blanks.ReplaceAllString(s, " "), " ")
	s = strings.NewReplacer("(", "（", ")", "）", "〈", "（", "〉", "）", "﹙", "（", "﹚", "）").Replace(s)
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune("０１２３４５６７８９", r) || 'Ａ' <= r && r <= 'Ｚ' || 'ａ' <= r && r <= 'ｚ' {
			return []rune(norm.NFKC.String(string(r)))[0]
		}
		return r
	}, s)
	s = regexp.MustCompile(`([\x{2E80}-\x{10FFFF}]) `).ReplaceAllString(s, "$1")
	return regexp.MustCompile(` ([\x{2E80}-\x{10FFFF}])`).ReplaceAllString(s, "$1")
}

func TestCode_AgreesWithReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := dirty().Draw(t, "s")
		if got, want := string(fold.Code(nil, []byte(s))), slowCode(s); got != want {
			t.Fatalf("Code(%q): got %q, want %q", s, got, want)
		}
	})
}

func TestName_AgreesWithReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := dirty().Draw(t, "s")
		if got, want := string(fold.Name(nil, []byte(s))), slowName(s); got != want {
			t.Fatalf("Name(%q): got %q, want %q", s, got, want)
		}
	})
}

// The result does not depend on the room or the content of dst.
func TestScratchDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := []byte(dirty().Draw(t, "s"))
		dst := make([]byte, rapid.IntRange(0, 40).Draw(t, "len"), 40)
		if got, want := string(fold.Name(dst, s)), string(fold.Name(nil, s)); got != want {
			t.Fatalf("Name: got %q, want %q", got, want)
		}
		if got, want := string(fold.Code(dst, s)), string(fold.Code(nil, s)); got != want {
			t.Fatalf("Code: got %q, want %q", got, want)
		}
	})
}

func FuzzFold_IsIdempotent(f *testing.F) {
	for _, s := range []string{" 91360802ma36t00x6m", "庐陵（吉安) 有限 公司", "\ufeff*代码－1 【a】", "i\u0307", "e \u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		code := fold.Code(nil, []byte(s))
		if got := fold.Code(nil, code); !bytes.Equal(got, code) {
			t.Errorf("Code twice: got %q, want %q", got, code)
		}
		name := fold.Name(nil, []byte(s))
		if got := fold.Name(nil, name); !bytes.Equal(got, name) {
			t.Errorf("Name twice: got %q, want %q", got, name)
		}
		if !utf8.Valid(code) || !utf8.Valid(name) {
			t.Errorf("not UTF-8 any more: %q %q", code, name)
		}
	})
}
