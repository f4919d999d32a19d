package scheduler

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"creditsync/internal/fault"
)

// fieldCount is how many fields an expression has.
const fieldCount = 5

// span is one field of an expression.
type span struct {
	name      fault.Text
	min, max  int
	words     []string // that stand for numbers, the first for wordsFrom
	wordsFrom int
}

func spans() [fieldCount]span {
	return [fieldCount]span{
		{name: fault.T("分", "the minute"), min: 0, max: 59},
		{name: fault.T("时", "the hour"), min: 0, max: 23},
		{name: fault.T("日", "the day of the month"), min: 1, max: 31},
		{name: fault.T("月", "the month"), min: 1, max: 12, wordsFrom: 1,
			words: []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
		{name: fault.T("周", "the weekday"), min: 0, max: 6,
			words: []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
	}
}

// descriptors are the words that stand for an expression.
func descriptors() []string {
	return []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
}

// Check says what is wrong with an expression, as a fault of class Input: "schedule.syntax", or "schedule.never" for one
// that no date satisfies, such as 30 February. It says nothing of zones and calendars.
func Check(expr string) error {
	_, err := parse(expr)
	return err
}

// parse reads an expression; what it returns works on wall-clock times written as UTC.
func parse(expr string) (cron.Schedule, error) {
	fields := strings.Fields(expr)
	if len(fields) > 0 && fields[0][0] == '@' {
		return parseWord(fields)
	}
	if err := shape(fields); err != nil {
		return nil, err
	}
	for i, s := range spans() {
		if err := s.check(fields[i]); err != nil {
			return nil, err
		}
	}
	s, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(strings.Join(fields, " "))
	if err != nil {
		return nil, syntax(fault.T("不是 cron 表达式", "is no cron expression")).Because(err)
	}
	// 2000 is a leap year, and cron looks five years ahead.
	if s.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Second)).IsZero() {
		return nil, fault.New(fault.Input, "schedule.never", fault.T("永远不会到来：没有这样的日期", "never comes: there is no such date"))
	}
	return s, nil
}

func parseWord(fields []string) (cron.Schedule, error) {
	if len(fields) == 1 && slices.Contains(descriptors(), fields[0]) {
		return cron.NewParser(cron.Descriptor).Parse(fields[0])
	}
	if fields[0] == "@every" {
		return nil, syntax(fault.T("不支持 @every，它的时刻取决于程序何时启动；请写 */15 * * * * 之类",
			"@every depends on when the program was started and is not supported; write */15 * * * * or the like"))
	}
	list := strings.Join(descriptors(), ", ")
	return nil, syntax(fault.T("应为五个字段（分 时 日 月 周），或 %s 之一", "must be five fields (minute hour day month weekday) or one of %s", list))
}

// shape checks what has nothing to do with a single field.
func shape(fields []string) error {
	switch n := len(fields); {
	case n > 0 && (strings.HasPrefix(fields[0], "TZ=") || strings.HasPrefix(fields[0], "CRON_TZ=")):
		return syntax(fault.T("表达式里不能写时区；时区由 timezone 设置", "an expression has no zone of its own; the key timezone sets it"))
	case n == fieldCount+1:
		return syntax(fault.T("应为五个字段（分 时 日 月 周），实有六个；不支持秒", "must be five fields (minute hour day month weekday), got six; there are no seconds"))
	case n != fieldCount:
		return syntax(fault.T("应为五个字段（分 时 日 月 周），实有 %d 个", "must be five fields (minute hour day month weekday), got %d", n))
	}
	return nil
}

func syntax(what fault.Text) *fault.Error { return fault.New(fault.Input, "schedule.syntax", what) }

// check checks one field: a list of *, n, a-b, each perhaps with /step.
func (s span) check(field string) error {
	for part := range strings.SplitSeq(field, ",") {
		bounds, step, stepped := strings.Cut(part, "/")
		if stepped {
			if n, err := strconv.Atoi(step); err != nil || n < 1 || n > s.max-s.min+1 {
				return s.wrong(part, fault.T("步长应为 1 到 %d", "the step must be 1 to %d", s.max-s.min+1))
			}
		}
		if bounds == "*" || bounds == "?" {
			continue
		}
		low, high, ranged := strings.Cut(bounds, "-")
		from, err := s.number(low)
		if err != nil {
			return s.wrong(part, s.must())
		}
		to := from
		if ranged {
			if to, err = s.number(high); err != nil {
				return s.wrong(part, s.must())
			}
		}
		if from < s.min || to > s.max {
			if s.max == 6 && (from == 7 || to == 7) {
				return s.wrong(part, fault.T("应为 0 到 6，0 为周日", "must be 0 to 6, 0 is Sunday"))
			}
			return s.wrong(part, s.must())
		}
		if from > to {
			return s.wrong(part, fault.T("范围的起点大于终点", "the range ends before it begins"))
		}
	}
	return nil
}

func (s span) must() fault.Text {
	if len(s.words) > 0 {
		return fault.T("应为 %d 到 %d，或 %s 到 %s", "must be %d to %d, or %s to %s", s.min, s.max, s.words[0], s.words[len(s.words)-1])
	}
	return fault.T("应为 %d 到 %d", "must be %d to %d", s.min, s.max)
}

func (s span) wrong(part string, why fault.Text) error {
	return syntax(fault.Text{
		ZH: fmt.Sprintf("%s %q：%s", s.name.ZH, part, why.ZH),
		EN: fmt.Sprintf("%s %q: %s", s.name.EN, part, why.EN),
	})
}

// number reads a number or a word that stands for one.
func (s span) number(text string) (int, error) {
	if i := slices.Index(s.words, strings.ToLower(text)); i >= 0 {
		return i + s.wordsFrom, nil
	}
	if len(text) == 0 || len(text) > 4 || strings.Trim(text, "0123456789") != "" {
		return 0, errors.New("not a number")
	}
	return strconv.Atoi(text)
}
