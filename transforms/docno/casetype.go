package docno

import "unicode/utf8"

// CaseType is the character by which a folded case number says what kind of case it is: 民, 刑, 行 or 赔; "" for others and
// for forms older than 2016, whose court's name may hold the same characters. 〔2024〕赣0802民初12号 says 民.
func CaseType(b []byte) string {
	_, at, ok := findYear(b)
	if !ok || at > len("〔2024〕") {
		return ""
	}
	_, n := utf8.DecodeRune(b[at:])
	at += n
	if end := skipDigits(b, at); end-at == 2 || end-at == 4 {
		at = end
	} else if b = b[at:]; hasPrefix(b, "高法") { // 最高法
		at = len("高法")
		if hasPrefix(b[at:], "知") {
			at += len("知")
		}
	} else {
		return ""
	}
	for _, mark := range []string{"民", "刑", "行", "赔"} {
		if hasPrefix(b[at:], mark) {
			return mark
		}
	}
	return ""
}
