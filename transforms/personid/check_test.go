package personid_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"creditsync/transforms/cndate"
	"creditsync/transforms/personid"
)

var today, _ = cndate.FromCivil(2024, 6, 30)

func TestCheck(t *testing.T) {
	t.Parallel()
	const (
		unknown, r18, r15, masked = personid.Unknown, personid.Resident18, personid.Resident15, personid.Masked
		ok, format, digit, birth  = personid.OK, personid.BadFormat, personid.CheckDigit, personid.BirthDate
	)
	for _, c := range []struct {
		in     string
		class  personid.Class
		reason personid.Reason
	}{
		{"360802199001011238", r18, ok}, {"360821198506150043", r18, ok}, {"360881197812302510", r18, ok},
		{"36080320000229119X", r18, ok}, {"362421196505050017", r18, ok},
		{"360803190002291193", r18, birth}, {"360802199001011239", r18, digit}, {"360803200002291190", r18, digit},
		{with("36080220240701123"), r18, birth}, {with("36080220240630123"), r18, ok}, {with("36080218491231123"), r18, birth},
		{with("36080218500101123"), r18, ok}, {with("36080219901301123"), r18, birth}, {with("36080219900101000"), r18, ok},
		{with("99080219900101123"), r18, format}, {with("91080219900101123"), r18, format}, {with("81000019900101123"), r18, ok},
		{"362421650505001", r15, ok}, {"360802000229001", r15, birth}, {"360802651301001", r15, birth}, {"000000650505001", r15, format},
		{"3209231969****1513", masked, ok}, {"360802********1238", masked, ok}, {"512************920", masked, ok}, {"3209231969＊＊＊＊1513", masked, ok},
		{"360802********123X", masked, ok}, {"360802XXXXXXXX1238", masked, ok}, {"360802xxxxxxxx123X", masked, ok}, {"36080219900101XXXX", masked, ok},
		{"362421******001", masked, ok}, {"**************1238", masked, ok}, {"990802********1238", masked, format},
		{"36080219900101***8", unknown, format}, {"******************", unknown, format}, {"360802*******1238", unknown, format},
		{"3608X2********1238", unknown, format}, {"360802********123A", unknown, format}, {"360802**********1238", unknown, format},
		{"", unknown, format}, {"36080219900101123", unknown, format}, {"3608021990010112388", unknown, format}, {"36080219900101123x", unknown, format},
		{"3608021990010112X8", unknown, format}, {"E12345678", unknown, format}, {"36242165050500X", unknown, format}, {"吉安市吉安市", unknown, format},
	} {
		if class, reason := personid.Check([]byte(c.in), today); class != c.class || reason != c.reason {
			t.Errorf("Check(%q): got class %d, reason %d; want %d, %d", c.in, class, reason, c.class, c.reason)
		}
	}
}

func TestWiden(t *testing.T) {
	t.Parallel()
	wide := personid.Widen([]byte("362421650505001"))
	if got, want := string(wide[:]), "362421196505050017"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if class, reason := personid.Check(wide[:], today); class != personid.Resident18 || reason != personid.OK {
		t.Errorf("widened: got class %d, reason %d", class, reason)
	}
	if got := personid.Widen([]byte("36242165050500X")); got != ([18]byte{}) {
		t.Errorf("not a number: got %q", got)
	}
}

// slowCheckChar is GB 11643 in words: Σ ai·(2^(18-i) mod 11) + c ≡ 1 mod 11.
func slowCheckChar(s string) string {
	for c, ch := range strings.Split("0 1 2 3 4 5 6 7 8 9 X", " ") {
		sum := c
		for i := range 17 {
			sum += int(s[i]-'0') * ((1 << (17 - i)) % 11)
		}
		if sum%11 == 1 {
			return ch
		}
	}
	panic("every sum has a check character")
}

func with(s string) string { return s + slowCheckChar(s) }

func slowCheck(s string) personid.Reason {
	return slowCheckUntil(s, time.Date(2024, 6, 30, 0, 0, 0, 0, time.UTC))
}

func slowCheckUntil(s string, latest time.Time) personid.Reason {
	born, err := time.Parse("20060102", s[6:14])
	switch {
	case !strings.Contains("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83", s[:2]):
		return personid.BadFormat
	case err != nil || born.Year() < 1850 || born.After(latest):
		return personid.BirthDate
	case slowCheckChar(s) != s[17:]:
		return personid.CheckDigit
	}
	return personid.OK
}

func TestCheck_AgreesWithReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := number().Draw(t, "s")
		class, reason := personid.Check([]byte(s), today)
		if want := slowCheck(s); class != personid.Resident18 || reason != want {
			t.Fatalf("Check(%q): got class %d, reason %d; want reason %d", s, class, reason, want)
		}
	})
}

// number draws 18 characters that are right in every part or wrong in some.
func number() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		region := rapid.SampledFrom([]string{"360802", "362421", "110101", "820000", "990101", "451481"}).Draw(t, "region")
		s := fmt.Sprintf("%s%04d%02d%02d%03d", region, rapid.IntRange(1840, 2030).Draw(t, "y"),
			rapid.IntRange(0, 13).Draw(t, "m"), rapid.IntRange(0, 32).Draw(t, "d"), rapid.IntRange(0, 999).Draw(t, "n"))
		if rapid.Bool().Draw(t, "right") {
			return with(s)
		}
		return s + rapid.SampledFrom(strings.Split("0 1 2 3 4 5 6 7 8 9 X", " ")).Draw(t, "c")
	})
}

func FuzzCheck_OneWrongDigitIsSeen(f *testing.F) {
	f.Add("360802199001011238", uint8(3), uint8(1))
	f.Add("36080320000229119X", uint8(17), uint8(4))
	f.Fuzz(func(t *testing.T, s string, place, by uint8) {
		class, reason := personid.Check([]byte(s), today)
		if class != personid.Resident18 || reason != personid.OK {
			return
		}
		b := []byte(s)
		i := int(place) % 17
		b[i] = '0' + (b[i]-'0'+1+by%9)%10
		if _, reason := personid.Check(b, today); reason == personid.OK {
			t.Errorf("%q and %q are both accepted", s, b)
		}
	})
}

func ExampleCheck() {
	class, reason := personid.Check([]byte("36080320000229119X"), today)
	fmt.Println(class == personid.Resident18, reason == personid.OK)
	_, reason = personid.Check([]byte("360803190002291193"), today)
	fmt.Println(reason == personid.BirthDate)
	// Output:
	// true true
	// true
}

func BenchmarkCheck(b *testing.B) {
	b.ReportAllocs()
	in := []byte("36080320000229119X")
	for b.Loop() {
		if _, reason := personid.Check(in, today); reason != personid.OK {
			b.Fatal(reason)
		}
	}
}
