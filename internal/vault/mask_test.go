package vault

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var classes = []string{ResidentID, Passport, Phone, Name, Other, "", "text", "no such class"}

func TestMask(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ class, clear, want string }{
		{ResidentID, "360802199001011238", "360802********1238"},
		{ResidentID, "36080320000229119X", "360803********119X"},
		{ResidentID, "36080320000229119x", "360803********119x"},
		{ResidentID, "360802900101123", "360802*****1123"},
		{ResidentID, "360802199001011239", "360*************39"}, // wrong check
		{ResidentID, "36080219900101123", "360************23"},   // one short
		{ResidentID, "3608021990010112388", "360**************88"},
		{ResidentID, "３６０８０２１９９００１０１１２３８", "３６０*************３８"},
		{ResidentID, "360802 19900101 1238", "360***************38"},
		{ResidentID, "12345678", "********"},
		{ResidentID, "123456789", "123****89"},
		{ResidentID, "", ""},
		{ResidentID, "3209231969****1513", "3209231969****1513"},
		{ResidentID, "512************920", "512************920"},
		{ResidentID, "360802*****1123", "360802*****1123"},
		{ResidentID, "******************", "******************"},
		{ResidentID, "36080219900101123*", "360*************3*"}, // masked too little
		{ResidentID, "36080219900****238", "360*************38"}, // shows the whole birth date
		{Passport, "E12345678", "E1*****78"},
		{Passport, "H1234567800", "H1*******00"},
		{Passport, "E123", "****"},
		{Passport, "360802199001011238", "360*************38"}, // an ID in the wrong column
		{Phone, "13812341234", "138****1234"},
		{Phone, "138****1234", "138****1234"},
		{Phone, "0796-8231234", "079*******34"},
		{Phone, "8231234", "*******"},
		{Name, "张三", "张*"},
		{Name, "欧阳明月", "欧***"},
		{Name, "张", "*"},
		{Name, "360802199001011238", "3*****************"},
		{Other, "123456789", "123****89"},
		{"no such class", "360802199001011238", "******************"},
		{Other, "\xff\xfe345678\xff", "**3****8*"},
	} {
		if got := string(Mask(c.class, []byte(c.clear), nil)); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.class, c.clear, got, c.want)
		}
	}
	if got, want := string(Mask(Name, []byte("张三"), []byte("法人："))), "法人：张*"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// mostShown is how many characters a mask of a class may ever show of a value that was not masked before.
var mostShown = map[string]int{ResidentID: 10, Passport: 5, Phone: 7, Name: 1, Other: 5}

func FuzzMask_NeverShowsMore(f *testing.F) {
	for _, s := range []string{"360802199001011238", "3209231969****1513", "13812341234", "张三", "\xff12345678", "E12345678"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, clear string) {
		for _, class := range classes {
			got := string(Mask(class, []byte(clear), nil))
			if n, want := utf8.RuneCountInString(got), utf8.RuneCountInString(clear); n != want {
				t.Errorf("%s %q: %q has %d characters, want %d", class, clear, got, n, want)
			}
			if again := string(Mask(class, []byte(got), nil)); again != got {
				t.Errorf("%s %q: %q masked again is %q", class, clear, got, again)
			}
			if !utf8.ValidString(got) {
				t.Errorf("%s %q: %q is not UTF-8", class, clear, got)
			}
			seen := utf8.RuneCountInString(strings.ReplaceAll(got, "*", ""))
			most := mostShown[class]
			if strings.Contains(clear, "****") {
				most = max(most, 14) // 10 and 4, as the courts publish them
				if class != ResidentID {
					most = mostShown[class]
				}
			}
			if seen > most {
				t.Errorf("%s %q: %q shows %d characters, at most %d", class, clear, got, seen, most)
			}
		}
	})
}

func TestMaskSpans(t *testing.T) {
	t.Parallel()
	text := "当事人张三（360802199001011238）电话13812341234。"
	at := func(s, class string) Span {
		i := strings.Index(text, s)
		return Span{i, i + len(s), class}
	}
	id, phone, name := at("360802199001011238", ResidentID), at("13812341234", Phone), at("张三", Name)
	for _, c := range []struct {
		name  string
		spans []Span
		want  string
	}{
		{"none", nil, text},
		{"all, in any order", []Span{phone, id, name}, "当事人张*（360802********1238）电话138****1234。"},
		{"the same twice", []Span{id, id}, "当事人张三（360802********1238）电话13812341234。"},
		{"two halves that overlap", []Span{{id.Start, id.Start + 11, Phone}, {id.Start + 7, id.End, Phone}}, "当事人张三（360*************38）电话13812341234。"},
		{"outside", []Span{{-5, -1, Other}, {len(text) + 1, len(text) + 9, Other}, {9, 3, Other}}, text},
		{"beyond the end", []Span{{phone.Start, len(text) + 7, Other}}, "当事人张三（360802199001011238）电话138*******4。"},
	} {
		before := append([]Span(nil), c.spans...)
		if got := string(MaskSpans([]byte(text), c.spans, nil)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		for i := range before {
			if before[i] != c.spans[i] {
				t.Errorf("%s: the caller's spans were moved", c.name)
			}
		}
	}
}

func TestMaskSpans_ShowsNoMoreThanOneMask(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(rapid.StringMatching(`[0-9a-z]{0,40}`).Draw(t, "text"))
		spans := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Span {
			start := rapid.IntRange(-3, 45).Draw(t, "start")
			return Span{start, start + rapid.IntRange(-2, 20).Draw(t, "length"), rapid.SampledFrom(classes).Draw(t, "class")}
		}), 0, 6).Draw(t, "spans")
		got := MaskSpans(text, spans, nil)
		if len(got) != len(text) {
			t.Fatalf("%d characters, want %d", len(got), len(text))
		}
		covered := make([]bool, len(text))
		for _, s := range spans {
			for i := max(s.Start, 0); i < min(s.End, len(text)); i++ {
				covered[i] = true
			}
		}
		for i := range text {
			if !covered[i] && got[i] != text[i] {
				t.Fatalf("%s: %s hides what no span names", text, got)
			}
		}
		if len(spans) == 1 && spans[0].Start >= 0 && spans[0].End <= len(text) && spans[0].Start < spans[0].End {
			s := spans[0]
			if want := Mask(s.Class, text[s.Start:s.End], nil); !bytes.Equal(got[s.Start:s.End], want) {
				t.Fatalf("%s, want %s", got[s.Start:s.End], want)
			}
		}
	})
}
