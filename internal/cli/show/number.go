package show

import (
	"strconv"
	"strings"
)

// count writes a number with its thousands apart.
func count[N uint64 | uint32 | int | int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	var b strings.Builder
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return sign + b.String()
}

// seconds writes a duration as people compare durations: short ones with tenths, long ones in minutes and hours.
func (p Printer) seconds(s float64) string {
	whole := int64(s + 0.5)
	switch {
	case s < 60:
		return p.sayf("%.1f 秒", "%.1f s", s)
	case whole < 3600:
		return p.sayf("%d 分 %02d 秒", "%d min %02d s", whole/60, whole%60)
	}
	return p.sayf("%d 小时 %02d 分", "%d h %02d min", whole/3600, whole%3600/60)
}

// share writes part of whole as a percentage.
func share(part, whole uint64) string {
	if whole == 0 {
		return "0%"
	}
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 1, 64) + "%"
}
