package docno

import "unicode/utf8"

// maxRunning is the most digits of a running number.
const maxRunning = 8

// WellFormed reports that a folded number has a form that is in use:
//
//	吉市监处罚〔2024〕12号            a short name, the year, 第 or not, a running number, 号
//	吉公（治）行罚决字〔2024〕123号之一   with brackets in the name, and 之一 behind 号
//	〔2024〕赣0802执487号            a court's case number since 2016 (法〔2015〕137号)
//	〔2014〕广法执字第00232号        and before
//	360802190012345              15 digits, a traffic decision
//
// A false answer is worth a warning, no more.
func WellFormed(b []byte) bool {
	if len(b) == 15 && skipDigits(b, 0) == 15 {
		return true
	}
	year, after, ok := findYear(b)
	if !ok || year == 0 || after < len("〔2024〕") { // shorter brackets: not folded
		return false
	}
	from, end := running(b)
	if end == from || end-from > maxRunning || b[end-1] == '0' && allZeros(b[from:end]) {
		return false
	}
	name, between := b[:after-len("〔2024〕")], b[after:from]
	if !hasPrefix(b[len(name):], "〔") {
		return false // not folded
	}
	if len(name) > 0 {
		if !isName(name) || len(between) > 0 && string(between) != "第" && string(between) != "字第" {
			return false
		}
	} else if !isName(between) {
		return false
	}
	if b = b[end:]; len(b) > 0 && b[0] == '-' {
		b = b[skipDigits(b, 1):]
	}
	return hasPrefix(b, "号") && isSequel(b[len("号"):])
}

func allZeros(b []byte) bool {
	for _, c := range b {
		if c != '0' {
			return false
		}
	}
	return true
}

// isName reports letters, digits, Han and brackets that are closed, at least one of them Han or a letter.
func isName(b []byte) bool {
	depth, solid := 0, false
	for i := 0; i < len(b); {
		if isHan(b[i]) && i+3 <= len(b) && b[i+1]&b[i+2]>>6 == 2 && (b[i+1]|b[i+2])&0x40 == 0 {
			solid = true
			i += 3
			continue
		}
		s, n := bracketAt(b, i)
		r, _ := utf8.DecodeRune(b[i:])
		switch {
		case s == opening:
			depth++
		case s == closing:
			depth--
		case 0x3400 <= r && r <= 0x9FFF || r >= 0x20000, 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z':
			solid = true
		case '0' <= r && r <= '9', r == '-', r == '·':
		default:
			return false
		}
		if depth < 0 {
			return false
		}
		i += n
	}
	return solid && depth == 0
}

// isSequel reports nothing, or 之 with a Chinese number: 之一, 之十二.
func isSequel(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if !hasPrefix(b, "之") || len(b) == len("之") {
		return false
	}
	for _, r := range string(b[len("之"):]) {
		switch r {
		case '一', '二', '三', '四', '五', '六', '七', '八', '九', '十':
		default:
			return false
		}
	}
	return true
}
