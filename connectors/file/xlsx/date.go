package xlsx

import (
	"math"
	"strconv"
	"time"
)

// Days from a serial number to 1970-01-01.
const (
	epoch1900 = 25569
	epoch1904 = 24107
)

// The first serial number after the day that the system of 1900 has and the calendar has not, 29 February 1900; the last
// day, 9999-12-31; and the milliseconds of a day.
const (
	march1900 = 61
	lastDay   = 2958465
	msOfDay   = 24 * 60 * 60 * 1000
)

// appendDate appends the day and the time that a serial number means, as far as its style shows them. ok is false for a number
// that no program shows as a date.
func appendDate(dst []byte, f float64, s *style, epoch int) (out []byte, ok bool) {
	last := float64(lastDay)
	if epoch == epoch1904 {
		last -= epoch1900 - epoch1904
	}
	if f < 0 || f >= last+1 {
		return dst, false
	}
	day, rest := math.Modf(f)
	ms := int(math.Round(rest * msOfDay))
	if ms == msOfDay {
		day, ms = day+1, 0
	}
	dated := s.year || s.month || s.day
	if !dated && day == 0 {
		return appendClock(dst, ms), true
	}
	n := int(day) - epoch
	if epoch == epoch1900 {
		switch {
		case day == 0 || day == march1900-1:
			return dst, false // 1900-01-00, 1900-02-29
		case day < march1900:
			n++
		}
	}
	t := time.Unix(int64(n)*24*60*60, 0).UTC()
	switch {
	case dated && !s.day && s.month:
		return t.AppendFormat(dst, "2006-01"), true
	case dated && !s.day:
		return t.AppendFormat(dst, "2006"), true
	}
	dst = t.AppendFormat(dst, time.DateOnly)
	if s.clock && ms > 0 {
		dst = appendClock(append(dst, ' '), ms)
	}
	return dst, true
}

// appendClock appends a time of day.
func appendClock(dst []byte, ms int) []byte {
	for i, n := range []int{ms / 3600_000, ms / 60_000 % 60, ms / 1000 % 60} {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, '0'+byte(n/10), '0'+byte(n%10))
	}
	if ms %= 1000; ms > 0 {
		dst = append(dst, '.')
		dst = append(dst, strconv.Itoa(1000 + ms)[1:]...)
	}
	return dst
}

// appendISODate appends a date that a cell keeps as ISO 8601 text, as cells of the strict form do: midnight is no time.
func appendISODate(dst, v []byte) []byte {
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999999999Z", "2006-01-02"} {
		t, err := time.Parse(layout, string(v))
		if err != nil {
			continue
		}
		dst = t.AppendFormat(dst, time.DateOnly)
		if ms := t.Hour()*3600_000 + t.Minute()*60_000 + t.Second()*1000 + t.Nanosecond()/1e6; ms > 0 {
			dst = appendClock(append(dst, ' '), ms)
		}
		return dst
	}
	return append(dst, v...)
}
