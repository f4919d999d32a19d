package http

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Formats of times that are no patterns.
const (
	formatUnix   = "unix"
	formatMillis = "unix_ms"
	formatNumber = "number"
)

// defaultFormat is what most APIs write.
const defaultFormat = "yyyy-MM-dd HH:mm:ss"

// timeFormat writes and reads times as the documentation of APIs spells it: yyyy-MM-dd'T'HH:mm:ss.SSSXXX.
type timeFormat struct {
	name  string // one of the constants; "" for a pattern
	parts []string
}

// fieldsOf are the letters of a pattern, longest first, and what they come to in Go.
func fieldsOf() [][2]string {
	return [][2]string{{"yyyy", "2006"}, {"MM", "01"}, {"dd", "02"}, {"HH", "15"}, {"mm", "04"}, {"ss", "05"}, {"SSS", ""}, {"XXX", "Z07:00"}}
}

// parseFormat reads a format; "" is the default.
func parseFormat(s string) (timeFormat, error) {
	switch s {
	case formatUnix, formatMillis, formatNumber:
		return timeFormat{name: s}, nil
	case "":
		s = defaultFormat
	}
	var f timeFormat
	rest := s
next:
	for rest != "" {
		for _, one := range fieldsOf() {
			if after, ok := strings.CutPrefix(rest, one[0]); ok {
				f.parts, rest = append(f.parts, one[0]), after
				continue next
			}
		}
		text, after := rest[:1], rest[1:]
		if rest[0] == '\'' {
			end := strings.IndexByte(after, '\'')
			if end < 0 {
				return f, fmt.Errorf("format %q", s)
			}
			text, after = after[:end], after[end+1:]
		} else if c := rest[0] | 0x20; c >= 'a' && c <= 'z' && rest[0] != 'T' && rest[0] != 'Z' {
			return f, fmt.Errorf("format %q", s)
		}
		f.parts, rest = append(f.parts, "'"+text), after
	}
	if !strings.Contains(s, "yyyy") || !strings.Contains(s, "dd") {
		return f, fmt.Errorf("format %q", s)
	}
	return f, nil
}

// write writes a time.
func (f timeFormat) write(t time.Time) string {
	switch f.name {
	case formatUnix:
		return strconv.FormatInt(t.Unix(), 10)
	case formatMillis:
		return strconv.FormatInt(t.UnixMilli(), 10)
	}
	var b strings.Builder
	for _, part := range f.parts {
		switch {
		case part[0] == '\'':
			b.WriteString(part[1:])
		case part == "SSS":
			fmt.Fprintf(&b, "%03d", t.Nanosecond()/1e6)
		default:
			b.WriteString(t.Format(goLayout(part)))
		}
	}
	return b.String()
}

func goLayout(part string) string {
	for _, one := range fieldsOf() {
		if one[0] == part {
			return one[1]
		}
	}
	return ""
}

// read reads a time that stands in a row, in this format, in the forms in which operators write times, or as seconds or
// milliseconds.
func (f timeFormat) read(s string, zone *time.Location) (time.Time, error) {
	s = strings.TrimSpace(s)
	if f.name == formatUnix || f.name == formatMillis {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return time.Time{}, fmt.Errorf("%q is no time", s)
		}
		if f.name == formatUnix {
			return time.Unix(n, 0), nil
		}
		return time.UnixMilli(n), nil
	}
	layout, value, rest := "", "", s
	for _, part := range f.parts {
		text, n := part, len(part)
		switch {
		case part[0] == '\'':
			text, n = "", len(part)-1
		case part == "XXX" && !strings.HasPrefix(rest, "Z"):
			n = len("+08:00")
		case part == "XXX":
			n = 1
		}
		if len(rest) < n || text == "" && rest[:n] != part[1:] {
			return time.Time{}, fmt.Errorf("%q is no time", s)
		}
		if text == "SSS" {
			layout, value = layout+" .000", value+" ."+rest[:n]
		} else if text != "" {
			layout, value = layout+" "+goLayout(text), value+" "+rest[:n]
		}
		rest = rest[n:]
	}
	if rest != "" {
		return time.Time{}, fmt.Errorf("%q is no time", s)
	}
	return time.ParseInLocation(layout, value, zone)
}

// parseRate reads requests a second, minute or hour; "" is without bound.
func parseRate(s string) (rate.Limit, error) {
	if s == "" {
		return rate.Inf, nil
	}
	count, unit, ok := strings.Cut(s, "/")
	n, err := strconv.ParseFloat(strings.TrimSpace(count), 64)
	per, known := map[string]float64{"s": 1, "m": 60, "h": 3600}[strings.TrimSpace(unit)]
	if !ok || err != nil || !known || !(n > 0) || n > 1e6 {
		return 0, fmt.Errorf("rate %q", s)
	}
	return rate.Limit(n / per), nil
}
