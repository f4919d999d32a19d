package money

import (
	"bytes"
	"unicode/utf8"
)

// fine is the word that FindYuan looks for.
var fine = []byte("罚款")

// maxReach bounds how far from the word an amount may end or begin, in bytes.
const maxReach = 96

// FindYuan calls visit with every amount that text names as a fine: behind the word (罚款2000元, 罚款人民币0.2万元, 罚款：贰仟元整) or
// before it (处2000元罚款, 处以贰仟元的罚款). The amount must name 元, so that its unit is certain. Limits of a range, as laws state
// them (二千元以上一万元以下罚款), are not amounts. Nothing is allocated and visit is not kept.
//
// It is meant for a warning that compares a text with an amount, and misses what is phrased in other ways.
func FindYuan(text []byte, visit func(v Amount)) {
	for i := 0; ; {
		n := bytes.Index(text[i:], fine)
		if n < 0 {
			return
		}
		i += n + len(fine)
		v, ok := behind(text[i:min(len(text), i+maxReach)])
		if !ok {
			end := i - len(fine)
			v, ok = before(text[max(0, end-maxReach):end])
		}
		if ok {
			visit(v)
		}
	}
}

// behind reads an amount at the start of text, after words like 金额 and a colon.
func behind(text []byte) (Amount, bool) {
	text = cutFillers(text)
	n := 0
	for {
		r, size := utf8.DecodeRune(text[n:])
		if size == 0 || !inAmount(r) {
			return 0, false
		}
		n += size
		if plainUnit(r) == yuan {
			break
		}
	}
	tail := n
	for {
		r, size := utf8.DecodeRune(text[tail:])
		if size == 0 || !isChange(r) {
			break
		}
		tail += size
	}
	if isRange(text[tail:]) {
		return 0, false
	}
	if v, reason := Parse(text[:tail]); reason == OK {
		return v, true
	}
	v, reason := Parse(text[:n])
	return v, reason == OK
}

// before reads an amount at the end of text that 处 or 处以 precedes.
func before(text []byte) (Amount, bool) {
	text = bytes.TrimRight(bytes.TrimSuffix(bytes.TrimRight(text, " "), []byte("的")), " ")
	start, seenYuan := len(text), false
	for start > 0 {
		r, size := utf8.DecodeLastRune(text[:start])
		if !inAmount(r) {
			break
		}
		seenYuan = seenYuan || plainUnit(r) == yuan
		start -= size
	}
	// bytes.HasSuffix of 处 covers 并处; 以 covers 处以 and 科以.
	lead := bytes.TrimRight(text[:start], " ")
	if !seenYuan || !bytes.HasSuffix(lead, []byte("处")) && !bytes.HasSuffix(lead, []byte("以")) {
		return 0, false
	}
	v, reason := Parse(text[start:])
	return v, reason == OK
}

// cutFillers drops the words that may stand between 罚款 and its amount.
func cutFillers(text []byte) []byte {
	for {
		n := len(text)
		if n > 0 && text[0]-'0' <= 9 {
			return text
		}
		for _, f := range [...]string{" ", "　", "：", ":", "（", "(", "）", ")", "金额", "数额", "共计", "合计", "总计", "计", "为", "各", "大写", "小写"} {
			if len(text) >= len(f) && string(text[:len(f)]) == f {
				text = text[len(f):]
			}
		}
		if len(text) == n {
			return text
		}
	}
}

// inAmount reports a character that may be a part of an amount and its currency.
func inAmount(r rune) bool {
	switch {
	case '0' <= r && r <= '9', r == '.', r == ',', r == ' ', r == 'R', r == 'M', r == 'B':
		return true
	case r < utf8.RuneSelf:
		return false
	case '！' <= r && r <= '～':
		return '０' <= r && r <= '９' || r == '．' || r == '，'
	}
	return plainRune(r) != 0
}

// isChange reports what may follow 元 in one amount.
func isChange(r rune) bool {
	c := plainRune(r)
	return zero <= c && c <= nine || c == jiao || c == fen || c == whole
}

// isRange reports that what precedes text is a limit and not an amount.
func isRange(text []byte) bool {
	for _, w := range [...]string{"以上", "以下", "以内", "至", "到", "-", "—", "~", "～", "左右", "余"} {
		if len(text) >= len(w) && string(text[:len(w)]) == w {
			return true
		}
	}
	return false
}
