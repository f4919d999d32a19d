package scheduler

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"creditsync/internal/fault"
)

// CNWorkdays is the name of the calendar that comes with the program.
const CNWorkdays = "cn-workdays"

//go:embed cn-workdays.txt
var cnWorkdays string

// Calendar says which days are worked: Monday to Friday, but for the days that its table names. It is immutable.
type Calendar struct {
	// Name is what the configuration calls it.
	Name  string
	days  map[day]bool // that the table names: worked or not
	years map[int]bool // that the table is about
}

type day struct {
	year  int
	month time.Month
	day   int
}

// NewCalendar is the calendar that comes with the program, with the years of a table of one's own in place of its own.
// The table has one day a line, "2027-02-11 rest 春节" or "2027-02-14 work", and comments after #; a year that it names is
// taken from it alone. path is for errors, which are faults of class Input, "calendar.line".
func NewCalendar(path, table string) (*Calendar, error) {
	c := &Calendar{Name: CNWorkdays, days: map[day]bool{}, years: map[int]bool{}}
	if err := c.add(CNWorkdays, cnWorkdays); err != nil {
		return nil, err
	}
	if strings.TrimSpace(table) == "" {
		return c, nil
	}
	own := &Calendar{days: map[day]bool{}, years: map[int]bool{}}
	if err := own.add(path, table); err != nil {
		return nil, err
	}
	maps.DeleteFunc(c.days, func(d day, _ bool) bool { return own.years[d.year] })
	maps.Copy(c.days, own.days)
	maps.Copy(c.years, own.years)
	return c, nil
}

func (c *Calendar) add(path, table string) error {
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(table, "\ufeff")) {
		number++
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		at, err := time.Parse(time.DateOnly, words[0])
		if err != nil {
			return badLine(path, number, fault.T("应以 2027-01-01 这样的日期开头", "must begin with a date such as 2027-01-01"))
		}
		if len(words) < 2 || words[1] != "rest" && words[1] != "work" {
			return badLine(path, number, fault.T("日期之后应为 rest（休息）或 work（上班）", "after the date must come rest or work"))
		}
		d, work := day{at.Year(), at.Month(), at.Day()}, words[1] == "work"
		if before, twice := c.days[d]; twice && before != work {
			return badLine(path, number, fault.T("%s 既是 rest 又是 work", "%s is both rest and work", words[0]))
		}
		c.days[d], c.years[d.year] = work, true
	}
	return nil
}

func badLine(path string, number int, what fault.Text) error {
	return fault.New(fault.Input, "calendar.line", fault.Text{
		ZH: fmt.Sprintf("%s:%d：%s", path, number, what.ZH),
		EN: fmt.Sprintf("%s:%d: %s", path, number, what.EN),
	})
}

// Workday reports whether a day is worked. known is false where the table does not know the year: then Monday to Friday
// are taken for working days.
func (c *Calendar) Workday(year int, month time.Month, of int) (work, known bool) {
	if work, named := c.days[day{year, month, of}]; named {
		return work, true
	}
	weekday := time.Date(year, month, of, 0, 0, 0, 0, time.UTC).Weekday()
	return weekday != time.Saturday && weekday != time.Sunday, c.years[year]
}

// Years are the years that the table knows, in order.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.years)) }
