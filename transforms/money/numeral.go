package money

import "strconv"

// numeral reads a complete Chinese numeral. It is strict where everyday speech is not: 三万五 may mean 35,000 and
// 二三万 is an estimate, so both are refused.
type numeral struct {
	s    []byte
	i    int
	bare int // a number without a unit counts 10^bare 分
}

// parseNumeral reads a Chinese numeral in the plain form with its optional unit.
func parseNumeral(s []byte, bare int) (v Amount, named bool, reason Reason) {
	p := numeral{s: s, bare: bare}
	n, big, ok := p.whole()
	if !ok {
		return 0, false, NotANumber
	}
	if p.take(point) {
		return p.decimal(n, big)
	}
	switch {
	case p.done() && !big:
		v, reason = scaled(n, power10(bare))
		return v, false, reason
	case p.done():
		v, reason = scaled(n, 100)
		return v, true, reason
	case p.take(yuan):
		return p.change(n)
	case p.at(jiao) || p.at(fen):
		if n > 9 || big {
			return 0, false, NotANumber
		}
		p.i--
		return p.change(0)
	}
	return 0, false, NotANumber
}

func power10(exp int) int64 {
	n := int64(1)
	for range exp {
		n *= 10
	}
	return n
}

func scaled(n, by int64) (Amount, Reason) {
	if n > Max/by {
		return 0, OutOfRange
	}
	return n * by, OK
}

// decimal reads the rest of 一点五, with 万, 亿 or 元 behind it.
func (p *numeral) decimal(n int64, big bool) (Amount, bool, Reason) {
	var d digits
	var room [20]byte
	for _, c := range strconv.AppendInt(room[:0], n, 10) {
		d.whole(c)
	}
	from := p.i
	for ; p.i < len(p.s) && p.s[p.i] >= zero && p.s[p.i] <= nine; p.i++ {
		d.behindPoint(p.s[p.i] - zero + '0')
	}
	exp, named, ok := unit(p.s[p.i:], p.bare)
	if p.i == from || !ok || big {
		return 0, false, NotANumber
	}
	v, reason := d.amount(exp)
	return v, named, reason
}

// change reads what follows 元: 整, or 角 and 分, and returns the sum.
func (p *numeral) change(n int64) (Amount, bool, Reason) {
	v, reason := scaled(n, 100)
	if reason != OK {
		return 0, false, reason
	}
	if p.take(whole) {
		return p.settle(v)
	}
	gap := p.take(zero)
	d, ok := p.digit()
	if !ok {
		if gap {
			return 0, false, NotANumber
		}
		return p.settle(v)
	}
	if p.take(jiao) {
		v += int64(d) * 10
		p.take(whole)
		gap = p.take(zero)
		if d, ok = p.digit(); !ok {
			if gap {
				return 0, false, NotANumber
			}
			return p.settle(v)
		}
	}
	if !p.take(fen) {
		return 0, false, NotANumber
	}
	p.take(whole)
	return p.settle(v + int64(d))
}

// whole reads the integer part; big says that it names 万 or 亿.
func (p *numeral) whole() (n int64, big, ok bool) {
	if n, ok = p.positional(); ok {
		if n <= Max/1e4 && p.take(wan) {
			return n * 1e4, true, true
		}
		return n, false, true
	}
	if p.take(zero) {
		return 0, false, !p.goesOn()
	}
	wanDone, yiDone := false, false // since the start or 亿; ever
	for gap := true; ; gap = p.take(zero) {
		sec, lone, ok := p.section()
		if !ok || lone && !gap {
			return 0, false, false // 三万五 is 35,000 to many
		}
		switch {
		case !wanDone && p.take(wan):
			n, wanDone, big = n+sec*1e4, true, true
			if !yiDone && p.take(yi) { // 三万亿
				n, wanDone, yiDone = n*1e8, false, true
			}
		case !yiDone && p.take(yi):
			n, wanDone, yiDone, big = (n+sec)*1e8, false, true, true
		default:
			return n + sec, big, true
		}
		if !p.goesOn() {
			return n, big, true
		}
	}
}

// goesOn reports that a digit, 零, 十, 百 or 千 follows.
func (p *numeral) goesOn() bool {
	return p.i < len(p.s) && zero <= p.s[p.i] && p.s[p.i] <= thous
}

// positional reads digits one by one, 二〇〇〇. Two digits without a zero may be an estimate (二三万), so it takes three,
// or a last one that is zero.
func (p *numeral) positional() (n int64, ok bool) {
	i := p.i
	for ; i < len(p.s) && zero <= p.s[i] && p.s[i] <= nine; i++ {
		if n > Max/100 {
			return 0, false
		}
		n = n*10 + int64(p.s[i]-zero)
	}
	length := i - p.i
	if length < 2 || length == 2 && p.s[i-1] != zero || p.s[p.i] == zero {
		return 0, false
	}
	if i < len(p.s) && ten <= p.s[i] && p.s[i] <= thous {
		return 0, false
	}
	p.i = i
	return n, true
}

// section reads a number from 1 to 9999, digits with their units in descending order; lone says that it is one digit
// without a unit. A 零 stands where a unit is left out and nowhere else, but may be missing.
func (p *numeral) section() (n int64, lone, ok bool) {
	unit := int64(10000)
	if p.take(ten) { // 十五
		n, unit = 10, 10
	}
	for {
		back := p.i
		gap := n > 0 && p.take(zero)
		d, isDigit := p.digit()
		if !isDigit {
			p.i = back
			return n, false, n > 0
		}
		u := p.power()
		switch {
		case u == 0 && unit == 10 && !gap, u == 0 && unit > 10 && gap, u == 0 && n == 0:
			return n + int64(d), n == 0, true
		case u == 0, u >= unit, gap && u*10 == unit:
			return 0, false, false // 一百五, 一十二百, 一千零五百
		}
		n, unit = n+int64(d)*u, u
	}
}

// digit takes a digit from 1 to 9.
func (p *numeral) digit() (d byte, ok bool) {
	if p.i < len(p.s) && zero < p.s[p.i] && p.s[p.i] <= nine {
		p.i++
		return p.s[p.i-1] - zero, true
	}
	return 0, false
}

// power takes 十, 百 or 千 and returns 10, 100 or 1000, else 0.
func (p *numeral) power() int64 {
	switch {
	case p.take(ten):
		return 10
	case p.take(hundr):
		return 100
	case p.take(thous):
		return 1000
	}
	return 0
}

func (p *numeral) take(c byte) bool {
	if !p.at(c) {
		return false
	}
	p.i++
	return true
}

func (p *numeral) at(c byte) bool { return p.i < len(p.s) && p.s[p.i] == c }

func (p *numeral) done() bool { return p.i == len(p.s) }

// settle returns v, unless something follows.
func (p *numeral) settle(v Amount) (Amount, bool, Reason) {
	if !p.done() {
		return 0, false, NotANumber
	}
	return v, true, OK
}
