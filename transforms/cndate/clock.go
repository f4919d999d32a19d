package cndate

// chinaOffset is the distance of China's clock from UTC in minutes.
const chinaOffset = 8 * 60

// manner says how a time may follow a date.
type manner uint8

const (
	// glued: without a blank or a T between them.
	glued manner = 1 << iota
	// compact: as bare digits, because the date is written so too.
	compact
)

// clock reads what follows a date, nothing or a time with or without a zone, and settles the value.
func (s *scanner) clock(y, m, d int, how manner) (Day, Reason, bool) {
	if s.done() {
		return settle(y, m, d, 0)
	}
	if !s.take('T') && s.blanks() == 0 && how&glued == 0 {
		return 0, NotADate, false
	}
	minutes, ok := s.timeOfDay(how)
	if !ok {
		return 0, NotADate, false
	}
	s.blanks()
	if s.done() {
		return settle(y, m, d, 0)
	}
	offset, ok := s.zone()
	if !ok || !s.done() {
		return 0, NotADate, false
	}
	shift := 0
	if offset != chinaOffset {
		shift = floorDiv(minutes-offset+chinaOffset, 24*60)
	}
	return settle(y, m, d, shift)
}

// timeOfDay reads 10:20, 10:20:30.000, 102030, 1020, 10时20分30秒 or 10时 and returns the minutes since midnight.
func (s *scanner) timeOfDay(how manner) (minutes int, ok bool) {
	v, n := s.number(6)
	h, min, sec := v, 0, 0
	switch {
	case n > 2 && how&compact == 0:
		return 0, false
	case n == 6:
		h, min, sec = v/10000, v/100%100, v%100
		ok = s.fraction()
	case n == 4:
		h, min, ok = v/100, v%100, true
	case n != 1 && n != 2:
		return 0, false
	case s.take(':'):
		min, sec, ok = s.colons()
	case s.mark(markHour):
		min, sec, ok = s.marks()
	}
	if !ok || min > 59 || sec > 59 || h > 24 || h == 24 && min+sec > 0 {
		return 0, false
	}
	return h*60 + min, true
}

// colons reads the rest of 10:20:30.000.
func (s *scanner) colons() (min, sec int, ok bool) {
	min, n := s.number(2)
	if n == 0 {
		return 0, 0, false
	}
	if !s.take(':') {
		return min, 0, true
	}
	sec, n = s.number(2)
	return min, sec, n > 0 && s.fraction()
}

// fraction skips the parts of a second, if there are any.
func (s *scanner) fraction() bool {
	return !s.take('.') && !s.take(',') || s.skipDigits() > 0
}

// marks reads the rest of 10时20分30秒.
func (s *scanner) marks() (min, sec int, ok bool) {
	s.blanks()
	if s.done() {
		return 0, 0, true
	}
	min, n := s.number(2)
	if n == 0 || !s.mark(markMinute) {
		return 0, 0, false
	}
	s.blanks()
	if s.done() {
		return min, 0, true
	}
	sec, n = s.number(2)
	return min, sec, n > 0 && s.mark(markSecond)
}

// zone reads Z, +08:00, +0800 or +08 and returns the offset in minutes.
func (s *scanner) zone() (offset int, ok bool) {
	if s.take('Z') {
		return 0, true
	}
	sign := 1
	switch {
	case s.take('+'):
	case s.take('-'):
		sign = -1
	default:
		return 0, false
	}
	v, n := s.number(4)
	h, min := v, 0
	switch {
	case n == 4:
		h, min = v/100, v%100
	case n != 2:
		return 0, false
	case s.take(':'):
		if min, n = s.number(2); n != 2 {
			return 0, false
		}
	}
	if h > 14 || min > 59 {
		return 0, false
	}
	return sign * (h*60 + min), true
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
