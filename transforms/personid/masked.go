package personid

import "creditsync/transforms/region"

const (
	// minHidden is how many characters a mask must hide. With fewer, the check character gives the number away, so
	// that such a value must not pass as masked.
	minHidden = 4
	// minShown is how many digits must be left for the value to say anything.
	minShown = 3
)

// masked reads a number of 15 or 18 characters with some of them hidden, by asterisks or by a run of X:
// 3209231969****1513, 360802********1238. A single X is a check character and may only stand at the end.
func masked(b []byte) (Class, Reason) {
	var c [18]byte
	n := 0
	for i := 0; i < len(b); i++ {
		if n == len(c) {
			return Unknown, BadFormat
		}
		switch {
		case b[i]-'0' <= 9 || b[i] == '*':
			c[n] = b[i]
		case b[i] == 'X' || b[i] == 'x':
			c[n] = 'X'
		case b[i] == 0xEF && i+2 < len(b) && b[i+1] == 0xBC && b[i+2] == 0x8A: // ＊
			c[n] = '*'
			i += 2
		default:
			return Unknown, BadFormat
		}
		n++
	}
	if n != 15 && n != 18 {
		return Unknown, BadFormat
	}
	hidden, shown := 0, 0
	for i := range n {
		switch {
		case c[i] == '*' || c[i] == 'X' && (i > 0 && c[i-1] == 'X' || i+1 < n && c[i+1] == 'X'):
			hidden++
		case c[i] == 'X' && i != 17:
			return Unknown, BadFormat
		default:
			shown++
		}
	}
	if hidden < minHidden || shown < minShown {
		return Unknown, BadFormat
	}
	if c[0]-'0' <= 9 && c[1]-'0' <= 9 && !region.KnownProvince(c[:2]) {
		return Masked, BadFormat
	}
	return Masked, OK
}
