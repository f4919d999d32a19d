package count_test

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"creditsync/transforms/count"
)

func parse(s, unit string) string {
	n, reason := count.Parse([]byte(s), unit)
	return [...]string{strconv.FormatInt(n, 10), "not a number", "out of range"}[reason]
}

func TestParse(t *testing.T) {
	t.Parallel()
	for want, ins := range map[string][]string{
		"0":            {"0", "00", "０", "零", "0.0", "0岁"},
		"6":            {"6", " 6 ", "６", "006", "6.0", "6.000", "六", "6岁", "６ 岁", "六岁"},
		"12":           {"12", "12.00", "十二", "12岁", "一十二"},
		"24":           {"24", "二十四", "二十四岁"},
		"10":           {"十", "一十", "10"},
		"99":           {"九十九"},
		"2147483647":   {"2147483647", "2147483647.0"},
		"out of range": {"2147483648", "99999999999999999999999999"},
		"not a number": {"", " ", "岁", "6个月", "约6", "6.5", "6.", ".", ".0", "-1", "+1", "1,000", "1e2", "0x1", "六十零", "零十", "十十", "六六", "一百", "多", "6岁岁", "\xff", "\x00", "٣",
			"0000000000000000000000000000000000000000000000000000000000000000000000001"},
	} {
		for _, in := range ins {
			if got := parse(in, "岁"); got != want {
				t.Errorf("Parse(%q): got %q, want %q", in, got, want)
			}
		}
	}
	if got := parse("6岁", ""); got != "not a number" {
		t.Errorf("a unit that the column does not have: got %q", got)
	}
}

func TestParse_ReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, count.Max).Draw(t, "n")
		s := strconv.FormatInt(n, 10) + rapid.SampledFrom([]string{"", ".0", "岁", " 岁"}).Draw(t, "tail")
		if got := parse(s, "岁"); got != strconv.FormatInt(n, 10) {
			t.Fatalf("Parse(%q): got %q", s, got)
		}
	})
}

func FuzzParse_AcceptedCountParsesAgain(f *testing.F) {
	for _, s := range []string{"45", "４５岁", "二十四", "6.0", "99999999999"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, reason := count.Parse(b, "岁")
		if reason != count.OK {
			return
		}
		if again, reason := count.Parse([]byte(strconv.FormatInt(n, 10)), ""); again != n || n < 0 || n > count.Max || reason != count.OK {
			t.Errorf("Parse(%q) = %d, read again: got %d, reason %d", b, n, again, reason)
		}
	})
}

func ExampleParse() {
	n, _ := count.Parse([]byte("十八个月"), "个月")
	fmt.Println(n)
	// Output: 18
}
