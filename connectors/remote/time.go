package remote

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseLag reads how far before a cursor a read begins: a duration, n being −1 then, or a whole number.
func ParseLag(s string) (d time.Duration, n int64, err error) {
	if n, err = strconv.ParseInt(s, 10, 64); err == nil {
		if n < 0 {
			return 0, 0, fmt.Errorf("lag %d", n)
		}
		return 0, n, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, -1, nil
		}
	}
	if d, err = time.ParseDuration(s); err != nil || d < 0 {
		return 0, 0, fmt.Errorf("lag %q", s)
	}
	return d, -1, nil
}

// Brief is a duration without zeros at its end.
func Brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// ParseTime reads a time as an operator writes it: a day, a day and a time, or a time with its zone; else it is one of zone.
func ParseTime(text string, zone *time.Location) (time.Time, error) {
	for _, l := range []string{"2006-01-02", "2006-01-02 15:04", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04", "2006-01-02T15:04:05.999999999", time.RFC3339Nano} {
		if t, err := time.ParseInLocation(l, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time", text)
}
