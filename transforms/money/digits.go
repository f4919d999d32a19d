package money

// digits collects the digits of a number as they come.
type digits struct {
	v       uint64 // the digits so far, without leading zeros
	n       int    // how many they are
	pending int    // zeros after the point that count only when another digit follows
	places  int    // digits of v behind the point
	tooLong bool   // more digits than any amount has
}

// maxDigits is the number of digits of Max.
const maxDigits = 18

func (d *digits) whole(c byte) {
	if d.n == 0 && c == '0' {
		return
	}
	if d.n == maxDigits {
		d.tooLong = true
		return
	}
	d.v = d.v*10 + uint64(c-'0')
	d.n++
}

func (d *digits) behindPoint(c byte) {
	if c == '0' {
		d.pending++
		return
	}
	for ; d.pending > 0 && !d.tooLong; d.pending-- {
		d.whole('0')
		d.places++
	}
	d.whole(c)
	d.places++
}

// amount is the value in 分 when one unit of the number is 10^exp of them. Zeros at the end behind the point are not
// counted, so a negative rest of the exponent is a part of a 分.
func (d *digits) amount(exp int) (Amount, Reason) {
	if d.v == 0 && !d.tooLong {
		return 0, OK
	}
	exp -= d.places
	if d.tooLong || exp < 0 {
		return 0, OutOfRange
	}
	v := d.v
	for ; exp > 0; exp-- {
		if v > uint64(Max) {
			return 0, OutOfRange
		}
		v *= 10
	}
	if v > uint64(Max) {
		return 0, OutOfRange
	}
	return Amount(v), OK
}

// Powers of ten between a unit and a 分.
const (
	expYuan = 2
	expWan  = 6
	expYi   = 10
)

// parseDigits reads 1,234.50 with an optional unit behind it, which is 10^bare 分 where there is none.
func parseDigits(s []byte, bare int) (v Amount, named bool, reason Reason) {
	var d digits
	i, ok := wholePart(s, &d)
	if !ok {
		return 0, false, NotANumber
	}
	if i < len(s) && s[i] == '.' {
		i++
		from := i
		for ; i < len(s) && s[i]-'0' <= 9; i++ {
			d.behindPoint(s[i])
		}
		if i == from {
			return 0, false, NotANumber
		}
	}
	exp, named, ok := unit(cutBlanks(s[i:]), bare)
	if !ok {
		return 0, false, NotANumber
	}
	v, reason = d.amount(exp)
	return v, named, reason
}

// wholePart reads the digits before the point and returns where they end. They may be none, before a point, or parted in
// groups of three, by commas or by single blanks; the first group has one to three digits and no leading zero, lest 0,123
// with a decimal comma be taken for 123.
func wholePart(s []byte, d *digits) (i int, ok bool) {
	for ; i < len(s) && s[i]-'0' <= 9; i++ {
		d.whole(s[i])
	}
	if i == len(s) || s[i] != ',' && (s[i] != ' ' || !isGroup(s[i+1:])) {
		return i, i > 0 || i < len(s) && s[i] == '.'
	}
	sep := s[i]
	if i == 0 || i > 3 || s[0] == '0' {
		return 0, false
	}
	for i < len(s) && s[i] == sep {
		if !isGroup(s[i+1:]) {
			return i, sep == ' '
		}
		for _, c := range s[i+1 : i+4] {
			d.whole(c)
		}
		i += 4
	}
	return i, true
}

// isGroup reports exactly three digits.
func isGroup(s []byte) bool {
	for i := range 3 {
		if i >= len(s) || s[i]-'0' > 9 {
			return false
		}
	}
	return len(s) == 3 || s[3]-'0' > 9
}

// unit reads what stands behind the digits: nothing, which means bare, 元, 万, 万元, 亿 or 亿元, the ones with 元 also with 整.
func unit(s []byte, bare int) (exp int, named, ok bool) {
	if len(s) == 0 {
		return bare, false, true
	}
	exp = expYuan
	switch s[0] {
	case wan:
		exp, s = expWan, s[1:]
	case yi:
		exp, s = expYi, s[1:]
	}
	if exp != expYuan && len(s) == 0 {
		return exp, true, true
	}
	if len(s) == 0 || s[0] != yuan {
		return 0, false, false
	}
	s = s[1:]
	return exp, true, len(s) == 0 || len(s) == 1 && s[0] == whole
}
