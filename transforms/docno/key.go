package docno

import "unicode/utf8"

// Key returns what two numbers have in common when they mean the same document: the folded number, without leading
// zeros of the running number, with all brackets other than the year's as （） and ASCII letters in upper case. It is for
// matching only. See Fold for dst; the result may also be a subslice of b.
func Key(dst, b []byte) []byte {
	out := Fold(dst, b)
	if isKey(out) {
		return out
	}
	out = append(dst[:0], out...) // where Fold wrote to dst, this moves nothing
	if from, to := zeros(out); to > from {
		out = replace(out, from, to-from, "")
	}
	for i := 0; i < len(out); {
		s, n := bracketAt(out, i)
		switch {
		case s != none && !isKeyBracket(out[i:i+n]):
			out = replace(out, i, n, [...]string{opening: "（", closing: "）"}[s])
			n = len("（")
		case out[i]-'a' < 26:
			out[i] -= 'a' - 'A'
		}
		i += n
	}
	return out
}

// isKey reports that a folded number is its own key.
func isKey(b []byte) bool {
	for i := 0; i < len(b); {
		if isHan(b[i]) && i+3 <= len(b) {
			i += 3
			continue
		}
		s, n := bracketAt(b, i)
		if b[i]-'a' < 26 || s != none && !isKeyBracket(b[i:i+n]) {
			return false
		}
		i += n
	}
	from, to := zeros(b)
	return from == to
}

func isKeyBracket(b []byte) bool {
	switch string(b) {
	case "〔", "〕", "（", "）":
		return true
	}
	return false
}

// zeros returns the place of the leading zeros of a folded number's running number, an empty one when there are none.
func zeros(b []byte) (from, to int) {
	from, end := running(b)
	to = from
	for to < end-1 && b[to] == '0' {
		to++
	}
	if from == to {
		return -1, -1
	}
	return from, to
}

// running returns the place of the running number: the digits before 号 (00232号, 00046-1号), or behind the year where a
// number has no 号. A number without a year has none: its digits are one code.
func running(b []byte) (from, end int) {
	_, after, ok := findYear(b)
	if !ok {
		return 0, 0
	}
	for i := after; i < len(b); {
		if b[i]-'0' > 9 {
			_, n := utf8.DecodeRune(b[i:])
			i += n
			continue
		}
		from := i
		i = skipDigits(b, i)
		end := i
		if i+1 < len(b) && b[i] == '-' && b[i+1]-'0' <= 9 {
			i = skipDigits(b, i+1)
		}
		if hasPrefix(b[i:], "号") || i == len(b) {
			return from, end
		}
	}
	return 0, 0
}

// Year returns the year in brackets, of any kind, and whether there is one.
func Year(b []byte) (year int, ok bool) {
	year, _, ok = findYear(b)
	if ok {
		return year, true
	}
	var room [128]byte
	if len(b) > len(room) || isFolded(b) {
		return 0, false
	}
	year, _, ok = findYear(Fold(room[:0], b))
	return year, ok
}

// findYear returns the first year in brackets and the place behind them.
func findYear(b []byte) (year, after int, ok bool) {
	for i := 0; i < len(b); {
		if isHan(b[i]) {
			i += 3 // the bulk of a number; behind its end there is no bracket either
			continue
		}
		s, n := bracketAt(b, i)
		i += n
		if s != opening {
			continue
		}
		if end, ok := yearEnd(b, i); ok {
			year, _ := yearAt(b, i)
			_, m := bracketAt(b, end)
			return year, end + m, true
		}
	}
	return 0, 0, false
}

func skipDigits(b []byte, i int) int {
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return i
}

func hasPrefix(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }
