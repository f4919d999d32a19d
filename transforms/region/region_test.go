package region_test

import (
	"fmt"
	"strings"
	"testing"

	"creditsync/transforms/region"
)

func TestKnownProvince(t *testing.T) {
	t.Parallel()
	// The list of GB/T 2260, written once more.
	known := " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "
	for n := range 100 {
		code := fmt.Sprintf("%02d", n)
		want := strings.Contains(known, " "+code+" ")
		if got := region.KnownProvince([]byte(code + "0802")); got != want {
			t.Errorf("KnownProvince(%s): got %v, want %v", code, got, want)
		}
		if got := region.Province([]byte(code)) != ""; got != want {
			t.Errorf("Province(%s) known: got %v, want %v", code, got, want)
		}
	}
	for _, s := range []string{"", "3", "a6", "3a", "/6", "6/", "3\xff"} {
		if region.KnownProvince([]byte(s)) {
			t.Errorf("KnownProvince(%q): got true", s)
		}
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"360000": "江西省", "360800": "吉安市", "360802": "吉州区", "360803": "青原区", "360830": "永新县",
		"360881": "井冈山市", "361100": "上饶市", "362421": "吉安县", "362430": "永新县", "362432": "宁冈县",
		"360899": "", "990000": "", "36080": "", "36080a": "", "": "", "3608021": "",
	} {
		if got := region.Name([]byte(code)); got != want {
			t.Errorf("Name(%q): got %q, want %q", code, got, want)
		}
	}
}

// Each of Ji'an's 13 counties and the seat's districts has a name, and the table is in order.
func TestName_FindsEveryCountyOfJian(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 3, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 81} {
		if code := fmt.Sprintf("3608%02d", n); region.Name([]byte(code)) == "" {
			t.Errorf("Name(%s): got nothing", code)
		}
	}
	for n := 21; n <= 30; n++ {
		now, then := region.Name(fmt.Appendf(nil, "3608%02d", n)), region.Name(fmt.Appendf(nil, "3624%02d", n))
		if now == "" || now != then {
			t.Errorf("county %d: got %q now and %q before 2000", n, now, then)
		}
	}
}

func FuzzName_KnownNameHasKnownProvince(f *testing.F) {
	f.Add([]byte("360802"))
	f.Add([]byte("362421"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if region.Name(b) != "" && !region.KnownProvince(b) {
			t.Errorf("Name(%q) in an unknown province", b)
		}
	})
}

func BenchmarkKnownProvince(b *testing.B) {
	b.ReportAllocs()
	code := []byte("360802")
	for b.Loop() {
		if !region.KnownProvince(code) {
			b.Fatal("unknown")
		}
	}
}

func BenchmarkName(b *testing.B) {
	b.ReportAllocs()
	code := []byte("360826")
	for b.Loop() {
		if region.Name(code) == "" {
			b.Fatal("unknown")
		}
	}
}

func ExampleName() {
	fmt.Println(region.Name([]byte("360802")), region.Name([]byte("362432")))
	// Output: 吉州区 宁冈县
}
