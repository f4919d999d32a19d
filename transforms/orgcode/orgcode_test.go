package orgcode_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"creditsync/transforms/orgcode"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]orgcode.Reason{
		"680926658": orgcode.OK, "693725177": orgcode.OK, "619848910": orgcode.OK, "68092665-8": orgcode.OK,
		"MA36T00X6": orgcode.OK, "MA1B3N1N2": orgcode.OK, "00175530-9": orgcode.OK,
		"680926657": orgcode.CheckDigit, "68092665-7": orgcode.CheckDigit, "68092665X": orgcode.CheckDigit, "860926658": orgcode.CheckDigit,
		"": orgcode.BadFormat, "68092665": orgcode.BadFormat, "6809266588": orgcode.BadFormat, "68092665A": orgcode.BadFormat,
		"6809-26658": orgcode.BadFormat, "ma36t00x6": orgcode.BadFormat, "680 26658": orgcode.BadFormat, "68092665--": orgcode.BadFormat, "6809266吉": orgcode.BadFormat,
	} {
		if got := orgcode.Check([]byte(in)); got != want {
			t.Errorf("Check(%q): got %d, want %d", in, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"68092665-8": "680926658", "68092665–8": "680926658", "68092665—8": "680926658", "680926658": "680926658", "": "",
		"6809-26658": "6809-26658", "68092665-": "68092665-", "68092665-88": "68092665-88",
	} {
		if got := string(orgcode.Fold(nil, []byte(in))); got != want {
			t.Errorf("Fold(%q): got %q, want %q", in, got, want)
		}
	}
}

// slow is GB 11714 in words: C9 = 11 − MOD(Σ Ci·Wi, 11), X for 10, 0 for 11.
func slow(body string) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	sum := 0
	for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += strings.IndexByte(alphabet, body[i]) * w
	}
	return []string{"", "1", "2", "3", "4", "5", "6", "7", "8", "9", "X", "0"}[11-sum%11]
}

func TestCheck_AgreesWithReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[0-9A-Z]{8}`).Draw(t, "body")
		last := rapid.SampledFrom([]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "X"}).Draw(t, "last")
		want := orgcode.CheckDigit
		if last == slow(body) {
			want = orgcode.OK
		}
		for _, s := range []string{body + last, body + "-" + last} {
			if got := orgcode.Check([]byte(s)); got != want {
				t.Fatalf("Check(%q): got %d, want %d", s, got, want)
			}
		}
	})
}

func FuzzFold_KeepsTheVerdict(f *testing.F) {
	f.Add([]byte("68092665-8"))
	f.Add([]byte("MA36T00X6"))
	f.Fuzz(func(t *testing.T, b []byte) {
		folded := orgcode.Fold(nil, b)
		if string(orgcode.Fold(nil, folded)) != string(folded) {
			t.Errorf("Fold(%q) = %q is not folded", b, folded)
		}
		if orgcode.Check(b) == orgcode.OK && orgcode.Check(folded) != orgcode.OK {
			t.Errorf("Fold(%q) = %q made a good code bad", b, folded)
		}
	})
}

func ExampleCheck() {
	fmt.Println(orgcode.Check([]byte("68092665-8")) == orgcode.OK)
	// Output: true
}

func BenchmarkCheck(b *testing.B) {
	b.ReportAllocs()
	in := []byte("MA36T00X6")
	for b.Loop() {
		if orgcode.Check(in) != orgcode.OK {
			b.Fatal("not accepted")
		}
	}
}
