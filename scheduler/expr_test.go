package scheduler

import (
	"strings"
	"testing"
	"time"

	"creditsync/internal/fault"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ expr, code, en, zh string }{
		{"30 1 * * *", "", "", ""},
		{"*/15 8-18 1,15 JAN-mar mon-fri", "", "", ""},
		{"0 0 29 2 *", "", "", ""},
		{"  0  0  *  *  0 ", "", "", ""},
		{"@weekly", "", "", ""},
		{"0 0 ? * 1/2", "", "", ""},

		{"0 0 30 2 *", "schedule.never", "never comes: there is no such date", "永远不会到来：没有这样的日期"},
		{"0 0 31 2,4,6,9,11 *", "schedule.never", "never comes: there is no such date", "永远不会到来：没有这样的日期"},
		{"", "schedule.syntax", "must be five fields (minute hour day month weekday), got 0", "应为五个字段（分 时 日 月 周），实有 0 个"},
		{"30 1 * *", "schedule.syntax", "must be five fields (minute hour day month weekday), got 4", "应为五个字段（分 时 日 月 周），实有 4 个"},
		{"0 30 1 * * *", "schedule.syntax", "must be five fields (minute hour day month weekday), got six; there are no seconds", "应为五个字段（分 时 日 月 周），实有六个；不支持秒"},
		{"TZ=UTC 30 1 * * *", "schedule.syntax", "an expression has no zone of its own; the key timezone sets it", "表达式里不能写时区；时区由 timezone 设置"},
		{"30 25 * * *", "schedule.syntax", `the hour "25": must be 0 to 23`, `时 "25"：应为 0 到 23`},
		{"60 1 * * *", "schedule.syntax", `the minute "60": must be 0 to 59`, `分 "60"：应为 0 到 59`},
		{"0 0 0 * *", "schedule.syntax", `the day of the month "0": must be 1 to 31`, `日 "0"：应为 1 到 31`},
		{"0 0 * 13 *", "schedule.syntax", `the month "13": must be 1 to 12, or jan to dec`, `月 "13"：应为 1 到 12，或 jan 到 dec`},
		{"0 0 * * 7", "schedule.syntax", `the weekday "7": must be 0 to 6, 0 is Sunday`, `周 "7"：应为 0 到 6，0 为周日`},
		{"0 0 * * 5-1", "schedule.syntax", `the weekday "5-1": the range ends before it begins`, `周 "5-1"：范围的起点大于终点`},
		{"*/0 * * * *", "schedule.syntax", `the minute "*/0": the step must be 1 to 60`, `分 "*/0"：步长应为 1 到 60`},
		{"1,,2 * * * *", "schedule.syntax", `the minute "": must be 0 to 59`, `分 ""：应为 0 到 59`},
		{"+1 * * * *", "schedule.syntax", `the minute "+1": must be 0 to 59`, `分 "+1"：应为 0 到 59`},
		{"@every 1h", "schedule.syntax", "@every depends on when the program was started and is not supported; write */15 * * * * or the like", "不支持 @every，它的时刻取决于程序何时启动；请写 */15 * * * * 之类"},
		{"@reboot", "schedule.syntax", "must be five fields (minute hour day month weekday) or one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly", "应为五个字段（分 时 日 月 周），或 @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly 之一"},
	} {
		err := Check(c.expr)
		if got := fault.CodeOf(err); got != c.code {
			t.Errorf("%q: got code %q, want %q (%v)", c.expr, got, c.code, err)
		}
		if err == nil {
			continue
		}
		if got := fault.Say(err, fault.English); got != c.en {
			t.Errorf("%q: got %q, want %q", c.expr, got, c.en)
		}
		if got := fault.Say(err, fault.Chinese); got != c.zh {
			t.Errorf("%q: got %q, want %q", c.expr, got, c.zh)
		}
	}
}

// What is accepted comes again and again; what is refused is refused with a sentence.
func FuzzCheck_AcceptedComes(f *testing.F) {
	for _, expr := range []string{"30 1 * * *", "*/15 8-18 1,15 jan-mar mon-fri", "0 0 29 2 *", "@daily", "0 0 30 2 *", "1,,2 * * * *", "? ? ? ? ?", "59-0/3 , 1 1 1"} {
		f.Add(expr)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		if err := Check(expr); err != nil {
			if fault.ClassOf(err) != fault.Input || strings.TrimSpace(fault.Say(err, fault.Chinese)) == "" {
				t.Fatalf("%q: %v", expr, err)
			}
			return
		}
		r, err := NewRule(expr, time.UTC, nil)
		if err != nil {
			t.Fatalf("%q: %v", expr, err)
		}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for range 3 {
			next := r.Next(at)
			if !next.After(at) {
				t.Fatalf("%q: after %s comes %s", expr, at, next)
			}
			at = next
		}
	})
}
