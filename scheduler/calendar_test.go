package scheduler

import (
	"slices"
	"testing"
	"time"

	"creditsync/internal/fault"
)

func TestCalendar_Workday(t *testing.T) {
	t.Parallel()
	c, err := NewCalendar("", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		day         string
		work, known bool
	}{
		{"2026-01-02", false, true}, // a Friday of the New Year
		{"2026-01-04", true, true},  // the Sunday that is worked for it
		{"2026-02-14", true, true},
		{"2026-02-16", false, true},
		{"2026-02-21", false, true},
		{"2026-02-24", true, true},
		{"2026-06-20", false, true},
		{"2031-10-01", true, false}, // not announced yet: a Wednesday
		{"2031-10-04", false, false},
	} {
		at, err := time.Parse(time.DateOnly, one.day)
		if err != nil {
			t.Fatal(err)
		}
		if work, known := c.Workday(at.Date()); work != one.work || known != one.known {
			t.Errorf("%s: got work %v known %v, want %v %v", one.day, work, known, one.work, one.known)
		}
	}
}

// A year of the table that came with the program has as many working days as that year had.
func TestCalendar_WorkdaysOfAYear(t *testing.T) {
	t.Parallel()
	c, err := NewCalendar("", "")
	if err != nil {
		t.Fatal(err)
	}
	for year, want := range map[int]int{2024: 251, 2025: 248, 2026: 248} {
		got := 0
		for at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == year; at = at.AddDate(0, 0, 1) {
			if work, known := c.Workday(at.Date()); !known {
				t.Fatalf("%d is not known", year)
			} else if work {
				got++
			}
		}
		if got != want {
			t.Errorf("%d has %d working days, want %d", year, got, want)
		}
	}
}

func TestNewCalendar_OwnTable(t *testing.T) {
	t.Parallel()
	c, err := NewCalendar("holidays.txt", "\ufeff# our own\n2026-01-01 rest\r\n\n2027-01-01 rest 元旦\n2027-01-03 work # 调休\n")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Years(), []int{2024, 2025, 2026, 2027}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if work, _ := c.Workday(2026, 1, 4); work {
		t.Error("a year of one's own table is taken from it alone")
	}
	if work, known := c.Workday(2027, 1, 3); !work || !known {
		t.Error("a Sunday that the table works is not worked")
	}
	if work, _ := c.Workday(2025, 1, 26); !work {
		t.Error("a year that the table does not name lost its days")
	}
}

func TestNewCalendar_Refuses(t *testing.T) {
	t.Parallel()
	for table, want := range map[string]string{
		"2027-01-01 rest\n\n2027-02-30 rest": "holidays.txt:3: must begin with a date such as 2027-01-01",
		"2027-01-01":                         "holidays.txt:1: after the date must come rest or work",
		"2027-01-01 holiday":                 "holidays.txt:1: after the date must come rest or work",
		"2027-01-01 rest\n2027-01-01 work":   "holidays.txt:2: 2027-01-01 is both rest and work",
	} {
		_, err := NewCalendar("holidays.txt", table)
		if got := fault.Say(err, fault.English); got != want || fault.CodeOf(err) != "calendar.line" {
			t.Errorf("%q: got %q, want %q", table, got, want)
		}
	}
}
