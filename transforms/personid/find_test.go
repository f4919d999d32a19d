package personid_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"creditsync/transforms/personid"
)

type finder func(text []byte, visit func(start, end int))

// stars replaces what f visits, and fails when places are out of order or overlap.
func stars(t interface{ Fatalf(string, ...any) }, f finder, text string) string {
	out, last := "", 0
	f([]byte(text), func(start, end int) {
		if start < last || end <= start || end > len(text) {
			t.Fatalf("%q: visited %d to %d after %d", text, start, end, last)
		}
		out += text[last:start] + "*"
		last = end
	})
	return out + text[last:]
}

func TestFindIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", ""}, {"当事人无证经营。", "当事人无证经营。"},
		{"360802199001011238", "*"},
		{"当事人王某（身份证号360802199001011238）无证经营", "当事人王某（身份证号*）无证经营"},
		{"身份证：36080320000229119X。", "身份证：*。"}, {"身份证：36080320000229119x。", "身份证：*。"},
		{"３６０８０２１９９００１０１１２３８", "*"}, {"号３６０８０３２０００02２９１１９Ｘ，", "号*，"}, {"号３６０８０３２０００02２９１１９ｘ，", "号*，"},
		{"360802 19900101 1238", "*"}, {"360802-19900101-1238", "*"}, {"360802\u300019900101\u00a01238", "*"}, {"360802－19900101—1238", "*"},
		{"360802 1990 0101 1238", "*"}, {"3608 0219 9001 0112 38", "*"}, {"36080219900\r\n1011238", "*"}, {"3608021990\u200b01011238", "*"},
		{"单号99360802199001011238", "单号99*"}, {"360802199001011238001", "*001"}, {"7360802 19900101 12385", "7*5"},
		{"7360802 1990 0101 1238", "7360802 1990 0101 1238"},
		{"360802199001011238、36080320000229119X", "*、*"}, {"360802199001011238 36080320000229119X", "* *"}, {"36080219900101123836080320000229119X", "**"},
		{"一代证362421650505001号", "一代证*号"}, {"362421 650505 001", "*"}, {"1362421650505001", "1362421650505001"}, {"3624216505050012", "3624216505050012"},
		{"362421651305001", "362421651305001"}, {"电话 0796-8223456 362421650505001", "电话 0796-8223456 *"},
		{"360802199001011239", "360802199001011239"}, {"360803190002291193", "360803190002291193"},
		{"订单202401031020304050", "订单202401031020304050"}, {"91360802MA36T00X6M", "91360802MA36T00X6M"}, {"11360800014567892P", "11360800014567892P"},
		{"2023-01-03 2023-01-04 2023-01-05", "2023-01-03 2023-01-04 2023-01-05"},
		{"360802    199001011238", "360802    199001011238"}, {"360802,19900101,1238", "360802,19900101,1238"},
		{"第36080219900101123号", "第36080219900101123号"}, {"3209231969****1513", "3209231969****1513"},
	} {
		if got := stars(t, personid.FindIn, c.in); got != c.want {
			t.Errorf("FindIn(%q): got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestLooksLike(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", ""}, {"360802199001011238", "*"}, {"360802199001011239", "*"}, {"证36080219900101123X号", "证*号"}, {"360802199013011239", "*"},
		{"订单202401031020304050", "订单*"}, {"362421651305001", "*"}, {"3608021990010112380", "*"}, {"99360802199001011238", "*"},
		{"360802 19900101 1239", "*"}, {"3608 0219 9001 0111 39", "*"}, {"360802-651305-001", "*"}, {"7360802 19900101 12385", "*5"},
		{"20240103102030", "20240103102030"}, {"2024-01-03 2024-01-04 2024-01-05", "2024-01-03 2024-01-04 2024-01-05"},
		{"罚款2000元", "罚款2000元"}, {"０７９６－８２２３４５６", "０７９６－８２２３４５６"}, {"91360802MA36T00X6M", "91360802MA36T00X6M"},
	} {
		if got := stars(t, personid.LooksLike, c.in); got != c.want {
			t.Errorf("LooksLike(%q): got %q, want %q", c.in, got, c.want)
		}
	}
}

// Each of many numbers is found in each of many surroundings: nothing of it stays in clear.
func TestFindIn_FindsEveryValidNumber(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := number().Filter(func(s string) bool { return slowCheck(s) == personid.OK }).Draw(t, "id")
		around := rapid.StringOfN(rapid.SampledFrom([]rune("吉安市0123456789，（）()abXx.。：\u3000\n")), 0, 30, -1)
		before, after := around.Draw(t, "before"), around.Draw(t, "after")
		shapes := []string{id, strings.ToLower(id), fullWidth(id), id[:6] + " " + id[6:14] + " " + id[14:], id[:6] + "-" + id[6:14] + "-" + id[14:]}
		shape := rapid.SampledFrom(shapes).Draw(t, "shape")
		text := before + shape + after
		covered := make([]bool, len(text))
		personid.FindIn([]byte(text), func(start, end int) {
			for i := start; i < end; i++ {
				covered[i] = true
			}
		})
		if slices.Contains(covered[len(before):len(before)+len(shape)], false) {
			t.Fatalf("%q in %q: got %q", shape, text, stars(t, personid.FindIn, text))
		}
		if !personid.HasLong([]byte(text)) {
			t.Fatalf("HasLong(%q): got false", text)
		}
	})
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune { return r + 0xFEE0 }, s)
}

// slowFind tries every window of every run of ASCII digits and X without gaps, and joins what it finds.
func slowFind(s string) []bool {
	covered := make([]bool, len(s))
	isNumber := func(s string) bool {
		// FindIn knows no today.
		return slowCheckUntil(s, time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC)) == personid.OK
	}
	isElement := func(i int) bool { return i >= 0 && i < len(s) && strings.IndexByte("0123456789Xx", s[i]) >= 0 }
	isDigits := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	for i := range s {
		if i+18 <= len(s) {
			w := strings.ToUpper(s[i : i+18])
			if isDigits(w[:17]) && isElement(i+17) && isNumber(w) {
				mark(covered, i, i+18)
			}
		}
		if i+15 <= len(s) && isDigits(s[i:i+15]) && (!isElement(i-1) || s[i-1]|0x20 == 'x' && !afterDigits(s, i-1)) && !isElement(i+15) {
			w := with(s[i:i+6] + "19" + s[i+6:i+15])
			if isNumber(w) {
				mark(covered, i, i+15)
			}
		}
	}
	return covered
}

// afterDigits reports that the letter at i belongs to a run of digits before it.
func afterDigits(s string, i int) bool {
	for ; i >= 0 && s[i]|0x20 == 'x'; i-- {
	}
	return i >= 0 && s[i]-'0' <= 9
}

func mark(covered []bool, start, end int) {
	for i := start; i < end; i++ {
		covered[i] = true
	}
}

func TestFindIn_AgreesWithReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.OneOf(rapid.StringMatching(`[0-9]{0,20}`), rapid.Just("，"), rapid.Just("x"), rapid.Just("12x"), rapid.Just("吉安市"),
			number(), rapid.Just("362421650505001"), rapid.Just("36080219"))
		text := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "")
		got := make([]bool, len(text))
		personid.FindIn([]byte(text), func(start, end int) { mark(got, start, end) })
		if want := slowFind(text); !slices.Equal(got, want) {
			t.Fatalf("%q: got %v, want %v", text, got, want)
		}
	})
}

func FuzzFindIn_IsPartOfLooksLike(f *testing.F) {
	for _, s := range []string{"号360802199001011238，", "３６０８０２１９９００１０１１２３８", "360802-19900101-1238", "362421650505001", "x1 2 3 4 5 6 7 8 9 0 1 2 3 4 5"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		strict, broad := make([]bool, len(b)), make([]bool, len(b))
		places := 0
		personid.FindIn(b, func(start, end int) { mark(strict, start, end); places++ })
		personid.LooksLike(b, func(start, end int) { mark(broad, start, end) })
		for i := range b {
			if strict[i] && !broad[i] {
				t.Fatalf("%q: place %d is found but does not look like a number", b, i)
			}
		}
		if places > 0 && !personid.HasLong(b) {
			t.Fatalf("%q: found, but has no long run", b)
		}
		if utf8.Valid(b) {
			stars(t, personid.FindIn, string(b))
			stars(t, personid.LooksLike, string(b))
		}
	})
}

func ExampleFindIn() {
	text := []byte("当事人王某（公民身份号码360802 19900101 1238）")
	personid.FindIn(text, func(start, end int) { fmt.Printf("%s\n", text[start:end]) })
	// Output: 360802 19900101 1238
}

const (
	plainText  = "经查，当事人在未取得食品经营许可证的情况下，在吉州区某路经营餐饮服务，其行为违反了《中华人民共和国食品安全法》的规定。"
	digitsText = "经查，当事人于2024年1月3日至3月5日在吉州区阳明东路12号销售食品23批次，违法所得1234.50元，违反《食品安全法》第34条第10项。"
	idText     = "经查，当事人王某（公民身份号码360802199001011238）在吉州区某路经营餐饮服务。"
)

func BenchmarkFindIn(b *testing.B) {
	for name, text := range map[string]string{"no_digits": plainText, "short_digits": digitsText, "number": idText} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			in, places := []byte(text), 0
			for b.Loop() {
				personid.FindIn(in, func(int, int) { places++ })
			}
		})
	}
}

func BenchmarkHasLong(b *testing.B) {
	b.ReportAllocs()
	in := []byte(plainText)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		personid.HasLong(in)
	}
}

func TestFindIn_DoesNotAllocate(t *testing.T) {
	in, places := []byte(plainText+digitsText+idText), 0
	visit := func(int, int) { places++ }
	if got := testing.AllocsPerRun(100, func() { personid.FindIn(in, visit) }); got != 0 {
		t.Errorf("allocations: got %v, want 0", got)
	}
	if places == 0 {
		t.Error("nothing found")
	}
}
