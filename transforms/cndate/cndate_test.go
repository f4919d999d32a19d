package cndate_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"creditsync/transforms/cndate"
)

func parse(s string) (string, cndate.Reason, bool) {
	d, reason, endless := cndate.Parse([]byte(s))
	if reason != cndate.OK {
		if d != 0 || endless {
			return "not zero", reason, endless
		}
		return "", reason, false
	}
	return d.String(), reason, endless
}

func TestParse_Spellings(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"2024/1/3", "2024/01/03", "2024-01-03", "2024-1-3", "2024.01.03", "2024.1.3", "20240103", "2024年1月3日", "2024年01月03日",
		"2024 年 1 月 3 日", "2024年1月3号", "二〇二四年一月三日", "二○二四年一月三日", "二Ｏ二四年一月三日", "二O二四年一月三日",
		"二零二四年一月三日", "二〇二四年元月三日", "二〇二四年〇一月〇三日", "2024年一月3日", "45294", "45294.0", "45294.430902777778",
		"２０２４年１月３日", "２０２４－０１－０３", "２０２４／１／３", "２０２４０１０３", "2024–01–03", " 2024-01-03\u3000", "\ufeff2024/1/3",
		"2024-01-03 10:20:30", "2024-01-03 10:20", "2024/1/3 9:05:03", "2024-01-03  00:00:00", "2024-01-03 00:00:00.0",
		"2024-01-03 10:20:30.123456789", "2024-01-03T10:20:30", "2024-01-03T10:20:30+08:00", "2024-01-03T23:59:59.999+0800",
		"2024-01-03 10:20:30 +08:00", "2024-01-03T00:00:00+08", "2024-01-03 24:00:00", "2024-01-03T24:00+08:00", "2024年1月3日10时20分", "2024年1月3日 10时20分30秒",
		"2024年1月3日10时", "2024年1月3日 10:20", "二〇二四年一月三日十时二十分", "20240103102030", "202401031020", "20240103 102030",
		"20240103T102030", "20240103 10:20:30", "２０２４-０１-０３　１０：２０：３０",
	} {
		got, reason, endless := parse(s)
		if got != "2024-01-03" || reason != cndate.OK || endless {
			t.Errorf("Parse(%q): got %q, reason %d, endless %v", s, got, reason, endless)
		}
	}
}

// An instant with a zone other than +08:00 becomes the date in China.
func TestParse_Zone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2024-01-02T16:00:00Z": "2024-01-03", "2024-01-02T15:59:59Z": "2024-01-02", "2024-01-03T10:20:30Z": "2024-01-03",
		"2024-01-02T16:00:00.000z": "2024-01-03", "2024-01-02 16:00:00+00:00": "2024-01-03", "2024-01-03T00:00:00+09:00": "2024-01-02",
		"2024-01-03T00:30:00+08:30": "2024-01-03", "2023-12-31T23:00:00-0500": "2024-01-01", "2024-02-28T24:00:00Z": "2024-02-29",
		"1948-12-31T16:00:00Z": "1949-01-01", "2024-01-03T23:00:00+14:00": "2024-01-03",
	} {
		if got, reason, _ := parse(in); got != want {
			t.Errorf("Parse(%q): got %q, reason %d, want %q", in, got, reason, want)
		}
	}
}

func TestParse_ChineseNumerals(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"二〇二四年十月十日": "2024-10-10", "二〇二四年十二月二十一日": "2024-12-21", "二〇二四年十一月三十日": "2024-11-30",
		"二〇二四年十二月三十一日": "2024-12-31", "二〇二四年八月廿一日": "2024-08-21", "二〇二四年八月廿日": "2024-08-20",
		"二〇二四年八月卅日": "2024-08-30", "二〇二四年八月卅一日": "2024-08-31", "一九九九年九月十九日": "1999-09-19",
		"二〇〇〇年二月二十九日": "2000-02-29", "二○一○年 一月 二日": "2010-01-02",
	} {
		if got, reason, _ := parse(in); got != want {
			t.Errorf("Parse(%q): got %q, reason %d, want %q", in, got, reason, want)
		}
	}
}

func TestParse_NotADate(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", " ", "0000-00-00", "0000/00/00", "00000000", "0000-01-01", "二零二四年", "二〇二四年", "二〇二四年一月", "2024", "2024年", "2024年1月", "2024-1", "2024-01", "202401",
		"2023-02-29", "2024-02-30", "2024-13-01", "2024-00-10", "2024-01-00", "2024-04-31", "20230229", "1900-02-29", "2024-01/03", "2024/01.03", "2024年1-3",
		"2024年1月3", "24-01-03", "01/03/2024", "3-1-2024", "Jan 3 2024", "2024-001-03", "2024-01-003", "02024-01-03", "2024--01-03", "-2024-01-03",
		"2024-01-03x", "x2024-01-03", "2024-01-03 25:00", "2024-01-03 24:01", "2024-01-03 10:60", "2024-01-03 10:20:60", "2024-01-03 10", "2024-01-03 10:", "2024-01-03T", "2024-01-03 Z",
		"2024-01-03 10:20:30.", "2024-01-03 10:20+", "2024-01-03 10:20+8", "2024-01-03 10:20+15:00", "2024-01-03 10:20+08:0", "2024-01-0310:20", "2024-01-03 1020", "2024年1月3日2024",
		"2024-01-03 2024-01-04", "2024-01-03,2024-01-04", "17897", "73051", "99999", "00001", "4529", "452941", "45294.", "45294.5.1", "45294 10:20", "1704240000000", "1704240000",
		"二〇二四年二一月三日", "二〇二四年一月三十二日", "二〇二四年十三月一日", "二〇二四年一月初三日", "二千零二十四年一月三日", "二四年一月三日", "二〇二四年一十月三日二", "二〇二四年元月元日", "二〇二四", "一二月三日",
		"无", "-", "待定", "长期至", "2099", "99999999", "9999-99-99", "3000-02-30", "2024\x0001\x0003", "\x01\x02\x03", "2024\x011\x023\x03", "\xff\xfe", "２０２４年", "2024年1月3日10时20", "2024年1月3日时",
		strings.Repeat("2", 200), strings.Repeat("二", 60),
	} {
		if got, reason, endless := parse(s); reason != cndate.NotADate {
			t.Errorf("Parse(%q): got %q, reason %d, endless %v; want NotADate", s, got, reason, endless)
		}
	}
}

func TestParse_Bounds(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"1948-12-31", "1900-01-01", "19000101", "0001-01-01", "1893年12月26日", "一九一一年十月十日"} {
		if got, reason, _ := parse(s); reason != cndate.OutOfRange {
			t.Errorf("Parse(%q): got %q, reason %d, want OutOfRange", s, got, reason)
		}
	}
	for _, s := range []string{"1949-01-01", "17899", "19490101"} {
		if got, reason, _ := parse(s); got != "1949-01-01" || reason != cndate.OK {
			t.Errorf("Parse(%q): got %q, reason %d", s, got, reason)
		}
	}
	for _, s := range []string{
		"长期", "永久", "无固定期限", "长期有效", " 长期 ", "9999-12-31", "9999", "99991231", "9999/12/31", "9999-12-31 23:59:59", "9999年12月31日",
		"2099-12-31", "2099/12/31", "20991231", "2100-01-01", "21000101", "73050", "2958465", "９９９９", "9999-12-30T16:00:00Z", "2099-12-30T16:00:00Z",
	} {
		if got, reason, endless := parse(s); got != "2099-12-31" || reason != cndate.OK || !endless {
			t.Errorf("Parse(%q): got %q, reason %d, endless %v", s, got, reason, endless)
		}
	}
	if got, _, endless := parse("2099-12-30"); got != "2099-12-30" || endless {
		t.Errorf("2099-12-30: got %q, endless %v", got, endless)
	}
}

// Every day of the range agrees with package time, both ways.
func TestCivil_AgreesWithTime(t *testing.T) {
	t.Parallel()
	start := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	first, _ := cndate.FromCivil(1, 1, 1)
	for i := range 3652059 { // to 9999-12-31
		if i%7 != 0 && (i < 690000 || i > 770000) { // dense around the years in use, every 7th elsewhere
			continue
		}
		y, m, d := start.AddDate(0, 0, i).Date()
		day, ok := cndate.FromCivil(y, int(m), d)
		if !ok || day != first+cndate.Day(i) {
			t.Fatalf("FromCivil(%d, %d, %d): got %d, %v", y, m, d, day, ok)
		}
		if gy, gm, gd := cndate.Civil(day); gy != y || gm != int(m) || gd != d {
			t.Fatalf("Civil(%d): got %d-%d-%d, want %d-%d-%d", day, gy, gm, gd, y, m, d)
		}
	}
}

var isoish = regexp.MustCompile(`^(\d{4})([-/.])(\d{1,2})([-/.])(\d{1,2})$`)

// slowParse reads dates with separators by regular expression and package time.
func slowParse(s string) (string, cndate.Reason) {
	m := isoish.FindStringSubmatch(s)
	if m == nil || m[2] != m[4] {
		return "", cndate.NotADate
	}
	n := func(i int) int { v, _ := strconv.Atoi(m[i]); return v }
	at := time.Date(n(1), time.Month(n(3)), n(5), 0, 0, 0, 0, time.UTC)
	if at.Year() != n(1) || int(at.Month()) != n(3) || at.Day() != n(5) || n(1) == 0 {
		return "", cndate.NotADate
	}
	switch iso := at.Format(time.DateOnly); {
	case iso < "1949-01-01":
		return "", cndate.OutOfRange
	case iso > "2099-12-31":
		return "2099-12-31", cndate.OK
	default:
		return iso, cndate.OK
	}
}

func TestParse_AgreesWithReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sep := rapid.SampledFrom([]string{"-", "/", ".", "-", "/", ":", ""})
		s := fmt.Sprintf("%04d%s%0*d%s%0*d", rapid.IntRange(0, 2200).Draw(t, "y"), sep.Draw(t, "s1"),
			rapid.IntRange(1, 2).Draw(t, "wm"), rapid.IntRange(0, 14).Draw(t, "m"), sep.Draw(t, "s2"),
			rapid.IntRange(1, 2).Draw(t, "wd"), rapid.IntRange(0, 33).Draw(t, "d"))
		if !isoish.MatchString(s) {
			return
		}
		want, wantReason := slowParse(s)
		if got, reason, _ := parse(s); got != want || reason != wantReason {
			t.Fatalf("Parse(%q): got %q, reason %d; want %q, %d", s, got, reason, want, wantReason)
		}
	})
}

// One date in all spellings is one date.
func TestParse_SpellingsAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := cndate.Day(rapid.Int32Range(int32(cndate.Min), int32(cndate.LongTerm)).Draw(t, "day"))
		y, m, d := cndate.Civil(want)
		iso := want.String()
		for _, s := range []string{
			iso, fmt.Sprintf("%d/%d/%d", y, m, d), strings.ReplaceAll(iso, "-", ""), fmt.Sprintf("%d年%d月%d日", y, m, d),
			chinese(y, m, d), strconv.Itoa(int(want) + 25569), iso + " 23:59:59", iso + "T12:00:00Z",
		} {
			got, reason, endless := cndate.Parse([]byte(s))
			if got != want || reason != cndate.OK || endless != (want == cndate.LongTerm) {
				t.Fatalf("Parse(%q): got %v, reason %d; want %v", s, got, reason, want)
			}
		}
	})
}

func chinese(y, m, d int) string {
	digits := []rune("〇一二三四五六七八九")
	tens := func(n int) string {
		s := ""
		if n >= 20 {
			s = string(digits[n/10])
		}
		if n >= 10 {
			s += "十"
		}
		if n%10 > 0 {
			s += string(digits[n%10])
		}
		return s
	}
	year := ""
	for _, c := range strconv.Itoa(y) {
		year += string(digits[c-'0'])
	}
	return year + "年" + tens(m) + "月" + tens(d) + "日"
}

func FuzzParse_AcceptedDateParsesAgain(f *testing.F) {
	for _, s := range []string{"2024/1/3", "二〇二四年十二月廿一日", "45294.5", "2024-01-02T16:00:00Z", "长期", "20240103102030", "2024年1月3日10时20分"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		day, reason, endless := cndate.Parse(b)
		if reason != cndate.OK {
			return
		}
		if day < cndate.Min || day > cndate.LongTerm || endless != (day == cndate.LongTerm) {
			t.Errorf("Parse(%q): got %d, endless %v", b, day, endless)
		}
		again, reason, _ := cndate.Parse(cndate.AppendISO(nil, day))
		if again != day || reason != cndate.OK {
			t.Errorf("Parse(%q) = %v, read again: got %v, reason %d", b, day, again, reason)
		}
	})
}

func ExampleParse() {
	for _, s := range []string{"2024/1/3", "二〇二四年一月三日", "45294", "2024-01-02T16:00:00Z", "长期"} {
		day, reason, endless := cndate.Parse([]byte(s))
		fmt.Println(day, reason == cndate.OK, endless)
	}
	// Output:
	// 2024-01-03 true false
	// 2024-01-03 true false
	// 2024-01-03 true false
	// 2024-01-03 true false
	// 2099-12-31 true true
}

func BenchmarkParse(b *testing.B) {
	for name, s := range map[string]string{
		"slash": "2024/01/03", "short": "2024/1/3", "eight": "20240103", "timestamp": "2024-01-03 10:20:30",
		"marks": "2024年1月3日", "numerals": "二〇二四年一月三日", "serial": "45294",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			in := []byte(s)
			for b.Loop() {
				if _, reason, _ := cndate.Parse(in); reason != cndate.OK {
					b.Fatal(reason)
				}
			}
		})
	}
}

func TestParse_DoesNotAllocate(t *testing.T) {
	ins := [][]byte{[]byte("2024/01/03"), []byte("2024/1/3 10:20:30"), []byte("二〇二四年一月三日"), []byte("不知道")}
	got := testing.AllocsPerRun(100, func() {
		for _, in := range ins {
			cndate.Parse(in)
		}
	})
	if got != 0 {
		t.Errorf("allocations: got %v, want 0", got)
	}
}
