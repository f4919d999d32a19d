package scheduler

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// fataler is a test, or a rapid one.
type fataler interface {
	Helper()
	Fatal(args ...any)
}

func zone(t fataler, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func rule(t fataler, expr, in string) *Rule {
	t.Helper()
	r, err := NewRule(expr, zone(t, in), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const wallFormat = "2006-01-02 15:04:05 -07:00"

func TestRule_Next(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, expr, zone, from, want string }{
		{"every night", "30 1 * * *", "Asia/Shanghai", "2026-01-01 01:30:00 +08:00", "2026-01-02 01:30, 2026-01-03 01:30"},
		{"from another zone", "30 1 * * *", "Asia/Shanghai", "2025-12-31 17:29:59 +00:00", "2026-01-01 01:30, 2026-01-02 01:30"},
		{"a word", "@daily", "Asia/Shanghai", "2026-01-01 00:00:00 +08:00", "2026-01-02 00:00, 2026-01-03 00:00"},
		{"leap day", "0 3 29 2 *", "Asia/Shanghai", "2025-01-01 00:00:00 +08:00", "2028-02-29 03:00, 2032-02-29 03:00"},
		{"day of month or weekday", "0 0 13 * 5", "Asia/Shanghai", "2026-02-10 00:00:00 +08:00", "2026-02-13 00:00, 2026-02-20 00:00, 2026-02-27 00:00, 2026-03-06 00:00, 2026-03-13 00:00"},

		{"spring: a skipped time comes after the gap", "30 2 * * *", "America/New_York", "2026-03-07 12:00:00 -05:00", "2026-03-08 03:00, 2026-03-09 02:30"},
		{"spring: several skipped times are one", "0,15,30,45 2 * * *", "America/New_York", "2026-03-08 00:00:00 -05:00", "2026-03-08 03:00, 2026-03-09 02:00"},
		{"spring: times around the gap stay", "0 1,2,3,4 * * *", "America/New_York", "2026-03-08 00:00:00 -05:00", "2026-03-08 01:00, 2026-03-08 03:00, 2026-03-08 04:00"},
		{"spring: every half hour skips what is not there", "*/30 * * * *", "America/New_York", "2026-03-08 01:00:00 -05:00", "2026-03-08 01:30, 2026-03-08 03:00, 2026-03-08 03:30"},
		{"autumn: a doubled time comes once", "30 1 * * *", "America/New_York", "2026-10-31 12:00:00 -04:00", "2026-11-01 01:30 -04:00, 2026-11-02 01:30 -05:00"},
		{"autumn: from inside the second hour", "30 1 * * *", "America/New_York", "2026-11-01 01:10:00 -05:00", "2026-11-02 01:30"},
		{"autumn: every half hour goes on", "*/30 * * * *", "America/New_York", "2026-11-01 01:00:00 -04:00", "2026-11-01 01:30 -04:00, 2026-11-01 01:00 -05:00, 2026-11-01 01:30 -05:00, 2026-11-01 02:00 -05:00"},
		{"midnight is skipped", "0 0 * * *", "America/Sao_Paulo", "2018-11-03 12:00:00 -03:00", "2018-11-04 01:00, 2018-11-05 00:00"},
		{"half an hour", "10 2 * * *", "Australia/Lord_Howe", "2026-10-03 12:00:00 +10:30", "2026-10-04 02:30, 2026-10-05 02:10"},
		{"half an hour, doubled", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04 12:00:00 +11:00", "2026-04-05 01:45 +11:00, 2026-04-06 01:45 +10:30"},
		{"a day is skipped", "30 1 * * *", "Pacific/Apia", "2011-12-29 00:00:00 -10:00", "2011-12-29 01:30, 2011-12-31 00:00, 2011-12-31 01:30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			from, err := time.Parse(wallFormat, c.from)
			if err != nil {
				t.Fatal(err)
			}
			r := rule(t, c.expr, c.zone)
			for _, want := range strings.Split(c.want, ", ") {
				from = r.Next(from)
				if got := from.Format("2006-01-02 15:04 -07:00"); !strings.HasPrefix(got, want) {
					t.Fatalf("got %s, want %s", got, want)
				}
			}
		})
	}
}

func TestRule_Next_WorkingDays(t *testing.T) {
	t.Parallel()
	workdays, err := NewCalendar("", "")
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRule("0 9 * * *", zone(t, "Asia/Shanghai"), workdays)
	if err != nil {
		t.Fatal(err)
	}
	// The National Day of 2026: Sunday 20 September and Saturday 10 October are worked.
	at := time.Date(2026, 9, 18, 12, 0, 0, 0, time.UTC)
	var got []string
	for range 16 {
		at = r.Next(at)
		got = append(got, at.Format("01-02"))
	}
	want := "09-20 09-21 09-22 09-23 09-24 09-28 09-29 09-30 10-08 10-09 10-10 10-12 10-13 10-14 10-15 10-16"
	if g := strings.Join(got, " "); g != want {
		t.Errorf("got  %s\nwant %s", g, want)
	}
	if got, want := r.String(), "0 9 * * * Asia/Shanghai cn-workdays"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// expressions draws expressions as people write them.
func expressions() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		field := func(name string, low, high int) string {
			switch rapid.IntRange(0, 4).Draw(t, name+" form") {
			case 0, 1:
				return "*"
			case 2:
				return fmt.Sprint(rapid.IntRange(low, high).Draw(t, name))
			case 3:
				return fmt.Sprintf("*/%d", rapid.IntRange(1, high-low+1).Draw(t, name))
			}
			a := rapid.IntRange(low, high).Draw(t, name)
			return fmt.Sprintf("%d-%d", a, rapid.IntRange(a, high).Draw(t, name+" end"))
		}
		return strings.Join([]string{field("minute", 0, 59), field("hour", 0, 23), field("day", 1, 28), field("month", 1, 12), field("weekday", 0, 6)}, " ")
	})
}

func TestRule_Next_Properties(t *testing.T) {
	t.Parallel()
	zones := []string{"Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Europe/Dublin", "UTC"}
	rapid.Check(t, func(rt *rapid.T) {
		r := rule(t, expressions().Draw(rt, "expression"), rapid.SampledFrom(zones).Draw(rt, "zone"))
		from := time.Unix(rapid.Int64Range(1_400_000_000, 1_900_000_000).Draw(rt, "from"), 0)
		seen := map[string]bool{}
		last := from
		for range 50 {
			next := r.Next(last)
			if !next.After(last) {
				rt.Fatalf("the tick after %s is %s", last, next)
			}
			between := last.Add(time.Duration(rapid.Int64Range(0, int64(next.Sub(last))-1).Draw(rt, "between")))
			if again := r.Next(between); !again.Equal(next) {
				rt.Fatalf("the tick after %s is %s, after %s it is %s", last, next, between, again)
			}
			wall := next.Format("2006-01-02 15:04:05")
			if !r.elapsed && seen[wall] {
				rt.Fatalf("%s comes twice", wall)
			}
			seen[wall] = true
			last = next
		}
	})
}
