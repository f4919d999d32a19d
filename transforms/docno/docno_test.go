package docno_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"creditsync/transforms/docno"
)

func TestFold(t *testing.T) {
	t.Parallel()
	const want = "吉市监处罚〔2024〕12号"
	for _, s := range []string{
		"吉市监处罚〔2024〕12号", "吉市监处罚[2024]12号", "吉市监处罚【2024】12号", "吉市监处罚(2024)12号", "吉市监处罚（2024）12号", "吉市监处罚［2024］12号", "吉市监处罚﹝2024﹞12号",
		" 吉市监处罚 〔 2024 〕 12 号\u3000", "吉市监处罚〔２０２４〕１２号", "吉市监处罚〔2024】12号", "吉市监处罚［2024)12号", "吉市监处罚{2024}12号", "\ufeff吉市监处罚〖2024〗12号\r\n", "吉市监处罚〔2024]12号",
	} {
		if got := string(docno.Fold(nil, []byte(s))); got != want {
			t.Errorf("Fold(%q): got %q, want %q", s, got, want)
		}
	}
	for in, want := range map[string]string{
		"吉公(治)行罚决字[2024]123号": "吉公(治)行罚决字〔2024〕123号", "（2017）桂1322执487号": "〔2017〕桂1322执487号", "(2014)广法执字第00232号": "〔2014〕广法执字第00232号",
		"360802190012345": "360802190012345", "": "", "[12]号": "[12]号", "[20245]号": "[20245]号", "[1234]1号": "[1234]1号", "甲[2024": "甲[2024", "((2024))": "(〔2024〕)", "ＡＢc": "ABc", "〔2024": "〔2024", "𠮷[2024]": "𠮷〔2024〕",
	} {
		if got := string(docno.Fold(nil, []byte(in))); got != want {
			t.Errorf("Fold(%q): got %q, want %q", in, got, want)
		}
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"吉市监处罚[2024]0012号": "吉市监处罚〔2024〕12号", "吉市监处罚〔2024〕12号": "吉市监处罚〔2024〕12号", "(2014)广法执字第00232号": "〔2014〕广法执字第232号", "(2015)吉中执字第00046-1号": "〔2015〕吉中执字第46-1号",
		"吉公(治)行罚决字〔2024〕123号": "吉公（治）行罚决字〔2024〕123号", "（2017）赣0802执000号": "〔2017〕赣0802执0号", "000802190012345": "000802190012345", "": "", "a〔2024〕010": "A〔2024〕10", "〔2024〕0802执7号之一": "〔2024〕0802执7号之一",
	} {
		for _, dst := range [][]byte{nil, make([]byte, 0, 256), make([]byte, 3, 7)} {
			if got := string(docno.Key(dst, []byte(in))); got != want {
				t.Errorf("Key(%q): got %q, want %q", in, got, want)
			}
		}
	}
}

func TestYear(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{
		"吉市监处罚〔2024〕12号": 2024, "（2017）桂1322执487号": 2017, "市场【2019】1号": 2019, "甲 [ ２０２１ ] 3号": 2021, "360802202412345": 0, "": 0, "甲2024年12号": 0, "甲[1066]1号": 0,
	} {
		if got, ok := docno.Year([]byte(in)); got != want || ok != (want != 0) {
			t.Errorf("Year(%q): got %d, %v; want %d", in, got, ok, want)
		}
	}
}

func TestWellFormed(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"吉市监处罚〔2024〕12号", "吉公(治)行罚决字〔2024〕123号", "吉公（治）行罚决字〔2024〕123号", "吉税稽罚〔2024〕1号", "市场【2019】1号", "宁新区管审环表复〔2025〕104号", "吉市监处罚字〔2024〕第12号", "吉市监处罚〔2024〕字第12号",
		"吉市监处罚〔2024〕12号之一", "吉市监处罚〔2024〕12-1号", "360802190012345", "(2014)广法执字第00232号", "(2015)吉中执字第00046号", "（2017）桂1322执487号", "（2024）赣0802民初12号", "（2024）赣08破申3号之一", "（2024）最高法知民终5号",
	} {
		if folded := docno.Fold(nil, []byte(s)); !docno.WellFormed(folded) {
			t.Errorf("WellFormed(%q): got false", folded)
		}
	}
	for _, s := range []string{
		"", "无", "12号", "吉市监处罚2024年12号", "吉市监处罚〔2024〕号", "吉市监处罚〔2024〕12", "吉市监处罚〔2024〕0号", "吉市监处罚〔2024〕123456789号", "〔2024〕12号", "吉市监处罚〔24〕12号", "吉公(治行罚〔2024〕1号", "吉公)治(行罚〔2024〕1号",
		"吉市监处罚〔2024〕12号之", "吉市监处罚〔2024〕12号之甲", "吉市监处罚〔2024〕12号 ", "吉市监处罚[2024]12号", "36080219001234", "3608021900123456", "吉市监处罚，〔2024〕12号", "（2014）广民初字第501号民事判决书", "吉市监处罚〔2024〕甲12号", "\xff〔2024〕12号", "(2024)吉市监12号",
	} {
		if docno.WellFormed([]byte(s)) {
			t.Errorf("WellFormed(%q): got true", s)
		}
	}
}

func TestCaseType(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"（2024）赣0802民初12号": "民", "（2024）赣08刑终3号": "刑", "（2024）赣08行初3号": "行", "（2024）赣08行赔初3号": "行", "（2024）赣08委赔3号": "", "（2024）赣0802执12号": "",
		"（2024）最高法知民终5号": "民", "（2024）最高法民申5号": "民", "（2024）最高法执监5号": "", "(2014)广民初字第501号": "", "(2010)民执字第12号": "", "（2024）赣080民初1号": "",
		"吉市监处罚〔2024〕12号": "", "": "", "〔2024〕": "", "〔2024〕赣": "", "〔2024〕赣08": "", "\xff〔2024〕12": "",
	} {
		if got := docno.CaseType(docno.Fold(nil, []byte(in))); got != want {
			t.Errorf("CaseType(%q): got %q, want %q", in, got, want)
		}
	}
}

var (
	blanks   = regexp.MustCompile("[ \t\u3000\u00a0\u200b]")
	yearPair = regexp.MustCompile(`[(\[{（［｛【〔〖﹝﹙〈《]((?:19[5-9]|194[9]|20[0-9])[0-9]*)[)\]}）］｝】〕〗﹞﹚〉》]`)
)

// slowFold says in regular expressions what Fold does.
func slowFold(s string) string {
	s = blanks.ReplaceAllString(s, "")
	s = strings.Map(func(r rune) rune {
		if '０' <= r && r <= '９' || 'Ａ' <= r && r <= 'Ｚ' || 'ａ' <= r && r <= 'ｚ' {
			return r - 0xFEE0
		}
		return r
	}, s)
	return yearPair.ReplaceAllStringFunc(s, func(m string) string {
		if year := yearPair.FindStringSubmatch(m)[1]; len(year) == 4 {
			return "〔" + year + "〕"
		}
		return m
	})
}

func dirty() *rapid.Generator[string] {
	piece := rapid.OneOf(rapid.SampledFrom([]string{
		"吉市监处罚", "字第", "号", "之一", "-", "2024", "１９９９", "1948", "20245", "12", "007", "Ａb", " ", "\u3000", "\u200b", "、",
	}), rapid.SampledFrom(strings.Split("(|[|{|（|［|【|〔|〖|﹝|《", "|")), rapid.SampledFrom(strings.Split(")|]|}|）|］|】|〕|〗|﹞|》", "|")))
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "") })
}

func TestFold_AgreesWithReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := dirty().Draw(t, "s")
		in := []byte(s)
		got := string(docno.Fold(make([]byte, 0, rapid.IntRange(0, 64).Draw(t, "room")), in))
		if want := slowFold(s); got != want {
			t.Fatalf("Fold(%q): got %q, want %q", s, got, want)
		}
		if string(in) != s {
			t.Fatalf("Fold changed its input to %q", in)
		}
	})
}

// Every way of writing one number gives one key.
func TestKey_IsTheSameForEverySpelling(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		year, n := rapid.IntRange(1949, 2099).Draw(t, "year"), rapid.IntRange(1, 99999).Draw(t, "n")
		want := fmt.Sprintf("吉公（治）行罚决字〔%d〕%d号", year, n)
		open := rapid.SampledFrom(strings.Split("( [ （ ［ 【 〔 〖 ﹝", " ")).Draw(t, "open")
		end := rapid.SampledFrom(strings.Split(") ] ） ］ 】 〕 〗 ﹞", " ")).Draw(t, "end")
		s := fmt.Sprintf("吉公(治)行罚决字%s%d%s%0*d号", open, year, end, rapid.IntRange(1, 7).Draw(t, "width"), n)
		if got := string(docno.Key(nil, []byte(s))); got != want {
			t.Fatalf("Key(%q): got %q, want %q", s, got, want)
		}
	})
}

func FuzzFold_IsIdempotent(f *testing.F) {
	for _, s := range []string{"吉市监处罚 [2024] 0012号", "（2017）桂1322执487号", "((2024))", "〔2024】", "吉公(治)行罚决字【２０２４】第１号之一"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		folded := docno.Fold(nil, []byte(s))
		if got := docno.Fold(nil, folded); !bytes.Equal(got, folded) {
			t.Errorf("Fold twice: got %q, want %q", got, folded)
		}
		key := docno.Key(nil, []byte(s))
		if got := docno.Key(nil, key); !bytes.Equal(got, key) {
			t.Errorf("Key twice: got %q, want %q", got, key)
		}
		if got := docno.Key(nil, folded); !bytes.Equal(got, key) {
			t.Errorf("Key of the folded number: got %q, want %q", got, key)
		}
		raw, _ := docno.Year([]byte(s))
		if got, ok := docno.Year(folded); len(s) < 128 && got != raw || ok != (got != 0) {
			t.Errorf("Year(%q): got %d, of the folded number %d", s, raw, got)
		}
		docno.WellFormed(folded)
		docno.CaseType(folded)
	})
}

func ExampleFold() {
	fmt.Printf("%s\n", docno.Fold(nil, []byte("吉市监处罚 [2024] 0012号")))
	fmt.Printf("%s\n", docno.Key(nil, []byte("吉市监处罚 [2024] 0012号")))
	// Output:
	// 吉市监处罚〔2024〕0012号
	// 吉市监处罚〔2024〕12号
}

func BenchmarkFold(b *testing.B) {
	for name, s := range map[string]string{"clean": "吉市监处罚〔2024〕12号", "brackets": "吉市监处罚[2024]12号"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			in, dst := []byte(s), make([]byte, 0, 256)
			for b.Loop() {
				docno.Fold(dst, in)
			}
		})
	}
}

func BenchmarkWellFormed(b *testing.B) {
	b.ReportAllocs()
	in := []byte("吉市监处罚〔2024〕12号")
	for b.Loop() {
		if !docno.WellFormed(in) {
			b.Fatal("not accepted")
		}
	}
}

func BenchmarkKey(b *testing.B) {
	b.ReportAllocs()
	in, dst := []byte("吉市监处罚〔2024〕0012号"), make([]byte, 0, 256)
	for b.Loop() {
		docno.Key(dst, in)
	}
}

func TestFoldsDoNotAllocate(t *testing.T) {
	dst, in := make([]byte, 0, 256), []byte("吉公(治)行罚决字 [2024] 0012号")
	got := testing.AllocsPerRun(100, func() {
		docno.Fold(dst, in)
		docno.Key(dst, in)
		docno.Year(in)
		docno.WellFormed(in)
	})
	if got != 0 {
		t.Errorf("allocations: got %v, want 0", got)
	}
}
