package cndate

// scanner reads the plain form that function plain writes: digits, separators, and one mark for each of 年月日时分秒.
type scanner struct {
	b []byte
	i int
}

// date reads a whole value: a date, then perhaps a time.
func (s *scanner) date() (Day, Reason, bool) {
	digits, n := s.number(15)
	switch {
	case n == 4 && s.done() && digits == 9999:
		return LongTerm, OK, true
	case n == 4 && (s.at('-') || s.at('/') || s.at('.')):
		return s.separated(digits)
	case n == 4:
		return s.marked(digits)
	case n == 5:
		return s.excel(digits)
	case n == 7 && s.done() && digits == excelLongTerm:
		return LongTerm, OK, true
	case n == 8:
		return s.clock(digits/10000, digits/100%100, digits%100, compact)
	case n == 12 || n == 14: // 20240103102030
		s.i -= n - 8
		digits, tail := digits, n-8
		for ; tail > 0; tail-- {
			digits /= 10
		}
		return s.clock(digits/10000, digits/100%100, digits%100, compact|glued)
	}
	return 0, NotADate, false
}

// separated reads the rest of 2024-1-3.
func (s *scanner) separated(y int) (Day, Reason, bool) {
	sep := s.b[s.i]
	s.i++
	m, mn := s.number(2)
	if mn == 0 || !s.take(sep) {
		return 0, NotADate, false
	}
	d, dn := s.number(2)
	if dn == 0 {
		return 0, NotADate, false
	}
	return s.clock(y, m, d, 0)
}

// marked reads the rest of 2024年1月3日; blanks between the parts are usual in printed documents.
func (s *scanner) marked(y int) (Day, Reason, bool) {
	if !s.mark(markYear) {
		return 0, NotADate, false
	}
	s.blanks()
	m, mn := s.number(2)
	if mn == 0 || !s.mark(markMonth) {
		return 0, NotADate, false
	}
	s.blanks()
	d, dn := s.number(2)
	if dn == 0 || !s.mark(markDay) {
		return 0, NotADate, false
	}
	return s.clock(y, m, d, glued)
}

// excel reads the rest of a day number, whose fraction is the time of day.
func (s *scanner) excel(serial int) (Day, Reason, bool) {
	if s.take('.') {
		if n := s.skipDigits(); n == 0 {
			return 0, NotADate, false
		}
	}
	day := Day(serial - excelEpoch)
	if !s.done() || day < Min || day > LongTerm {
		// Five digits outside the plausible years are a number, not an early date.
		return 0, NotADate, false
	}
	return bound(day)
}

// number reads at most limit digits and returns their value and how many they are; more digits than that count as
// none.
func (s *scanner) number(limit int) (v, n int) {
	for s.i < len(s.b) && s.b[s.i]-'0' <= 9 {
		if n == limit {
			return 0, 0
		}
		v = v*10 + int(s.b[s.i]-'0')
		s.i++
		n++
	}
	return v, n
}

func (s *scanner) skipDigits() (n int) {
	for ; s.i < len(s.b) && s.b[s.i]-'0' <= 9; s.i++ {
		n++
	}
	return n
}

func (s *scanner) blanks() (n int) {
	for ; s.at(' '); s.i++ {
		n++
	}
	return n
}

// mark takes a mark and the blanks before it.
func (s *scanner) mark(m byte) bool {
	s.blanks()
	return s.take(m)
}

func (s *scanner) take(c byte) bool {
	if !s.at(c) {
		return false
	}
	s.i++
	return true
}

func (s *scanner) at(c byte) bool { return s.i < len(s.b) && s.b[s.i] == c }

func (s *scanner) done() bool { return s.i == len(s.b) }
