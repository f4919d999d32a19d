package uscc_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"creditsync/transforms/uscc"
)

var valid = []string{
	"91230500MA1B3N1N2M", "11230500001755309F", "91320322MABLP2X24R", "91310116740594799B",
	"11360800014567892P", "12360800491234564D", "51360800501234569L", "91360800MA35ABCD47", "91360802MA36T00X6M",
	"913608210123XYN936", "92360881MA37QQ1169", "93360826MA38KK222K", "N2360827MF0A1B2C0K", "53360800MJ1234561G",
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, s := range valid {
		if got := uscc.Check([]byte(s)); got != uscc.OK {
			t.Errorf("Check(%q): got %d, want OK", s, got)
		}
		if !uscc.InnerOrgCodeOK([]byte(s)) {
			t.Errorf("InnerOrgCodeOK(%q): got false", s)
		}
		for _, c := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
			if changed := s[:17] + string(c); changed != s && uscc.Check([]byte(changed)) != uscc.CheckDigit {
				t.Errorf("Check(%q): want CheckDigit", changed)
			}
		}
	}
	for in, want := range map[string]uscc.Reason{
		"91330203674737247C": uscc.CheckDigit, "91350100M000100Y4Z": uscc.BadFormat, "00000000000000000X": uscc.CheckDigit,
		"": uscc.BadFormat, "91360802MA36T00X6": uscc.BadFormat, "91360802MA36T00X6MM": uscc.BadFormat,
		"91360802ma36t00x6m": uscc.BadFormat, "9136080 MA36T00X6M": uscc.BadFormat, "吉安市吉安市": uscc.BadFormat,
	} {
		if got := uscc.Check([]byte(in)); got != want {
			t.Errorf("Check(%q): got %d, want %d", in, got, want)
		}
	}
	for _, c := range "IOSVZ" {
		for _, s := range []string{"9136080" + string(c) + "MA36T00X6M", "91360802MA36T00X6" + string(c)} {
			if got := uscc.Check([]byte(s)); got != uscc.BadFormat {
				t.Errorf("Check(%q): got %d, want BadFormat", s, got)
			}
		}
	}
}

func TestAbsent(t *testing.T) {
	t.Parallel()
	if !uscc.Absent([]byte("00000000000000000X")) {
		t.Error("17 zeros and X: got false")
	}
	for _, s := range []string{"", "000000000000000000", "0000000000000000X", valid[0]} {
		if uscc.Absent([]byte(s)) {
			t.Errorf("Absent(%q): got true", s)
		}
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]uscc.Kind{
		"11": uscc.Organ, "12": uscc.Institution, "13": uscc.MassOrganisation, "19": uscc.OtherStaffing, "21": uscc.Diplomatic, "31": uscc.Judicial,
		"41": uscc.Cultural, "51": uscc.SocialGroup, "52": uscc.PrivateNonEnterprise, "53": uscc.Foundation, "54": uscc.SelfGovernance, "59": uscc.OtherCivil,
		"61": uscc.Tourism, "71": uscc.Religious, "81": uscc.TradeUnion, "91": uscc.Enterprise, "92": uscc.Individual, "93": uscc.Cooperative,
		"A1": uscc.Military, "N1": uscc.GroupCollective, "N2": uscc.VillageCollective, "N3": uscc.TownCollective, "Y1": uscc.OtherDepartment,
		"36": uscc.Unknown, "14": uscc.Unknown, "99": uscc.OtherMarket, "": uscc.Unknown, "9": uscc.Unknown, "Z1": uscc.Unknown, "0": uscc.Unknown,
	} {
		if got := uscc.KindOf([]byte(s)); got != want {
			t.Errorf("KindOf(%q): got %d, want %d", s, got, want)
		}
	}
}

func TestInnerOrgCodeOK(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"91330203674737247C", "", "91360802MA36T00X5M"} {
		if uscc.InnerOrgCodeOK([]byte(s)) {
			t.Errorf("InnerOrgCodeOK(%q): got true", s)
		}
	}
}

func TestLooksLikePersonID(t *testing.T) {
	t.Parallel()
	// The first passes the check of GB 32100, too.
	for _, s := range []string{"360802199001011238", "360821198506150043", "36080320000229119X", "362421196505050017"} {
		if !uscc.LooksLikePersonID([]byte(s)) {
			t.Errorf("LooksLikePersonID(%q): got false", s)
		}
	}
	for _, s := range append(valid, "", "360802199001011239", "360803190002291193", "00000000000000000X", "362421650505001") {
		if uscc.LooksLikePersonID([]byte(s)) {
			t.Errorf("LooksLikePersonID(%q): got true", s)
		}
	}
}

// No resident number of Jiangxi can hide in a column of codes, not even one that passes every check of a code: 36 is
// nobody's kind.
func TestLooksLikePersonID_SeesEveryNumberOfJiangxi(t *testing.T) {
	t.Parallel()
	both := 0
	for n := range 30000 {
		first17 := fmt.Sprintf("360802%04d%02d%02d%03d", 1950+n%60, 1+n%12, 1+n%28, n%1000)
		id := first17 + slowPersonCheck(first17)
		if uscc.Check([]byte(id)) == uscc.OK && uscc.InnerOrgCodeOK([]byte(id)) {
			both++
		}
		if !uscc.LooksLikePersonID([]byte(id)) {
			t.Fatalf("LooksLikePersonID(%q): got false", id)
		}
	}
	if both == 0 {
		t.Error("no number passed as a code: the test says nothing")
	}
}

func slowPersonCheck(s string) string {
	sum := 0
	for i := range 17 {
		sum += int(s[i]-'0') * ((1 << (17 - i)) % 11)
	}
	return string("10X98765432"[sum%11])
}

// slowCheckChar is GB 32100 in words: C18 = 31 − MOD(Σ Ci·3^(i−1), 31).
func slowCheckChar(s string) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	sum, w := 0, 1
	for i := range 17 {
		sum += strings.IndexByte(alphabet, s[i]) * w
		w = w * 3 % 31
	}
	return string(alphabet[(31-sum%31)%31])
}

func TestCheck_AgreesWithReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9A-HJ-NPQRTUWXY]{17}`).Draw(t, "first17")
		good := s + slowCheckChar(s)
		if got := uscc.Check([]byte(good)); got != uscc.OK {
			t.Fatalf("Check(%q): got %d, want OK", good, got)
		}
		if got := string(uscc.CheckChar([]byte(s))); got != good[17:] {
			t.Fatalf("CheckChar(%q): got %q, want %q", s, got, good[17:])
		}
		// The weights are coprime to 31: one changed character, or two neighbours exchanged, never pass.
		b := []byte(good)
		i := rapid.IntRange(0, 16).Draw(t, "i")
		if b[i] != b[i+1] {
			b[i], b[i+1] = b[i+1], b[i]
			if got := uscc.Check(b); got != uscc.CheckDigit {
				t.Fatalf("Check(%q), neighbours exchanged: got %d", b, got)
			}
		}
	})
}

func FuzzCheck_AcceptedCodeHasItsCheckChar(f *testing.F) {
	for _, s := range valid {
		f.Add([]byte(s))
	}
	f.Add([]byte("91350100M000100Y4Z"))
	f.Fuzz(func(t *testing.T, b []byte) {
		uscc.LooksLikePersonID(b)
		uscc.KindOf(b)
		if uscc.Check(b) != uscc.OK {
			return
		}
		if got, want := b[17], slowCheckChar(string(b))[0]; got != want {
			t.Errorf("Check(%q) accepts %q, the standard asks for %q", b, got, want)
		}
	})
}

func ExampleCheck() {
	fmt.Println(uscc.Check([]byte("91360802MA36T00X6M")) == uscc.OK)
	fmt.Println(uscc.Check([]byte("91360802MA36T00X6N")) == uscc.CheckDigit)
	// Output:
	// true
	// true
}

func BenchmarkCheck(b *testing.B) {
	b.ReportAllocs()
	in := []byte("91360802MA36T00X6M")
	for b.Loop() {
		if uscc.Check(in) != uscc.OK {
			b.Fatal("not accepted")
		}
	}
}

func BenchmarkGuards(b *testing.B) {
	b.ReportAllocs()
	in := []byte("11360800014567892P")
	for b.Loop() {
		if !uscc.InnerOrgCodeOK(in) || uscc.LooksLikePersonID(in) || uscc.KindOf(in) != uscc.Organ {
			b.Fatal("not accepted")
		}
	}
}
